/* thread_table: rows of threads are the right ones, in the right order. */
#include "tally_fixture.h"

#include <string.h>

#include "tally/snapshot.h"

#define assert_close(a, b, by) assert_true((a) > (b) - (by) && (a) < (b) + (by))

/* The names of a table's rows in their order, with a blank after each. */
static const char *thread_names(const struct thread_table *table)
{
    static char names[256];

    names[0] = '\0';
    for (size_t i = 0; i < table->count; i++) {
        strcat(names, table->rows[i].name);
        strcat(names, " ");
    }
    return names;
}

static void test_threads(void **state)
{
    struct fixture *fixture = *state;
    struct thread_table table = {0};
    const struct thread_query query = {.thread = SNAPSHOT_ALL_THREADS, .sort = THREAD_KEY_CPU};
    const struct thread_row *row;

    feed_two_threads(fixture);
    tally_advance(fixture->tally, (START_MS + 100) * MS);
    ask_threads(fixture, &table, &query);
    assert_string_equal(thread_names(&table), "MainThread worker ");
    row = &table.rows[0];
    assert_int_equal(row->thread, 0);
    assert_int_equal(row->tid, 1000);
    assert_int_equal(row->ident, 0x7f0000000000);
    assert_int_equal(row->state, THREAD_WAIT_GIL);
    assert_close(row->cpu_share, 0.4, 1e-9);
    assert_close(row->gil_share, 0.5, 1e-9);
    assert_close(row->state_share[THREAD_HAS_GIL], 50.0 / 60, 1e-9);
    assert_close(row->state_share[THREAD_WAIT_GIL], 10.0 / 60, 1e-9);
    assert_int_equal(row->samples, 60);
    assert_string_equal(row->function, "work");
    assert_string_equal(row->file, "/app/work.py");
    assert_int_equal(row->line, 12);
    assert_close(table.rows[1].state_share[THREAD_IDLE], 1, 1e-9);
    thread_table_free(&table);
}

/* Of a time in which nobody looked nothing is known: shares are of the rest. */
static void test_absences(void **state)
{
    static const struct thread_query WINDOW = {.thread = SNAPSHOT_ALL_THREADS, .sort = THREAD_KEY_CPU};
    static const struct thread_query START = {.thread = SNAPSHOT_ALL_THREADS, .sort = THREAD_KEY_CPU, .span = SPAN_START};
    struct fixture *fixture = *state;
    struct thread_table table = {0};

    feed(fixture->tally, ROUND(.time_ms = START_MS + 1, .wall_ms = 1));
    feed(fixture->tally, SAMPLE(.time_ms = START_MS + 1000, .wall_ms = 1000, .cpu_ms = 500, .FRAMES({WORK, 1})));
    feed(fixture->tally, ROUND(.time_ms = START_MS + 1000, .wall_ms = 999));
    feed(fixture->tally, SAMPLE(.time_ms = START_MS + 5000, .wall_ms = 1000, .cpu_ms = 500, .FRAMES({WORK, 1})));
    feed(fixture->tally, ROUND(.time_ms = START_MS + 5000, .wall_ms = 1000));
    ask_threads(fixture, &table, &WINDOW);
    assert_close(table.rows[0].cpu_share, 0.5, 1e-9);
    assert_int_equal(fixture->picture.away_ns[SPAN_START], 3000 * MS);
    assert_int_equal(picture_observed_ns(&fixture->picture, SPAN_WINDOW), 2000 * MS);

    /* Another process had the same one. */
    define_process(fixture->tally, 1);
    feed(fixture->tally, ROUND(.process = 1, .time_ms = START_MS + 5001, .wall_ms = 1));
    feed(fixture->tally, ROUND(.time_ms = START_MS + 5002, .wall_ms = 2));
    feed(fixture->tally, ROUND(.process = 1, .time_ms = START_MS + 8001, .wall_ms = 1));
    feed(fixture->tally, ROUND(.time_ms = START_MS + 8002, .wall_ms = 2));
    take(fixture);
    assert_in_range(fixture->picture.away_ns[SPAN_START], 5998 * MS, 6000 * MS);

    /* It leaves the window, but not what is since the start. */
    for (unsigned ms = 9000; ms <= 25000; ms += 1000)
        feed(fixture->tally, ROUND(.time_ms = START_MS + ms, .wall_ms = ms > 9000 ? 1000 : 998));
    feed(fixture->tally, SAMPLE(.time_ms = START_MS + 25000, .wall_ms = 17000, .cpu_ms = 17000, .FRAMES({WORK, 1})));
    ask_threads(fixture, &table, &WINDOW);
    assert_int_equal(fixture->picture.away_ns[SPAN_WINDOW], 0);
    assert_close(table.rows[0].cpu_share, 1, 1e-9);
    ask_threads(fixture, &table, &START);
    assert_close(table.rows[0].cpu_share, 18.0 / 19, 1e-3);

    tally_reset(fixture->tally, (START_MS + 26000) * MS);
    feed(fixture->tally, ROUND(.time_ms = START_MS + 29000, .wall_ms = 1000));
    take(fixture);
    assert_int_equal(fixture->picture.away_ns[SPAN_START], 2000 * MS);
    thread_table_free(&table);
}

