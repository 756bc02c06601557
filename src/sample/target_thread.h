/*
 * target_thread - one thread of a target: its stack, its state, and the sample that stands for it now.
 *
 * A thread that waits on a proven stack is not read again before it ran: its last sample is put again with
 * the time that it went on standing for, which is held back for a while. One that has slept for long need not
 * even be looked at in each round (sleepers.h): what is found at the next look stands for the time since the
 * last, as chance has it; but where it was not by chance, as the thread has the GIL or can have had it, its old stack
 * stands for all but the last round. The sampler thread alone uses it.
 */
#ifndef SAMPLE_TARGET_THREAD_H
#define SAMPLE_TARGET_THREAD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/clock.h"
#include "python/code.h"
#include "python/runtime.h"
#include "sample/blocking.h"
#include "sample/cpu_time.h"
#include "sample/engine.h"
#include "sample/gil.h"
#include "sample/kernel_thread.h"
#include "sample/naming.h"
#include "sample/record.h"
#include "sample/sink.h"
#include "sample/task_ids.h"
#include "sample/walk.h"

#define THREAD_NAME_ROOM 256u

struct target_thread {
    /* What each round looks at, of threads that it passes too: one line of the CPU's cache, up to found.address. */
    remote_addr interpreter;        /* whose thread it is */
    uint64_t sampled_ns;            /* when its time was accounted for last */
    uint64_t waiting_ns;            /* since when it is waiting */
    uint64_t left_out_from;         /* which round it was the first to be left out of, as of its last visit; 0: none */
    uint32_t passed;                /* rounds since then in which it was taken to go on so, unseen */
    uint8_t state;                  /* enum thread_state, when it was looked at last */
    bool waiting;                   /* it was waiting then, on the stack held */
    bool stale;                     /* its thread state is gone: list the threads anew */
    bool ended;                     /* the kernel no longer has it, or its interpreter is gone */
    uint64_t gil_switches;          /* of the GIL that it waits for, when it was last known to wait, */
    uint64_t waited_ns;             /* which was then, unseen */
    struct thread_found found;      /* of one without a state, what the last was, but .address is STATE_NONE */

    uint64_t stateless_ns;          /* since when it is without */
    bool looked;                    /* its last look gave a sample, which could go on standing */
    bool was_torn;                  /* at the last sample, its stack was at first, which holding still would help */
    uint32_t rounds;                /* that its last look was for: more than 1 in a burst */
    uint64_t known_ns;              /* since when it is known */
    int64_t interpreter_id;         /* of its interpreter: 0 is the main one */
    struct target_thread *outer;    /* states of the same thread in the interpreters with the next lower */
    struct target_thread *inner;    /* and the next higher id; NULL: none */
    uint32_t number;
    pid_t tid;
    bool announced;                 /* its definition was put, and not its end, */
    bool renamed;                   /* but it has another name since */
    bool named;                     /* by the naming under way */
    bool seen;                      /* by the listing under way */
    struct walk *walk;
    struct kernel_thread kernel;
    struct cpu_time cpu;
    struct naming naming;
    struct record_frame *frames;    /* of the held sample: RECORD_DEPTH_MAX */
    char name[THREAD_NAME_ROOM];
    struct record_sample held;      /* not put yet when .rounds > 0; last, as its type has a tail */
};

/* Where no thread state is. */
#define STATE_NONE remote_at(UINT64_MAX)

/* What the threads of a target share; it stays the target's. */
struct thread_source {
    struct task_ids *tasks;
    struct reader *reader;
    const struct layout *layout;
    struct walk_room *room;
};

struct thread_round;

/* Opens what is needed of a thread just found, which was not there before `born_ns`: its time is counted from then on,
   but from no round before the last one, as what it did then nobody saw; its CPU time is. NULL: out of memory, or the
   kernel has no such thread (any more), whose state its end may have left behind. */
struct target_thread *target_thread_new(const struct thread_source *source,
                                        const struct thread_found *found, uint32_t number,
                                        uint64_t born_ns, const struct thread_round *round);
void target_thread_free(struct target_thread *thread);

struct thread_bursts;
struct thread_round {
    struct sink *sink;
    uint16_t process;
    uint32_t rounds;    /* that this one is for, to a thread without the GIL: as many as the burst of the
                           one that has it */
    struct reader *reader;
    const struct layout *layout;
    struct code_table *codes;
    const struct gil_now *gil;
    struct engine *engine;
    struct thread_bursts *bursts; /* NULL: stacks are read one by one */
    struct pending *pending;
    struct blocking *blocking;
    uint64_t number;    /* how many were made before it, and one */
    uint64_t now_ns;
    uint64_t before_ns; /* when the round before was; 0: there was none */
    uint64_t until_ns; /* when it has to be over; a stack that takes longer to name is lost */
    struct sampler_counts *counts;
    bool native_markers;
};

/* Makes one of a thread just met with the GIL, which is taken to have it since `since_ns`, and its first round with
   it: it may have ended when that is over. NULL: it did before, or out of memory. */
struct target_thread *target_thread_meet(const struct thread_source *source, const struct thread_found *found,
                                         uint32_t number, uint64_t since_ns, const struct thread_round *round);

/* Its thread state is gone. As long as the kernel has it, and there is no doubt whether it is this one, it may get another
   one: who calls into Python from C gets one each time (PyGILState_Ensure()). Until then it is told without frames, as who
   has called nothing; else it ended. */
void target_thread_lose_state(struct target_thread *thread, const struct thread_round *round);

