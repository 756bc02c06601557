/* snapshot: rows are the right ones, in the right order, and say how sure they are. */
#include "tally_fixture.h"

#include <string.h>

#include "tally/snapshot.h"
#include "tally/statistics.h"

#define assert_close(a, b, by) assert_true((a) > (b) - (by) && (a) < (b) + (by))

static struct function_query all_functions(void)
{
    return (struct function_query){.thread = SNAPSHOT_ALL_THREADS};
}

static void ask_functions(struct fixture *fixture, struct function_table *table,
                          const struct function_query *query)
{
    struct error error;

    take(fixture);
    assert_true(function_table_fill(table, &fixture->picture, query, &error));
}

/* The names of a table's rows in their order, with a blank after each. */
static const char *function_names(const struct function_table *table)
{
    static char names[256];

    names[0] = '\0';
    for (size_t i = 0; i < table->count; i++) {
        strcat(names, table->rows[i].name);
        strcat(names, " ");
    }
    return names;
}


static const struct function_row *row_of(const struct function_table *table, const char *name)
{
    for (size_t i = 0; i < table->count; i++)
        if (strcmp(table->rows[i].name, name) == 0)
            return &table->rows[i];
    fail_msg("no row of %s", name);
    return NULL;
}


static void test_functions_of_all_threads(void **state)
{
    struct fixture *fixture = *state;
    struct function_table table = {0};
    const struct function_query query = all_functions();
    const struct function_row *row;

    feed_two_threads(fixture);
    ask_functions(fixture, &table, &query);
    assert_string_equal(function_names(&table), "work help main ");
    assert_int_equal(table.whole_ns, 100 * MS);
    assert_int_equal(table.whole_samples, 100);
    row = row_of(&table, "work");
    assert_int_equal(row->function, WORK);
    assert_string_equal(row->file, "/app/work.py");
    assert_int_equal(row->first_line, 10);
    assert_int_equal(row->self_ns, 90 * MS);
    assert_int_equal(row->total_ns, 90 * MS);
    assert_int_equal(row->self_samples, 90);
    assert_close(row->self_share, 0.9, 1e-9);
    assert_int_equal(row->hot_line, 11);
    assert_int_equal(row->hot_line_ns, 50 * MS);
    row = row_of(&table, "main");
    assert_int_equal(row->self_ns, 0);
    assert_close(row->total_share, 0.6, 1e-9);
    assert_int_equal(row->hot_line, 0);
    function_table_free(&table);
}

static void test_functions_of_one_thread(void **state)
{
    struct fixture *fixture = *state;
    struct function_table table = {0};
    struct function_query query = all_functions();

    feed_two_threads(fixture);
    query.thread = 1;
    ask_functions(fixture, &table, &query);
    assert_string_equal(function_names(&table), "work help ");
    assert_int_equal(table.whole_ns, 40 * MS);
    assert_close(row_of(&table, "work")->self_share, 0.75, 1e-9);
    assert_int_equal(row_of(&table, "work")->hot_line, 13);
    query.thread = 12345;
    ask_functions(fixture, &table, &query);
    assert_int_equal(table.count, 0);
    assert_int_equal(table.whole_ns, 0);
    function_table_free(&table);
}

/* See test_rows_of_one_thread() of threads. */
static void test_functions_of_all_rows_of_a_thread(void **state)
{
    struct fixture *fixture = *state;
    struct function_table table = {0};
    struct function_query query = {.thread = 2};

    feed_another_row_of_main(fixture);
    ask_functions(fixture, &table, &query);
    assert_string_equal(function_names(&table), "help ");
    query.same_tid = true;
    ask_functions(fixture, &table, &query);
    assert_string_equal(function_names(&table), "work help main ");
    assert_int_equal(table.whole_ns, 65 * MS);
    function_table_free(&table);
}

