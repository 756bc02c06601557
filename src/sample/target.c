#include "sample/target.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "memory/refusal.h"
#include "python/names.h"
#include "python/none.h"
#include "sample/emit.h"
#include "sample/engine.h"
#include "sample/gil.h"
#include "sample/presence.h"
#include "sample/process_facts.h"
#include "sample/sleepers.h"
#include "sample/burst.h"
#include "sample/target_thread.h"
#include "sample/thread_burst.h"

enum {
    ROUNDS_APART_US = 25,   /* the least; of those asked for to be closer, some are made at once */
    IDLE_PAUSE_US = 100,    /* and while nobody has the GIL */
    LIST_EVERY_MS = 1000,   /* threads are listed anew at least so often */
    LIST_LEAST_MS = 5,      /* and not more often than that, whatever seems to have changed, */
    LIST_SHARE = 8,         /* nor for more than this part of the time */
    ROUND_MAX_MS = 500,     /* what is left of a longer round is left to the next */
    NAMES_EVERY_MS = 1000,  /* and their names are read again */
    CPU_EVERY_MS = 20,      /* the process's CPU time is asked for, */
    CPU_THREAD_NS = 200000, /* and so much later for each thread: the kernel adds them up */
    NAMES_MAX = 4096,
};

struct target {
    pid_t pid;
    uint16_t process;
    bool no_gc;
    bool native_markers;
    struct sink *sink;
    struct reader *reader;
    struct runtime runtime;
    struct code_table *codes;
    struct walk_room *room;
    bool knows_none;
    clockid_t cpu_clock;
    bool has_cpu_clock;

    struct interpreter interpreters[RUNTIME_INTERPRETERS_MAX];
    struct interpreter interpreters_before[RUNTIME_INTERPRETERS_MAX];
    size_t interpreter_count;
    struct names_trail trails[RUNTIME_INTERPRETERS_MAX];
    struct target_thread **threads;
    size_t thread_count;
    size_t thread_room;
    uint32_t next_thread_number;
    struct thread_found *found;   /* room for RUNTIME_THREADS_MAX */
    struct thread_name *names;    /* room for NAMES_MAX */

    bool nested;                  /* it is in a PID namespace below ours */
    bool announced;               /* RECORD_PROCESS was put */
    bool list_wanted;
    uint64_t listed_ns;
    uint64_t listing_ns;          /* how long that took */
    uint64_t same_threads_ns;     /* when the lists of threads last had the beginnings listed */
    size_t resume;                /* the thread at which rounds begin: where one was cut last */
    uint64_t named_ns;
    uint64_t cpu_asked_ns;
    uint64_t cpu_ns;              /* of the process, when it was asked for last */
    struct engine engine;
    bool slowed;                  /* the sampler makes rounds less often than it wants */
    uint32_t rounds_at_once;      /* how many rounds are made in one reading */
    uint32_t rounds;              /* and were in this one */
    bool gil_held;                /* in the last round, some thread had the GIL */
    struct thread_bursts *bursts; /* NULL: one */
    struct blocking blocking;
    struct sleepers sleepers;
    uint64_t before_ns;           /* when the last round began; 0: there was none */
    uint64_t holder_samples;      /* of the round's threads that had the GIL, */
    uint64_t holder_torn;         /* and of these the torn ones */
    uint64_t round_ns;            /* the last round's time; 0: none yet */
    struct presence presence;
};

static bool announce_function(void *context, const struct code_function *function)
{
    const struct target *target = context;

    return emit_function(target->sink, target->process, function->number, function->first_line,
                         function->name, function->file);
}

/* Rounds that are to come so fast that they can be had in bursts only are made some at once: from elsewhere,
   as a thread that is ridden along with, or stopped, stands still. */
