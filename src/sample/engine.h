/*
 * engine - from which CPU a target's stacks are read, and what that may cost the target.
 *
 * Remote: from whatever CPU the sampler is on; the target runs meanwhile, and what changes faster than it
 * can be read is cut off (SAMPLE_TRUNCATED). Riding: from the very CPU of the thread that has the GIL,
 * which cannot run while the sampler does, so it holds still; the price is that CPU's time. It is kept
 * within a budget by riding less often. Auto: remote until more than AUTO_PERCENT of the last samples were
 * torn at first, then riding; every PROBE_EVERY rounds one is read from elsewhere, and when these show that
 * there is no need any more, remote again.
 *
 * Plain data inside a target. The sampler thread alone uses it, and it is that thread which is moved.
 */
#ifndef SAMPLE_ENGINE_H
#define SAMPLE_ENGINE_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#include "sample/kernel_thread.h"

enum engine_kind { ENGINE_AUTO, ENGINE_REMOTE, ENGINE_RIDE, ENGINE_KINDS };

struct engine_options {
    enum engine_kind kind;
    double budget;        /* of one CPU's time, that riding may take: 0.02 is 2 % */
    uint64_t interval_ns; /* the sampler's, as asked for */
};

struct engine {
    struct engine_options options;
    bool riding;
    bool unable;              /* it may not run where the target does */
    bool probing;             /* this round is read from elsewhere, to see how that would be */
    cpu_set_t home;           /* where the thread may run when it does not ride */
    bool has_home;
    bool is_held;             /* on one CPU, or away from one */
    int cpu;                  /* on which one; -1: none */
    uint64_t rounds;
    bool rode;                /* in this round */
    uint64_t cpu_before_ns;   /* of the sampler thread, when it began to take that CPU's time in this round */
    uint64_t cost_ns;         /* of one round while it rides, on average lately */

    uint64_t since_ns;        /* the samples counted here are since then */
    uint64_t samples, torn;
    unsigned probes, probes_torn;
};

void engine_init(struct engine *engine, const struct engine_options *options);

/* Begins a round at `now_ns`. */
void engine_begin(struct engine *engine, uint64_t now_ns);

/* Moves this thread to the CPU on which `thread` runs, if it is to ride in this round; false when it is
   not, or that is not to be had. */
bool engine_ride(struct engine *engine, struct kernel_thread *thread);

/* After the stack of the thread that has the GIL was read: whether that was from elsewhere to see how
   that would be, and it was torn, so that it is to be ridden along with in this round after all. */
bool engine_probed(struct engine *engine, bool torn);

/* Ends it: how many samples there were of threads that had the GIL, and how many of these were torn,
   whether or not they were proven when they were read again: that shows what held still by then, which is
   not what the thread does most. */
void engine_end(struct engine *engine, uint64_t now_ns, uint64_t samples, uint64_t torn);

/* What it rode along with is gone: lets this thread run where it did before. */
void engine_leave(struct engine *engine);

/* How far apart rounds are to be: what was asked for, or more where riding would cost too much. */
uint64_t engine_interval_ns(const struct engine *engine);

#endif
