/* stop: a thread stands and goes on, whatever happens to it, to its process, or to who stopped it
   meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "memory/refusal.h"
#include "memory/stop.h"

enum { DEADLINE_S = 20, A_WHILE = 2000 /* turns of another thread's */ };

/* What the target's threads are to do. */
enum order { WORK, END_THREAD, VFORK, WORKER_EXECS, MAIN_EXECS };

/* The target: its worker counts turns, its main thread sleeps. `parent` is the process that started it,
   and ends as it ends. */
static struct board {
    uint64_t turns;
    uint64_t signals; /* SIGUSR1, taken by the worker */
    pid_t pid, worker;
    enum order order;
} *shared;
static pid_t parent;
static int vfork_pipe[2];
static struct stopper stopper;

#define GET(field) __atomic_load_n(&shared->field, __ATOMIC_SEQ_CST)
#define SET(field, value) __atomic_store_n(&shared->field, value, __ATOMIC_SEQ_CST)

/* --- the target ------------------------------------------------------------------------------ */

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

/* Sleeps so that no signal but a deadly one wakes it, until something comes through the pipe. */
static void sleep_in_vfork(void)
{
    char byte;

    if (vfork() == 0)
        _exit(read(vfork_pipe[0], &byte, 1) == 1 ? 0 : 1);
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

/* What to do just before a thread is interrupted, when it is traced already. */
static void (*before_interrupt)(void);

long __real_ptrace(enum __ptrace_request request, pid_t pid, void *address, void *data);
long __wrap_ptrace(enum __ptrace_request request, pid_t pid, void *address, void *data);

long __wrap_ptrace(enum __ptrace_request request, pid_t pid, void *address, void *data)
{
    if (request == PTRACE_INTERRUPT && before_interrupt != NULL)
        before_interrupt();
    return __real_ptrace(request, pid, address, data);
}

#define UNTIL(condition)                                                                           \
    do {                                                                                           \
        const uint64_t until_ns = clock_now_ns() + DEADLINE_S * NS_PER_S;                          \
        while (!(condition)) {                                                                     \
            assert_true(clock_now_ns() < until_ns);                                                \
            sched_yield();                                                                         \
        }                                                                                          \
    } while (0)

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

static char state_of(pid_t tid)
{
    return status_of(tid, "State:")[0];
}

static pid_t tracer_of(pid_t tid)
{
    return (pid_t)atoi(status_of(tid, "TracerPid:"));
}

static void goes_on(void)
{
    const uint64_t turns = GET(turns);

    UNTIL(GET(turns) > turns);
    assert_int_equal(tracer_of(GET(worker)), 0);
}

static void stands_still(void)
{
    const uint64_t turns = GET(turns);

    for (int i = 0; i < A_WHILE; i++)
        sched_yield();
    assert_int_equal(GET(turns), turns);
}

/* The target has ended, and its own parent was told how. */
static void parent_hears_of(int exit_status)
{
    int status;

    UNTIL(waitpid(parent, &status, WNOHANG) == parent);
    parent = 0;
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), exit_status);
}

static int begin(void **state)
{
    (void)state;
    stopper = (struct stopper){0};
    before_interrupt = NULL;
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED || pipe(vfork_pipe) != 0)
        return -1;
    parent = fork();
    if (parent == 0) {
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
    UNTIL(GET(worker) != 0 && GET(turns) > 0);
    return 0;
}

static int end(void **state)
{
    (void)state;
    if (parent > 0) {
        kill(GET(pid), SIGKILL);
        stopper_release(&stopper);
        UNTIL(!stopper_tend(&stopper));
        waitpid(parent, NULL, 0);
    }
    close(vfork_pipe[0]);
    close(vfork_pipe[1]);
    munmap(shared, sizeof *shared);
    return 0;
}

/* --- tests ----------------------------------------------------------------------------------- */

static void it_stands_and_goes_on(void **state)
{
    (void)state;
    for (int i = 0; i < 50; i++) {
        const uint64_t before_ns = clock_now_ns();
        uint64_t held_ns;

        assert_int_equal(stopper_stop(&stopper, GET(worker)), STOP_STANDS);
        assert_int_equal(state_of(GET(worker)), 't');
        stands_still();
        held_ns = stopper_release(&stopper);
        assert_in_range(held_ns, 1, clock_now_ns() - before_ns);
        assert_false(stopper_tend(&stopper));
        goes_on();
    }
}

