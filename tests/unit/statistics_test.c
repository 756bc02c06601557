/* statistics: as sure as the samples allow, and no surer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "tally/statistics.h"

#define assert_close(a, b, by) assert_true((a) > (b) - (by) && (a) < (b) + (by))

/* Against values of Wilson's interval that can be looked up: 50 of 100 is 0.404 to 0.596, and so
 * on. */
static void test_share_errors(void **state)
{
    (void)state;
    assert_close(statistics_share_error(0.5, 100), 0.0962, 0.0001);
    assert_close(statistics_share_error(0.1, 50), 0.0851, 0.0001);
    assert_close(statistics_share_error(0, 10), 0.1388, 0.0001);
    assert_close(statistics_share_error(1, 10), 0.1388, 0.0001);
    assert_true(statistics_share_error(0.5, 0) == 0);
}

/* A function that takes `older` ms of each column of the older half, and `younger` of each other.
 */
static struct statistics_trend trend_of(uint64_t older, uint64_t younger, uint64_t samples)
{
    uint64_t trend_ns[PICTURE_TREND];

    for (unsigned i = 0; i < PICTURE_TREND; i++)
        trend_ns[i] = (i < PICTURE_TREND / 2 ? older : younger) * NS_PER_MS;
    return statistics_trend(trend_ns, NS_PER_S, 10 * NS_PER_S, samples);
}

static void test_trends(void **state)
{
    (void)state;
    assert_int_equal(trend_of(300, 500, 4000).direction, 1);
    assert_int_equal(trend_of(500, 300, 4000).direction, -1);
    assert_int_equal(trend_of(400, 400, 4000).direction, 0);
    assert_int_equal(trend_of(0, 500, 2500).direction, 1);
    assert_int_equal(trend_of(500, 0, 2500).direction, -1);
    assert_int_equal(trend_of(0, 0, 0).direction, 0);
    assert_close(trend_of(300, 500, 4000).change, 0.2, 1e-9);
    assert_close(trend_of(500, 300, 4000).change, -0.2, 1e-9);
}

static void test_few_samples_say_little(void **state)
{
    (void)state;
    assert_int_equal(trend_of(30, 70, 10).direction, 0);
    assert_int_equal(trend_of(0, 100, 3).direction, 0);
    assert_int_equal(trend_of(100, 0, 3).direction, 0);
}

static void test_small_changes_are_steady(void **state)
{
    (void)state;
    assert_int_equal(trend_of(400, 420, 10000000).direction, 0);
    assert_int_equal(trend_of(400, 460, 10000000).direction, 1);
}

/* While the older half was only seen in part, it is what was seen that counts. */
static void test_young_windows(void **state)
{
    const uint64_t trend_ns[PICTURE_TREND] = {
        [3] = 300, [4] = 300, [5] = 300, [6] = 300, [7] = 300, [8] = 300, [9] = 300};
    struct statistics_trend trend;

    (void)state;
    trend = statistics_trend(trend_ns, 1000, 7000, 2100);
    assert_int_equal(trend.direction, 0);
    assert_close(trend.change, 0, 1e-9);
    assert_int_equal(statistics_trend(trend_ns, 1000, 10000, 2100).direction, 1);
    assert_int_equal(statistics_trend(trend_ns, 1000, 5900, 2100).direction, 0);
    assert_int_equal(statistics_trend(trend_ns, 0, 0, 2100).direction, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_share_errors),
        cmocka_unit_test(test_trends),
        cmocka_unit_test(test_few_samples_say_little),
        cmocka_unit_test(test_small_changes_are_steady),
        cmocka_unit_test(test_young_windows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
