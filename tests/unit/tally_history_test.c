/* tally: how it went over time, as trends, as seconds of history, and as rates. */
#include "tally_fixture.h"

static void test_trend(void **state)
{
    struct fixture *fixture = *state;
    uint64_t sum, least, most;

    /* Steady: whatever the moment, no column of a full window stands out. */
    for (uint64_t ms = 1; ms <= 15000; ms++) {
        feed(fixture->tally,
             SAMPLE(.time_ms = START_MS + ms, .wall_ms = 1, .FRAMES({WORK, 1}, {MAIN, 1})));
        if (ms < 10000 || ms % 37 != 0)
            continue;
        take(fixture);
        sum = 0, least = UINT64_MAX, most = 0;
        for (unsigned i = 0; i < PICTURE_TREND; i++) {
            const uint64_t ns = pair(fixture, 0, WORK).trend_ns[i];

            sum += ns;
            least = ns < least ? ns : least;
            most = ns > most ? ns : most;
        }
        assert_int_equal(sum, pair(fixture, 0, WORK).self[SPAN_WINDOW].ns[MODE_WALL]);
        assert_true(most - least <= 1 * MS);
        assert_int_equal(pair(fixture, 0, MAIN).trend_ns[5], 0);
    }

    /* Stopped: it moves to the left. */
    tally_advance(fixture->tally, (START_MS + 18000) * MS);
    take(fixture);
    assert_int_equal(pair(fixture, 0, WORK).trend_ns[9], 0);
    assert_int_equal(pair(fixture, 0, WORK).trend_ns[8], 0);
    assert_true(pair(fixture, 0, WORK).trend_ns[6] >= 899 * MS);
}

static void test_trend_of_a_young_window(void **state)
{
    struct fixture *fixture = *state;

    /* It begins within a bucket, and there is no time before that. */
    tally_reset(fixture->tally, (START_MS + 100) * MS);
    for (uint64_t ms = 101; ms <= 2150; ms++)
        feed(fixture->tally, SAMPLE(.time_ms = START_MS + ms, .wall_ms = 1, .FRAMES({WORK, 1})));
    take(fixture);
    assert_int_equal(fixture->picture.trend_column_ns, 1000 * MS);
    for (unsigned i = 0; i < PICTURE_TREND; i++)
        assert_int_equal(pair(fixture, 0, WORK).trend_ns[i] / MS, i < 7 ? 0 : i == 7 ? 50 : 1000);
}

/* Whatever the moment and the start, to the nanosecond: what is in the window is in its trend. */
static void test_trend_is_the_whole_window(void **state)
{
    struct fixture *fixture = *state;
    uint64_t sum;

    tally_reset(fixture->tally, (START_MS + 100) * MS);
    for (uint64_t ms = 101; ms <= 12000; ms++)
        feed(fixture->tally, SAMPLE(.time_ms = START_MS + ms, .wall_ms = 1, .FRAMES({WORK, 1})));
    for (uint64_t ns = 0; ns < 8000 * MS; ns += 123456789) {
        tally_advance(fixture->tally, (START_MS + 12000) * MS + ns);
        take(fixture);
        sum = 0;
        for (unsigned i = 0; i < PICTURE_TREND; i++)
            sum += pair(fixture, 0, WORK).trend_ns[i];
        assert_int_equal(sum, pair(fixture, 0, WORK).self[SPAN_WINDOW].ns[MODE_WALL]);
    }
}

/* Rounds from `from_ms` to `to_ms`, one each `step_ms`. */
static void feed_rounds(struct fixture *fixture, uint64_t from_ms, uint64_t to_ms, uint64_t step_ms,
                        const struct round_args *like)
{
    static uint64_t rounds;

    for (uint64_t ms = from_ms + step_ms; ms <= to_ms; ms += step_ms)
        feed(fixture->tally, ROUND(.time_ms = ms, .wall_ms = step_ms, .rounds = ++rounds,
                                   .gil_held = like->gil_held, .gc_running = like->gc_running,
                                   .cpu_ms = like->cpu_ms));
}

#define assert_close(a, b) assert_true((a) > (b)-0.011 && (a) < (b) + 0.011)

