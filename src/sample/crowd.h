/*
 * crowd - a round over the threads of an interpreter: in which order, and which of them need no look.
 *
 * The thread that has the GIL comes first, then the others. Those known to go on as they were are passed, and of many that
 * sleep most are left out altogether (sleepers.h). Plain data inside a target; the sampler thread alone uses it.
 */
#ifndef SAMPLE_CROWD_H
#define SAMPLE_CROWD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory/address.h"
#include "sample/population.h"
#include "sample/sleepers.h"
#include "sample/target_thread.h"

struct crowd {
    struct sleepers sleepers;
    size_t resume;           /* the thread at which rounds begin: where one was cut last */
    size_t last_holder;      /* which one had the GIL in the last round */
    uint64_t switches;       /* how often the GIL had gone to another thread by then, */
    uint64_t switched_ns;    /* and when it was first seen that it had */
    uint64_t holder_samples; /* of the round's threads that had the GIL, */
    uint64_t holder_torn;    /* and of these the torn ones */
    uint64_t told_ns;        /* the last round after which nothing is missing of who had the GIL; 0: there was none */
    size_t runner;           /* in this round, the first that was seen to run Python, and may be ridden with; SIZE_MAX: none was */
    size_t met;              /* in this round, the thread that was met, and needs no other look */
    bool lists_changed;      /* in this round, something showed that the target's lists did */
};

/* Begins a round, at `now_ns`, of a target whose rounds are `interval_ns` apart. `in_bursts`: they are made some at once. */
void crowd_begin(struct crowd *crowd, const struct population *population, uint64_t now_ns, uint64_t interval_ns,
                 bool in_bursts);

/* Another program's threads are in the places of those that were known. */
void crowd_leave(struct crowd *crowd);

/* The threads of an interpreter, up to round->until_ns; one that has the GIL and is not in the population yet comes into
   it. Whether any could be read, or need not be; else with errno in `*error_number`. round->rounds is for how many
   rounds a look at a thread without the GIL is, and becomes how many there were. */
bool crowd_round(struct crowd *crowd, struct population *population, remote_addr interpreter,
                 struct thread_round *round, int *error_number);

#endif