static void test_modes(void **state)
{
    struct fixture *fixture = *state;
    struct function_table table = {0};
    struct function_query query = all_functions();

    feed_two_threads(fixture);
    query.mode = MODE_CPU;
    ask_functions(fixture, &table, &query);
    assert_string_equal(function_names(&table), "work main ");
    assert_int_equal(table.whole_ns, 40 * MS);
    assert_close(table.rows[0].self_share, 1, 1e-9);
    query.mode = MODE_GIL;
    ask_functions(fixture, &table, &query);
    assert_int_equal(table.whole_ns, 50 * MS);
    assert_int_equal(row_of(&table, "main")->total_ns, 50 * MS);
    function_table_free(&table);
}

static void test_spans_of_a_table(void **state)
{
    struct fixture *fixture = *state;
    struct function_table table = {0};
    struct function_query query = all_functions();

    feed_two_threads(fixture);
    feed(fixture->tally, SAMPLE(.time_ms = START_MS + 20000, .wall_ms = 100, .FRAMES({HELP, 51})));
    ask_functions(fixture, &table, &query);
    assert_string_equal(function_names(&table), "help ");
    assert_close(table.rows[0].self_share, 1, 1e-9);
    query.span = SPAN_START;
    ask_functions(fixture, &table, &query);
    assert_string_equal(function_names(&table), "help work main ");
    assert_int_equal(table.whole_ns, 200 * MS);
    function_table_free(&table);
}

static void test_sorting_functions(void **state)
{
    static const struct {
        enum function_key key;
        const char *descending, *ascending;
    } CASES[] = {
        {FUNCTION_SELF, "work help main ", "main help work "},
        {FUNCTION_TOTAL, "work main help ", "help main work "},
        {FUNCTION_SELF_TIME, "work help main ", "main help work "},
        {FUNCTION_TOTAL_TIME, "work main help ", "help main work "},
        {FUNCTION_TREND, "help main work ", "help main work "}, /* all steady: by name */
        {FUNCTION_NAME, "work main help ", "help main work "},
        {FUNCTION_FILE, "help work main ", "main work help "},
        {FUNCTION_HOT_LINE, "help work main ", "main work help "},
        {FUNCTION_PROCESS, "help main work ", "help main work "}, /* all of one: by name */
    };
    struct fixture *fixture = *state;
    struct function_table table = {0};
    struct function_query query = all_functions();

    _Static_assert(sizeof CASES / sizeof CASES[0] == FUNCTION_KEYS, "every key");
    feed_two_threads(fixture);
    for (size_t i = 0; i < FUNCTION_KEYS; i++) {
        query.sort = CASES[i].key;
        query.ascending = false;
        ask_functions(fixture, &table, &query);
        assert_string_equal(function_names(&table), CASES[i].descending);
        query.ascending = true;
        ask_functions(fixture, &table, &query);
        assert_string_equal(function_names(&table), CASES[i].ascending);
    }
    function_table_free(&table);
}

/* Equal in what they are sorted by: by name, then file, then first line, then number, both ways. */
static void test_ties(void **state)
{
    struct fixture *fixture = *state;
    struct function_table table = {0};
    struct function_query query = all_functions();

    feed(fixture->tally, make_function(0, 10, "same", "b.py", 7));
    feed(fixture->tally, make_function(0, 11, "same", "a.py", 9));
    feed(fixture->tally, make_function(0, 12, "same", "a.py", 8));
    feed(fixture->tally, make_function(0, 13, "same", "a.py", 10));
    feed(fixture->tally, make_function(0, 14, "less", "z.py", 1));
    for (uint32_t i = 0; i < 5; i++)
        feed(fixture->tally,
             SAMPLE(.time_ms = START_MS + i + 1, .wall_ms = 1, .FRAMES({10 + i, 1})));
    for (int ascending = 0; ascending < 2; ascending++) {
        static const uint32_t EXPECTED[] = {4, 2, 1, 3, 0};

        query.ascending = ascending;
        ask_functions(fixture, &table, &query);
        assert_int_equal(table.count, 5);
        for (size_t i = 0; i < 5; i++)
            assert_int_equal(table.rows[i].function, HELP + 1 + EXPECTED[i]);
    }
    function_table_free(&table);
}

