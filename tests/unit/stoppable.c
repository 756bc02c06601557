#include "stoppable.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum { A_WHILE = 2000 /* turns of another thread's */ };

struct board *shared;
pid_t parent;
void (*before_interrupt)(void);
static int vfork_pipe[2];

/* --- the process ---------------------------------------------------------------------------- */

static void on_signal(int signal)
{
    (void)signal;
    __atomic_add_fetch(&shared->signals, 1, __ATOMIC_SEQ_CST);
}

static void exec_true(void)
{
    execl("/bin/true", "true", (char *)NULL);
    _exit(99);
}

/* Sleeps so that no signal but a deadly one wakes it, until something comes through the pipe. The child also ends
   where nothing comes any more. */
static void sleep_in_vfork(void)
{
    char byte;

    if (vfork() == 0) {
        close(vfork_pipe[1]);
        _exit(read(vfork_pipe[0], &byte, 1) == 1 ? 0 : 1);
    }
}

static void *work(void *argument)
{
    SET(worker, gettid());
    for (;;) {
        __atomic_add_fetch(&shared->turns, 1, __ATOMIC_SEQ_CST);
        switch (GET(order)) {
        case END_THREAD:
            return argument;
        case VFORK:
            sleep_in_vfork();
            SET(order, WORK);
            break;
        case WORKER_EXECS:
            exec_true();
            break;
        default:
            break;
        }
    }
}

static void be_target(void)
{
    const struct timespec pause = {0, 1000000};
    pthread_t thread;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGUSR1, on_signal);
    SET(pid, getpid());
    pthread_create(&thread, NULL, work, NULL);
    while (GET(order) != MAIN_EXECS)
        nanosleep(&pause, NULL);
    exec_true();
}

/* --- around it ------------------------------------------------------------------------------- */

long __real_ptrace(enum __ptrace_request request, pid_t pid, void *address, void *data);
long __wrap_ptrace(enum __ptrace_request request, pid_t pid, void *address, void *data);

long __wrap_ptrace(enum __ptrace_request request, pid_t pid, void *address, void *data)
{
    if (request == PTRACE_INTERRUPT && before_interrupt != NULL)
        before_interrupt();
    return __real_ptrace(request, pid, address, data);
}

/* The line of a thread's status that begins so, behind its key; "" when it is gone. */
static const char *status_of(pid_t tid, const char *key)
{
    static char line[256];
    char path[64];
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/task/%d/status", (int)GET(pid), (int)tid);
    file = fopen(path, "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, key, strlen(key)) == 0) {
            fclose(file);
            return line + strlen(key) + 1;
        }
    if (file != NULL)
        fclose(file);
    return "";
}

char state_of(pid_t tid)
{
    return status_of(tid, "State:")[0];
}

pid_t tracer_of(pid_t tid)
{
    return (pid_t)atoi(status_of(tid, "TracerPid:"));
}

void goes_on(void)
{
    const uint64_t turns = GET(turns);

    UNTIL(GET(turns) > turns);
    assert_int_equal(tracer_of(GET(worker)), 0);
}

void stands_still(void)
{
    const uint64_t turns = GET(turns);

    for (int i = 0; i < A_WHILE; i++)
        sched_yield();
    assert_int_equal(GET(turns), turns);
}

void end_vfork(void)
{
    assert_int_equal(write(vfork_pipe[1], "", 1), 1);
}

void let_worker_vfork(void)
{
    SET(order, VFORK);
    UNTIL(state_of(GET(worker)) == 'D');
}

static void be_parent(void)
{
    pid_t target;
    int status;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    target = fork();
    if (target == 0)
        be_target();
    while (waitpid(target, &status, 0) != target)
        ;
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status));
}

bool stoppable_begin(void)
{
    before_interrupt = NULL;
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED || pipe(vfork_pipe) != 0)
        return false;
    parent = fork();
    if (parent == 0)
        be_parent();
    UNTIL(GET(worker) != 0 && GET(turns) > 0);
    return true;
}

void stoppable_kill(void)
{
    if (parent > 0)
        kill(GET(pid), SIGKILL);
}

void stoppable_free(void)
{
    if (parent > 0)
        waitpid(parent, NULL, 0);
    close(vfork_pipe[0]);
    close(vfork_pipe[1]);
    munmap(shared, sizeof *shared);
}