static void choose_engine(struct target *target, const struct target_options *asked)
{
    const uint64_t least_ns = ROUNDS_APART_US * NS_PER_US;
    struct engine_options options = asked->engine;

    target->rounds_at_once = 1;
    if (asked->blocking && options.interval_ns < least_ns)
        options.interval_ns = least_ns;
    if (options.kind != ENGINE_RIDE && options.interval_ns < least_ns) {
        options.kind = ENGINE_REMOTE;
        target->rounds_at_once = options.interval_ns * BURST_MAX <= least_ns
                                     ? BURST_MAX
                                     : (uint32_t)(least_ns / options.interval_ns) + 1;
        options.interval_ns *= target->rounds_at_once;
    }
    engine_init(&target->engine, &options);
}

struct target *target_new(pid_t pid, uint16_t process, const struct target_options *options,
                          struct sink *sink, struct error *error)
{
    struct target *target = calloc(1, sizeof *target);

    if (target == NULL) {
        error_set(error, ERROR_MEMORY, "out of memory");
        return NULL;
    }
    target->pid = pid;
    target->process = process;
    target->sink = sink;
    target->no_gc = options->no_gc;
    target->native_markers = options->native_markers;
    choose_engine(target, options);
    target->blocking = (struct blocking){.wanted = options->blocking,
                                         .asked_ns = options->engine.interval_ns};
    target->list_wanted = true;
    target->reader = presence_find(pid, &target->runtime, error);
    if (target->reader == NULL || (options->blocking && !process_can_be_stopped(pid, error))) {
        target_free(target);
        return NULL;
    }
    target->nested = kernel_threads_are_nested(pid);
    target->has_cpu_clock = clock_getcpuclockid(pid, &target->cpu_clock) == 0;
    target->cpu_ns = process_cpu_ns(target->cpu_clock, target->has_cpu_clock);
    target->room = walk_room_new();
    target->found = malloc(RUNTIME_THREADS_MAX * sizeof *target->found);
    target->names = malloc(NAMES_MAX * sizeof *target->names);
    if (target->rounds_at_once > 1)
        target->bursts = thread_bursts_new(&target->runtime.layout, target->rounds_at_once);
    target->codes = code_table_new(target->reader, &target->runtime.layout, FUNCTION_FIRST,
                                   announce_function, target, error);
    if (target->room == NULL || target->found == NULL || target->names == NULL || target->codes == NULL ||
        (target->rounds_at_once > 1 && target->bursts == NULL)) {
        error_set(error, ERROR_MEMORY, "out of memory");
        target_free(target);
        return NULL;
    }
    return target;
}

void target_free(struct target *target)
{
    if (target == NULL)
        return;
    for (size_t i = 0; i < target->thread_count; i++)
        target_thread_free(target->threads[i]);
    free(target->threads);
    free(target->found);
    free(target->names);
    walk_room_free(target->room);
    thread_bursts_free(target->bursts);
    code_table_free(target->codes);
    reader_free(target->reader);
    free(target);
}

uint64_t target_interval_ns(const struct target *target)
{
    const uint64_t blocking_ns = blocking_interval_ns(&target->blocking);
    const uint64_t engine_ns = engine_interval_ns(&target->engine);
    const uint64_t interval_ns = engine_ns > blocking_ns ? engine_ns : blocking_ns;
    const uint64_t idle_ns = IDLE_PAUSE_US * NS_PER_US;

    return target->gil_held || interval_ns > idle_ns || target->bursts == NULL ? interval_ns : idle_ns;
}

void target_set_slowed(struct target *target, bool slowed)
{
    target->slowed = slowed;
}

uint32_t target_rounds_wanted(const struct target *target)
{
    return target->engine.options.interval_ns > 0 || target->bursts == NULL ? target->rounds_at_once : 0;
}

uint32_t target_version(const struct target *target)
{
    return target->runtime.version_hex;
}

static struct thread_round round_for(struct target *target, const struct gil_now *gil,
                                     uint64_t now_ns, struct sampler_counts *counts)
{
    return (struct thread_round){
        .sink = target->sink,
        .process = target->process,
        .codes = target->codes,
        .gil = gil,
        .rounds = 1,
        .engine = &target->engine,
        .bursts = target->bursts,
        .blocking = &target->blocking,
        .now_ns = now_ns,
        .before_ns = target->before_ns,
        .until_ns = now_ns + ROUND_MAX_MS * NS_PER_MS,
        .native_markers = target->native_markers,
        .counts = counts,
    };
}

