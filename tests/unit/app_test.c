/* app: what the live view looks like, and how it begins, on a target that does not exist. */
#include "tests/unit/app_fixture.h"

#include <stdio.h>
#include <string.h>

#include "tests/tui/golden.h"

/* --- what it looks like ----------------------------------------------------------------------- */

static void check_golden(int columns, int rows, const char *name)
{
    char file[64];

    set_size(columns, rows);
    app_draw(app, &grid, now_ns);
    snprintf(file, sizeof file, "%s-%dx%d", name, columns, rows);
    golden_check(&grid, file);
}

static void functions_look_right(void **state)
{
    (void)state;
    check_golden(60, 12, "functions");
    check_golden(80, 24, "functions");
    check_golden(100, 24, "functions");
    check_golden(140, 20, "functions");
    check_golden(200, 20, "functions");
}

static void threads_look_right(void **state)
{
    (void)state;
    press(KEY_OF_TAB);
    check_golden(60, 12, "threads");
    check_golden(80, 24, "threads");
    check_golden(140, 14, "threads");
}

static void ascii_looks_right(void **state)
{
    (void)state;
    grid.utf8 = grid.symbols = false;
    assert_true(grid_resize(&grid, 80, 24));
    app_draw(app, &grid, now_ns);
    golden_check(&grid, "functions-ascii");
    for (int row = 0; row < grid.rows; row++)
        for (int column = 0; column < grid.columns; column++)
            assert_in_range(grid_at(&grid, row, column)->text[0], 0x20, 0x7E);
}

static void help_looks_right(void **state)
{
    (void)state;
    press('h');
    check_golden(80, 24, "help");
    check_golden(60, 12, "help");
    press(KEY_OF_END);
    check_golden(80, 25, "help");
}

/* On a wide screen, all of it at once. */
static void help_has_two_pages(void **state)
{
    (void)state;
    press('h');
    check_golden(200, 64, "help");
    set_size(140, 24);
    for (int i = 0; i < 2; i++) {
        screen();
        press(KEY_OF_PAGE_DOWN);
    }
    assert_shows("Ctrl-C");
    press(KEY_OF_END);
    assert_shows("‹moving›");
}

/* Also by keys that come before anything is drawn. */
static void help_scrolls(void **state)
{
    (void)state;
    press('h');
    press(KEY_OF_END);
    assert_shows("--native-markers");
    assert_hides("Rows");
    press(KEY_OF_UP);
    assert_hides("--native-markers");
    press(KEY_OF_PAGE_DOWN);
    assert_shows("--native-markers");
    press('g');
    press(KEY_OF_DOWN);
    press('j');
    assert_hides("Rows");
    press('k');
    press(KEY_OF_UP);
    press(KEY_OF_UP);
    assert_shows("Rows");
    press(KEY_OF_SPACE);
    assert_hides("Rows");
    press(KEY_OF_HOME);
    assert_shows("Rows");
}

/* From the smallest to the largest screen, in every state: drawn without harm, and full rows. */
static void all_sizes_are_drawn(void **state)
{
    static const char *const STATES[] = {"", "h", "/x", "w", "\tp", "t", "mb"};

    (void)state;
    for (size_t i = 0; i < sizeof STATES / sizeof STATES[0]; i++) {
        type(STATES[i]);
        for (int columns = 1; columns <= 300; columns += columns < 70 ? 1 : 23) {
            for (int rows = 1; rows <= 100; rows += rows < 14 ? 1 : 17) {
                set_size(columns, rows);
                screen();
                if (columns >= APP_COLUMNS_MIN && rows >= APP_ROWS_MIN)
                    assert_shows("4242");
            }
        }
        press(KEY_OF_ESCAPE);
    }
}

static void too_small_says_so(void **state)
{
    (void)state;
    set_size(59, 12);
    assert_shows("terminal too small (need 60×12)");
    set_size(60, 11);
    assert_shows("terminal too small (need 60×12)");
    set_size(10, 2);
    assert_shows("terminal …");
    set_size(60, 12);
    assert_hides("too small");
}

/* Numbers change, columns do not move. */
static void columns_stand_still(void **state)
{
    char titles[ROW_SIZE];

    (void)state;
    snprintf(titles, sizeof titles, "%s", row_text(3));
    for (uint64_t tick = 0; tick < 200; tick += 7) {
        take_picture(tick);
        assert_string_equal(row_text(3), titles);
        const char *name = strstr(screen(), "decode_utf8");
        assert_non_null(name);
    }
}

