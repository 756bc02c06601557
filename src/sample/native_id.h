/*
 * native_id - what the kernel calls threads of which Python does not tell that, as to 3.10, or tells what it was in the
 * process that this one was forked off from: a fork by C code, without PyOS_AfterFork_Child() (Modules/posixmodule.c),
 * leaves PyThreadState.native_thread_id as it was, and in 3.11.0 and 3.11.1 so does any (gh-100649).
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
#include "sample/task_ids.h"

struct native_ids {
    struct task_ids *tasks;
    struct reader *reader;
    bool told;       /* Python tells them: from 3.11 on */
    bool mistold;    /* of some thread it told a wrong one */
    uint32_t offset; /* of the id in the threads' own structures; 0: not known */
    bool sure;       /* it was found with more than one thread */
    bool learned;    /* it was looked for in the threads found */
    const struct thread_found *found;
    size_t count;
};

/* Takes note of the threads that were found in a list; `found` is kept until the next time. */
void native_ids_begin(struct native_ids *ids, const struct thread_found *found, size_t count);

/* Finds the id, in its innermost PID namespace, of one of the threads found, where Python does not tell it;
   0: not known. */
void native_id_find(struct native_ids *ids, struct thread_found *thread);

/* Where Python tells of one of the threads found what is no task of the process, and its own structure tells that it is the
   main thread, takes that; false: there is nothing to correct. */
bool native_id_correct(struct native_ids *ids, struct thread_found *thread);

#endif
