/*
 * blocking - stops the thread that has the GIL while its stack is read (--blocking), and counts what that
 * costs it.
 *
 * Only that thread: no other one can run Python, so their stacks stand anyway. And only while it runs:
 * where it sleeps, its stack stands, too, and stopping it could end the system call that it sleeps in. It
 * is held within one call of target_thread_round(), for HOLD_MAX_MS at most, and never for more than half
 * of the time: after each hold it runs for at least as long.
 *
 * Plain data inside a target. The sampler thread alone uses it, as ptrace(2) is that of the thread that
 * seized; when that thread ends, in whatever way, the kernel lets go what it held.
 */
#ifndef SAMPLE_BLOCKING_H
#define SAMPLE_BLOCKING_H

#include <stdbool.h>
#include <stdint.h>

#include "memory/stop.h"
#include "sample/kernel_thread.h"
#include "sample/record.h"

struct blocking {
    bool wanted;
    pid_t pid;         /* whose threads */
    uint64_t asked_ns; /* the interval that was asked for */
    struct stopper stopper;
    uint64_t hold_ns;  /* how long a thread is held in one round, on average lately */
    uint64_t rest_ns;  /* it must not be stopped before */
};

/* Stops `thread` if that is wanted and of use; true: it stands until blocking_release(). That it could
   not be stopped is counted. */
bool blocking_stop(struct blocking *blocking, struct kernel_thread *thread, struct sampler_counts *counts);

/* Lets it go. Nothing where it is not held. */
void blocking_release(struct blocking *blocking, struct sampler_counts *counts);

/* Until when what is read of a thread that is held from now on has to be read. */
uint64_t blocking_until_ns(void);

/* How far apart rounds are to be so that it is held for no more than half of the time; what was asked
   for, or more. */
uint64_t blocking_interval_ns(const struct blocking *blocking);

/* Whether that is more. */
bool blocking_slows(const struct blocking *blocking);

/* Lets a thread go that stopped too late, and counts what that cost; true while it did not stop yet. To be called each
   millisecond then. */
bool blocking_tend(struct blocking *blocking, struct sampler_counts *counts);

/* Takes over, from one whose target ended, the thread that is late, if there is one and it is of the same process:
   until it is let go, no other one of that may be stopped (stop.h). */
void blocking_take_over(struct blocking *blocking, struct blocking *left);

#endif
