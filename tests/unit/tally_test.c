/* tally: what goes in as samples comes out in pictures, to the nanosecond. */
#include "tally_fixture.h"

static void test_self_and_total(void **state)
{
    struct fixture *fixture = *state;

    feed(fixture->tally,
         SAMPLE(.time_ms = START_MS + 10, .wall_ms = 10, .FRAMES({WORK, 12}, {MAIN, 3})));
    feed(fixture->tally, SAMPLE(.time_ms = START_MS + 15, .wall_ms = 5, .FRAMES({MAIN, 4})));
    take(fixture);
    for (enum tally_span span = 0; span < SPANS; span++) {
        assert_int_equal(self_ms(fixture, WORK, span), 10);
        assert_int_equal(total_ms(fixture, WORK, span), 10);
        assert_int_equal(self_ms(fixture, MAIN, span), 5);
        assert_int_equal(total_ms(fixture, MAIN, span), 15);
        assert_int_equal(pair(fixture, 0, MAIN).total[span].samples, 2);
        assert_int_equal(pair(fixture, 0, MAIN).self[span].samples, 1);
        assert_int_equal(fixture->picture.threads[0].all[span].ns[MODE_WALL], 15 * MS);
        assert_int_equal(fixture->picture.threads[0].all[span].samples, 2);
    }
    assert_int_equal(fixture->picture.dropped, 0);
    assert_int_equal(fixture->picture.pair_count, 2);
}

static void test_recursion_counts_once(void **state)
{
    struct fixture *fixture = *state;

    feed(fixture->tally,
         SAMPLE(.time_ms = START_MS + 10, .wall_ms = 10,
                .FRAMES({WORK, 12}, {HELP, 51}, {WORK, 13}, {WORK, 13}, {MAIN, 3})));
    take(fixture);
    assert_int_equal(self_ms(fixture, WORK, SPAN_START), 10);
    assert_int_equal(total_ms(fixture, WORK, SPAN_START), 10);
    assert_int_equal(total_ms(fixture, HELP, SPAN_START), 10);
    assert_int_equal(pair(fixture, 0, WORK).total[SPAN_WINDOW].samples, 1);
}

static void test_modes_and_states(void **state)
{
    struct fixture *fixture = *state;
    const uint64_t *ns;

    feed(fixture->tally, SAMPLE(.time_ms = START_MS + 10, .wall_ms = 10, .cpu_ms = 7,
                                .state = THREAD_HAS_GIL, .FRAMES({WORK, 1})));
    feed(fixture->tally, SAMPLE(.time_ms = START_MS + 30, .wall_ms = 20, .cpu_ms = 1,
                                .state = THREAD_WAIT_GIL, .flags = SAMPLE_EXCEPTION,
                                .FRAMES({WORK, 1})));
    feed(fixture->tally, SAMPLE(.time_ms = START_MS + 70, .wall_ms = 40, .rounds = 40,
                                .state = THREAD_IDLE, .FRAMES({WORK, 1})));
    take(fixture);
    for (enum tally_span span = 0; span < SPANS; span++) {
        ns = pair(fixture, 0, WORK).self[span].ns;
        assert_int_equal(ns[MODE_WALL], 70 * MS);
        assert_int_equal(ns[MODE_CPU], 8 * MS);
        assert_int_equal(ns[MODE_GIL], 10 * MS);
        assert_int_equal(ns[MODE_EXCEPTION], 20 * MS);
        assert_int_equal(pair(fixture, 0, WORK).self[span].samples, 42);
        ns = fixture->picture.threads[0].state_ns[span];
        assert_int_equal(ns[THREAD_HAS_GIL], 10 * MS);
        assert_int_equal(ns[THREAD_WAIT_GIL], 20 * MS);
        assert_int_equal(ns[THREAD_IDLE], 40 * MS);
        assert_int_equal(ns[THREAD_RUNNING], 0);
    }
    assert_int_equal(fixture->picture.threads[0].state, THREAD_IDLE);
}

