#include "sample/target_thread.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "sample/emit.h"
#include "sample/pending.h"
#include "sample/thread_burst.h"
#include "sample/thread_reading.h"

enum {
    HOLD_MAX_MS = 200, /* a sample is not held back for longer: a view wants to show what threads do now */
    CACHE_LINE_BYTES = 64,
};

_Static_assert(offsetof(struct target_thread, found.address) + sizeof(remote_addr) <= CACHE_LINE_BYTES,
               "what each round looks at is one line");

/* At the beginning of a line. */
static struct target_thread *new_in_line(void)
{
    const size_t bytes = (sizeof(struct target_thread) + CACHE_LINE_BYTES - 1) / CACHE_LINE_BYTES * CACHE_LINE_BYTES;
    struct target_thread *thread = aligned_alloc(CACHE_LINE_BYTES, bytes);

    if (thread != NULL)
        memset(thread, 0, bytes);
    return thread;
}

/* One of which the kernel was asked nothing yet. NULL: out of memory. */
static struct target_thread *make(const struct thread_source *source, const struct thread_found *found, uint32_t number,
                                  uint64_t since_ns, uint64_t known_ns)
{
    struct target_thread *thread = new_in_line();

    if (thread == NULL)
        return NULL;
    thread->kernel = KERNEL_THREAD_NONE;
    thread->found = *found;
    thread->number = number;
    thread->tid = task_ids_find(source->tasks, (pid_t)found->native_id);
    thread->sampled_ns = since_ns;
    thread->known_ns = known_ns;
    thread->walk = walk_new(source->reader, source->layout, source->room, found->address);
    thread->frames = calloc(RECORD_DEPTH_MAX, sizeof *thread->frames);
    if (thread->walk != NULL && thread->frames != NULL && naming_init(&thread->naming))
        return thread;
    target_thread_free(thread);
    return NULL;
}

/* False when the kernel has no such thread (any more), which is named like the process then. */
static bool ask_kernel(struct target_thread *thread, pid_t pid, uint64_t born_ns, uint64_t now_ns)
{
    if (!kernel_thread_open(&thread->kernel, pid, thread->tid)) {
        kernel_thread_name(pid, pid, thread->name, sizeof thread->name);
        return false;
    }
    cpu_time_begin(&thread->cpu, &thread->kernel, born_ns, now_ns);
    kernel_thread_name(pid, thread->tid, thread->name, sizeof thread->name);
    return true;
}

/* When the last round was, or this one, if it is the first. */
static uint64_t last_round_ns(const struct thread_round *round)
{
    return round->before_ns != 0 ? round->before_ns : round->now_ns;
}

struct target_thread *target_thread_new(const struct thread_source *source,
                                        const struct thread_found *found, uint32_t number,
                                        uint64_t born_ns, const struct thread_round *round)
{
    const uint64_t last_ns = last_round_ns(round);
    /* Those that are there at the first round may be as old as the process. */
    const uint64_t known_ns = round->before_ns != 0 ? round->now_ns : 0;
    struct target_thread *thread = make(source, found, number, born_ns > last_ns ? born_ns : last_ns, known_ns);

    if (thread == NULL || ask_kernel(thread, source->tasks->pid, born_ns, round->now_ns))
        return thread;
    target_thread_free(thread);
    return NULL;
}

void target_thread_free(struct target_thread *thread)
{
    if (thread == NULL)
        return;
    kernel_thread_close(&thread->kernel);
    walk_free(thread->walk);
    free(thread->frames);
    naming_free(&thread->naming);
    free(thread);
}

/* Whether it is this one of a thread's states by which it runs: the one that has the GIL, or that of the newest
   interpreter in which it has frames, since it called that from the others. `gil` is NULL where that was not read yet. */
static bool acts(const struct target_thread *thread, const struct gil_now *gil)
{
    if (gil != NULL && target_thread_holds_gil(thread, gil))
        return true;
    if (gil != NULL && gil->locked && target_thread_had_gil_elsewhere(thread, gil))
        return false;
    if (thread->outer != NULL && thread->held.depth == 0)
        return false;
    for (const struct target_thread *inner = thread->inner; inner != NULL; inner = inner->inner)
        if (inner->held.depth > 0)
            return false;
    return true;
}