/* It was found with another state, which the round after this is of: what it did up to `until_ns` it did before that. False:
   it ended, and what was found is of another. */
bool target_thread_take_state(struct target_thread *thread, const struct thread_found *found, uint64_t until_ns,
                              const struct thread_round *round);

/* One round of one thread. False only when nothing could be read of it, with errno. */
bool target_thread_round(struct target_thread *thread, const struct thread_round *round);

/* Whether Python has no state of it any more, though the kernel has it, as far as is known. */
static inline bool target_thread_is_stateless(const struct target_thread *thread)
{
    return remote_equal(thread->found.address, STATE_NONE);
}

static inline bool target_thread_has_state(const struct target_thread *thread)
{
    return !thread->ended && !target_thread_is_stateless(thread);
}

static inline bool target_thread_holds_gil(const struct target_thread *thread, const struct gil_now *gil)
{
    return gil->locked && remote_equal(gil->holder, thread->found.address);
}

/* These are asked of each of maybe hundreds of threads in each round. */

/* Whether it has waited for so long that it need not be looked at in each round; it has not got the GIL. Or has been without
   a state for so long: whatever it does then, it is not Python. */
static inline bool target_thread_sleeps(const struct target_thread *thread, const struct thread_round *round)
{
    const uint64_t after_ns = 100 * NS_PER_MS;
    const bool stateless = target_thread_is_stateless(thread);
    const uint64_t since_ns = stateless ? thread->stateless_ns : thread->waiting_ns;

    return (thread->waiting || stateless) && !thread->ended && !thread->stale &&
           round->now_ns - since_ns >= after_ns &&
           !target_thread_holds_gil(thread, round->gil);
}

/* Whether it need not be looked at in this round as it was a moment ago, where rounds are made as often as in
   bursts: without the GIL its Python stack stands. */
static inline bool target_thread_stands(const struct target_thread *thread, const struct thread_round *round)
{
    const uint64_t for_ns = NS_PER_MS;

    return round->bursts != NULL && thread->looked && !thread->ended && !thread->stale &&
           thread->state != THREAD_HAS_GIL && !target_thread_holds_gil(thread, round->gil) &&
           round->now_ns - thread->sampled_ns < for_ns;
}

/* Whether it has the GIL, or had it last, by a state that it has in another interpreter. */
static inline bool target_thread_had_gil_elsewhere(const struct target_thread *thread, const struct gil_now *gil)
{
    bool had = false;

    for (const struct target_thread *outer = thread->outer; outer != NULL; outer = outer->outer)
        had |= remote_equal(gil->holder, outer->found.address);
    for (const struct target_thread *inner = thread->inner; inner != NULL; inner = inner->inner)
        had |= remote_equal(gil->holder, inner->found.address);
    return had;
}

/* Whether it is known to wait for the GIL still: it did at its last look, and the GIL has been given to nobody else
   since then, or once, to the one that had it last. */
static inline bool target_thread_waits_for_gil(struct target_thread *thread, const struct thread_round *round)
{
    const uint64_t look_ns = 50 * NS_PER_MS; /* after so long a look is taken all the same */
    const struct gil_now *gil = round->gil;

    if (thread->state != THREAD_WAIT_GIL || !thread->waiting || thread->ended || thread->stale ||
        remote_equal(gil->holder, thread->found.address) || target_thread_had_gil_elsewhere(thread, gil) ||
        gil->switches - thread->gil_switches > 1 || round->now_ns - thread->sampled_ns >= look_ns)
        return false;
    thread->gil_switches = gil->switches;
    thread->waited_ns = round->now_ns;
    return true;
}

/* Whether it is known for long enough to be ridden along with: to get to the CPU of one that is new may take longer than
   it lives, or keeps the GIL. */
static inline bool target_thread_may_ride(const struct target_thread *thread, const struct thread_round *round)
{
    const uint64_t after_ns = 20 * NS_PER_MS;

    return round->now_ns - thread->known_ns >= after_ns;
}

/* Takes it to go on so in this round, without a look. Its next sample, or the one held if it has the GIL
   then, stands for that time. */
static inline void target_thread_pass(struct target_thread *thread, const struct thread_round *round)
{
    thread->passed += round->rounds;
}

/* And in the rounds after this one, up to that in which it comes back. */
static inline void target_thread_leave_out(struct target_thread *thread, const struct thread_round *round)
{
    thread->left_out_from = round->number + round->rounds;
}

static inline void target_thread_come_back(struct target_thread *thread, const struct thread_round *round)
{
    if (thread->left_out_from != 0)
        thread->passed += (uint32_t)(round->number - thread->left_out_from);
    thread->left_out_from = 0;
}

/* Counts nothing of the last `away_ns`, in which nobody looked: not the time, nor the CPU time. */
void target_thread_skip(struct target_thread *thread, uint64_t away_ns, uint64_t now_ns);

/* Its name, clean and shorter than THREAD_NAME_ROOM, is told with its next sample. */
void target_thread_rename(struct target_thread *thread, const char *name);

/* For thread_burst.c: puts a sample of it, also telling on the thread where need be; false: there was no
   room. */
bool target_thread_put(struct target_thread *thread, const struct thread_round *round,
                       const struct record_sample *sample, const struct record_frame *frames);

/* Puts the held sample, if there is one, for all its time up to now. */
void target_thread_flush(struct target_thread *thread, const struct thread_round *round);

/* It is over, as the kernel no longer has it, or its state is another's: puts what is held back of it, and its end.
   False: there was no room for that, and it is to be called again. */
bool target_thread_end(struct target_thread *thread, const struct thread_round *round);

#endif
