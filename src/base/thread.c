#include "base/thread.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/thread_attributes.h"

enum { SLICE_NS = 100000 };

/* What a thread does wrong is told to itself: blocked, it would end the program without the handler
   that puts the terminal back (force_sig_info_to_task(), kernel/signal.c). */
static const int OWN_FAULTS[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT};

/* All other signals are the main thread's. */
static sigset_t signals_of_others(void)
{
    sigset_t signals;

    sigfillset(&signals);
    for (size_t i = 0; i < sizeof OWN_FAULTS / sizeof OWN_FAULTS[0]; i++)
        sigdelset(&signals, OWN_FAULTS[i]);
    return signals;
}

bool thread_start(pthread_t *thread, void *(*run)(void *argument), void *argument, const char *what,
                  struct error *error)
{
    const sigset_t blocked = signals_of_others();
    sigset_t before;
    int failure;

    pthread_sigmask(SIG_SETMASK, &blocked, &before);
    failure = pthread_create(thread, NULL, run, argument);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failure == 0)
        return true;
    return error_set(error, ERROR_SYSTEM, "could not start the %s thread: %s", what,
                     strerror(failure));
}

/* A thread that wakes up takes the place of one that runs only if its slice is the shorter one (PREEMPT_SHORT,
   kernel/sched/features.h of 6.12): else it waits for that one's slice to be over, or until it sleeps. The runtime of a
   thread of no real-time policy is its slice, 0.1 ms at least (__setparam_fair(), kernel/sched/syscalls.c). */
void thread_run_soon(void)
{
    struct thread_attributes attributes = {0};

    if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0 || attributes.policy != SCHED_OTHER)
        return;
    attributes.runtime_ns = SLICE_NS;
    syscall(SYS_sched_setattr, 0, &attributes, 0);
}

bool thread_join_soon(pthread_t thread, sem_t *done, unsigned patience_ms)
{
    const uint64_t until_ns = clock_now_ns() + patience_ms * NS_PER_MS;
    const struct timespec until = clock_timespec(until_ns);

    while (sem_clockwait(done, CLOCK_MONOTONIC, &until) != 0)
        if (errno != EINTR)
            return false;
    pthread_join(thread, NULL);
    return true;
}