static struct target_thread *find_thread(struct target *target, const struct thread_found *found)
{
    for (size_t i = 0; i < target->thread_count; i++) {
        struct target_thread *thread = target->threads[i];

        if (remote_equal(thread->found.address, found->address) &&
            thread->found.ident == found->ident && thread->found.native_id == found->native_id)
            return thread;
    }
    return NULL;
}

static struct target_thread *add_thread(struct target *target, const struct thread_found *found,
                                        uint64_t now_ns)
{
    const struct thread_source source = {target->pid, target->nested, target->reader,
                                         &target->runtime.layout, target->room};
    /* One that came since the lists were the same as ever has begun since. */
    const uint64_t born_ns = target->same_threads_ns != 0 ? target->same_threads_ns : now_ns;
    struct target_thread *thread;

    if (target->thread_count == RUNTIME_THREADS_MAX)
        return NULL;
    if (target->thread_count == target->thread_room) {
        const size_t room = target->thread_room * 2 + 16;
        struct target_thread **grown = realloc(target->threads, room * sizeof *grown);

        if (grown == NULL)
            return NULL;
        target->threads = grown;
        target->thread_room = room;
    }
    thread = target_thread_new(&source, found, target->next_thread_number, born_ns, now_ns);
    if (thread == NULL)
        return NULL;
    target->next_thread_number++;
    target->threads[target->thread_count++] = thread;
    target->named_ns = 0;
    return thread;
}

/* Puts a thread's end and forgets it; where there is no room for that, the next listing does. */
static void drop_thread(struct target *target, size_t index, const struct thread_round *round)
{
    struct target_thread *thread = target->threads[index];

    if (target->bursts != NULL)
        thread_bursts_put(target->bursts, round, true);
    target_thread_flush(thread, round);
    thread->ended = true;
    if (thread->announced &&
        !emit_thread(target->sink, target->process, thread->number, thread->tid,
                     thread->found.ident, THREAD_ENDED, thread->name)) {
        target->list_wanted = true;
        return;
    }
    target_thread_free(thread);
    target->threads[index] = target->threads[--target->thread_count];
}

/* Whether a thread state just found belongs to a thread of its own. One that is being started has no
   thread yet, or still that of the thread that starts it (3.11: new_threadstate(), Python/pystate.c),
   which is older and has been seen in this listing of the interpreter before. */
static bool is_bound(const struct target *target, const struct thread_found *found,
                     remote_addr interpreter)
{
    for (size_t i = 0; i < target->thread_count; i++) {
        const struct target_thread *thread = target->threads[i];

        if (thread->seen && thread->found.native_id == found->native_id &&
            remote_equal(thread->interpreter, interpreter) &&
            !remote_equal(thread->found.address, found->address))
            return false;
    }
    return found->native_id != 0;
}

/* Reads the list of interpreters; false when it could not be followed to its end. A trail to names is
   of use for its own interpreter only. */
static bool list_interpreters(struct target *target)
{
    bool whole;

    memcpy(target->interpreters_before, target->interpreters, sizeof target->interpreters);
    target->interpreter_count =
        runtime_interpreters(&target->runtime, target->reader, target->interpreters,
                             RUNTIME_INTERPRETERS_MAX, &whole);
    for (size_t i = 0; i < target->interpreter_count; i++)
        if (!remote_equal(target->interpreters[i].address, target->interpreters_before[i].address))
            target->trails[i] = (struct names_trail){0};
    return whole;
}

/* Finds None, which a process that starts does not have yet. */
static void find_none(struct target *target)
{
    for (size_t i = 0; i < target->interpreter_count && !target->knows_none; i++) {
        const remote_addr none = none_find(target->reader, &target->runtime.layout,
                                           target->interpreters[i].address);

        target->knows_none = !remote_is_null(none);
        walk_room_set_none(target->room, none);
    }
}

