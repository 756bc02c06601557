/*
 * kernel_thread - what the kernel tells of a thread: the CPU time it had, and whether it waits.
 *
 * Keeps /proc/PID/task/TID/schedstat and …/syscall open, as opening costs far more than reading.
 * Plain data inside a target's thread; the sampler thread alone uses it.
 */
#ifndef SAMPLE_KERNEL_THREAD_H
#define SAMPLE_KERNEL_THREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct kernel_thread {
    int schedstat_fd; /* -1: not to be had */
    int syscall_fd;
};

/* Opens thread `tid` of process `pid`; what cannot be opened stays -1 and is answered with false. */
void kernel_thread_open(struct kernel_thread *thread, pid_t pid, pid_t tid);
void kernel_thread_close(struct kernel_thread *thread);

/* Its time on CPU so far, and how often it was given one (proc_pid_schedstat(), fs/proc/base.c). The time
   of a thread that is on CPU now is up to the last tick. When neither changed between two readings, and
   the thread was waiting at the first, it did not run in between. */
struct kernel_run {
    uint64_t cpu_ns;
    uint64_t turns;
};
bool kernel_thread_run(struct kernel_thread *thread, struct kernel_run *run);

/* What it waits for (proc_pid_syscall(), fs/proc/base.c). */
struct kernel_wait {
    bool running;         /* on CPU, or only waiting for one */
    bool in_futex;
    uint64_t futex;       /* the address of the word it waits on in a futex call */
};
bool kernel_thread_wait(struct kernel_thread *thread, struct kernel_wait *wait);

/* The kernel's name of a thread, cleaned, into `name` (room at least 1); "" when it is gone. */
void kernel_thread_name(pid_t pid, pid_t tid, char *name, size_t room);

#endif
