/*
 * aside - keeps this thread off the CPU of the one that it reads from elsewhere.
 *
 * Where a thread that sleeps now and then is on the same CPU, each round takes that from it as it runs, or waits for it to sleep,
 * and then it is found asleep more often than it is. Neither has to be while another CPU is free, but not every machine's kernel
 * sees to that: one that takes no two CPUs for near to each other lets both stay where they were. So it is looked now and then
 * where the thread runs, and if that is here, this one goes elsewhere, and is held off that CPU up to the next round: the timer
 * that it waits for is there, and would bring it back. Then it goes on as the kernel wants, on the CPUs that are its own at that
 * time. Where they meet again and again, as all CPUs are busy, it is looked more rarely.
 *
 * Plain data inside a target; the sampler thread alone uses it.
 */
#ifndef SAMPLE_ASIDE_H
#define SAMPLE_ASIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "sample/kernel_thread.h"

struct aside {
    uint64_t look_ns;  /* when to look; 0: it is not known yet */
    uint64_t pause_ns; /* from the last look to that */
    bool met;          /* both were on one CPU then */
};

/* At the end of a round at `now_ns` in which `thread` ran: looks, if it is time to. This thread is not to be held on a CPU, and
   where it is held off one after that, engine_begin() ends it. */
void aside_look(struct aside *aside, struct kernel_thread *thread, uint64_t now_ns);

#endif