static void header_tells_the_state(void **state)
{
    (void)state;
    /* A version that is not known is said to be read as another. */
    assert_shows("3.13.5");
    picture->read_as = 0x030c;
    app_picture(app, picture);
    assert_shows("3.13.5 as 3.12");
    picture->read_as = 0;
    /* How it is built is told as Python's sys.abiflags do. */
    picture->build = BUILD_DEBUG;
    app_picture(app, picture);
    assert_shows("CPython 3.13.5d ");
    picture->build = BUILD_FREE_THREADED | BUILD_DEBUG;
    app_picture(app, picture);
    assert_shows("CPython 3.13.5td ");
    picture->build = 0;
    app_picture(app, picture);
    assert_shows("CPython 3.13.5 ");

    assert_shows("● LIVE");
    assert_shows("100.0 % kept");
    assert_hides("trunc");

    picture->counts = (struct sampler_counts){.samples = 1000, .failed = 100, .lost = 10,
                                              .truncated = 20};
    app_picture(app, picture);
    set_size(140, 24);
    assert_shows("90.0 % kept");
    assert_shows("2.0 % truncated");

    assert_hides("ride");
    assert_shows("Hz remote (few torn)");
    picture->kept_off = true;
    picture->reason = REASON_NO_CPU;
    app_picture(app, picture);
    assert_shows("Hz remote (not on its CPU)");
    picture->riding = picture->slowed = true;
    picture->reason = REASON_TORN;
    app_picture(app, picture);
    assert_shows("Hz ride within budget");
    assert_hides("remote");
    set_size(100, 24);
    assert_shows("Hz ride");
    set_size(160, 24);
    assert_shows("Hz ride (many torn) within budget");
    set_size(140, 24);
    picture->riding = picture->kept_off = false;
    picture->reason = REASON_ASKED;

    assert_hides("blocking");
    picture->blocking = picture->slowed = true;
    app_picture(app, picture);
    assert_shows("blocking slowed");
    set_size(80, 24);
    assert_shows("blocking");
    set_size(140, 24);
    picture->slowed = false;
    app_picture(app, picture);
    assert_hides("slowed");

    /* What that costs, of the time in which it was watched. */
    picture->watched_ns = 40 * NS_PER_S;
    picture->counts.stopped_ns = 1700 * NS_PER_MS;
    app_picture(app, picture);
    assert_shows("blocking  4.2 %");
    picture->slowed = true;
    app_picture(app, picture);
    assert_shows("blocking  4.2 % slowed");
    set_size(80, 24);
    assert_shows("blocking");
    set_size(100, 24);
    assert_shows("blocking  4.2 %");
    set_size(140, 24);
    picture->slowed = false;

    picture->ended = true;
    picture->end_text = "it was killed by signal 9";
    app_picture(app, picture);
    assert_shows("■ ENDED");
    assert_shows("The last picture stays: it was killed by signal 9");
    press(KEY_OF_UP);
    press(KEY_OF_ESCAPE);
    assert_shows("it was killed by signal 9"); /* also when the message is gone */
    assert_false(app_wants_picture(app));
    set_size(60, 12);
    assert_shows("■ ENDED  it was killed by");
    press(KEY_OF_ESCAPE);
    assert_hides("Freeze");

    /* All that works on a picture still does. */
    type("sR");
    press(KEY_OF_DOWN);
    assert_int_equal(selected_row(), FIRST_ROW);
    type("r");
    assert_int_equal(app_requests(app), 0);
    type("p"); /* there is nothing left to freeze */
    assert_shows("does not move any more");
    assert_shows("■ ENDED");
}

static void waits_for_the_first_picture(void **state)
{
    (void)state;
    begin_without_picture();
    assert_true(app_wants_picture(app));
    for (int key = 1; key < 127; key++) {
        press(key);
        screen();
    }

    /* It asks for another soon, at any rate, until one has a process and samples. */
    begin_without_picture();
    for (int i = 0; i < 10; i++)
        press('-');
    press(KEY_OF_ESCAPE);
    assert_shows("waiting for the first samples …");
    assert_hides("LIVE");
    uint32_t version = picture->version_hex;
    picture->version_hex = 0;
    app_picture(app, picture);
    assert_hides("LIVE");
    assert_true(app_refresh_ns(app) < NS_PER_S);

    size_t pairs = picture->pair_count;
    picture->version_hex = version;
    picture->pair_count = 0;
    picture->span_ns[SPAN_START] = picture->span_ns[SPAN_WINDOW] = NS_PER_S / 10;
    app_picture(app, picture);
    assert_shows("LIVE");
    assert_shows("waiting for the first samples …");
    assert_true(app_refresh_ns(app) < NS_PER_S);
    picture->pair_count = pairs; /* of those threads that run; the others are told of later */
    app_picture(app, picture);
    assert_shows("waiting for the first samples …");
    type("pw");
    assert_shows("There is nothing to save yet");
    assert_true(app_refresh_ns(app) < NS_PER_S && app_wants_picture(app));

    picture->span_ns[SPAN_START] = picture->span_ns[SPAN_WINDOW] = NS_PER_S / 2;
    app_picture(app, picture);
    assert_shows("decode_utf8");
    assert_int_equal(app_refresh_ns(app), 5 * NS_PER_S);
}

