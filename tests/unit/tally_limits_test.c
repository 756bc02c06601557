/* tally: who is who, and what happens when there is no room for more. */
#include <stdio.h>
#include <string.h>

#include "tally_fixture.h"

static void test_processes_with_equal_numbers(void **state)
{
    struct fixture *fixture = *state;
    uint64_t both = 0;

    define_process(fixture->tally, 1);
    feed(fixture->tally, SAMPLE(.time_ms = START_MS + 10, .wall_ms = 10, .FRAMES({WORK, 1})));
    feed(fixture->tally,
         SAMPLE(.process = 1, .time_ms = START_MS + 10, .wall_ms = 3, .FRAMES({WORK, 1})));
    take(fixture);
    assert_int_equal(fixture->picture.pair_count, 2);
    assert_int_equal(fixture->picture.thread_count, 4);
    for (size_t i = 0; i < 2; i++) {
        const struct picture_pair *found = &fixture->picture.pairs[i];
        const uint32_t process = fixture->picture.threads[found->thread].process;

        assert_int_equal(found->function, WORK);
        assert_int_equal(found->self[SPAN_START].ns[MODE_WALL], (process == 0 ? 10 : 3) * MS);
        both += process;
    }
    assert_int_equal(both, 1);
    assert_int_equal(fixture->picture.pid, 4242);
}

static void test_who_and_where(void **state)
{
    struct fixture *fixture = *state;
    const struct picture *picture = &fixture->picture;

    feed(fixture->tally, SAMPLE(.time_ms = START_MS + 1, .thread = 1, .state = THREAD_WAIT_GIL,
                                .FRAMES({HELP, 55}, {MAIN, 3})));
    take(fixture);
    assert_string_equal(picture->command, "python app.py");
    assert_int_equal(picture->version_hex, 0x030d05f0);
    assert_int_equal(picture->target_started_ns, 5 * NS_PER_S);
    assert_false(picture->ended);
    assert_string_equal(picture->end_text, "");
    assert_string_equal(picture->functions[HELP].name, "help");
    assert_string_equal(picture->functions[HELP].file, "/app/work.py");
    assert_int_equal(picture->functions[HELP].first_line, 50);
    assert_string_equal(picture->threads[1].name, "worker");
    assert_int_equal(picture->threads[1].tid, 1001);
    assert_int_equal(picture->threads[1].ident, 0x7f0000000001);
    assert_int_equal(picture->threads[1].leaf, HELP);
    assert_int_equal(picture->threads[1].leaf_line, 55);
    assert_int_equal(picture->threads_by_state[THREAD_IDLE], 1);
    assert_int_equal(picture->threads_by_state[THREAD_WAIT_GIL], 1);
}

static void test_drops_leave_no_trace(void **state)
{
    struct fixture *fixture = *state;
    struct record_header bad = {.length = sizeof bad, .kind = RECORD_SAMPLE};

    feed(fixture->tally, SAMPLE(.time_ms = START_MS + 1, .wall_ms = 1, .FRAMES({WORK, 1})));
    take(fixture);
    assert_int_equal(fixture->picture.dropped, 0);

    tally_feed(fixture->tally, &bad, sizeof bad);
    tally_feed(fixture->tally, &bad, 0);
    feed(fixture->tally, SAMPLE(.thread = 7, .time_ms = START_MS + 2, .wall_ms = 1));
    feed(fixture->tally, SAMPLE(.process = 1, .time_ms = START_MS + 2, .wall_ms = 1));
    feed(fixture->tally, SAMPLE(.time_ms = START_MS + 2, .wall_ms = 1,
                                .FRAMES({HELP, 1}, {UNKNOWN, 1}, {MAIN, 1})));
    feed(fixture->tally, SAMPLE(.time_ms = START_MS + 2, .wall_ms = 1,
                                .FRAMES({UINT32_MAX, 1}, {UINT32_MAX - 3, 1})));
    feed(fixture->tally, ROUND(.process = 300, .time_ms = START_MS + 2));
    feed(fixture->tally, make_thread(5, 0, THREAD_IDLE, "of no process"));
    feed(fixture->tally, make_function(5, WORK, "of_no_process", "", 1));
    feed(fixture->tally, make_process(0, 1, "again"));
    feed(fixture->tally, make_end(5, START_MS, ""));
    take(fixture);
    assert_int_equal(fixture->picture.dropped, 11);
    assert_int_equal(fixture->picture.pair_count, 1);
    assert_int_equal(fixture->picture.threads[0].all[SPAN_START].ns[MODE_WALL], 1 * MS);
    assert_string_equal(fixture->picture.command, "python app.py");
}

