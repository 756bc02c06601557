/* aside: where this thread goes when the one that it reads is on its CPU. What the kernel tells of that one is made up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "sample/aside.h"
#include "sample/cpu_hold.h"

enum { ROUND_MS = 1, LOOKS = 20, MEETINGS_TRIED = 400 };

static struct aside aside;
static struct kernel_thread thread;
static cpu_set_t home;
static uint64_t now_ns;
static bool looked; /* in the last round */

/* The thread is on that CPU from now on. */
static void tell_cpu(int cpu)
{
    char text[128];
    int length = snprintf(text, sizeof text, "1 (a thread) R");

    for (int field = 4; field < 39; field++)
        length += snprintf(text + length, sizeof text - (size_t)length, " 0");
    length += snprintf(text + length, sizeof text - (size_t)length, " %d 0\n", cpu);
    assert_int_equal(ftruncate(thread.stat.fd, 0), 0);
    assert_int_equal(pwrite(thread.stat.fd, text, (size_t)length, 0), length);
}

static bool is_held_off(int cpu)
{
    cpu_set_t set;

    assert_int_equal(sched_getaffinity(0, sizeof set, &set), 0);
    if (CPU_ISSET((size_t)cpu, &set) || sched_getcpu() == cpu)
        return false;
    CPU_SET((size_t)cpu, &set);
    return CPU_EQUAL(&set, &home);
}

static bool is_free(void)
{
    cpu_set_t set;

    assert_int_equal(sched_getaffinity(0, sizeof set, &set), 0);
    return CPU_EQUAL(&set, &home);
}

/* A round, as engine_begin() begins it. */
static void make_round(void)
{
    const uint64_t look_ns = aside.look_ns;

    cpu_hold_end();
    aside_look(&aside, &thread, now_ns += ROUND_MS * NS_PER_MS);
    looked = aside.look_ns != look_ns;
}

/* Rounds up to the next look: how long that took, in milliseconds. */
static unsigned rounds_to_a_look(void)
{
    unsigned rounds = 0;

    do {
        make_round();
        assert_true(++rounds < 10000);
    } while (!looked);
    return rounds * ROUND_MS;
}

static int set_up(void **state)
{
    (void)state;
    aside = (struct aside){.look_ns = 0};
    now_ns = NS_PER_S;
    thread = KERNEL_THREAD_NONE;
    thread.stat = (struct kernel_file){memfd_create("stat", MFD_CLOEXEC), true};
    return sched_getaffinity(0, sizeof home, &home) != 0 || thread.stat.fd < 0;
}

static int tear_down(void **state)
{
    (void)state;
    cpu_hold_end();
    return close(thread.stat.fd);
}

static void skip_with_one_cpu(void)
{
    if (CPU_COUNT(&home) == 1)
        skip(); /* there is no other */
}

static void test_it_leaves_the_cpu_of_the_thread(void **state)
{
    (void)state;
    skip_with_one_cpu();
    tell_cpu(sched_getcpu());
    make_round(); /* it may be the only one */
    assert_true(is_free());
    for (unsigned i = 0; i < LOOKS; i++) {
        const int cpu = sched_getcpu();

        tell_cpu(cpu);
        rounds_to_a_look();
        if (!aside.met)
            continue; /* it was on another one by then */
        assert_true(is_held_off(cpu));
        make_round();
        assert_true(is_free());
        return;
    }
    fail_msg("it does not leave");
}

static void test_it_stays_where_the_thread_is_not(void **state)
{
    (void)state;
    tell_cpu(CPU_SETSIZE - 1);
    for (unsigned i = 0; i < LOOKS; i++) {
        assert_in_range(rounds_to_a_look(), 1, 50);
        assert_true(is_free());
    }
    assert_false(aside.met);
}

/* All CPUs are busy with threads of the target, say. */
static void test_where_they_meet_again_it_is_looked_more_rarely(void **state)
{
    unsigned after_ms, before_ms = 0, meetings = 0;

    (void)state;
    for (unsigned i = 0; i < MEETINGS_TRIED && meetings < 8; i++) {
        tell_cpu(sched_getcpu());
        after_ms = rounds_to_a_look();
        if (!aside.met) {
            meetings = before_ms = 0;
            continue;
        }
        assert_true(after_ms >= before_ms);
        before_ms = after_ms;
        meetings++;
    }
    assert_in_range(meetings, 8, 8);
    assert_in_range(before_ms, 3000, 4000);
    tell_cpu(CPU_SETSIZE - 1);
    rounds_to_a_look();
    assert_in_range(rounds_to_a_look(), 1, 50);
}

/* The kernel does not tell where one is that ended. */
static void test_one_that_ended_is_nowhere(void **state)
{
    (void)state;
    for (unsigned i = 0; i < LOOKS; i++) {
        rounds_to_a_look();
        assert_true(is_free());
        assert_false(aside.met);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_it_leaves_the_cpu_of_the_thread, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_it_stays_where_the_thread_is_not, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_where_they_meet_again_it_is_looked_more_rarely, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_one_that_ended_is_nowhere, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