static void test_filtered_shares_are_of_the_whole(void **state)
{
    struct fixture *fixture = *state;
    struct function_table table = {0};
    struct function_query query = all_functions();
    struct error error;
    struct filter *filter = filter_new("WORK.py", &error);

    assert_non_null(filter);
    query.filter = filter;
    feed_two_threads(fixture);
    ask_functions(fixture, &table, &query);
    assert_string_equal(function_names(&table), "work help ");
    assert_int_equal(table.whole_ns, 100 * MS);
    assert_close(row_of(&table, "help")->self_share, 0.1, 1e-9);
    filter_free(filter);
    function_table_free(&table);
}

static void test_errors_of_rows(void **state)
{
    struct fixture *fixture = *state;
    struct function_table table = {0};
    struct function_query query = all_functions();

    feed_two_threads(fixture);
    ask_functions(fixture, &table, &query);
    assert_close(row_of(&table, "help")->self_error, statistics_share_error(0.1, 100), 1e-9);
    assert_close(row_of(&table, "main")->total_error, statistics_share_error(0.6, 100), 1e-9);
    /* 40 of 100 ms were on a CPU, so 40 of 100 samples speak of it. */
    query.mode = MODE_CPU;
    ask_functions(fixture, &table, &query);
    assert_close(row_of(&table, "work")->self_error, statistics_share_error(1, 40), 1e-9);
    function_table_free(&table);
}

/* Most of the time is between two rounds, so what was found at one of them says most of it. */
static void test_errors_of_late_rounds(void **state)
{
    const double evenness = 13.0 / 12 * 100 * 100 / (11 * (10 + 90 * 90));
    struct fixture *fixture = *state;
    struct function_table table = {0};
    struct function_query query = all_functions();

    feed_two_threads(fixture);
    for (uint64_t round = 1; round <= 10; round++)
        feed(fixture->tally, ROUND(.time_ms = START_MS + round, .wall_ms = 1, .rounds = round));
    query.span = SPAN_START;
    ask_functions(fixture, &table, &query);
    assert_close(row_of(&table, "help")->self_error, statistics_share_error(0.1, 100), 1e-9);
    feed(fixture->tally, ROUND(.time_ms = START_MS + 100, .wall_ms = 90, .rounds = 11));
    for (query.span = 0; query.span < SPANS; query.span++) {
        ask_functions(fixture, &table, &query);
        assert_close(row_of(&table, "help")->self_error, statistics_share_error(0.1, 100 * evenness), 1e-9);
    }
    function_table_free(&table);
}

/* A thread that each ms is in work with the chance `percent(ms)`, else in help. */
static void feed_random(struct fixture *fixture, unsigned *random, unsigned from_ms, unsigned to_ms,
                        unsigned (*percent)(unsigned ms))
{
    for (unsigned ms = from_ms + 1; ms <= to_ms; ms++) {
        uint32_t function;

        *random = *random * 1103515245 + 12345;
        function = (*random >> 16) % 100 < percent(ms) ? WORK : HELP;
        feed(fixture->tally,
             SAMPLE(.time_ms = START_MS + ms, .wall_ms = 1, .FRAMES({function, 1}, {MAIN, 1})));
    }
}

static unsigned steady(unsigned ms)
{
    (void)ms;
    return 30;
}

static unsigned step_up(unsigned ms)
{
    return ms < 7000 ? 30 : 45;
}

static unsigned step_down(unsigned ms)
{
    return ms < 4000 ? 30 : 20;
}

static void test_trends_that_are_there(void **state)
{
    struct fixture *fixture = *state;
    struct function_table table = {0};
    struct function_query query = {.thread = 0, .sort = FUNCTION_TREND};
    unsigned random = 1;

    feed_random(fixture, &random, 0, 10000, step_up);
    ask_functions(fixture, &table, &query);
    assert_string_equal(function_names(&table), "work main help ");
    assert_int_equal(row_of(&table, "work")->trend_direction, 1);
    assert_int_equal(row_of(&table, "help")->trend_direction, -1);
    assert_int_equal(row_of(&table, "main")->trend_direction, 0);

    tally_reset(fixture->tally, START_MS * MS);
    feed_random(fixture, &random, 0, 10000, step_down);
    query.span = SPAN_START;
    ask_functions(fixture, &table, &query);
    assert_int_equal(row_of(&table, "work")->trend_direction, -1);
    function_table_free(&table);
}

