/*
 * native_id - what the kernel calls threads of which Python does not tell that: to 3.10.
 *
 * Python has pthread_self() of each thread, which in glibc and musl is where the thread's own structure is,
 * and in that stands the thread's id. At which offset depends on the C library and the machine: it is where
 * each thread has the id of a task of the process, and no two the same. Offsets known from the sources are
 * tried before all others. An id read there later has to be that of a task, too.
 *
 * Plain data inside a population; the sampler thread alone uses it.
 */
#ifndef SAMPLE_NATIVE_ID_H
#define SAMPLE_NATIVE_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "memory/reader.h"
#include "python/runtime.h"

struct native_ids {
    pid_t pid;
    bool nested;     /* in a PID namespace below ours */
    struct reader *reader;
    uint32_t offset; /* of the id; 0: not known */
    bool sure;       /* it was found with more than one thread */
};

/* Looks for the offset in the structures of `count` threads, of which some may be the same. Does nothing when
   it is known for sure. */
void native_ids_learn(struct native_ids *ids, const struct thread_found *threads, size_t count);

/* The id, in its innermost PID namespace, of the thread whose pthread_self() this is; 0: not known. */
pid_t native_id_of(const struct native_ids *ids, uint64_t ident);

#endif
