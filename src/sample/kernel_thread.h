/*
 * kernel_thread - what the kernel tells of a thread: the CPU time it had, and whether it waits.
 *
 * Keeps /proc/PID/task/TID/schedstat and …/syscall open, as opening costs far more than reading; when
 * few descriptors are left, it opens them each time instead. Plain data inside a target's thread; the
 * sampler thread alone uses it.
 */
#ifndef SAMPLE_KERNEL_THREAD_H
#define SAMPLE_KERNEL_THREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct kernel_file {
    int fd;     /* -1: not kept open */
    bool there; /* this kernel has such a file */
};

struct kernel_thread {
    pid_t pid, tid;
    struct kernel_file schedstat, syscall;
    struct kernel_file stat; /* taken up when it is first asked for */
};

#define KERNEL_THREAD_NONE                                                                         \
    ((struct kernel_thread){                                                                       \
        .schedstat = {-1, false}, .syscall = {-1, false}, .stat = {-1, false}})

/* Whether process `pid` lives in a PID namespace below ours, where threads have other ids. */
bool kernel_threads_are_nested(pid_t pid);

/* The id of thread `tid` of process `pid` in its innermost PID namespace; 0: it is gone, or that is not told. */
pid_t kernel_thread_innermost_id(pid_t pid, pid_t tid);

/* Takes up thread `tid` of process `pid`; false when there is none. */
bool kernel_thread_open(struct kernel_thread *thread, pid_t pid, pid_t tid);
void kernel_thread_close(struct kernel_thread *thread);

/* Whether kernel_thread_run() goes on to be about this one when its id is given to another: then it tells that it ended. */
bool kernel_thread_is_held(const struct kernel_thread *thread);

/* Whether errno after a question that was not answered says that the thread ended. */
bool kernel_thread_ended(int error_number);

/* The questions: false when the kernel does not tell, with errno. */

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

/* The CPU on which it runs, or ran last: field 39 of its stat (proc_pid_stat(5)); -1: not told. */
int kernel_thread_cpu(struct kernel_thread *thread);

/* The kernel's name of a thread, cleaned, into `name` (room at least 1); "" when it is gone. */
void kernel_thread_name(pid_t pid, pid_t tid, char *name, size_t room);

#endif
