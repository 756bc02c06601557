/* cpu_time: what the samples of a thread are charged with, and when the kernel is asked, whose answers are made up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "sample/cpu_time.h"

enum { FIRST_MS = 1000, TICK_MS = 4, RARELY_MS = 10 };

/* A thread, its kernel's answers, and a clock in milliseconds. */
struct made_up_thread {
    struct kernel_thread kernel;
    struct cpu_time cpu;
    uint64_t now_ms, sampled_ms;
};

/* The kernel tells this from now on. */
static void answer(struct made_up_thread *thread, uint64_t cpu_ms, unsigned turns)
{
    char text[64];
    const int length = snprintf(text, sizeof text, "%llu 7 %u\n", (unsigned long long)(cpu_ms * NS_PER_MS), turns);

    assert_int_equal(ftruncate(thread->kernel.schedstat.fd, 0), 0);
    assert_int_equal(pwrite(thread->kernel.schedstat.fd, text, (size_t)length, 0), length);
}

static void begin(struct made_up_thread *thread)
{
    *thread = (struct made_up_thread){.kernel = KERNEL_THREAD_NONE, .now_ms = FIRST_MS, .sampled_ms = FIRST_MS};
    thread->kernel.schedstat = (struct kernel_file){memfd_create("schedstat", MFD_CLOEXEC), true};
    assert_true(thread->kernel.schedstat.fd >= 0);
    answer(thread, 0, 1);
    cpu_time_begin(&thread->cpu, &thread->kernel, FIRST_MS * NS_PER_MS, FIRST_MS * NS_PER_MS);
}

static void end(struct made_up_thread *thread)
{
    close(thread->kernel.schedstat.fd);
}

/* A sample so many milliseconds after the last, of a thread that has the GIL or not; gives what it is charged with. */
static double sample(struct made_up_thread *thread, unsigned after_ms, bool has_gil)
{
    uint64_t charged_ns;

    thread->now_ms += after_ms;
    assert_int_not_equal(cpu_time_look(&thread->cpu, &thread->kernel, has_gil, thread->now_ms * NS_PER_MS),
                         CPU_TIME_ENDED);
    charged_ns = cpu_time_charge(&thread->cpu, thread->sampled_ms * NS_PER_MS, thread->now_ms * NS_PER_MS, has_gil);
    thread->sampled_ms = thread->now_ms;
    return (double)charged_ns / (double)NS_PER_MS;
}

/* It computes for so long in one turn, sampled each millisecond, and the kernel tells its time up to the last tick;
   gives what that was charged with. */
static double compute(struct made_up_thread *thread, unsigned ms, uint64_t *cpu_ms, unsigned turns)
{
    double charged_ms = 0;

    for (unsigned i = 0; i < ms; i++) {
        answer(thread, *cpu_ms + (i + 1) / TICK_MS * TICK_MS, turns);
        charged_ms += sample(thread, 1, true);
    }
    *cpu_ms += ms;
    return charged_ms;
}

static void test_one_that_goes_on_is_charged_in_full(void **state)
{
    struct made_up_thread thread;
    uint64_t cpu_ms = 0;

    (void)state;
    begin(&thread);
    assert_float_equal(compute(&thread, 1000, &cpu_ms, 1), 1000, 1);
    end(&thread);
}

/* It goes on for so long: how often it was asked for. */
static unsigned count_askings(struct made_up_thread *thread, unsigned ms, uint64_t *cpu_ms)
{
    unsigned asked = 0;

    for (unsigned i = 0; i < ms; i++) {
        compute(thread, 1, cpu_ms, 1);
        asked += thread->cpu.asked_ns == thread->now_ms * NS_PER_MS;
    }
    return asked;
}

static void test_one_that_keeps_its_turn_is_not_asked_for_each_time(void **state)
{
    struct made_up_thread thread;
    uint64_t cpu_ms = 0;

    (void)state;
    begin(&thread);
    assert_in_range(count_askings(&thread, 12, &cpu_ms), 12 / TICK_MS - 1, 12 / TICK_MS + 1);
    count_askings(&thread, 88, &cpu_ms);
    assert_in_range(count_askings(&thread, 100, &cpu_ms), 100 / RARELY_MS - 1, 100 / RARELY_MS + 1);
    end(&thread);
}