static void test_history(void **state)
{
    struct fixture *fixture = *state;
    const struct picture *picture = &fixture->picture;

    feed_rounds(fixture, START_MS + 300, START_MS + 2000, 10, &(struct round_args){.cpu_ms = 10});
    feed_rounds(fixture, START_MS + 2000, START_MS + 3000, 10,
                &(struct round_args){.gil_held = true, .cpu_ms = 20});
    feed_rounds(fixture, START_MS + 3000, START_MS + 3250, 10,
                &(struct round_args){.gil_held = true, .gc_running = true});
    feed_rounds(fixture, START_MS + 3250, START_MS + 4050, 10, &(struct round_args){0});
    take(fixture);
    /* Seconds 1, 2, 3 are whole; 0 was seen in part, 4 is under way. */
    assert_int_equal(picture->history.count, 3);
    assert_close(picture->history.list[0].cpu, 1);
    assert_close(picture->history.list[0].gil, 0);
    assert_close(picture->history.list[1].cpu, 2);
    assert_close(picture->history.list[1].gil, 1);
    assert_close(picture->history.list[1].gc, 0);
    assert_close(picture->history.list[2].cpu, 0);
    assert_close(picture->history.list[2].gil, 0.25);
    assert_close(picture->history.list[2].gc, 0.25);
    assert_close(picture->now.gil, 0.25);
    assert_close(picture->rate_hz / 100, 1);

    /* A minute on, without rounds: they are still known, until they are too old. */
    tally_advance(fixture->tally, (START_MS + 61500) * MS);
    take(fixture);
    assert_int_equal(picture->history.count, PICTURE_HISTORY);
    assert_close(picture->history.list[0].cpu, 1);
    assert_close(picture->history.list[3].cpu, 0);
    assert_close(picture->rate_hz, 0);
    assert_close(picture->now.gil, 0);
    tally_advance(fixture->tally, (START_MS + 65500) * MS);
    take(fixture);
    assert_int_equal(picture->history.count, PICTURE_HISTORY);
    assert_close(picture->history.list[0].cpu, 0);
}

/* At one round a second, which comes early or late by chance, there is none in many a second. */
static void test_rounds_that_are_rare(void **state)
{
    struct fixture *fixture = *state;

    for (unsigned ms = 1000; ms <= 12000; ms += 1000)
        feed(fixture->tally, ROUND(.time_ms = START_MS + ms, .wall_ms = 1000, .cpu_ms = 500, .rounds = ms / 1000,
                                   .gil_held = true));
    tally_advance(fixture->tally, (START_MS + 13200) * MS);
    take(fixture);
    assert_close(fixture->picture.rate_hz, 1);
    assert_close(fixture->picture.now.gil, 1);
    assert_close(fixture->picture.now.cpu, 0.5);
    tally_advance(fixture->tally, (START_MS + 14200) * MS);
    take(fixture);
    assert_close(fixture->picture.rate_hz, 0);
}

/* What a process used before the first round is in no time that was watched. */
static void test_cpu_time_before_the_first_round(void **state)
{
    struct fixture *fixture = *state;

    tally_reset(fixture->tally, START_MS * MS);
    feed(fixture->tally, ROUND(.time_ms = START_MS, .wall_ms = 0, .cpu_ms = 200, .rounds = 1));
    feed(fixture->tally, ROUND(.time_ms = START_MS + 1000, .wall_ms = 1000, .cpu_ms = 1000, .rounds = 2));
    take(fixture);
    assert_int_equal(fixture->picture.processes[0].cpu_ns[SPAN_START], 1000 * MS);
    assert_close(fixture->picture.now.cpu, 1);
}

static void test_history_outlasts_a_reset(void **state)
{
    struct fixture *fixture = *state;

    feed_rounds(fixture, START_MS, START_MS + 5000, 1, &(struct round_args){.gil_held = true});
    tally_reset(fixture->tally, (START_MS + 5000) * MS);
    take(fixture);
    assert_int_equal(fixture->picture.history.count, 5);
    assert_close(fixture->picture.now.gil, 1);
    assert_close(fixture->picture.rate_hz / 1000, 1);
}

static void test_rounds_of_many_seconds(void **state)
{
    struct fixture *fixture = *state;

    /* A suspended machine: one round stands for five seconds. */
    feed_rounds(fixture, START_MS, START_MS + 10000, 5000,
                &(struct round_args){.cpu_ms = 2500, .gil_held = true});
    take(fixture);
    assert_int_equal(fixture->picture.history.count, 10);
    for (unsigned i = 0; i < 10; i++) {
        assert_close(fixture->picture.history.list[i].cpu, 0.5);
        assert_close(fixture->picture.history.list[i].gil, 1);
    }
}