static void test_no_python_code(void **state)
{
    struct fixture *fixture = *state;

    feed(fixture->tally, SAMPLE(.time_ms = START_MS + 10, .wall_ms = 10, .state = THREAD_RUNNING));
    take(fixture);
    assert_int_equal(fixture->picture.pair_count, 0);
    assert_int_equal(fixture->picture.threads[0].all[SPAN_WINDOW].ns[MODE_WALL], 10 * MS);
    assert_int_equal(fixture->picture.threads[0].leaf, UINT32_MAX);
    assert_int_equal(fixture->picture.dropped, 0);
}

static void test_built_in_functions(void **state)
{
    struct fixture *fixture = *state;

    feed(fixture->tally, SAMPLE(.time_ms = START_MS + 10, .wall_ms = 10, .flags = SAMPLE_TRUNCATED,
                                .FRAMES({FUNCTION_MOVING, 0}, {MAIN, 3})));
    feed(fixture->tally,
         SAMPLE(.time_ms = START_MS + 12, .wall_ms = 2, .FRAMES({FUNCTION_GC, 0}, {MAIN, 3})));
    take(fixture);
    assert_int_equal(self_ms(fixture, FUNCTION_MOVING, SPAN_WINDOW), 10);
    assert_int_equal(self_ms(fixture, FUNCTION_GC, SPAN_WINDOW), 2);
    assert_int_equal(self_ms(fixture, MAIN, SPAN_WINDOW), 0);
    assert_int_equal(total_ms(fixture, MAIN, SPAN_WINDOW), 12);
    assert_string_equal(fixture->picture.functions[FUNCTION_MOVING].name, "‹moving›");
    assert_string_equal(fixture->picture.functions[FUNCTION_GC].name, "‹gc›");
    assert_string_equal(fixture->picture.functions[FUNCTION_GC].file, "");
}

static void test_window_slides(void **state)
{
    struct fixture *fixture = *state;

    feed(fixture->tally, SAMPLE(.time_ms = START_MS + 100, .wall_ms = 100, .FRAMES({WORK, 1})));
    tally_advance(fixture->tally, (START_MS + 9999) * MS);
    take(fixture);
    assert_int_equal(self_ms(fixture, WORK, SPAN_WINDOW), 100);
    tally_advance(fixture->tally, (START_MS + 10000) * MS);
    take(fixture);
    assert_int_equal(self_ms(fixture, WORK, SPAN_WINDOW), 0);
    assert_int_equal(pair(fixture, 0, WORK).self[SPAN_WINDOW].samples, 0);
    assert_int_equal(fixture->picture.threads[0].all[SPAN_WINDOW].samples, 0);
    assert_int_equal(self_ms(fixture, WORK, SPAN_START), 100);

    /* A leap over many windows, and on from there. */
    tally_advance(fixture->tally, 1000 * START_MS * MS);
    feed(fixture->tally, SAMPLE(.time_ms = 1000 * START_MS + 5, .wall_ms = 5, .FRAMES({WORK, 1})));
    take(fixture);
    assert_int_equal(self_ms(fixture, WORK, SPAN_WINDOW), 5);
    assert_int_equal(self_ms(fixture, WORK, SPAN_START), 105);
}

static void test_spans(void **state)
{
    struct fixture *fixture = *state;

    take(fixture);
    assert_int_equal(fixture->picture.span_ns[SPAN_START], 0);
    assert_int_equal(fixture->picture.span_ns[SPAN_WINDOW], 0);
    tally_advance(fixture->tally, (START_MS + 4321) * MS);
    take(fixture);
    assert_int_equal(fixture->picture.taken_ns, (START_MS + 4321) * MS);
    assert_int_equal(fixture->picture.started_ns, START_MS * MS);
    assert_int_equal(fixture->picture.span_ns[SPAN_START], 4321 * MS);
    assert_int_equal(fixture->picture.span_ns[SPAN_WINDOW], 4321 * MS);
    tally_advance(fixture->tally, (START_MS + 60100) * MS);
    take(fixture);
    assert_int_equal(fixture->picture.window_ns, 10000 * MS);
    assert_int_equal(fixture->picture.span_ns[SPAN_START], 60100 * MS);
    assert_int_equal(fixture->picture.span_ns[SPAN_WINDOW], 9850 * MS); /* 39 buckets and 100 ms */
}