/* A thread is in several rows where it has states in several interpreters, and where its process became another program;
   all of them can be asked for together. */
static void test_rows_of_one_thread(void **state)
{
    struct fixture *fixture = *state;
    struct thread_table table = {0};
    struct thread_query query = {.thread = 2, .sort = THREAD_KEY_NAME};

    feed_another_row_of_main(fixture);
    ask_threads(fixture, &table, &query);
    assert_string_equal(thread_names(&table), "again ");
    query.same_tid = true;
    ask_threads(fixture, &table, &query);
    assert_string_equal(thread_names(&table), "again MainThread ");
    thread_table_free(&table);
}

static void test_threads_without_python_code(void **state)
{
    struct fixture *fixture = *state;
    struct thread_table table = {0};
    const struct thread_query query = {.thread = SNAPSHOT_ALL_THREADS, .sort = THREAD_KEY_SAMPLES};

    feed(fixture->tally, SAMPLE(.time_ms = START_MS + 1, .wall_ms = 1));
    ask_threads(fixture, &table, &query);
    assert_string_equal(thread_names(&table), "MainThread worker "); /* worker has no sample yet */
    for (size_t i = 0; i < 2; i++) {
        assert_string_equal(table.rows[i].function, "");
        assert_string_equal(table.rows[i].file, "");
        assert_int_equal(table.rows[i].line, 0);
    }
    thread_table_free(&table);
}

static void test_sorting_threads(void **state)
{
    static const struct {
        enum thread_key key;
        const char *descending, *ascending;
    } CASES[] = {
        {THREAD_KEY_TID, "gone worker MainThread ", "MainThread worker gone "},
        {THREAD_KEY_NAME, "worker gone MainThread ", "MainThread gone worker "},
        {THREAD_KEY_STATE, "MainThread worker gone ", "gone worker MainThread "},
        {THREAD_KEY_CPU, "MainThread gone worker ", "gone worker MainThread "},
        {THREAD_KEY_GIL, "MainThread gone worker ", "gone worker MainThread "},
        {THREAD_KEY_GC, "gone MainThread worker ", "MainThread worker gone "},
        {THREAD_KEY_EXCEPTION, "gone MainThread worker ", "MainThread worker gone "},
        {THREAD_KEY_WAIT, "MainThread gone worker ", "gone worker MainThread "},
        {THREAD_KEY_IDLE, "gone worker MainThread ", "MainThread gone worker "},
        {THREAD_KEY_SAMPLES, "MainThread worker gone ", "gone worker MainThread "},
        {THREAD_KEY_FUNCTION, "MainThread worker gone ", "gone worker MainThread "},
        {THREAD_KEY_FILE, "worker MainThread gone ", "gone MainThread worker "},
        {THREAD_KEY_IDENT, "gone worker MainThread ", "MainThread worker gone "},
        {THREAD_KEY_PROCESS, "MainThread gone worker ", "MainThread gone worker "},
    };
    struct fixture *fixture = *state;
    struct thread_table table = {0};
    struct thread_query query = {.thread = SNAPSHOT_ALL_THREADS};

    _Static_assert(sizeof CASES / sizeof CASES[0] == THREAD_KEYS, "every key");
    feed_two_threads(fixture);
    feed(fixture->tally, make_thread(0, 2, THREAD_IDLE, "gone"));
    feed(fixture->tally, SAMPLE(.thread = 2, .time_ms = START_MS + 9, .wall_ms = 9,
                                .flags = SAMPLE_EXCEPTION));
    feed(fixture->tally, SAMPLE(.thread = 2, .time_ms = START_MS + 8, .wall_ms = 3,
                                .FRAMES({FUNCTION_GC, 0})));
    feed(fixture->tally, make_thread(0, 2, THREAD_ENDED, "gone"));
    for (size_t i = 0; i < THREAD_KEYS; i++) {
        query.sort = CASES[i].key;
        query.ascending = false;
        ask_threads(fixture, &table, &query);
        assert_string_equal(thread_names(&table), CASES[i].descending);
        query.ascending = true;
        ask_threads(fixture, &table, &query);
        assert_string_equal(thread_names(&table), CASES[i].ascending);
    }
    thread_table_free(&table);
}

