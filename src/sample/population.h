/*
 * population - which interpreters and threads a target has, and what the threads are called.
 *
 * Brought up to date from the target's own lists: once a second, and soon after something showed that they
 * changed, but never for more than a small part of the time. As they change under us, a thread that is not met
 * in them is gone only if they were read whole, or the kernel no longer has it. Threads are numbered in the
 * order in which they were met, the oldest first, and no number is used again.
 *
 * Plain data inside a target, which reads the first four fields. The threads are its own, and the room that
 * their walks share; the reader and the runtime stay the target's. Made by any thread, then used by one, the
 * sampler's.
 */
#ifndef SAMPLE_POPULATION_H
#define SAMPLE_POPULATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "memory/reader.h"
#include "python/names.h"
#include "python/runtime.h"
#include "sample/native_id.h"
#include "sample/target_thread.h"

struct population {
    struct interpreter interpreters[RUNTIME_INTERPRETERS_MAX];
    size_t interpreter_count;
    struct target_thread **threads;
    size_t thread_count;
    uint32_t changes; /* another number whenever a place in `threads` is another one's */

    size_t thread_room;
    uint32_t next_thread_number;
    const struct runtime *runtime;
    struct thread_source source;
    bool knows_none;
    struct interpreter interpreters_before[RUNTIME_INTERPRETERS_MAX];
    struct thread_found *found;   /* room for RUNTIME_THREADS_MAX */
    struct native_ids native_ids; /* where Python does not tell them */
    bool list_wanted;
    uint64_t listed_ns;
    uint64_t listing_ns;          /* how long that took */
    uint64_t same_threads_ns;     /* when the lists of threads last had the beginnings listed */

    struct names_trail trails[RUNTIME_INTERPRETERS_MAX];
    struct thread_name *names;    /* room for as many as are read of an interpreter */
    uint64_t named_ns;
};

/* Readies a zeroed population of process `pid`, of which nothing is known yet; the reader and the runtime are
   kept. False: out of memory. What it has is freed with population_free() in either case. */
bool population_init(struct population *population, pid_t pid, struct reader *reader,
                     const struct runtime *runtime);

/* Puts what is held back of each thread, and its end, as far as there is room, and forgets it. */
void population_end(struct population *population, const struct thread_round *round);

/* Also of a zeroed one. */
void population_free(struct population *population);

/* At the beginning of a round: reads the lists, and the names, as far as that is due. Of a thread that
   is gone it puts what is held back, and its end, and frees it; its place may be another's then. */
void population_update(struct population *population, const struct thread_round *round);

/* At the end of a round that began at `now_ns`: whether something showed that the lists changed. */
void population_looked(struct population *population, bool changed, uint64_t now_ns);

/* Counts nothing of the last `away_ns`, in which nobody looked. */
void population_skip(struct population *population, uint64_t away_ns, uint64_t now_ns);

#endif
