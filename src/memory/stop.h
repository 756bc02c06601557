/*
 * stop - holds one thread of another process still for a moment, by ptrace(2).
 *
 * The thread is seized, interrupted and let go each time, so that it is traced no longer than it stands.
 * Without PTRACE_O_EXITKILL the kernel lets it go, too, when the thread that holds it ends, however that
 * comes about (exit_ptrace(), kernel/ptrace.c of Linux 6.1). A signal that it was about to take goes on its
 * way; a process that was stopped by a signal stays so.
 *
 * One thread at a time: who execs waits, with its process's cred_guard_mutex held, until each other thread
 * has ended and its tracer has taken note of that; a tracer that seizes one more thread of the process
 * meanwhile waits for that mutex, and so both for ever (de_thread(), fs/exec.c; ptrace_attach(),
 * kernel/ptrace.c).
 *
 * A stopper is plain data. It belongs to the thread that uses it first, as ptrace does. Where every thread
 * of this process blocks SIGCHLD, which is sent when the thread has stopped, it is used to wait; else it is
 * looked each millisecond.
 */
#ifndef MEMORY_STOP_H
#define MEMORY_STOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct stopper {
    pid_t tid;         /* the thread that is traced; 0: none */
    bool stands;       /* it was seen to have stopped */
    int signal;        /* that it was about to take; 0: none */
    uint64_t going_ns; /* until when it was not seen to stand */
};

/* Says, before anybody is stopped, that the end of this process, a child of ours, is left to be waited for. */
void stopper_leave_end(pid_t child);

enum stop_result {
    STOP_STANDS,  /* it stands still: stopper_release() is due */
    STOP_LATE,    /* it did not stop within STOPPER_PATIENCE_MS, or the one before was not let go: stopper_look() is due */
    STOP_ENDED,   /* there is no such thread any more */
    STOP_REFUSED, /* somebody else traces it, or the kernel does not let us; errno says which */
};

#define STOPPER_PATIENCE_MS 20u

/* Stops thread `tid`. A system call that it sleeps in can end early with EINTR by that (signal(7),
   "Interruption of system calls"): it is for threads that run. */
enum stop_result stopper_stop(struct stopper *stopper, pid_t tid);

/* Lets the thread that stands go on; gives for how long it stood, at most: since the last look at which it did not.
   If it was killed meanwhile, its end is taken note of, or by stopper_look() when that takes longer than
   STOPPER_PATIENCE_MS. */
uint64_t stopper_release(struct stopper *stopper);

/* Looks after a thread that was late: STOP_LATE while it does not stand, then STOP_STANDS, or STOP_ENDED, as where
   there is none, which costs nothing. While there is one, call it every millisecond or so: that is how long it then
   stands. */
enum stop_result stopper_look(struct stopper *stopper);

#endif