static void signal_the_worker(void)
{
    syscall(SYS_tgkill, GET(pid), GET(worker), SIGUSR1);
    UNTIL(state_of(GET(worker)) == 't');
}

static void a_signal_goes_on_its_way(void **state)
{
    (void)state;
    before_interrupt = signal_the_worker;
    for (uint64_t i = 0; i < 20; i++) {
        assert_int_equal(stopper_stop(&stopper, GET(worker)), STOP_STANDS);
        assert_int_equal(stopper.signal, SIGUSR1);
        assert_int_equal(GET(signals), i);
        stopper_release(&stopper);
        UNTIL(GET(signals) == i + 1);
        goes_on();
        assert_int_equal(GET(signals), i + 1);
    }
}

static void stop_the_worker(void)
{
    syscall(SYS_tgkill, GET(pid), GET(worker), SIGSTOP);
    UNTIL(state_of(GET(worker)) == 't');
}

static void remains_stopped(void)
{
    UNTIL(state_of(GET(worker)) == 'T');
    UNTIL(state_of(GET(pid)) == 'T');
    stands_still();
    assert_int_equal(state_of(GET(worker)), 'T');
    assert_int_equal(tracer_of(GET(worker)), 0);
    kill(GET(pid), SIGCONT);
    goes_on();
}

static void what_a_signal_stopped_stays_so(void **state)
{
    (void)state;
    kill(GET(pid), SIGSTOP);
    UNTIL(state_of(GET(worker)) == 'T');
    for (int i = 0; i < 20; i++) {
        assert_int_equal(stopper_stop(&stopper, GET(worker)), STOP_STANDS);
        stopper_release(&stopper);
    }
    remains_stopped();
    /* The signal comes when it is traced already. */
    before_interrupt = stop_the_worker;
    assert_int_equal(stopper_stop(&stopper, GET(worker)), STOP_STANDS);
    assert_int_equal(stopper.signal, SIGSTOP);
    stopper_release(&stopper);
    remains_stopped();
}

static void end_the_worker(void)
{
    SET(order, END_THREAD);
    UNTIL(state_of(GET(worker)) == 'Z');
}

static void its_end_is_seen(void **state)
{
    (void)state;
    before_interrupt = end_the_worker;
    assert_int_equal(stopper_stop(&stopper, GET(worker)), STOP_ENDED);
    assert_false(stopper_tend(&stopper));
    assert_int_equal(state_of(GET(worker)), 0);
    before_interrupt = NULL;
    assert_int_equal(stopper_stop(&stopper, GET(worker)), STOP_ENDED);
}

static void kill_the_target(void)
{
    kill(GET(pid), SIGKILL);
}

static void a_process_may_be_killed_meanwhile(void **state)
{
    (void)state;
    assert_int_equal(stopper_stop(&stopper, GET(worker)), STOP_STANDS);
    kill_the_target();
    stopper_release(&stopper);
    UNTIL(!stopper_tend(&stopper));
    parent_hears_of(100 + SIGKILL);
}

static void a_first_thread_may_be_killed_meanwhile(void **state)
{
    (void)state;
    assert_int_equal(stopper_stop(&stopper, GET(pid)), STOP_STANDS);
    kill_the_target();
    stopper_release(&stopper);
    UNTIL(!stopper_tend(&stopper));
    parent_hears_of(100 + SIGKILL);
}

static void a_process_may_be_killed_before_it_stops(void **state)
{
    (void)state;
    before_interrupt = kill_the_target;
    if (stopper_stop(&stopper, GET(worker)) == STOP_STANDS)
        stopper_release(&stopper);
    UNTIL(!stopper_tend(&stopper));
    parent_hears_of(100 + SIGKILL);
}

static void another_thread_may_exec_meanwhile(void **state)
{
    (void)state;
    assert_int_equal(stopper_stop(&stopper, GET(worker)), STOP_STANDS);
    SET(order, MAIN_EXECS);
    UNTIL(state_of(GET(worker)) == 'Z'); /* the exec waits for us */
    stopper_release(&stopper);
    UNTIL(!stopper_tend(&stopper));
    parent_hears_of(0);
}