/* Then nobody is known to keep a turn. */
static void test_a_kernel_that_counts_no_turns_is_asked_each_time(void **state)
{
    struct made_up_thread thread;

    (void)state;
    begin(&thread);
    for (unsigned i = 0; i < 20; i++) {
        answer(&thread, 0, 0);
        sample(&thread, 1, true);
        assert_int_equal(thread.cpu.asked_ns, thread.now_ms * NS_PER_MS);
    }
    end(&thread);
}

static void test_one_that_is_seen_without_the_gil_is_asked_for(void **state)
{
    struct made_up_thread thread;
    uint64_t cpu_ms = 0;

    (void)state;
    begin(&thread);
    compute(&thread, 100, &cpu_ms, 1);
    sample(&thread, 1, false);
    assert_int_equal(thread.cpu.asked_ns, thread.now_ms * NS_PER_MS);
    sample(&thread, 1, true); /* nor is it known whether it kept its turn */
    assert_int_equal(thread.cpu.asked_ns, thread.now_ms * NS_PER_MS);
    end(&thread);
}

/* Until it is seen to keep that: it may be one that comes and goes. */
static void test_one_with_a_new_turn_is_asked_for_again(void **state)
{
    struct made_up_thread thread;
    uint64_t cpu_ms = 0;

    (void)state;
    begin(&thread);
    for (unsigned turn = 2; turn < 20; turn++) {
        compute(&thread, 1, &cpu_ms, turn);
        assert_int_equal(thread.cpu.asked_ns, thread.now_ms * NS_PER_MS);
    }
    end(&thread);
}

/* It computes for two milliseconds of ten, and is seen while it does: what is charged is what it used, up to a tick. */
static void test_short_turns_are_charged_with_what_they_took(void **state)
{
    struct made_up_thread thread;
    double charged_ms = 0;
    uint64_t cpu_ms = 0;

    (void)state;
    begin(&thread);
    compute(&thread, 100, &cpu_ms, 1);
    for (unsigned turn = 2; turn < 102; turn++) {
        answer(&thread, cpu_ms, turn);
        charged_ms += sample(&thread, 9, true); /* 1 ms after its turn began, */
        cpu_ms += 2;
        answer(&thread, cpu_ms, turn);
        charged_ms += sample(&thread, 1, false); /* and after its end */
    }
    assert_float_equal(charged_ms, 200, 12);
    end(&thread);
}

/* What was charged while it was taken to go on, though it did not, is not charged again, up to a tick. */
static void test_what_was_too_much_is_made_up_for(void **state)
{
    struct made_up_thread thread;
    double charged_ms = 0;
    uint64_t cpu_ms = 0;

    (void)state;
    begin(&thread);
    charged_ms = compute(&thread, 100, &cpu_ms, 1);
    answer(&thread, cpu_ms, 2); /* away from a CPU for 50 ms, with the GIL */
    for (unsigned i = 0; i < 50; i++)
        charged_ms += sample(&thread, 1, true);
    charged_ms += compute(&thread, 100, &cpu_ms, 2);
    assert_float_equal(charged_ms, 200, 12);
    end(&thread);
}

/* It kept its turn for long, and then has the GIL without a CPU: up to the next asking and a tick too much, and no more. */
static void test_one_that_lost_its_cpu_is_charged_little_too_much(void **state)
{
    struct made_up_thread thread;
    double charged_ms;
    uint64_t cpu_ms = 0;

    (void)state;
    begin(&thread);
    charged_ms = compute(&thread, 200, &cpu_ms, 1);
    answer(&thread, cpu_ms, 1); /* and no turn since */
    for (unsigned i = 0; i < 100; i++)
        charged_ms += sample(&thread, 1, true);
    assert_in_range((unsigned)charged_ms, 200, 200 + RARELY_MS + 10);
    end(&thread);
}