/* A sample that merges several rounds is dropped as that many. */
static void test_drops_are_counted_in_samples(void **state)
{
    struct fixture *fixture = *state;

    feed(fixture->tally, SAMPLE(.thread = 7, .time_ms = START_MS + 9, .wall_ms = 9, .rounds = 9));
    feed(fixture->tally, SAMPLE(.process = 1, .time_ms = START_MS + 9, .wall_ms = 9, .rounds = 20));
    feed(fixture->tally, make_end(5, START_MS, ""));
    take(fixture);
    assert_int_equal(fixture->picture.dropped, 9 + 20 + 1);
}

static void test_limits(void **state)
{
    struct fixture *fixture = *state;

    use_limits(fixture, &(struct tally_limits){4, 3, 6, 10 * NS_PER_S});
    for (uint32_t i = 0; i < 10; i++) {
        feed(fixture->tally, make_thread(0, i, THREAD_IDLE, "thread"));
        feed(fixture->tally, make_function(0, FUNCTION_FIRST + i, "function", "file", i));
    }
    take(fixture);
    assert_int_equal(fixture->picture.thread_count, 3);
    assert_int_equal(fixture->picture.function_count, FUNCTION_FIRST + 4);
    assert_int_equal(fixture->picture.dropped, 7 + 6);

    for (uint32_t thread = 0; thread < 3; thread++)
        for (uint32_t i = 0; i < 4; i++)
            feed(fixture->tally, SAMPLE(.thread = thread, .time_ms = START_MS + 1, .wall_ms = 1,
                                        .FRAMES({FUNCTION_FIRST + i, 1})));
    take(fixture);
    assert_int_equal(fixture->picture.pair_count, 6);
    assert_int_equal(fixture->picture.dropped, 7 + 6 + 6);

    /* After a reset there is room again. */
    tally_reset(fixture->tally, (START_MS + 1) * MS);
    for (uint32_t i = 0; i < 4; i++)
        feed(fixture->tally, SAMPLE(.thread = 2, .time_ms = START_MS + 2, .wall_ms = 1,
                                    .FRAMES({FUNCTION_FIRST + i, 1})));
    take(fixture);
    assert_int_equal(fixture->picture.pair_count, 4);
    assert_int_equal(fixture->picture.dropped, 7 + 6 + 6);
}

/* Each of many threads sleeps long on a stack of its own: the parts of the window run out, and no
   sample is counted in part. */
static void test_window_runs_out_of_room(void **state)
{
    struct fixture *fixture = *state;
    enum { THREADS = 60, DEPTH = 60 };
    struct record_frame frames[DEPTH];
    uint64_t counted = 0;

    use_limits(fixture, &(struct tally_limits){DEPTH, THREADS, THREADS * DEPTH, 10 * NS_PER_S});
    for (uint32_t i = 0; i < DEPTH; i++) {
        feed(fixture->tally, make_function(0, FUNCTION_FIRST + i, "function", "file", i));
        frames[i] = (struct record_frame){FUNCTION_FIRST + i, 1};
    }
    for (uint32_t i = 0; i < THREADS; i++) {
        feed(fixture->tally, make_thread(0, i, THREAD_IDLE, "thread"));
        feed(fixture->tally, SAMPLE(.thread = i, .time_ms = START_MS + 20000, .wall_ms = 15000,
                                    .frames = frames, .depth = DEPTH));
    }
    take(fixture);
    assert_true(fixture->picture.dropped > 0);
    for (uint32_t i = 0; i < THREADS; i++)
        counted += fixture->picture.threads[i].all[SPAN_START].samples;
    assert_int_equal(counted + fixture->picture.dropped, THREADS);
    assert_int_equal(fixture->picture.pair_count, counted * DEPTH);

    /* When it has slid out, there is room again. */
    tally_advance(fixture->tally, (START_MS + 40000) * MS);
    feed(fixture->tally, SAMPLE(.thread = THREADS - 1, .time_ms = START_MS + 40000, .wall_ms = 9000,
                                .frames = frames, .depth = DEPTH));
    take(fixture);
    assert_int_equal(fixture->picture.dropped, THREADS - counted);
}

static void test_names_are_cleaned(void **state)
{
    struct fixture *fixture = *state;

    feed(fixture->tally, make_function(0, 20, "\033[2J", "a\xff\nb", 1));
    take(fixture);
    assert_string_equal(fixture->picture.functions[HELP + 1].name, "\ufffd[2J");
    assert_string_equal(fixture->picture.functions[HELP + 1].file, "a\ufffd\ufffdb");
}

static void test_equal_names_are_kept_once(void **state)
{
    struct fixture *fixture = *state;

    take(fixture);
    assert_ptr_equal(fixture->picture.functions[WORK].file, fixture->picture.functions[HELP].file);
}

static void test_second_definition_of_a_function(void **state)
{
    struct fixture *fixture = *state;

    feed(fixture->tally, make_function(0, WORK, "other", "other.py", 1));
    take(fixture);
    assert_string_equal(fixture->picture.functions[WORK].name, "work");
    assert_int_equal(fixture->picture.function_count, HELP + 1);
}

