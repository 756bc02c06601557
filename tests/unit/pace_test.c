/* pace: rounds keep within the budget, whatever they cost and whatever else is taken of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "sample/pace.h"

/* A sampler whose rounds take `round_ns` of CPU time, and another thread that takes so much of a CPU. */
struct simulation {
    struct pace pace;
    uint64_t now_ns, thread_ns, other_ns;
    uint64_t asked_ns, round_ns;
    double other;
};

/* Goes on for so many seconds; gives the share of a CPU that was taken in the last half of them. */
static double share_after(struct simulation *s, unsigned seconds)
{
    const uint64_t end_ns = s->now_ns + seconds * NS_PER_S, half_ns = s->now_ns + seconds * NS_PER_S / 2;
    uint64_t used_ns = 0, from_ns = 0;

    while (s->now_ns < end_ns) {
        uint64_t interval_ns = s->pace.interval_ns > s->asked_ns ? s->pace.interval_ns : s->asked_ns;

        if (interval_ns < s->round_ns)
            interval_ns = s->round_ns;
        s->now_ns += interval_ns;
        s->thread_ns += s->round_ns;
        s->other_ns += (uint64_t)(s->other * (double)interval_ns);
        pace_note(&s->pace, s->now_ns, s->thread_ns, s->thread_ns + s->other_ns);
        if (from_ns == 0 && s->now_ns >= half_ns) {
            from_ns = s->now_ns;
            used_ns = s->thread_ns + s->other_ns;
        }
    }
    return (double)(s->thread_ns + s->other_ns - used_ns) / (double)(s->now_ns - from_ns);
}

static struct simulation begin(double budget, uint64_t asked_ns, uint64_t round_ns, double other)
{
    return (struct simulation){.pace = {.budget = budget}, .now_ns = NS_PER_S, .asked_ns = asked_ns,
                               .round_ns = round_ns, .other = other};
}

static void what_keeps_within_it_is_not_slowed(void **state)
{
    struct simulation s = begin(0.10, NS_PER_MS, 20 * NS_PER_US, 0.01);

    (void)state;
    share_after(&s, 10);
    assert_true(s.pace.interval_ns <= s.asked_ns);
}

static void what_costs_more_is_slowed_and_recovers(void **state)
{
    struct simulation s = begin(0.03, 50 * NS_PER_US, 20 * NS_PER_US, 0.01);
    double share;

    (void)state;
    share = share_after(&s, 10);
    assert_true(share > 0.028 && share < 0.032);
    s.round_ns = 400 * NS_PER_US; /* many threads came */
    share = share_after(&s, 20);
    assert_true(share > 0.028 && share < 0.032);
    s.round_ns = NS_PER_US / 2;
    share_after(&s, 20);
    assert_true(s.pace.interval_ns <= s.asked_ns);
}

/* Also where rounds are to be made without a pause. */
static void as_fast_as_can_be_is_bounded(void **state)
{
    struct simulation s = begin(0.25, 0, 30 * NS_PER_US, 0);
    double share;

    (void)state;
    share = share_after(&s, 10);
    assert_true(share > 0.24 && share < 0.26);
}

/* What the other thread takes alone may be more than the budget: some rounds are made all the same. */
static void others_do_not_stop_it(void **state)
{
    struct simulation s = begin(0.01, NS_PER_MS, 20 * NS_PER_US, 0.05);

    (void)state;
    share_after(&s, 20);
    assert_true(s.pace.interval_ns > NS_PER_MS);
    assert_true(s.pace.interval_ns <= NS_PER_S);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_keeps_within_it_is_not_slowed),
        cmocka_unit_test(what_costs_more_is_slowed_and_recovers),
        cmocka_unit_test(as_fast_as_can_be_is_bounded),
        cmocka_unit_test(others_do_not_stop_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