/* The sampler asks for the CPU time now and then, and sends it with the round at hand. */
static void test_cpu_time_in_bursts(void **state)
{
    struct fixture *fixture = *state;

    for (uint64_t ms = 1; ms <= 5000; ms++) {
        feed(fixture->tally, ROUND(.time_ms = START_MS + ms, .wall_ms = 1, .rounds = ms,
                                   .cpu_ms = ms % 70 == 0 ? 70 : 0));
        if (ms < 1200)
            continue;
        take(fixture);
        assert_true(fixture->picture.now.cpu > 0.9f && fixture->picture.now.cpu < 1.01f);
    }
}

static void test_a_late_round_changes_nothing_else(void **state)
{
    struct fixture *fixture = *state;

    feed_rounds(fixture, START_MS, START_MS + 3000, 1, &(struct round_args){.gil_held = true});
    feed(fixture->tally, ROUND(.time_ms = START_MS - 70000, .wall_ms = 100, .rounds = 1));
    feed(fixture->tally, ROUND(.time_ms = START_MS + 3001, .wall_ms = 1, .rounds = 2));
    take(fixture);
    assert_int_equal(fixture->picture.history.count, 3);
    assert_close(fixture->picture.history.list[2].gil, 1);
    assert_close(fixture->picture.now.gil, 1);
}

/* The very first rounds have a rate already. */
static void test_rate_from_the_start(void **state)
{
    struct fixture *fixture = *state;

    feed_rounds(fixture, START_MS + 20, START_MS + 70, 1, &(struct round_args){.gil_held = true});
    take(fixture);
    assert_close(fixture->picture.rate_hz / 1000, 1);
    assert_close(fixture->picture.now.gil, 1);
    assert_int_equal(fixture->picture.history.count, 0);
}

/* A sampler that does not count its rounds: each record is one. */
static void test_rate_of_rounds_that_are_not_counted(void **state)
{
    struct fixture *fixture = *state;

    for (uint64_t ms = 1; ms <= 1500; ms++)
        feed(fixture->tally, ROUND(.time_ms = START_MS + ms, .wall_ms = 1));
    take(fixture);
    assert_close(fixture->picture.rate_hz / 1000, 1);
}

/* After a long sleep, what was used lately is not taken for used all along. */
static void test_cpu_time_after_a_sleep(void **state)
{
    struct fixture *fixture = *state;

    feed_rounds(fixture, START_MS, START_MS + 4950, 1, &(struct round_args){0});
    feed(fixture->tally, ROUND(.time_ms = START_MS + 5000, .wall_ms = 1, .cpu_ms = 80));
    feed_rounds(fixture, START_MS + 5000, START_MS + 6000, 1, &(struct round_args){0});
    take(fixture);
    assert_int_equal(fixture->picture.history.count, 6);
    assert_close(fixture->picture.history.list[3].cpu, 0);
    assert_close(fixture->picture.history.list[4].cpu, 0.08);
}

static void test_rate_counts_lost_rounds(void **state)
{
    struct fixture *fixture = *state;

    /* Of ten rounds only one reaches the tally. */
    for (uint64_t i = 1; i <= 300; i++)
        feed(fixture->tally, ROUND(.time_ms = START_MS + i * 10, .wall_ms = 1, .rounds = i * 10));
    take(fixture);
    assert_close(fixture->picture.rate_hz / 1000, 1);
    assert_int_equal(fixture->picture.counts.rounds, 3000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TALLY_TEST(test_trend),
        TALLY_TEST(test_trend_of_a_young_window),
        TALLY_TEST(test_trend_is_the_whole_window),
        TALLY_TEST(test_history),
        TALLY_TEST(test_rounds_that_are_rare),
        TALLY_TEST(test_cpu_time_before_the_first_round),
        TALLY_TEST(test_history_outlasts_a_reset),
        TALLY_TEST(test_rounds_of_many_seconds),
        TALLY_TEST(test_cpu_time_in_bursts),
        TALLY_TEST(test_cpu_time_after_a_sleep),
        TALLY_TEST(test_a_late_round_changes_nothing_else),
        TALLY_TEST(test_rate_from_the_start),
        TALLY_TEST(test_rate_of_rounds_that_are_not_counted),
        TALLY_TEST(test_rate_counts_lost_rounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