/* Takes note of a thread that is in an interpreter's list. */
static void see_thread(struct target *target, const struct thread_found *found,
                       remote_addr interpreter, uint64_t now_ns)
{
    struct target_thread *thread;

    if (!is_bound(target, found, interpreter)) {
        target->list_wanted = true;
        return;
    }
    thread = find_thread(target, found);
    if (thread == NULL)
        thread = add_thread(target, found, now_ns);
    if (thread == NULL || thread->ended)
        return; /* only its state is still there */
    thread->found = *found;
    thread->interpreter = interpreter;
    thread->seen = true;
    thread->stale = false;
}

/* Marks the threads that have a state in several interpreters. */
static void find_twins(struct target *target)
{
    for (size_t i = 0; i < target->thread_count; i++) {
        struct target_thread *thread = target->threads[i];

        thread->is_twin = false;
        for (size_t j = 0; j < target->thread_count && !thread->is_twin; j++)
            thread->is_twin = j != i && target->threads[j]->seen &&
                              target->threads[j]->tid == thread->tid;
    }
}

/* Brings the threads up to date with the target's own lists. Where these changed under us, a thread that
   was not met may still be there: it is kept until its end is sure. */
static void list_threads(struct target *target, const struct thread_round *round)
{
    bool whole = list_interpreters(target);
    size_t room = RUNTIME_THREADS_MAX;

    find_none(target);
    target->list_wanted = false;
    target->listed_ns = round->now_ns;
    for (size_t i = 0; i < target->thread_count; i++)
        target->threads[i]->seen = false;
    for (size_t i = 0; i < target->interpreter_count; i++) {
        bool all;
        const size_t count = runtime_threads(&target->runtime, target->reader,
                                             &target->interpreters[i], target->found, room, &all);

        whole &= all;
        room -= count;
        /* The list has the newest first; threads are numbered by age. */
        for (size_t j = count; j-- > 0;)
            see_thread(target, &target->found[j], target->interpreters[i].address,
                       round->now_ns);
    }
    target->list_wanted |= !whole;
    if (target->interpreter_count > 1)
        find_twins(target);
    if (whole)
        target->same_threads_ns = round->now_ns;
    for (size_t i = target->thread_count; i-- > 0;)
        if (!target->threads[i]->seen && (whole || target->threads[i]->ended))
            drop_thread(target, i, round);
    target->listing_ns = clock_now_ns() - round->now_ns;
}

static bool listing_is_due(const struct target *target, uint64_t now_ns)
{
    const uint64_t every_ns = (target->list_wanted ? LIST_LEAST_MS : LIST_EVERY_MS) * NS_PER_MS;
    const uint64_t since_ns = now_ns - target->listed_ns;

    return since_ns >= every_ns && since_ns >= LIST_SHARE * target->listing_ns;
}

_Static_assert(THREAD_NAME_ROOM >= NAMES_TEXT_MAX, "names are copied whole");

static void name_thread(struct target_thread *thread, const char *name)
{
    if (strcmp(thread->name, name) == 0)
        return;
    snprintf(thread->name, sizeof thread->name, "%s", name);
    thread->announced = false;
}

/* Python's own names where it has them; the kernel's stay for threads that Python did not start. */
static void name_threads(struct target *target, uint64_t now_ns)
{
    target->named_ns = now_ns;
    for (size_t i = 0; i < target->interpreter_count; i++) {
        const size_t count =
            names_read(target->reader, &target->runtime.layout, target->interpreters[i].address,
                       &target->trails[i], target->names, NAMES_MAX);

        for (size_t j = 0; j < target->thread_count; j++)
            for (size_t k = 0; k < count; k++)
                if (target->threads[j]->found.ident == target->names[k].ident)
                    name_thread(target->threads[j], target->names[k].text);
    }
}

