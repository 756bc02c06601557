/*
 * population - which interpreters and threads a target has, and what the threads are called.
 *
 * Brought up to date from the target's own lists: once a second, and soon after something showed that they
 * changed, but never for more than a small part of the time; so are the names. As they change under us, a thread that is not met
 * in them has no state only if they were read whole; it is gone when the kernel no longer has it, or its interpreter is.
 * Until then it may get another state, and is the same, whatever call of Python that is for. Threads are numbered in the
 * order in which they were met, the oldest first, and no number is used again.
 *
 * Plain data inside a target, which uses the first five fields. The threads are its own, and the room that
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
#include "sample/task_ids.h"

#define POPULATION_NAMES_MAX 4096u

struct population {
    struct interpreter interpreters[RUNTIME_INTERPRETERS_MAX];
    size_t interpreter_count;
    struct target_thread **threads;
    size_t thread_count;
    uint64_t *asleep_ns; /* a word for the thread at the same place, for the sleepers among them (sleepers.h); 0 at first */
    uint64_t unlisted; /* threads that there are beyond RUNTIME_THREADS_MAX, or in interpreters beyond
                          RUNTIME_INTERPRETERS_MAX; of very many, not all */

    size_t thread_room;
    uint32_t next_thread_number;
    const struct runtime *runtime;
    struct task_ids tasks;
    struct thread_source source;
    bool knows_none;
    struct interpreter interpreters_before[RUNTIME_INTERPRETERS_MAX];
    struct thread_found *found;   /* room for RUNTIME_THREADS_MAX */
    struct native_ids native_ids;
    struct interpreters_mark mark; /* of the interpreters listed, */
    uint64_t mark_asked_ns;        /* and when it was looked at last */
    size_t crowded_out;            /* threads for which there was no room since the last listing began */
    bool list_wanted;
    bool names_wanted;            /* of threads that are new */
    uint64_t listed_ns;
    uint64_t listing_ns;          /* how long that took */
    uint64_t met_ns;              /* when a thread was met last, */
    uint64_t meeting_ns;          /* and how long that took */
    uint64_t same_threads_ns;     /* when the lists of threads last had the beginnings listed */

    struct names_trail trails[RUNTIME_INTERPRETERS_MAX];
    struct thread_name *names;    /* POPULATION_NAMES_MAX: room for as many as are read of an interpreter */
    uint64_t named_ns;            /* when the last naming began, of all interpreters, */
    size_t names_left;            /* the first so many of which it has not come to yet; */
    uint64_t naming_began_ns;     /* when the last part of it did, */
    uint64_t naming_ns;           /* and how long that took */
    bool names_due;               /* of threads that were new at the last listing */
};

/* Readies a zeroed population of process `pid`, of which nothing is known yet; the reader and the runtime are
   kept. False: out of memory. What it has is freed with population_free() in either case. */
bool population_init(struct population *population, pid_t pid, struct reader *reader,
                     const struct runtime *runtime);

/* Makes the first round of the thread that has the GIL of an interpreter by a state that is not known, at `address`, which
   stands for the time since `since_ns`. Where it is among the threads: where it was, if it had another state before, or behind
   all others. .thread_count: there is none, or to meet threads would take too large a part of the time. */
size_t population_meet(struct population *population, remote_addr interpreter, remote_addr address, uint64_t since_ns,
                       const struct thread_round *round);

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
