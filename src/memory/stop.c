#include "memory/stop.h"

#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>

#include "base/clock.h"

enum {
    QUICK_LOOKS = 40, /* at whether it stands, one after the other: a thread on another CPU takes some µs */
    WAIT_US = 1000,   /* for SIGCHLD, before each further one: it may need this very CPU to stop */
};

enum seen { SEEN_GOING, SEEN_STANDING, SEEN_ENDED };

static pid_t left_child; /* set before the thread begins that stops others */

void stopper_leave_end(pid_t child)
{
    left_child = child;
}

/* As waitpid() does for a thread that is traced, but for the end of a child, which is left to be waited for. */
static pid_t wait_for_child(pid_t tid, int *status)
{
    siginfo_t info = {0};

    if (waitid(P_PID, (id_t)tid, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) != 0)
        return -1;
    *status = 0;
    if (info.si_pid != 0 && info.si_code != CLD_TRAPPED && info.si_code != CLD_STOPPED)
        return tid;
    if (waitid(P_PID, (id_t)tid, &info, WSTOPPED | WNOHANG | __WALL) != 0)
        return -1;
    *status = info.si_status << 8 | 0x7f; /* as wait(2) has it for who stopped */
    /* One that another thread's exec gave the id to is our child, and not traced. It does no harm to ask twice. */
    if (info.si_pid == 0 && ptrace(PTRACE_INTERRUPT, tid, NULL, NULL) != 0 && errno == ESRCH) {
        errno = ECHILD;
        return -1;
    }
    return info.si_pid;
}

/* Asks the kernel what became of the thread, and takes note of it. */
static enum seen look(struct stopper *stopper)
{
    int status;
    const pid_t tid = stopper->tid == left_child ? wait_for_child(stopper->tid, &status)
                                                 : waitpid(stopper->tid, &status, __WALL | WNOHANG);

    if (tid == 0 || (tid < 0 && errno == EINTR))
        return SEEN_GOING;
    /* ECHILD: another thread's exec ended it, and took its id if it was the first one. */
    if (tid < 0 || !WIFSTOPPED(status)) {
        *stopper = (struct stopper){0};
        return SEEN_ENDED;
    }
    /* At PTRACE_EVENT_STOP, which is ours or a stop by a signal, it is not about to take any. */
    stopper->signal = status >> 16 == 0 ? WSTOPSIG(status) : 0;
    stopper->stands = true;
    return SEEN_STANDING;
}

/* Looks until it stands or ended, or the time is over. */
static enum seen await(struct stopper *stopper)
{
    const struct timespec most = {0, WAIT_US * (long)NS_PER_US};
    const uint64_t until_ns = clock_now_ns() + STOPPER_PATIENCE_MS * NS_PER_MS;

    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    for (unsigned looks = 1;; looks++) {
        const uint64_t now_ns = clock_now_ns();
        const enum seen seen = look(stopper);

        if (seen != SEEN_GOING || now_ns >= until_ns)
            return seen;
        stopper->going_ns = now_ns;
        if (looks >= QUICK_LOOKS)
            sigtimedwait(&signals, NULL, &most);
    }
}

/* Lets a thread that stands go; false when it was killed meanwhile. */
static bool let_go(struct stopper *stopper)
{
    const long signal = stopper->signal;

    stopper->stands = false;
    stopper->signal = 0;
    if (ptrace(PTRACE_DETACH, stopper->tid, NULL, signal) != 0)
        return false;
    *stopper = (struct stopper){0};
    return true;
}

static enum stop_result result_of(enum seen seen)
{
    return seen == SEEN_STANDING ? STOP_STANDS : seen == SEEN_ENDED ? STOP_ENDED : STOP_LATE;
}

enum stop_result stopper_stop(struct stopper *stopper, pid_t tid)
{
    if (stopper->tid != 0)
        return STOP_LATE;
    if (ptrace(PTRACE_SEIZE, tid, NULL, NULL) != 0)
        return errno == ESRCH ? STOP_ENDED : STOP_REFUSED;
    *stopper = (struct stopper){.tid = tid, .going_ns = clock_now_ns()};
    /* If that fails, it has just ended, which is seen now. */
    ptrace(PTRACE_INTERRUPT, tid, NULL, NULL);
    return result_of(await(stopper));
}

uint64_t stopper_release(struct stopper *stopper)
{
    const uint64_t going_ns = stopper->going_ns;

    if (!stopper->stands)
        return 0;
    while (!let_go(stopper) && await(stopper) == SEEN_STANDING)
        ;
    return clock_now_ns() - going_ns;
}

enum stop_result stopper_look(struct stopper *stopper)
{
    enum stop_result result;
    uint64_t now_ns;

    if (stopper->tid == 0)
        return STOP_ENDED;
    if (stopper->stands)
        return STOP_STANDS;
    now_ns = clock_now_ns();
    result = result_of(look(stopper));
    if (result == STOP_LATE)
        stopper->going_ns = now_ns;
    return result;
}