static void put_process(struct target *target)
{
    char command[RECORD_FILE_MAX];

    if (target->announced)
        return;
    process_command(target->pid, command, sizeof command);
    target->announced = emit_process(target->sink, target->process, target->pid,
                                     target->runtime.version_hex,
                                     process_started_ns(target->pid), command);
}

static void put_round(struct target *target, struct record_round *record,
                      struct sampler_counts *counts)
{
    const uint64_t now_ns = record->time_ns;
    uint64_t cpu_ns = target->cpu_ns;

    record->threads = (uint32_t)target->thread_count;
    record->wall_ns = target->round_ns == 0 ? 0 : now_ns - target->round_ns;
    if (now_ns - target->cpu_asked_ns >=
        CPU_EVERY_MS * NS_PER_MS + target->thread_count * CPU_THREAD_NS) {
        const uint64_t asked_ns = process_cpu_ns(target->cpu_clock, target->has_cpu_clock);

        if (asked_ns > cpu_ns)
            cpu_ns = asked_ns;
        target->cpu_asked_ns = now_ns;
    }
    record->cpu_ns = cpu_ns - target->cpu_ns;
    record->counts = *counts;
    if (!emit_round(target->sink, target->process, record)) {
        counts->lost++; /* the next one stands for this time too */
        return;
    }
    target->round_ns = now_ns;
    target->cpu_ns = cpu_ns;
}

/* The thread that has the GIL, which is looked at first: what was read of the GIL is of a moment ago. */
static size_t holder_of(const struct target *target, const struct gil_now *gil)
{
    for (size_t i = 0; gil->locked && i < target->thread_count; i++)
        if (remote_equal(target->threads[i]->found.address, gil->holder))
            return i;
    return target->resume < target->thread_count ? target->resume : 0;
}

/* Whether a thread is taken to go on sleeping in this round, as others are to be looked at. */
static bool is_passed(struct target *target, struct target_thread *thread,
                      const struct thread_round *round)
{
    if (!target_thread_stands(thread, round) &&
        (!target_thread_sleeps(thread, round) ||
         sleepers_look(&target->sleepers, round->now_ns - thread->sampled_ns)))
        return false;
    target_thread_pass(thread, round);
    return true;
}

static bool round_of_interpreter(struct target *target, size_t index,
                                 const struct gil_shared *shared, uint64_t now_ns,
                                 struct sampler_counts *counts, int *error_number)
{
    struct thread_round round = round_for(target, &shared->gil, now_ns, counts);
    const remote_addr interpreter = target->interpreters[index].address;
    const size_t holder = holder_of(target, &shared->gil);
    const size_t first = target->resume < target->thread_count ? target->resume : 0;
    bool any = false;

    /* Where nobody has the GIL, all of them are made with one look. */
    round.rounds = shared->gil.locked ? 1 : target->rounds_at_once;
    for (size_t n = 0; n <= target->thread_count; n++) {
        const size_t i = n == 0 ? holder : (first + n - 1) % target->thread_count;
        struct target_thread *thread = i < target->thread_count ? target->threads[i] : NULL;

        if (thread == NULL || !remote_equal(thread->interpreter, interpreter) ||
            (n > 0 && i == holder))
            continue;
        if (is_passed(target, thread, &round)) {
            any = true;
            continue;
        }
        blocking_tend(&target->blocking); /* there may be many threads */
        if (clock_now_ns() > round.until_ns) {
            target->resume = i;
            break;
        }
        if (target_thread_round(thread, &round))
            any = true;
        else
            *error_number = errno;
        if (n == 0 && shared->gil.locked && remote_equal(thread->found.address, shared->gil.holder)) {
            target->holder_samples++;
            target->holder_torn += thread->was_torn;
            round.rounds = thread->rounds;
        }
        target->list_wanted |= thread->stale;
    }
    if (target->rounds < round.rounds)
        target->rounds = round.rounds;
    return any;
}

