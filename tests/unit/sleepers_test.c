/* sleepers: how many threads that sleep are looked at in a round, and that each of them is in time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "sample/sleepers.h"

enum { THREADS_MAX = 4096, ROUNDS = 3000 };

/* Goes through rounds over so many threads; gives the most looks in one of them, and the longest that any
   was not looked at since its first look. */
static void go(size_t threads, uint64_t interval_ns, bool quiet, size_t *most_looks, uint64_t *longest_ns)
{
    static uint64_t looked_ns[THREADS_MAX], known_ns[THREADS_MAX];
    struct sleepers sleepers = {.count = 0};
    size_t asked = 0;
    bool look;
    uint64_t now_ns = interval_ns;

    memset(looked_ns, 0, sizeof looked_ns);
    memset(known_ns, 1, sizeof known_ns); /* of rounds in which they were not left out: of no use */
    *most_looks = 0;
    *longest_ns = 0;
    for (unsigned round = 0; round < ROUNDS; round++, now_ns += interval_ns) {
        size_t looks = 0;

        sleepers_begin(&sleepers, interval_ns, known_ns, threads, quiet, true);
        for (size_t i = 0; i < threads; i++) {
            const uint64_t since_ns = now_ns - looked_ns[i];

            if (looked_ns[i] > 0 && since_ns > *longest_ns)
                *longest_ns = since_ns;
            if (!sleepers_know(&sleepers, i, now_ns, &look)) {
                asked++;
                look = sleepers_look(&sleepers, since_ns);
            }
            if (look) {
                looked_ns[i] = now_ns;
                looks++;
            }
            sleepers_note(&sleepers, i, looked_ns[i] > 0 ? looked_ns[i] : 1);
        }
        if (looks > *most_looks)
            *most_looks = looks;
    }
    assert_int_equal(asked, threads); /* once each */
}

static void of_a_few_one_is_looked_at_in_each_round(void **state)
{
    (void)state;
    for (size_t threads = 1; threads <= 8; threads++) {
        size_t looks;
        uint64_t longest_ns;

        go(threads, NS_PER_MS, false, &looks, &longest_ns);
        assert_int_equal(looks, 1);
        assert_in_range(longest_ns, threads * NS_PER_MS, (threads + 1) * NS_PER_MS);
    }
}

static void while_it_is_quiet_they_are_left_alone(void **state)
{
    const uint64_t within_ns = SLEEPERS_QUIET_LOOK_MS * NS_PER_MS;

    (void)state;
    for (size_t threads = 1; threads <= 200; threads *= 2) {
        size_t looks;
        uint64_t longest_ns;

        go(threads, NS_PER_MS, true, &looks, &longest_ns);
        assert_int_equal(looks, 1);
        assert_in_range(longest_ns, within_ns / 2, within_ns + NS_PER_MS);
    }
}

static void of_many_each_is_looked_at_in_time(void **state)
{
    static const struct {
        size_t threads;
        uint64_t interval_ns;
        bool quiet;
        size_t looks;
    } CASES[] = {
        {100, NS_PER_MS, false, 2},   {500, NS_PER_MS, false, 7},        {500, NS_PER_MS / 10, false, 1},
        {4096, NS_PER_MS, false, 52}, {500, 10 * NS_PER_MS, false, 63}, {500, 100 * NS_PER_MS, false, 500},
        {17, NS_PER_S, false, 17},   {100, NS_PER_MS, true, 1},         {500, NS_PER_MS, true, 2},
        {4096, NS_PER_MS, true, 17}, {500, 100 * NS_PER_MS, true, 200},
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        const uint64_t interval_ns = CASES[i].interval_ns;
        const uint64_t within_ms = CASES[i].quiet ? SLEEPERS_QUIET_LOOK_MS : SLEEPERS_LOOK_MS;
        const uint64_t most_ns = within_ms * NS_PER_MS + 3 * interval_ns;
        size_t looks;
        uint64_t longest_ns;

        go(CASES[i].threads, interval_ns, CASES[i].quiet, &looks, &longest_ns);
        assert_true(looks <= CASES[i].looks);
        assert_true(longest_ns <= most_ns);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_a_few_one_is_looked_at_in_each_round),
        cmocka_unit_test(while_it_is_quiet_they_are_left_alone),
        cmocka_unit_test(of_many_each_is_looked_at_in_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