static void test_trends_of_chance(void **state)
{
    struct fixture *fixture = *state;
    struct function_table table = {0};
    const struct function_query query = all_functions();
    unsigned random = 1, arrows = 0;

    for (int i = 0; i < 60; i++) {
        tally_reset(fixture->tally, START_MS * MS);
        feed_random(fixture, &random, 0, 10000, steady);
        ask_functions(fixture, &table, &query);
        arrows += row_of(&table, "work")->trend_direction != 0;
        arrows += row_of(&table, "help")->trend_direction != 0;
    }
    assert_true(arrows <= 4); /* 120 rows, of which less than one in a hundred */
    function_table_free(&table);
}

/* What began with the window is not rising. */
static void test_trends_of_a_young_window(void **state)
{
    struct fixture *fixture = *state;
    struct function_table table = {0};
    const struct function_query query = all_functions();
    unsigned random = 1;

    for (unsigned ms = 0; ms < 10000; ms += 250) {
        feed_random(fixture, &random, ms, ms + 250, steady);
        ask_functions(fixture, &table, &query);
        for (size_t i = 0; i < table.count; i++)
            assert_int_equal(table.rows[i].trend_direction, 0);
    }
    function_table_free(&table);
}

static void test_nothing_at_all(void **state)
{
    struct picture picture = {0};
    struct function_table functions = {0};
    struct thread_table threads = {0};
    const struct function_query function_query = all_functions();
    const struct thread_query thread_query = {.thread = SNAPSHOT_ALL_THREADS};
    struct error error;

    (void)state;
    for (int i = 0; i < 2; i++) {
        assert_true(function_table_fill(&functions, &picture, &function_query, &error));
        assert_int_equal(functions.count, 0);
        assert_int_equal(functions.whole_ns, 0);
        assert_true(thread_table_fill(&threads, &picture, &thread_query, &error));
        assert_int_equal(threads.count, 0);
        picture_free(&picture);
    }
    function_table_free(&functions);
    thread_table_free(&threads);
}

static void test_tables_grow(void **state)
{
    struct fixture *fixture = *state;
    struct function_table functions = {0};
    struct thread_table threads = {0};
    const struct function_query query = all_functions();
    const struct thread_query thread_query = {.thread = SNAPSHOT_ALL_THREADS};

    for (uint32_t i = 0; i < 300; i++) {
        feed(fixture->tally, make_function(0, 100 + i, "f", "f.py", i));
        feed(fixture->tally, make_thread(0, 100 + i, THREAD_IDLE, "t"));
        feed(fixture->tally, SAMPLE(.thread = 100 + i, .time_ms = START_MS + i + 1, .wall_ms = 1,
                                    .FRAMES({100 + i, 1})));
        ask_functions(fixture, &functions, &query);
        ask_threads(fixture, &threads, &thread_query);
        assert_int_equal(functions.count, i + 1);
        assert_int_equal(threads.count, 2 + i + 1);
    }
    function_table_free(&functions);
    thread_table_free(&threads);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TALLY_TEST(test_functions_of_all_threads),
        TALLY_TEST(test_functions_of_one_thread),
        TALLY_TEST(test_functions_of_all_rows_of_a_thread),
        TALLY_TEST(test_modes),
        TALLY_TEST(test_spans_of_a_table),
        TALLY_TEST(test_sorting_functions),
        TALLY_TEST(test_ties),
        TALLY_TEST(test_filtered_shares_are_of_the_whole),
        TALLY_TEST(test_errors_of_rows),
        TALLY_TEST(test_errors_of_late_rounds),
        TALLY_TEST(test_trends_that_are_there),
        TALLY_TEST(test_trends_of_chance),
        TALLY_TEST(test_trends_of_a_young_window),
        TALLY_TEST(test_nothing_at_all),
        TALLY_TEST(test_tables_grow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
