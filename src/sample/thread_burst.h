/*
 * thread_burst - samples of a thread from bursts: at rates at which single readings cannot be had.
 *
 * The thread with the GIL is read so, as far as it had the GIL all the while; the time since its sample
 * before is shared among the burst's samples in equal parts, and equal ones are put together (pending.h).
 * Others cannot change their Python stacks meanwhile. A thread with code objects that have to be seen
 * (naming.h), or that are met for the first time, is read by single readings for a while.
 *
 * One for a target. The sampler thread alone uses it.
 */
#ifndef SAMPLE_THREAD_BURST_H
#define SAMPLE_THREAD_BURST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "python/layout.h"

struct target_thread;
struct thread_round;

/* Bursts of so many samples, 2 or more, of threads of this layout, which is kept. NULL: out of memory. */
struct thread_bursts;
struct thread_bursts *thread_bursts_new(const struct layout *layout, uint32_t samples);
void thread_bursts_free(struct thread_bursts *bursts);

/* Reads one of the thread with the GIL. Gives the number of its samples; 0: it is to be read by a single
   reading, now. */
uint32_t thread_burst(struct thread_bursts *bursts, struct target_thread *thread,
                      const struct thread_round *round);

#endif