static void test_long_sleep_is_spread(void **state)
{
    struct fixture *fixture = *state;

    feed(fixture->tally, SAMPLE(.time_ms = START_MS + 30100, .wall_ms = 30000, .cpu_ms = 3000,
                                .rounds = 30000, .FRAMES({WORK, 1})));
    take(fixture);
    assert_int_equal(self_ms(fixture, WORK, SPAN_START), 30000);
    assert_int_equal(self_ms(fixture, WORK, SPAN_WINDOW), 9850);
    assert_int_equal(fixture->picture.span_ns[SPAN_WINDOW], 9850 * MS);
    assert_int_equal(pair(fixture, 0, WORK).self[SPAN_WINDOW].ns[MODE_CPU], 985 * MS);
    assert_int_equal(pair(fixture, 0, WORK).self[SPAN_WINDOW].samples, 9850);

    tally_advance(fixture->tally, (START_MS + 35100) * MS);
    take(fixture);
    assert_int_equal(self_ms(fixture, WORK, SPAN_WINDOW), 4850);
    tally_advance(fixture->tally, (START_MS + 45100) * MS);
    take(fixture);
    assert_int_equal(self_ms(fixture, WORK, SPAN_WINDOW), 0);
    assert_int_equal(pair(fixture, 0, WORK).self[SPAN_WINDOW].ns[MODE_CPU], 0);
    assert_int_equal(pair(fixture, 0, WORK).self[SPAN_WINDOW].samples, 0);
}

/* A model that remembers every sample, and asks of each how much of it is within the window. */
struct model_sample {
    uint32_t thread, leaf, caller;
    uint64_t from_ms, to_ms;
};

static uint64_t overlap_ms(const struct model_sample *sample, uint64_t from_ms)
{
    const uint64_t start = sample->from_ms > from_ms ? sample->from_ms : from_ms;

    return sample->to_ms > start ? sample->to_ms - start : 0;
}

static void compare_with_model(struct fixture *fixture, const struct model_sample *samples,
                               size_t count)
{
    const struct picture *picture = &fixture->picture;
    uint64_t from_ms;

    take(fixture);
    from_ms = (picture->taken_ns - picture->span_ns[SPAN_WINDOW]) / MS;
    for (uint32_t thread = 0; thread < 2; thread++) {
        for (uint32_t function = MAIN; function <= HELP; function++) {
            const struct picture_pair found = pair(fixture, thread, function);
            uint64_t self = 0, total = 0;

            for (size_t i = 0; i < count; i++) {
                if (samples[i].thread != thread)
                    continue;
                if (samples[i].leaf == function)
                    self += overlap_ms(&samples[i], from_ms);
                if (samples[i].leaf == function || samples[i].caller == function)
                    total += overlap_ms(&samples[i], from_ms);
            }
            assert_int_equal(found.self[SPAN_WINDOW].ns[MODE_WALL], self * MS);
            assert_int_equal(found.total[SPAN_WINDOW].ns[MODE_WALL], total * MS);
        }
        assert_true(picture->threads[thread].all[SPAN_WINDOW].ns[MODE_WALL] <=
                    picture->span_ns[SPAN_WINDOW]);
    }
}

/* Two threads of random samples, mostly of some ms, now and then of many seconds; the reader at
   times lags behind and gets older ones late. */
