/*
 * sleepers - which of the threads that have slept for a while are looked at in a round.
 *
 * To see that a thread still sleeps costs a system call. A few are looked at each round, as ever; of many
 * only some, in turn: each within SLEEPERS_LOOK_MS, the first time within twice that. Plain data inside a
 * target, used by the sampler thread alone.
 */
#ifndef SAMPLE_SLEEPERS_H
#define SAMPLE_SLEEPERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SLEEPERS_LOOK_MS 80u  /* since the last look at one of them; more only where rounds are rarer */
#define SLEEPERS_A_ROUND 8u   /* so many are looked at without need */

struct sleepers {
    size_t count;    /* met in this round */
    size_t looks;    /* how many more of them may be looked at in it */
    uint64_t due_ns; /* since the last look at one, when the next is due */
};

/* Begins a round of a target whose rounds are `interval_ns` apart. */
void sleepers_begin(struct sleepers *sleepers, uint64_t interval_ns);

/* Counts one that was looked at `since_ns` ago; whether it is to be looked at in this round. */
static inline bool sleepers_look(struct sleepers *sleepers, uint64_t since_ns)
{
    sleepers->count++;
    if (sleepers->looks == 0 || since_ns < sleepers->due_ns)
        return false;
    sleepers->looks--;
    return true;
}

#endif
