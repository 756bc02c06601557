/*
 * task_ids - by which ids we know the threads of a process that tells those of its own PID namespace.
 *
 * Where that is ours, they are the same. Else the kernel tells each thread's ids (NSpid of /proc/PID/task/TID/status),
 * which is read of all threads at once, since one can be found by its own id in no other way.
 *
 * Plain data inside a population; the sampler thread alone uses it.
 */
#ifndef SAMPLE_TASK_IDS_H
#define SAMPLE_TASK_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct task_id {
    pid_t inner; /* in its innermost PID namespace */
    pid_t outer; /* in ours */
};

struct task_ids {
    pid_t pid;
    bool nested;          /* in a PID namespace below ours */
    struct task_id *list; /* of the threads when they were read last, by .inner */
    size_t count, room;
    bool current;         /* they were read since task_ids_age() */
};

/* Those of process `pid`. Freed with task_ids_free(). */
struct task_ids task_ids_of(pid_t pid);
void task_ids_free(struct task_ids *ids);

/* Threads that are asked for from here on may have come since they were read. */
void task_ids_age(struct task_ids *ids);

/* The id that we know the thread by which its innermost PID namespace knows as `inner`; 0: there is none. Where the
   process is not nested, whether there is one is not asked. Reads those of all threads when it has not got this one, but
   only once after task_ids_age(). */
pid_t task_ids_find(struct task_ids *ids, pid_t inner);

#endif