static void test_window_against_a_model(void **state)
{
    enum { SAMPLES = 3000 };
    static struct model_sample samples[SAMPLES];
    struct fixture *fixture = *state;
    uint64_t reached_ms[2] = {START_MS, START_MS};
    unsigned random = 1;

    for (size_t i = 0; i < SAMPLES; i++) {
        struct model_sample *sample = &samples[i];
        uint64_t wall_ms;

        random = random * 1103515245 + 12345;
        sample->thread = random >> 16 & 1;
        sample->leaf = MAIN + (random >> 17) % 3;
        sample->caller = MAIN + (random >> 19) % 3;
        wall_ms = (random >> 21) % 50 == 0 ? (random >> 8) % 15000 : (random >> 8) % 30;
        sample->from_ms = reached_ms[sample->thread];
        sample->to_ms = reached_ms[sample->thread] += wall_ms;
        feed(fixture->tally,
             SAMPLE(.thread = sample->thread, .time_ms = sample->to_ms, .wall_ms = wall_ms,
                    .FRAMES({sample->leaf, 1}, {sample->caller, 1})));
        if (i % 7 == 0)
            compare_with_model(fixture, samples, i + 1);
        if (random % 40 == 0)
            tally_advance(fixture->tally, (reached_ms[0] + random % 700) * MS);
    }
    assert_int_equal(fixture->picture.dropped, 0);
}

/* A time that no clock will ever show does not take long to reach. */
static void test_leap_to_the_end_of_time(void **state)
{
    struct fixture *fixture = *state;

    feed(fixture->tally, SAMPLE(.time_ms = START_MS + 100, .wall_ms = 100, .FRAMES({WORK, 1})));
    feed(fixture->tally, ROUND(.time_ms = START_MS + 100, .wall_ms = 100));
    feed(fixture->tally, ROUND(.time_ms = RECORD_TIME_MAX_NS / MS, .wall_ms = 1));
    tally_advance(fixture->tally, UINT64_MAX); /* not a time */
    take(fixture);
    assert_int_equal(fixture->picture.taken_ns, RECORD_TIME_MAX_NS / MS * MS);
    assert_int_equal(self_ms(fixture, WORK, SPAN_WINDOW), 0);
    assert_int_equal(self_ms(fixture, WORK, SPAN_START), 100);
}

/* The window's first turn, on a machine that has just started. */
static void test_soon_after_boot(void **state)
{
    struct fixture *fixture = *state;

    tally_reset(fixture->tally, 0);
    feed(fixture->tally, SAMPLE(.time_ms = 100, .wall_ms = 200, .FRAMES({WORK, 1})));
    take(fixture);
    assert_int_equal(self_ms(fixture, WORK, SPAN_WINDOW), 100);
    tally_advance(fixture->tally, 9999 * MS);
    take(fixture);
    assert_int_equal(fixture->picture.span_ns[SPAN_WINDOW], 9999 * MS);
    assert_int_equal(self_ms(fixture, WORK, SPAN_WINDOW), 100);
    tally_advance(fixture->tally, 10000 * MS);
    take(fixture);
    assert_int_equal(fixture->picture.span_ns[SPAN_WINDOW], 9750 * MS);
    assert_int_equal(self_ms(fixture, WORK, SPAN_WINDOW), 0);
}

static void test_late_samples_count_since_start_only(void **state)
{
    struct fixture *fixture = *state;

    tally_advance(fixture->tally, (START_MS + 60000) * MS);
    feed(fixture->tally, SAMPLE(.time_ms = START_MS + 100, .wall_ms = 10, .FRAMES({WORK, 1})));
    take(fixture);
    assert_int_equal(self_ms(fixture, WORK, SPAN_WINDOW), 0);
    assert_int_equal(self_ms(fixture, WORK, SPAN_START), 10);
    assert_int_equal(fixture->picture.taken_ns, (START_MS + 60000) * MS);
    /* It is also what the thread did last, until a younger one comes. */
    assert_int_equal(fixture->picture.threads[0].leaf, WORK);
    feed(fixture->tally, SAMPLE(.time_ms = START_MS + 59990, .FRAMES({HELP, 1})));
    feed(fixture->tally, SAMPLE(.time_ms = START_MS + 59980, .FRAMES({MAIN, 1})));
    take(fixture);
    assert_int_equal(fixture->picture.threads[0].leaf, HELP);
}