/* Counts the rounds that were made at once, beyond the one that the clock counts. */
static void count_rounds(struct target *target, struct sampler_counts *counts)
{
    if (target->rounds == 0)
        target->rounds = 1;
    counts->rounds += target->rounds - 1;
    if (target_rounds_wanted(target) > target->rounds)
        counts->missed += target->rounds_at_once - target->rounds;
}

static uint8_t how_it_reads(const struct target *target)
{
    if (target->blocking.wanted)
        return RECORD_BLOCKS;
    return target->engine.rode ? RECORD_RODE : target->engine.riding ? RECORD_RIDES : 0;
}

bool target_round(struct target *target, struct sampler_counts *counts, struct error *error)
{
    const uint64_t now_ns = clock_now_ns();
    const struct thread_round round = round_for(target, NULL, now_ns, counts);
    struct record_round record = {.time_ns = now_ns};
    int error_number = 0;
    bool any = false, new_threads = false;

    target->holder_samples = target->holder_torn = 0;
    target->rounds = 0;
    engine_begin(&target->engine, now_ns);
    sleepers_begin(&target->sleepers, target_interval_ns(target));
    put_process(target);
    if (!presence_holds(&target->presence, target->reader, &target->runtime, now_ns, error))
        return false;
    if (listing_is_due(target, now_ns))
        list_threads(target, &round);
    if (now_ns - target->named_ns >= NAMES_EVERY_MS * NS_PER_MS)
        name_threads(target, now_ns);
    for (size_t i = 0; i < target->interpreter_count; i++) {
        struct gil_shared shared;

        if (!gil_read(&target->interpreters[i], &target->runtime.layout, target->reader,
                      !target->no_gc, &shared)) {
            error_number = errno;
            new_threads = true;
            continue;
        }
        record.gil_held |= shared.gil.locked;
        record.gc_running |= shared.collecting;
        new_threads |= shared.new_threads;
        any |= round_of_interpreter(target, i, &shared, now_ns, counts, &error_number);
    }
    target->list_wanted |= new_threads;
    if (!target->list_wanted)
        target->same_threads_ns = now_ns;
    count_rounds(target, counts);
    target->gil_held = record.gil_held;
    if (target->bursts != NULL)
        thread_bursts_put(target->bursts, &round, false);
    record.riding = how_it_reads(target);
    record.slowed = target->slowed ||
                    engine_interval_ns(&target->engine) > target->engine.options.interval_ns ||
                    blocking_slows(&target->blocking);
    put_round(target, &record, counts);
    target->before_ns = now_ns;
    engine_end(&target->engine, now_ns, target->holder_samples, target->holder_torn);
    if (!any)
        return presence_after_failure(&target->presence, target->reader, &target->runtime, error_number,
                                      error);
    presence_seen(&target->presence);
    return true;
}

bool target_tend(struct target *target)
{
    return blocking_tend(&target->blocking);
}

void target_skip(struct target *target, uint64_t away_ns)
{
    const uint64_t now_ns = clock_now_ns();

    for (size_t i = 0; i < target->thread_count; i++)
        target_thread_skip(target->threads[i], away_ns, now_ns);
    if (target->round_ns != 0)
        target->round_ns = clock_least(target->round_ns + away_ns, now_ns);
    if (target->same_threads_ns != 0)
        target->same_threads_ns = clock_least(target->same_threads_ns + away_ns, now_ns);
    target->cpu_ns = process_cpu_ns(target->cpu_clock, target->has_cpu_clock);
}

void target_flush(struct target *target, struct sampler_counts *counts)
{
    const struct thread_round round = round_for(target, NULL, clock_now_ns(), counts);

    if (target->bursts != NULL)
        thread_bursts_put(target->bursts, &round, true);
    for (size_t i = 0; i < target->thread_count; i++)
        target_thread_flush(target->threads[i], &round);
}

bool target_end(struct target *target, const struct error *reason, struct sampler_counts *counts)
{
    target_flush(target, counts);
    return emit_end(target->sink, target->process, clock_now_ns(), reason);
}