/* Tells a thread's state, and whether it waits. */
static enum thread_state find_state(struct target_thread *thread, const struct thread_round *round)
{
    const struct gil_now *gil = round->gil;
    struct kernel_wait wait;

    thread->waiting = false;
    if (target_thread_holds_gil(thread, gil))
        return THREAD_HAS_GIL;
    if (!acts(thread, gil))
        return THREAD_IDLE;
    if (!kernel_thread_wait(&thread->kernel, &wait))
        return THREAD_IDLE;
    if (wait.running)
        return THREAD_RUNNING;
    thread->waiting = true;
    return wait.in_futex && gil_is_wanted(gil, round->reader, wait.futex) ? THREAD_WAIT_GIL : THREAD_IDLE;
}

/* Tells who it is, and what it is doing; false: no room. */
static bool tell(const struct target_thread *thread, const struct thread_round *round, enum thread_state state)
{
    return emit_thread(round->sink, round->process, thread->number, thread->tid, thread->found.ident, state,
                       thread->name);
}

bool target_thread_put(struct target_thread *thread, const struct thread_round *round,
                       const struct record_sample *sample, const struct record_frame *frames)
{
    if (!thread->announced || thread->renamed) {
        if (!tell(thread, round, sample->state))
            return false;
        thread->announced = true;
        thread->renamed = false;
    }
    return emit_sample(round->sink, round->process, sample, frames);
}

void target_thread_rename(struct target_thread *thread, const char *name)
{
    snprintf(thread->name, sizeof thread->name, "%s", name);
    thread->renamed = true;
}

static void forget_held(struct target_thread *thread)
{
    thread->held.wall_ns = thread->held.cpu_ns = 0;
    thread->held.rounds = 0;
}

static void put_held(struct target_thread *thread, const struct thread_round *round)
{
    struct record_sample *held = &thread->held;

    if (held->rounds == 0)
        return;
    if (target_thread_put(thread, round, held, thread->frames)) {
        held->wall_ns = 0;
        held->cpu_ns = 0;
    } else {
        round->counts->lost += held->rounds; /* the next sample stands for their time too */
    }
    held->rounds = 0;
}

/* Adds the time up to `until_ns` to the held sample, which stands for it, in so many rounds. */
static void hold_until(struct target_thread *thread, const struct thread_round *round,
                       uint64_t until_ns, uint32_t rounds)
{
    struct record_sample *held = &thread->held;

    held->thread = thread->number;
    held->rounds += rounds;
    held->time_ns = until_ns;
    held->wall_ns += until_ns - thread->sampled_ns;
    thread->sampled_ns = until_ns;
    thread->passed = 0;
    round->counts->samples += rounds;
    if ((held->flags & SAMPLE_CUT) != 0)
        round->counts->cut += rounds;
}

/* The same up to this round, with those in which it was passed. */
static void hold(struct target_thread *thread, const struct thread_round *round, uint64_t cpu_ns)
{
    thread->held.cpu_ns += cpu_ns;
    hold_until(thread, round, round->now_ns, thread->rounds + thread->passed);
}

/* It was taken to go on as it was, and there was nothing to the contrary before `until_ns`. */
static void hold_passed(struct target_thread *thread, const struct thread_round *round,
                        uint64_t until_ns)
{
    if (thread->passed > 0 && until_ns > thread->sampled_ns &&
        (thread->waiting || target_thread_is_stateless(thread) || (round->bursts != NULL && thread->looked)))
        hold_until(thread, round, until_ns, thread->passed);
}

/* Up to when a thread that has the GIL now went on as it was when it was passed. Between bursts of one thread
   there is far less time than between looks for any: that it came in the middle is right on average. */
static uint64_t passed_until_ns(const struct thread_round *round)
{
    return round->bursts == NULL ? round->before_ns
                                 : round->now_ns - (round->now_ns - round->before_ns) / 2;
}

/* Whether it was passed as it was known to wait for the GIL, up to the last round: it is looked at now because that is not
   known any more, which is no chance, so what it does now does not stand for that time. */
static bool waited_until_last_round(const struct target_thread *thread, const struct thread_round *round)
{
    return thread->state == THREAD_WAIT_GIL && thread->passed > 0 && thread->waited_ns == round->before_ns;
}

