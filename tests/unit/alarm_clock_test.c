/* alarm_clock: no wait ends early, whatever was said of the next one; what was said is set before the wait for the one before. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alarm_clock.h"
#include "base/clock.h"

#define STEP_NS (2 * NS_PER_MS)
#define FAR_NS (3600 * NS_PER_S)

static int open_clock(void **state)
{
    static struct alarm_clock clock;

    alarm_clock_open(&clock);
    *state = &clock;
    return 0;
}

static int close_clock(void **state)
{
    alarm_clock_close(*state);
    return 0;
}

/* Waits, and checks that it did until then. */
static void wait_until(struct alarm_clock *clock, uint64_t time_ns, uint64_t next_ns)
{
    alarm_clock_wait(clock, time_ns, next_ns);
    assert_true(clock_now_ns() >= time_ns);
}

/* Whether one of the timers is to ring then, as far as the kernel knows. */
static bool is_set(const struct alarm_clock *clock, uint64_t time_ns)
{
    for (int i = 0; i < 2; i++) {
        struct itimerspec left;
        const uint64_t before_ns = clock_now_ns();
        uint64_t left_ns;

        assert_int_equal(timerfd_gettime(clock->timers[i].fd, &left), 0);
        left_ns = (uint64_t)left.it_value.tv_sec * NS_PER_S + (uint64_t)left.it_value.tv_nsec;
        if (left_ns > 0 && before_ns + left_ns <= time_ns && clock_now_ns() + left_ns >= time_ns)
            return true;
    }
    return false;
}

static void test_turns(void **state)
{
    uint64_t time_ns = clock_now_ns();

    for (int i = 0; i < 20; i++, time_ns += STEP_NS)
        wait_until(*state, time_ns, time_ns + STEP_NS);
}

static void test_next_is_set(void **state)
{
    const uint64_t now_ns = clock_now_ns();

    wait_until(*state, now_ns + STEP_NS, now_ns + FAR_NS);
    assert_true(is_set(*state, now_ns + FAR_NS));
}

/* It is not the next, after all: neither one that comes sooner, nor one that comes later, nor the one after that. */
static void test_wrong_next(void **state)
{
    uint64_t time_ns = clock_now_ns() + STEP_NS;

    wait_until(*state, time_ns, time_ns + FAR_NS);
    wait_until(*state, time_ns + STEP_NS, time_ns + FAR_NS);
    wait_until(*state, time_ns + 2 * STEP_NS, time_ns + 3 * STEP_NS);
    wait_until(*state, time_ns + 5 * STEP_NS, 0);
    wait_until(*state, time_ns + 6 * STEP_NS, 0);
    wait_until(*state, time_ns + 4 * STEP_NS, time_ns + 7 * STEP_NS); /* that is past */
    wait_until(*state, time_ns + 7 * STEP_NS, 0);
}

static void test_without_timers(void **state)
{
    struct rlimit before, none;
    struct alarm_clock clock;
    const uint64_t time_ns = clock_now_ns() + STEP_NS;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = (struct rlimit){0, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    alarm_clock_open(&clock);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(clock.timers[0].fd, -1);
    wait_until(&clock, time_ns, time_ns + STEP_NS);
    wait_until(&clock, time_ns + STEP_NS, 0);
    alarm_clock_close(&clock);
}

/* One more descriptor can be had, and is given back. */
static void test_with_one_timer(void **state)
{
    struct rlimit before, one;
    struct alarm_clock clock;
    const int free_fd = dup(0);
    const uint64_t time_ns = clock_now_ns() + STEP_NS;

    (void)state;
    assert_true(free_fd >= 0);
    close(free_fd);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    one = (struct rlimit){(rlim_t)free_fd + 1, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &one), 0);
    alarm_clock_open(&clock);
    assert_int_equal(dup(0), free_fd);
    close(free_fd);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    wait_until(&clock, time_ns, time_ns + STEP_NS);
    alarm_clock_close(&clock);
}

static int signals_taken;

static void take_signal(int number)
{
    (void)number;
    signals_taken++;
}

/* It is asked to wait until the same moment again. */
static void test_a_signal(void **state)
{
    const struct sigaction action = {.sa_handler = take_signal};
    const struct itimerval soon = {.it_value = {.tv_usec = 1000}};
    const uint64_t time_ns = clock_now_ns() + 50 * NS_PER_MS;
    struct sigaction before;
    unsigned waits = 0;

    assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
    signals_taken = 0;
    assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
    for (; clock_now_ns() < time_ns; waits++)
        alarm_clock_wait(*state, time_ns, time_ns + STEP_NS);
    assert_int_equal(signals_taken, 1);
    assert_in_range(waits, 1, 2);
    wait_until(*state, time_ns + STEP_NS, 0);
    assert_int_equal(sigaction(SIGALRM, &before, NULL), 0);
}

/* As under a filter that knows how timers are made, and not how they are set: a file that is none stands for that. */
static void test_timers_that_cannot_be_set(void **state)
{
    struct alarm_clock *clock = *state;
    uint64_t time_ns = clock_now_ns();

    for (int i = 0; i < 2; i++)
        assert_int_equal(dup2(0, clock->timers[i].fd), clock->timers[i].fd);
    for (int i = 0; i < 5; i++, time_ns += STEP_NS)
        wait_until(clock, time_ns, time_ns + STEP_NS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_turns, open_clock, close_clock),
        cmocka_unit_test_setup_teardown(test_next_is_set, open_clock, close_clock),
        cmocka_unit_test_setup_teardown(test_wrong_next, open_clock, close_clock),
        cmocka_unit_test(test_without_timers),
        cmocka_unit_test(test_with_one_timer),
        cmocka_unit_test_setup_teardown(test_a_signal, open_clock, close_clock),
        cmocka_unit_test_setup_teardown(test_timers_that_cannot_be_set, open_clock, close_clock),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