static void says_why_there_are_no_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < picture->pair_count; i++) {
        memset(picture->pairs[i].self, 0, sizeof picture->pairs[i].self);
        memset(picture->pairs[i].total, 0, sizeof picture->pairs[i].total);
    }
    app_picture(app, picture);
    assert_shows("no functions seen in the last 10 s");
    press('m');
    assert_shows("no functions on a CPU in the last 10 s");
    press('m');
    assert_shows("no functions with the GIL in the last 10 s");
    press('b');
    assert_shows("no functions with the GIL yet");
    type("/x");
    assert_shows("no functions match the filter");
}

/* --- how it begins ---------------------------------------------------------------------------- */

static const struct app_start START = {
    .view = APP_FUNCTIONS,
    .mode = MODE_WALL,
    .span = SPAN_WINDOW,
    .sort = FUNCTION_SELF,
    .filter = "",
    .refresh_ns = NS_PER_S / 4,
};

/* Begins anew so, and shows the picture. */
static void begin_with(const struct app_start *start)
{
    struct error error;

    begin_without_picture();
    assert_true(app_begin(app, start, &error));
    app_picture(app, picture);
}

static void begins_as_asked(void **state)
{
    struct app_start start = START;
    struct error error;

    (void)state;
    begin_with(&start);
    assert_shows("window 10 s   mode wall   filter –   sort SELF% ▼");
    assert_int_equal(app_refresh_ns(app), NS_PER_S / 4);

    start.mode = MODE_GIL;
    start.span = SPAN_START;
    start.sort = FUNCTION_NAME;
    start.ascending = true;
    start.filter = "/^(Model|Session)/";
    begin_with(&start);
    assert_shows("mode gil");
    assert_shows("since start");
    assert_shows("sort FUNCTION ▲");
    assert_shows("filter /^(Model|Session)/");
    assert_shows("2 rows");

    start = START;
    start.view = APP_THREADS;
    start.sort = THREAD_KEY_NAME;
    start.filter = "worker";
    begin_with(&start);
    assert_shows("sort NAME ▼");
    assert_shows("worker-5");
    assert_hides("MainThread");
    press(KEY_OF_TAB); /* the other view has its own order */
    assert_shows("sort SELF% ▼");

    start.filter = "/(/";
    begin_without_picture();
    assert_false(app_begin(app, &start, &error));
    assert_int_equal(error.code, ERROR_PATTERN);
}

static void begins_at_the_nearest_rate(void **state)
{
    static const struct {
        uint64_t asked_ms, given_ms;
    } RATES[] = {{5000, 5000}, {4000, 5000}, {3000, 2000}, {1000, 1000}, {300, 250}, {100, 100},
                 {1, 100}, {1000000, 5000}};
    struct app_start start = START;

    (void)state;
    for (size_t i = 0; i < sizeof RATES / sizeof RATES[0]; i++) {
        start.refresh_ns = RATES[i].asked_ms * NS_PER_MS;
        begin_with(&start);
        assert_int_equal(app_refresh_ns(app), RATES[i].given_ms * NS_PER_MS);
    }
}

static void begins_with_one_thread(void **state)
{
    struct app_start start = START;
    struct app_description description;
    const int32_t tid = picture->threads[2].tid;

    (void)state;
    start.tid = tid;
    begin_with(&start);
    app_describe(app, &description);
    assert_int_equal(description.functions.thread, 2);
    press('t');
    take_picture(101); /* it was chosen, and is not chosen again */
    app_describe(app, &description);
    assert_int_equal(description.functions.thread, SNAPSHOT_ALL_THREADS);

    /* While it is not there, that is told once. */
    start.tid = 99;
    begin_with(&start);
    assert_shows("There is no thread 99: all threads are shown until there is");
    press(KEY_OF_ESCAPE);
    app_picture(app, picture);
    assert_hides("There is no thread");
    picture->threads[3].tid = 99;
    app_picture(app, picture);
    app_describe(app, &description);
    assert_int_equal(description.functions.thread, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(functions_look_right),
        TEST(threads_look_right),
        TEST(ascii_looks_right),
        TEST(help_looks_right),
        TEST(help_has_two_pages),
        TEST(help_scrolls),
        TEST(all_sizes_are_drawn),
        TEST(too_small_says_so),
        TEST(columns_stand_still),
        TEST(header_tells_the_state),
        TEST(waits_for_the_first_picture),
        TEST(says_why_there_are_no_rows),
        TEST(begins_as_asked),
        TEST(begins_at_the_nearest_rate),
        TEST(begins_with_one_thread),
    };

    return use_utf8() ? cmocka_run_group_tests(tests, NULL, NULL) : 77;
}