void target_thread_flush(struct target_thread *thread, const struct thread_round *round)
{
    target_thread_come_back(thread, round);
    hold_passed(thread, round, round->now_ns);
    put_held(thread, round);
}

/* Reads many stacks of the thread with the GIL. Gives how many; 0: one is to be read. */
static uint32_t read_burst(struct target_thread *thread, const struct thread_round *round)
{
    return round->bursts != NULL && target_thread_holds_gil(thread, round->gil)
               ? thread_burst(round->bursts, thread, round)
               : 0;
}

bool target_thread_end(struct target_thread *thread, const struct thread_round *round)
{
    thread->stale = thread->ended = true;
    pending_put(round->pending, round, true);
    target_thread_flush(thread, round);
    if (thread->announced && tell(thread, round, THREAD_ENDED))
        thread->announced = false;
    return !thread->announced;
}

void target_thread_lose_state(struct target_thread *thread, const struct thread_round *round)
{
    if (!kernel_thread_is_held(&thread->kernel)) {
        target_thread_end(thread, round);
        return;
    }
    target_thread_flush(thread, round);
    thread->found.address = STATE_NONE;
    thread->stale = true;
    thread->stateless_ns = thread->sampled_ns;
    thread->waiting = thread->looked = false;
    thread->state = thread->held.state = THREAD_IDLE;
    thread_reading_none(thread);
}

void target_thread_skip(struct target_thread *thread, uint64_t away_ns, uint64_t now_ns)
{
    thread->sampled_ns = clock_least(thread->sampled_ns + away_ns, now_ns);
    cpu_time_skip(&thread->cpu, &thread->kernel, thread->sampled_ns);
    thread->waiting = false; /* on another stack, it may be */
}

/* Puts the reading that was made into the held sample, which stands for all the time up to this round. False when
   nothing could be read. */
static bool take_reading(struct target_thread *thread, const struct thread_round *round, enum thread_reading result,
                         uint64_t cpu_ns)
{
    const uint32_t rounds = thread->rounds + thread->passed;

    switch (result) {
    case READING_FAILED:
        round->counts->failed += thread->rounds;
        thread->waiting = false; /* there is no stack that could go on standing */
        thread->held.cpu_ns += cpu_ns; /* the next sample stands for this time too */
        return false;
    case READING_OF_ANOTHER:
        thread->held.cpu_ns += cpu_ns;
        thread_reading_none(thread); /* which is what is found at this look */
        target_thread_lose_state(thread, round);
        return true;
    case READING_NO_ROOM:
        round->counts->samples += thread->rounds;
        round->counts->lost += thread->rounds;
        thread->waiting = false;
        thread->held.cpu_ns += cpu_ns;
        return true;
    case READING_UNSEEN:
    case READING_DONE:
        break;
    }
    if ((thread->held.flags & SAMPLE_TRUNCATED) != 0)
        thread->waiting = false; /* it holds still, so the next reading may prove it */
    thread->looked = true;
    thread->waiting_ns = round->now_ns;
    thread->gil_switches = round->gil->switches;
    hold(thread, round, cpu_ns);
    round->counts->truncated += (thread->held.flags & SAMPLE_TRUNCATED) != 0 ? rounds : 0;
    if (pending_keep(round->pending, thread, &thread->held, thread->frames))
        forget_held(thread);
    else
        put_held(thread, round);
    return true;
}

struct target_thread *target_thread_meet(const struct thread_source *source, const struct thread_found *found,
                                         uint32_t number, uint64_t since_ns, const struct thread_round *round)
{
    struct target_thread *thread = make(source, found, number, since_ns, round->now_ns);
    /* Else it is read first, from where we are: it may not have long to live, and to ask the kernel takes longer. */
    const bool asks_first = round->blocking != NULL && round->blocking->wanted;
    enum thread_reading result;
    bool is_there = true;

    if (thread != NULL && asks_first)
        is_there = ask_kernel(thread, source->tasks->pid, thread->sampled_ns, round->now_ns);
    if (thread == NULL || !is_there) {
        target_thread_free(thread);
        return NULL;
    }
    thread->rounds = 1;
    thread->state = thread->held.state = THREAD_HAS_GIL;
    result = thread_reading_make(thread, round);
    if (!asks_first)
        is_there = ask_kernel(thread, source->tasks->pid, thread->sampled_ns, round->now_ns);
    if (is_there)
        cpu_time_take_over(&thread->cpu);
    /* Without frames it was over by then: what it did since it was seen with the GIL, the next sample stands for. */
    if (result != READING_DONE || thread->held.depth > 0)
        take_reading(thread, round, result, round->now_ns - thread->sampled_ns);
    if (!is_there)
        target_thread_end(thread, round);
    return thread;
}