static void another_thread_may_exec_in_place_of_the_first(void **state)
{
    (void)state;
    assert_int_equal(stopper_stop(&stopper, GET(pid)), STOP_STANDS);
    SET(order, WORKER_EXECS);
    UNTIL(state_of(GET(pid)) != 't');
    stopper_release(&stopper);
    UNTIL(!stopper_tend(&stopper));
    parent_hears_of(0);
}

static void one_that_stops_late_is_let_go(void **state)
{
    (void)state;
    SET(order, VFORK);
    UNTIL(state_of(GET(worker)) == 'D');
    assert_int_equal(stopper_stop(&stopper, GET(worker)), STOP_LATE);
    assert_true(stopper_tend(&stopper));
    assert_int_equal(stopper_stop(&stopper, GET(pid)), STOP_LATE); /* one at a time */
    assert_int_equal(tracer_of(GET(pid)), 0);
    assert_int_equal(write(vfork_pipe[1], "", 1), 1);
    UNTIL(!stopper_tend(&stopper));
    goes_on();
    assert_int_equal(stopper_stop(&stopper, GET(worker)), STOP_STANDS);
    stopper_release(&stopper);
}

static void who_is_traced_is_left_alone(void **state)
{
    const pid_t tracer = fork();
    struct error error;
    char expected[64];

    (void)state;
    if (tracer == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        prctl(PR_SET_NAME, "debugger");
        ptrace(PTRACE_SEIZE, GET(pid), NULL, NULL);
        ptrace(PTRACE_SEIZE, GET(worker), NULL, NULL);
        for (;;)
            pause();
    }
    UNTIL(tracer_of(GET(worker)) == tracer);
    assert_int_equal(stopper_stop(&stopper, GET(worker)), STOP_REFUSED);
    assert_int_equal(errno, EPERM);
    assert_false(process_can_be_stopped(GET(pid), &error));
    assert_int_equal(error.code, ERROR_PERMISSION);
    snprintf(expected, sizeof expected, "process %d (debugger) traces it", (int)tracer);
    assert_non_null(strstr(error.text, expected));
    kill(tracer, SIGKILL);
    assert_int_equal(waitpid(tracer, NULL, 0), tracer);
    assert_true(process_can_be_stopped(GET(pid), &error));
    assert_int_equal(stopper_stop(&stopper, GET(worker)), STOP_STANDS);
    stopper_release(&stopper);
    goes_on();
}

static void it_goes_on_when_who_stopped_it_is_killed(void **state)
{
    const pid_t tracer = fork();

    (void)state;
    if (tracer == 0) {
        stopper_stop(&stopper, GET(worker));
        for (;;)
            pause();
    }
    UNTIL(state_of(GET(worker)) == 't');
    stands_still();
    kill(tracer, SIGKILL);
    assert_int_equal(waitpid(tracer, NULL, 0), tracer);
    goes_on();
}

static void *stop_and_end(void *argument)
{
    stopper_stop(argument, GET(worker));
    return NULL;
}

static void it_goes_on_when_the_thread_that_stopped_it_ends(void **state)
{
    pthread_t thread;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, stop_and_end, &stopper), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(stopper.stands);
    UNTIL(tracer_of(GET(worker)) == 0);
    goes_on();
}

int main(void)
{
#define ON_A_TARGET(test) cmocka_unit_test_setup_teardown(test, begin, end)
    const struct CMUnitTest tests[] = {
        ON_A_TARGET(it_stands_and_goes_on),
        ON_A_TARGET(a_signal_goes_on_its_way),
        ON_A_TARGET(what_a_signal_stopped_stays_so),
        ON_A_TARGET(its_end_is_seen),
        ON_A_TARGET(a_process_may_be_killed_meanwhile),
        ON_A_TARGET(a_first_thread_may_be_killed_meanwhile),
        ON_A_TARGET(a_process_may_be_killed_before_it_stops),
        ON_A_TARGET(another_thread_may_exec_meanwhile),
        ON_A_TARGET(another_thread_may_exec_in_place_of_the_first),
        ON_A_TARGET(one_that_stops_late_is_let_go),
        ON_A_TARGET(who_is_traced_is_left_alone),
        ON_A_TARGET(it_goes_on_when_who_stopped_it_is_killed),
        ON_A_TARGET(it_goes_on_when_the_thread_that_stopped_it_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