static void test_counting_starts_with_the_first_record(void **state)
{
    struct fixture *fixture = *state;
    struct error error;

    tally_free(fixture->tally);
    fixture->tally = tally_new(&TALLY_DEFAULTS, &error);
    assert_non_null(fixture->tally);
    define_process(fixture->tally, 0);
    tally_advance(fixture->tally, 1000 * MS); /* nothing has come yet */
    feed(fixture->tally, SAMPLE(.time_ms = 5003, .wall_ms = 3, .FRAMES({WORK, 1})));
    take(fixture);
    assert_int_equal(fixture->picture.started_ns, 5000 * MS);
    assert_int_equal(fixture->picture.span_ns[SPAN_START], 3 * MS);
    assert_int_equal(self_ms(fixture, WORK, SPAN_START), 3);
}

static void test_end_stands_still(void **state)
{
    struct fixture *fixture = *state;

    feed(fixture->tally, SAMPLE(.time_ms = START_MS + 100, .wall_ms = 100, .FRAMES({WORK, 1})));
    feed(fixture->tally, make_end(0, START_MS + 200, "the process ended"));
    tally_advance(fixture->tally, 2 * START_MS * MS);
    feed(fixture->tally, SAMPLE(.time_ms = 2 * START_MS, .wall_ms = 100, .FRAMES({WORK, 1})));
    take(fixture);
    assert_true(fixture->picture.ended);
    assert_string_equal(fixture->picture.end_text, "the process ended");
    assert_int_equal(fixture->picture.taken_ns, (START_MS + 200) * MS);
    assert_int_equal(self_ms(fixture, WORK, SPAN_WINDOW), 100);
    assert_int_equal(fixture->picture.dropped, 1);
}

/* What was held back comes after the last round, and counts. */
static void test_end_tells_the_last_counts(void **state)
{
    struct fixture *fixture = *state;
    const void *end;

    feed(fixture->tally, ROUND(.time_ms = START_MS + 1, .wall_ms = 1, .rounds = 10));
    end = make_end(0, START_MS + 2, "");
    CHANGED(record_end, end)->counts = (struct sampler_counts){.rounds = 10, .samples = 60};
    feed(fixture->tally, end);
    take(fixture);
    assert_int_equal(fixture->picture.counts.rounds, 10);
    assert_int_equal(fixture->picture.counts.samples, 60);
}

/* Counts are of all the time since attach, and so is that in which there was somebody who counted. */
static void test_watched_time_outlasts_a_reset(void **state)
{
    struct fixture *fixture = *state;

    define_process(fixture->tally, 1);
    feed(fixture->tally, ROUND(.time_ms = START_MS + 100, .wall_ms = 100, .rounds = 100));
    feed(fixture->tally, ROUND(.process = 1, .time_ms = START_MS + 100, .wall_ms = 40, .rounds = 40));
    tally_reset(fixture->tally, (START_MS + 100) * MS);
    feed(fixture->tally, ROUND(.time_ms = START_MS + 150, .wall_ms = 50, .rounds = 150));
    take(fixture);
    assert_int_equal(fixture->picture.watched_ns, 190 * MS);
    assert_int_equal(fixture->picture.processes[0].watched_ns, 150 * MS);
    assert_int_equal(fixture->picture.processes[1].watched_ns, 40 * MS);
}

static void test_one_of_two_ends(void **state)
{
    struct fixture *fixture = *state;

    define_process(fixture->tally, 1);
    feed(fixture->tally, make_end(0, START_MS + 200, "the process ended"));
    tally_advance(fixture->tally, (START_MS + 500) * MS);
    take(fixture);
    assert_false(fixture->picture.ended);
    assert_int_equal(fixture->picture.taken_ns, (START_MS + 500) * MS);
    feed(fixture->tally, make_end(1, START_MS + 700, "this one too"));
    take(fixture);
    assert_true(fixture->picture.ended);
}