static void test_threads_are_renamed(void **state)
{
    struct fixture *fixture = *state;
    struct picture old = {0};
    struct error error;
    char name[32];

    assert_true(picture_take(&old, fixture->tally, &error));
    feed(fixture->tally, make_thread(0, 1, THREAD_RUNNING, "worker, renamed"));
    take(fixture);
    assert_string_equal(fixture->picture.threads[1].name, "worker, renamed");
    assert_string_equal(old.threads[1].name, "worker");
    assert_int_equal(fixture->picture.thread_count, 2);

    /* To and fro between two names costs nothing, however often. */
    for (int i = 0; i < 1000; i++)
        feed(fixture->tally, make_thread(0, 1, THREAD_IDLE, i % 2 ? "odd" : "even"));
    take(fixture);
    assert_string_equal(fixture->picture.threads[1].name, "odd");

    /* A new name each time does not: it says so in the end, instead of showing an old name. */
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "request %d", i);
        feed(fixture->tally, make_thread(0, 1, THREAD_IDLE, name));
    }
    feed(fixture->tally, make_thread(0, 0, THREAD_IDLE, "another may"));
    take(fixture);
    assert_string_equal(fixture->picture.threads[1].name, "‹renamed often›");
    assert_string_equal(fixture->picture.threads[0].name, "another may");
    assert_string_equal(old.threads[1].name, "worker");
    assert_int_equal(fixture->picture.dropped, 0);
    picture_free(&old);
}

static void test_threads_end(void **state)
{
    struct fixture *fixture = *state;

    feed(fixture->tally, SAMPLE(.thread = 1, .time_ms = START_MS + 10, .wall_ms = 10,
                                .state = THREAD_RUNNING, .FRAMES({WORK, 1})));
    feed(fixture->tally, make_thread(0, 1, THREAD_ENDED, "worker"));
    take(fixture);
    assert_int_equal(fixture->picture.threads[1].state, THREAD_ENDED);
    assert_int_equal(fixture->picture.threads_by_state[THREAD_ENDED], 0);
    assert_int_equal(fixture->picture.threads_by_state[THREAD_RUNNING], 0);
    assert_int_equal(fixture->picture.threads_by_state[THREAD_IDLE], 1);
    assert_int_equal(pair(fixture, 1, WORK).self[SPAN_WINDOW].ns[MODE_WALL], 10 * MS);

    /* A sample that comes late counts, but does not bring it back to life. */
    feed(fixture->tally, SAMPLE(.thread = 1, .time_ms = START_MS + 20, .wall_ms = 10,
                                .state = THREAD_RUNNING, .FRAMES({WORK, 1})));
    take(fixture);
    assert_int_equal(fixture->picture.threads[1].state, THREAD_ENDED);
    assert_int_equal(pair(fixture, 1, WORK).self[SPAN_WINDOW].ns[MODE_WALL], 20 * MS);
}

static void test_pictures_stay(void **state)
{
    struct fixture *fixture = *state;
    struct picture old = {0};
    struct error error;

    feed(fixture->tally, SAMPLE(.time_ms = START_MS + 10, .wall_ms = 10, .FRAMES({WORK, 1})));
    assert_true(picture_take(&old, fixture->tally, &error));
    for (uint32_t i = 0; i < 1000; i++) {
        feed(fixture->tally, make_function(0, 100 + i, "more", "more.py", i));
        feed(fixture->tally, make_thread(0, 100 + i, THREAD_IDLE, "more"));
        feed(fixture->tally, SAMPLE(.time_ms = START_MS + 20 + i, .wall_ms = 1, .thread = 100 + i,
                                    .FRAMES({100 + i, 1}, {WORK, 1})));
    }
    tally_reset(fixture->tally, 2 * START_MS * MS);
    assert_int_equal(old.pair_count, 1);
    assert_int_equal(old.pairs[0].self[SPAN_WINDOW].ns[MODE_WALL], 10 * MS);
    assert_string_equal(old.functions[old.pairs[0].function].name, "work");
    picture_free(&old);
    assert_int_equal(old.pair_count, 0);
    assert_string_equal(old.command, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TALLY_TEST(test_processes_with_equal_numbers),
        TALLY_TEST(test_who_and_where),
        TALLY_TEST(test_drops_leave_no_trace),
        TALLY_TEST(test_drops_are_counted_in_samples),
        TALLY_TEST(test_limits),
        TALLY_TEST(test_window_runs_out_of_room),
        TALLY_TEST(test_names_are_cleaned),
        TALLY_TEST(test_equal_names_are_kept_once),
        TALLY_TEST(test_second_definition_of_a_function),
        TALLY_TEST(test_threads_are_renamed),
        TALLY_TEST(test_threads_end),
        TALLY_TEST(test_pictures_stay),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
