/*
 * sleepers - which of the threads that have slept for a while are looked at in a round.
 *
 * To see that a thread still sleeps costs a system call, and one of the dearer ones, as what the kernel has of each is cold.
 * So only some are looked at in a round, in turn: one, or as many as it takes to look at each within SLEEPERS_LOOK_MS, the
 * first time within twice that. While the GIL goes to no other thread, none but the one that had it last can have run any
 * Python: then each is looked at within SLEEPERS_QUIET_LOOK_MS, and not much sooner. Where there are hundreds, even to ask
 * each of them costs, as each is on a page of its own: which of them sleep, and since when, is kept apart. Plain data inside
 * a target, used by the sampler thread alone; what it knows of threads is by their places in a list.
 */
#ifndef SAMPLE_SLEEPERS_H
#define SAMPLE_SLEEPERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SLEEPERS_LOOK_MS 80u  /* since the last look at one of them; more only where rounds are rarer */
#define SLEEPERS_QUIET_LOOK_MS 250u

struct sleepers {
    size_t count;    /* met in this round, and left out */
    size_t looks;    /* how many more of them may be looked at in it */
    uint64_t due_ns; /* since the last look at one, when the next is due */
    bool leaves_out;
    uint64_t *looked_ns; /* of the thread at a place in the list, when it was looked at last, if it slept then; else 0 */
};

/* Begins a round of a target whose rounds are `interval_ns` apart, over a list of `threads`. What is known of them is in
   `looked_ns`, which stays the list's: 0 for those that are new in it. `quiet`: the GIL has gone to no other thread for
   SLEEPERS_LOOK_MS. Unless `may_leave_out`, all of them are to be asked. */
void sleepers_begin(struct sleepers *sleepers, uint64_t interval_ns, uint64_t *looked_ns, size_t threads, bool quiet,
                    bool may_leave_out);

/* Counts one that was looked at `since_ns` ago; whether it is to be looked at in this round. */
static inline bool sleepers_look(struct sleepers *sleepers, uint64_t since_ns)
{
    sleepers->count++;
    if (sleepers->looks == 0 || since_ns < sleepers->due_ns)
        return false;
    sleepers->looks--;
    return true;
}

/* Whether the thread at a place is known to sleep; `*look`: and is to be looked at in this round. */
static inline bool sleepers_know(struct sleepers *sleepers, size_t place, uint64_t now_ns, bool *look)
{
    if (!sleepers->leaves_out || sleepers->looked_ns[place] == 0)
        return false;
    *look = sleepers_look(sleepers, now_ns - sleepers->looked_ns[place]);
    return true;
}

/* Takes note of when the thread at a place was looked at, if it sleeps; else 0. Whether it is known from now on. */
static inline bool sleepers_note(struct sleepers *sleepers, size_t place, uint64_t looked_ns)
{
    if (sleepers->leaves_out)
        sleepers->looked_ns[place] = looked_ns;
    return sleepers->leaves_out && looked_ns != 0;
}

#endif