static void test_reset(void **state)
{
    struct fixture *fixture = *state;

    feed(fixture->tally, SAMPLE(.time_ms = START_MS + 100, .wall_ms = 100, .FRAMES({WORK, 1})));
    tally_reset(fixture->tally, (START_MS + 150) * MS);
    take(fixture);
    assert_int_equal(fixture->picture.pair_count, 0);
    assert_int_equal(fixture->picture.threads[0].all[SPAN_START].samples, 0);
    assert_string_equal(fixture->picture.threads[0].name, "MainThread");
    assert_int_equal(fixture->picture.started_ns, (START_MS + 150) * MS);
    assert_int_equal(fixture->picture.span_ns[SPAN_START], 0);

    /* On its way at the reset, and across it: only what is after it counts. */
    feed(fixture->tally, SAMPLE(.time_ms = START_MS + 140, .wall_ms = 40, .FRAMES({WORK, 1})));
    feed(fixture->tally, SAMPLE(.time_ms = START_MS + 200, .wall_ms = 100, .cpu_ms = 10,
                                .rounds = 100, .FRAMES({HELP, 1})));
    take(fixture);
    assert_int_equal(self_ms(fixture, WORK, SPAN_START), 0);
    for (enum tally_span span = 0; span < SPANS; span++) {
        assert_int_equal(self_ms(fixture, HELP, span), 50);
        assert_int_equal(pair(fixture, 0, HELP).self[span].ns[MODE_CPU], 5 * MS);
        assert_int_equal(pair(fixture, 0, HELP).self[span].samples, 50);
    }
    assert_int_equal(fixture->picture.dropped, 0);
}

static void test_hot_line(void **state)
{
    struct fixture *fixture = *state;
    uint64_t time_ms = START_MS;

    /* 30 lines of 1 ms each, round and round, and among them one that takes a quarter of the
       time. */
    for (uint32_t i = 0; i < 3000; i++) {
        time_ms += 11;
        feed(fixture->tally, SAMPLE(.time_ms = time_ms - 10, .wall_ms = 1,
                                    .FRAMES({WORK, 100 + i % 30}, {MAIN, 3})));
        if (i % 30 == 0)
            feed(fixture->tally,
                 SAMPLE(.time_ms = time_ms, .wall_ms = 10, .FRAMES({WORK, 77}, {MAIN, 4})));
    }
    feed(fixture->tally, SAMPLE(.time_ms = time_ms + 5, .wall_ms = 5, .FRAMES({HELP, 0})));
    feed(fixture->tally, SAMPLE(.time_ms = time_ms + 9, .wall_ms = 4, .FRAMES({HELP, 60})));
    take(fixture);
    assert_int_equal(pair(fixture, 0, WORK).hot_line, 77);
    assert_true(pair(fixture, 0, WORK).hot_line_ns >= 1000 * MS);
    assert_int_equal(pair(fixture, 0, MAIN).hot_line, 0);  /* never at the leaf */
    assert_int_equal(pair(fixture, 0, HELP).hot_line, 60); /* where a line is known */
    assert_int_equal(pair(fixture, 0, HELP).hot_line_ns, 4 * MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TALLY_TEST(test_self_and_total),
        TALLY_TEST(test_recursion_counts_once),
        TALLY_TEST(test_modes_and_states),
        TALLY_TEST(test_no_python_code),
        TALLY_TEST(test_built_in_functions),
        TALLY_TEST(test_window_slides),
        TALLY_TEST(test_spans),
        TALLY_TEST(test_long_sleep_is_spread),
        TALLY_TEST(test_window_against_a_model),
        TALLY_TEST(test_leap_to_the_end_of_time),
        TALLY_TEST(test_soon_after_boot),
        TALLY_TEST(test_late_samples_count_since_start_only),
        TALLY_TEST(test_counting_starts_with_the_first_record),
        TALLY_TEST(test_end_stands_still),
        TALLY_TEST(test_end_tells_the_last_counts),
        TALLY_TEST(test_watched_time_outlasts_a_reset),
        TALLY_TEST(test_one_of_two_ends),
        TALLY_TEST(test_reset),
        TALLY_TEST(test_hot_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