static void share_charges(struct target_thread *thread, const struct target_thread *other)
{
    if (thread->cpu.charged_ns < other->cpu.charged_ns)
        thread->cpu.charged_ns = other->cpu.charged_ns;
}

/* What others were charged with of the CPU time that the kernel tells of each state of a thread. */
static void share_all_charges(struct target_thread *thread)
{
    for (const struct target_thread *outer = thread->outer; outer != NULL; outer = outer->outer)
        share_charges(thread, outer);
    for (const struct target_thread *inner = thread->inner; inner != NULL; inner = inner->inner)
        share_charges(thread, inner);
}

/* What to charge the sample at hand with. The kernel tells the CPU time of a thread, whichever of its states it is in: it
   is the one's by which it acts, and what others were charged with is not charged again. */
static uint64_t charge(struct target_thread *thread, const struct thread_round *round)
{
    if (!acts(thread, round->gil)) {
        thread->cpu.was_on_cpu = false;
        return 0;
    }
    share_all_charges(thread);
    return cpu_time_charge(&thread->cpu, thread->sampled_ns, round->now_ns,
                           thread->held.state == THREAD_HAS_GIL || thread->held.state == THREAD_RUNNING);
}

bool target_thread_take_state(struct target_thread *thread, const struct thread_found *found, uint64_t until_ns,
                              const struct thread_round *round)
{
    if (!kernel_thread_is_held(&thread->kernel) ||
        cpu_time_look(&thread->cpu, &thread->kernel, false, round->now_ns) == CPU_TIME_ENDED) {
        target_thread_end(thread, round);
        return false;
    }
    target_thread_come_back(thread, round);
    hold_passed(thread, round, until_ns);
    if (acts(thread, round->gil)) {
        share_all_charges(thread);
        thread->held.cpu_ns += cpu_time_charge_before(&thread->cpu, thread->sampled_ns, round->now_ns);
    }
    put_held(thread, round);
    thread->found = *found;
    walk_move(thread->walk, found->address);
    thread->stale = thread->waiting = thread->looked = false;
    return true;
}

bool target_thread_round(struct target_thread *thread, const struct thread_round *round)
{
    const bool has_gil = target_thread_holds_gil(thread, round->gil);
    enum cpu_time_now now;
    uint64_t cpu_ns;

    thread->rounds = 1;
    now = thread->ended ? CPU_TIME_ENDED : cpu_time_look(&thread->cpu, &thread->kernel, has_gil, round->now_ns);
    if (now == CPU_TIME_ENDED) {
        target_thread_end(thread, round);
        return true;
    }
    if (now == CPU_TIME_STOOD && thread->waiting && !has_gil) {
        thread->rounds = round->rounds;
        thread->gil_switches = round->gil->switches;
        hold(thread, round, 0);
        if (thread->held.wall_ns >= HOLD_MAX_MS * NS_PER_MS)
            put_held(thread, round);
        return true;
    }
    if (has_gil)
        hold_passed(thread, round, passed_until_ns(round));
    else if (waited_until_last_round(thread, round))
        hold_passed(thread, round, round->before_ns);
    put_held(thread, round);
    if (!target_thread_is_stateless(thread))
        naming_begin(&thread->naming);
    thread->state = thread->held.state = (uint8_t)find_state(thread, round);
    thread->looked = false;
    thread->rounds = read_burst(thread, round);
    if (thread->rounds > 0)
        return true;
    thread->rounds = has_gil ? 1 : round->rounds;
    cpu_ns = charge(thread, round);
    return take_reading(thread, round, thread_reading_make(thread, round), cpu_ns);
}