/* It slept for long, and is seen just after it woke up, before the kernel tells any of that. */
static void test_one_that_woke_up_is_charged_with_no_more_than_the_time(void **state)
{
    struct made_up_thread thread;

    (void)state;
    begin(&thread);
    answer(&thread, 5, 2);
    for (unsigned i = 0; i < 4; i++)
        sample(&thread, 80, false);
    answer(&thread, 5, 3);
    assert_float_equal(sample(&thread, 1, true), 1, 0.001);
    answer(&thread, 6, 3);
    assert_float_equal(sample(&thread, 1, false), 0, 0.001);
    end(&thread);
}

/* One that was met while it ran: what it used before is told with the first tick, and is in none of its samples. */
static void test_what_was_used_before_it_was_met_is_not_charged(void **state)
{
    static const uint64_t BEFORE_MS[] = {0, 1, 3, 9};

    (void)state;
    for (size_t i = 0; i < sizeof BEFORE_MS / sizeof BEFORE_MS[0]; i++) {
        struct made_up_thread thread;
        double charged_ms = 0;

        begin(&thread);
        cpu_time_take_over(&thread.cpu);
        for (unsigned ms = 1; ms <= 20; ms++) {
            answer(&thread, ms >= TICK_MS ? BEFORE_MS[i] + ms / TICK_MS * TICK_MS : 0, 1);
            charged_ms += sample(&thread, 1, true);
        }
        assert_float_equal(charged_ms, 20, 0.001);
        end(&thread);
    }
}

/* It did one thing up to some moment, and another since, which it can have used no more than that time for. */
static void test_what_was_used_before_is_charged_apart(void **state)
{
    struct made_up_thread thread;

    (void)state;
    begin(&thread);
    answer(&thread, 50, 2);
    cpu_time_look(&thread.cpu, &thread.kernel, false, 1100 * NS_PER_MS);
    assert_int_equal(cpu_time_charge_before(&thread.cpu, 1090 * NS_PER_MS, 1100 * NS_PER_MS), 40 * NS_PER_MS);
    assert_int_equal(cpu_time_charge_before(&thread.cpu, 1090 * NS_PER_MS, 1100 * NS_PER_MS), 0);
    thread.sampled_ms = 1090;
    thread.now_ms = 1100;
    assert_true(sample(&thread, 0, false) == 10);
    end(&thread);
}

static void test_one_that_sleeps_stood(void **state)
{
    struct made_up_thread thread;

    (void)state;
    begin(&thread);
    answer(&thread, 5, 2);
    assert_int_equal(cpu_time_look(&thread.cpu, &thread.kernel, false, 2000 * NS_PER_MS), CPU_TIME_RAN);
    assert_int_equal(cpu_time_look(&thread.cpu, &thread.kernel, false, 2001 * NS_PER_MS), CPU_TIME_STOOD);
    answer(&thread, 5, 3);
    assert_int_equal(cpu_time_look(&thread.cpu, &thread.kernel, false, 2002 * NS_PER_MS), CPU_TIME_RAN);
    answer(&thread, 6, 0); /* of a kernel that does not count turns, nobody is known to have stood */
    cpu_time_look(&thread.cpu, &thread.kernel, false, 2003 * NS_PER_MS);
    assert_int_equal(cpu_time_look(&thread.cpu, &thread.kernel, false, 2004 * NS_PER_MS), CPU_TIME_RAN);
    end(&thread);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_that_goes_on_is_charged_in_full),
        cmocka_unit_test(test_one_that_keeps_its_turn_is_not_asked_for_each_time),
        cmocka_unit_test(test_a_kernel_that_counts_no_turns_is_asked_each_time),
        cmocka_unit_test(test_one_that_is_seen_without_the_gil_is_asked_for),
        cmocka_unit_test(test_one_with_a_new_turn_is_asked_for_again),
        cmocka_unit_test(test_short_turns_are_charged_with_what_they_took),
        cmocka_unit_test(test_what_was_too_much_is_made_up_for),
        cmocka_unit_test(test_one_that_lost_its_cpu_is_charged_little_too_much),
        cmocka_unit_test(test_one_that_woke_up_is_charged_with_no_more_than_the_time),
        cmocka_unit_test(test_what_was_used_before_it_was_met_is_not_charged),
        cmocka_unit_test(test_what_was_used_before_is_charged_apart),
        cmocka_unit_test(test_one_that_sleeps_stood),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