static void test_share_of_the_collector(void **state)
{
    struct fixture *fixture = *state;
    struct thread_table table = {0};
    const struct thread_query query = {.thread = 0, .sort = THREAD_KEY_GC};

    feed(fixture->tally, SAMPLE(.time_ms = START_MS + 30, .wall_ms = 30,
                                .FRAMES({FUNCTION_GC, 0}, {WORK, 11}, {MAIN, 3})));
    feed(fixture->tally, SAMPLE(.time_ms = START_MS + 40, .wall_ms = 10, .FRAMES({WORK, 11}, {MAIN, 3})));
    ask_threads(fixture, &table, &query);
    assert_int_equal(table.count, 1);
    assert_float_equal(table.rows[0].gc_share, 0.75, 1e-9);
    thread_table_free(&table);
}

static void test_one_thread_of_the_table(void **state)
{
    struct fixture *fixture = *state;
    struct thread_table table = {0};
    const struct thread_query query = {.thread = 1, .sort = THREAD_KEY_NAME};

    feed_two_threads(fixture);
    ask_threads(fixture, &table, &query);
    assert_string_equal(thread_names(&table), "worker ");
    thread_table_free(&table);
}

static void test_ended_threads_leave_with_their_samples(void **state)
{
    struct fixture *fixture = *state;
    struct thread_table table = {0};
    struct thread_query query = {.thread = SNAPSHOT_ALL_THREADS, .sort = THREAD_KEY_NAME, .ascending = true};

    feed_two_threads(fixture);
    feed(fixture->tally, make_thread(0, 1, THREAD_ENDED, "worker"));
    ask_threads(fixture, &table, &query);
    assert_string_equal(thread_names(&table), "MainThread worker ");
    tally_advance(fixture->tally, (START_MS + 20000) * MS);
    ask_threads(fixture, &table, &query);
    assert_string_equal(thread_names(&table), "MainThread ");
    query.span = SPAN_START;
    ask_threads(fixture, &table, &query);
    assert_string_equal(thread_names(&table), "MainThread worker ");
    thread_table_free(&table);
}

static void test_filtering_threads(void **state)
{
    struct fixture *fixture = *state;
    struct thread_table table = {0};
    struct error error;
    struct filter *by_name = filter_new("main", &error);
    struct filter *by_function = filter_new("/^help$/", &error);
    struct thread_query query = {.thread = SNAPSHOT_ALL_THREADS, .filter = by_name};

    feed_two_threads(fixture);
    ask_threads(fixture, &table, &query);
    assert_string_equal(thread_names(&table), "MainThread ");
    query.filter = by_function;
    ask_threads(fixture, &table, &query);
    assert_string_equal(thread_names(&table), "worker ");
    filter_free(by_name);
    filter_free(by_function);
    thread_table_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TALLY_TEST(test_threads),
        TALLY_TEST(test_absences),
        TALLY_TEST(test_rows_of_one_thread),
        TALLY_TEST(test_threads_without_python_code),
        TALLY_TEST(test_sorting_threads),
        TALLY_TEST(test_share_of_the_collector),
        TALLY_TEST(test_one_thread_of_the_table),
        TALLY_TEST(test_ended_threads_leave_with_their_samples),
        TALLY_TEST(test_filtering_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
