/* stop: a thread stands and goes on, whatever happens to it, to its process, or to who stopped it
   meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "memory/refusal.h"
#include "memory/stop.h"
#include "stoppable.h"

static struct stopper stopper;
static uint64_t held_ns; /* the thread that tend() let go */

/* Looks after a thread that was late, or that was killed while it stood; whether there is one. */
static bool tend(void)
{
    held_ns = stopper_look(&stopper) == STOP_STANDS ? stopper_release(&stopper) : 0;
    return stopper.tid != 0;
}

/* One that does not get a CPU in time is let go, and stopped anew. */
static bool stands(pid_t tid)
{
    const enum stop_result result = stopper_stop(&stopper, tid);

    if (result != STOP_LATE)
        assert_int_equal(result, STOP_STANDS);
    else
        UNTIL(!tend());
    return result == STOP_STANDS;
}

static void stop(pid_t tid)
{
    UNTIL(stands(tid));
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
    return stoppable_begin() ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    stoppable_kill();
    if (parent > 0) {
        stopper_release(&stopper);
        UNTIL(!tend());
    }
    stoppable_free();
    return 0;
}

/* --- tests ----------------------------------------------------------------------------------- */

static void it_stands_and_goes_on(void **state)
{
    (void)state;
    for (int i = 0; i < 50; i++) {
        const uint64_t before_ns = clock_now_ns();
        uint64_t stood_ns;

        stop(GET(worker));
        assert_int_equal(state_of(GET(worker)), 't');
        stands_still();
        stood_ns = stopper_release(&stopper);
        assert_in_range(stood_ns, 1, clock_now_ns() - before_ns);
        assert_false(tend());
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
        stop(GET(worker));
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
        stop(GET(worker));
        stopper_release(&stopper);
    }
    remains_stopped();
    /* The signal comes when it is traced already. */
    before_interrupt = stop_the_worker;
    stop(GET(worker));
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
    assert_false(tend());
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
    stop(GET(worker));
    kill_the_target();
    stopper_release(&stopper);
    UNTIL(!tend());
    parent_hears_of(100 + SIGKILL);
}

static void a_first_thread_may_be_killed_meanwhile(void **state)
{
    (void)state;
    stop(GET(pid));
    kill_the_target();
    stopper_release(&stopper);
    UNTIL(!tend());
    parent_hears_of(100 + SIGKILL);
}

static void a_process_may_be_killed_before_it_stops(void **state)
{
    (void)state;
    before_interrupt = kill_the_target;
    if (stopper_stop(&stopper, GET(worker)) == STOP_STANDS)
        stopper_release(&stopper);
    UNTIL(!tend());
    parent_hears_of(100 + SIGKILL);
}

static void another_thread_may_exec_meanwhile(void **state)
{
    (void)state;
    stop(GET(worker));
    SET(order, MAIN_EXECS);
    UNTIL(state_of(GET(worker)) == 'Z'); /* the exec waits for us */
    stopper_release(&stopper);
    UNTIL(!tend());
    parent_hears_of(0);
}

static void another_thread_may_exec_in_place_of_the_first(void **state)
{
    (void)state;
    stop(GET(pid));
    SET(order, WORKER_EXECS);
    UNTIL(state_of(GET(pid)) != 't');
    stopper_release(&stopper);
    UNTIL(!tend());
    parent_hears_of(0);
}

static void one_that_stops_late_is_let_go(void **state)
{
    uint64_t looked_ns, stood_ns, until_ns;

    (void)state;
    let_worker_vfork();
    assert_int_equal(stopper_stop(&stopper, GET(worker)), STOP_LATE);
    assert_int_equal(stopper_stop(&stopper, GET(pid)), STOP_LATE); /* one at a time */
    assert_int_equal(tracer_of(GET(pid)), 0);
    looked_ns = clock_now_ns();
    assert_true(tend());
    assert_int_equal(held_ns, 0);
    end_vfork();
    UNTIL(state_of(GET(worker)) == 't');
    stood_ns = clock_now_ns();
    stands_still();
    assert_int_equal(stopper_stop(&stopper, GET(pid)), STOP_LATE);
    until_ns = clock_now_ns();
    assert_false(tend());
    /* It stood since it was seen to, at least, and since it was looked at, at most. */
    assert_in_range(held_ns, until_ns - stood_ns, clock_now_ns() - looked_ns);
    goes_on();
    stop(GET(worker));
    stopper_release(&stopper);
}

/* As when it is attached to again while one of its threads has yet to be let go. */
static void what_we_trace_ourselves_can_be_stopped(void **state)
{
    struct error error;

    (void)state;
    stop(GET(pid));
    assert_int_equal(tracer_of(GET(pid)), getpid());
    assert_true(process_can_be_stopped(GET(pid), &error));
    stopper_release(&stopper);
    assert_int_equal(tracer_of(GET(pid)), 0);
    goes_on();
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
    stop(GET(worker));
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
        ON_A_TARGET(what_we_trace_ourselves_can_be_stopped),
        ON_A_TARGET(who_is_traced_is_left_alone),
        ON_A_TARGET(it_goes_on_when_who_stopped_it_is_killed),
        ON_A_TARGET(it_goes_on_when_the_thread_that_stopped_it_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
