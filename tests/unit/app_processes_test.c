/* app: several processes on one screen, told by records as the sampler sends them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/transcript.h"
#include "records.h"
#include "tests/tui/golden.h"
#include "tui/app.h"
#include "tui/keys.h"

#define START_MS 100000u
#define DRAWN_NS ((START_MS + 4000) * NS_PER_MS) /* the screen is */
#define WORKERS 8u
#define STUCK 5u /* the number of the worker that waits for its database */

enum { MAIN = FUNCTION_FIRST, ACCEPT, RENDER, QUERY, WATCH };

struct fixture {
    struct tally *tally;
    struct picture picture;
    struct app *app;
    struct grid grid;
    char text[65536];
};

static void define(struct tally *tally, uint16_t process, const char *command)
{
    struct record_process *record =
        CHANGED(record_process, make_process(process, 4242 + process, command));

    record->parent = process == 0 ? 1 : 4242;
    feed(tally, record);
    feed(tally, make_thread(process, 0, THREAD_IDLE, "MainThread"));
    feed(tally, make_function(process, MAIN, "<module>", "/usr/bin/gunicorn", 1));
    feed(tally, make_function(process, ACCEPT, "SyncWorker.accept", "/usr/lib/python3/dist-packages/gunicorn/workers/sync.py", 28));
    feed(tally, make_function(process, RENDER, "Template.render", "/srv/app/views.py", 42));
    feed(tally, make_function(process, QUERY, "Cursor.execute", "/srv/app/database.py", 7));
    feed(tally, make_function(process, WATCH, "Arbiter.run", "/usr/lib/python3/dist-packages/gunicorn/arbiter.py", 201));
}

/* A second of one process: `busy_ms` of it in `work`, with the GIL and on a CPU, the rest asleep in `wait`. */
static void feed_second(struct tally *tally, uint16_t process, uint64_t second, uint32_t work,
                        uint32_t wait, uint64_t busy_ms)
{
    const uint64_t begin_ms = START_MS + second * 1000;

    if (second == 0)
        feed(tally, ROUND(.process = process, .time_ms = begin_ms)); /* the first one stands for no time */
    feed(tally, SAMPLE(.process = process, .time_ms = begin_ms + busy_ms, .wall_ms = busy_ms,
                       .cpu_ms = busy_ms, .rounds = (uint32_t)busy_ms, .state = THREAD_HAS_GIL,
                       .FRAMES({work, 45}, {MAIN, 3})));
    feed(tally, SAMPLE(.process = process, .time_ms = begin_ms + 1000, .wall_ms = 1000 - busy_ms,
                       .rounds = (uint32_t)(1000 - busy_ms), .FRAMES({wait, 30}, {MAIN, 3})));
    feed(tally, ROUND(.process = process, .time_ms = begin_ms + busy_ms, .wall_ms = busy_ms,
                      .cpu_ms = busy_ms, .gil_held = true, .rounds = 1000 * second + busy_ms));
    feed(tally, ROUND(.process = process, .time_ms = begin_ms + 1000, .wall_ms = 1000 - busy_ms,
                      .rounds = 1000 * (second + 1)));
}

static void name_file(const struct app_description *description, char *name, size_t size)
{
    (void)description;
    snprintf(name, size, "view.txt");
}

static void take(struct fixture *fixture)
{
    struct error error;

    assert_true(picture_take(&fixture->picture, fixture->tally, &error));
    app_picture(fixture->app, &fixture->picture);
}

/* A master and eight workers for four seconds; the last one ended after two. */
static int begin(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct error error;

    fixture->tally = tally_new(&TALLY_DEFAULTS, &error);
    tally_reset(fixture->tally, START_MS * NS_PER_MS);
    fixture->app = app_new(name_file, &error);
    fixture->grid.utf8 = fixture->grid.symbols = true;
    define(fixture->tally, 0, "gunicorn: master [app]");
    for (uint16_t worker = 1; worker <= WORKERS; worker++)
        define(fixture->tally, worker, "gunicorn: worker [app]");
    for (uint64_t second = 0; second < 4; second++)
        for (uint16_t process = 0; process <= WORKERS; process++) {
            const uint64_t busy_ms = process == 0       ? 1
                                     : process == STUCK ? 20
                                                        : 520 + 13 * process;

            if (process == WORKERS && second >= 2)
                continue;
            feed_second(fixture->tally, process, second, process == STUCK ? QUERY : RENDER,
                        process == 0       ? WATCH
                        : process == STUCK ? QUERY
                                           : ACCEPT,
                        busy_ms);
        }
    feed(fixture->tally, make_end(WORKERS, START_MS + 2000, "the process ended"));
    *state = fixture;
    take(fixture);
    return 0;
}

static int end(void **state)
{
    struct fixture *fixture = *state;

    app_free(fixture->app);
    picture_free(&fixture->picture);
    tally_free(fixture->tally);
    grid_free(&fixture->grid);
    free(fixture);
    return 0;
}

static void draw(struct fixture *fixture, int columns, int rows)
{
    assert_true(grid_resize(&fixture->grid, columns, rows));
    app_draw(fixture->app, &fixture->grid, DRAWN_NS);
}

static const char *screen_of(struct fixture *fixture, int columns)
{
    size_t length = 0;

    draw(fixture, columns, 24);
    for (int row = 0; row < 24; row++) {
        length += grid_row_text(&fixture->grid, row, fixture->text + length,
                                sizeof fixture->text - length - 2);
        fixture->text[length++] = '\n';
    }
    fixture->text[length] = '\0';
    return fixture->text;
}

static bool grid_find(struct fixture *fixture, int rows, const char *what)
{
    for (int row = 0; row < rows; row++) {
        grid_row_text(&fixture->grid, row, fixture->text, sizeof fixture->text);
        if (strstr(fixture->text, what) != NULL)
            return true;
    }
    return false;
}

static const char *screen(struct fixture *fixture)
{
    return screen_of(fixture, 140);
}

static void assert_shows(struct fixture *fixture, const char *what)
{
    if (strstr(screen(fixture), what) == NULL)
        fail_msg("not shown: %s\n%s", what, fixture->text);
}

static void assert_hides(struct fixture *fixture, const char *what)
{
    if (strstr(screen(fixture), what) != NULL)
        fail_msg("shown: %s\n%s", what, fixture->text);
}

static void press(struct fixture *fixture, int key)
{
    app_key(fixture->app, key);
}

static void check(struct fixture *fixture, int columns, int rows, const char *name)
{
    char file[64];

    draw(fixture, columns, rows);
    snprintf(file, sizeof file, "%s-%dx%d", name, columns, rows);
    golden_check(&fixture->grid, file);
}

static void it_looks_right(void **state)
{
    struct fixture *fixture = *state;

    check(fixture, 80, 24, "many-functions");
    press(fixture, KEY_OF_TAB);
    check(fixture, 80, 24, "many-threads");
    press(fixture, KEY_OF_TAB);
    check(fixture, 60, 12, "processes");
    check(fixture, 80, 24, "processes");
    check(fixture, 200, 60, "processes");
    press(fixture, KEY_OF_DOWN);
    press(fixture, KEY_OF_ENTER);
    check(fixture, 80, 24, "one-functions");
}

/* What stands for many that ended has neither an id nor a version; 0 would look like one. */
static void many_that_ended_have_no_id(void **state)
{
    struct fixture *fixture = *state;
    struct picture_process *process = &fixture->picture.processes[WORKERS];

    process->pid = 0;
    process->version_hex = 0;
    process->command = "‹ended›";
    for (size_t i = 0; i < fixture->picture.thread_count; i++)
        if (fixture->picture.threads[i].process == WORKERS) {
            fixture->picture.threads[i].tid = 0;
            fixture->picture.threads[i].name = "‹ended›";
        }
    app_picture(fixture->app, &fixture->picture);
    press(fixture, KEY_OF_TAB);
    assert_non_null(strstr(screen_of(fixture, 250), "\n                   ‹ended›"));
    press(fixture, KEY_OF_TAB);
    assert_null(strstr(screen_of(fixture, 250), "0.0.0"));
    assert_non_null(strstr(fixture->text, "3.13.5"));
    assert_non_null(strstr(fixture->text, "‹ended›"));
}

static void tab_goes_through_three_views(void **state)
{
    struct fixture *fixture = *state;

    assert_shows(fixture, "Tab Threads");
    press(fixture, KEY_OF_TAB);
    assert_shows(fixture, "Tab Processes");
    press(fixture, KEY_OF_TAB);
    assert_shows(fixture, "Tab Functions");
    press(fixture, KEY_OF_TAB);
    assert_shows(fixture, "Tab Threads");
    press(fixture, KEY_OF_BACK_TAB);
    assert_shows(fixture, "Tab Functions");
    assert_shows(fixture, "OUTLIER");
}

/* What a program writes is the last of the views. */
static void tab_goes_through_four_views(void **state)
{
    static const char *const NEXT[] = {"Tab Threads", "Tab Processes", "Tab Output", "Tab Functions"};
    struct fixture *fixture = *state;
    struct error error;
    struct transcript *transcript = transcript_new(&error);

    app_runs_program(fixture->app, transcript);
    for (int i = 0; i < 9; i++) {
        assert_shows(fixture, NEXT[i % 4]);
        press(fixture, KEY_OF_TAB);
    }
    assert_hides(fixture, " lines");
    press(fixture, KEY_OF_BACK_TAB);
    assert_shows(fixture, NEXT[0]);
    press(fixture, KEY_OF_BACK_TAB);
    assert_hides(fixture, "mode wall");
    press(fixture, 'm');
    assert_shows(fixture, "Modes are for functions");
    press(fixture, KEY_OF_BACK_TAB);
    assert_shows(fixture, "OUTLIER");
    assert_shows(fixture, "mode wall");
    transcript_free(transcript);
}

/* A window that is too small shows what is asked, as the keys are for that. */
static void questions_are_seen_in_any_window(void **state)
{
    struct fixture *fixture = *state;
    struct error error;
    struct transcript *transcript = transcript_new(&error);

    app_runs_program(fixture->app, transcript);
    press(fixture, 'q');
    draw(fixture, 50, 8);
    assert_true(grid_find(fixture, 8, "The program runs. End it"));
    transcript_free(transcript);
}

/* Nor does what a program writes move on a frozen screen; else it is drawn soon, but not at each write. */
static void frozen_output_does_not_move(void **state)
{
    struct fixture *fixture = *state;
    struct error error;
    struct transcript *transcript = transcript_new(&error);

    app_runs_program(fixture->app, transcript);
    screen(fixture);
    press(fixture, KEY_OF_BACK_TAB);
    screen(fixture);
    assert_true(app_draw_again_ns(fixture->app) == UINT64_MAX);
    transcript_write(transcript, "first\n", 6);
    app_program_wrote(fixture->app);
    assert_in_range(app_draw_again_ns(fixture->app), DRAWN_NS + 1, DRAWN_NS + NS_PER_S / 10);
    assert_shows(fixture, "first");
    press(fixture, 'p');
    transcript_write(transcript, "second\n", 7);
    app_program_wrote(fixture->app);
    assert_shows(fixture, "first");
    assert_hides(fixture, "second");
    assert_int_equal(app_output_end(fixture->app), 1);
    press(fixture, 'p');
    assert_shows(fixture, "second");
    for (int i = 0; i < 40; i++)
        transcript_write(transcript, "more\n", 5);
    transcript_write(transcript, "last\n", 5);
    app_program_wrote(fixture->app);
    assert_shows(fixture, "last");
    press(fixture, 'p');
    draw(fixture, 140, 16); /* a lower window */
    assert_true(grid_find(fixture, 16, "last"));
    transcript_free(transcript);
}

/* The filter is for functions, as they are by now. */
static void filter_leaves_the_output(void **state)
{
    struct fixture *fixture = *state;
    struct error error;
    struct transcript *transcript = transcript_new(&error);
    char *shown;

    app_runs_program(fixture->app, transcript);
    screen(fixture);
    press(fixture, KEY_OF_BACK_TAB);
    screen(fixture);
    for (uint16_t worker = 1; worker < WORKERS; worker++)
        feed_second(fixture->tally, worker, 4, QUERY, ACCEPT, 999);
    take(fixture);
    screen(fixture);
    press(fixture, '/');
    press(fixture, KEY_OF_ENTER);
    shown = strdup(screen(fixture));
    for (int i = 0; i < 4; i++)
        press(fixture, KEY_OF_TAB);
    assert_string_equal(screen(fixture), shown);
    free(shown);
    transcript_free(transcript);
}

/* An exec of one of several: it is told whose, the row is the same, and has what the new program is. */
static void one_becomes_another_program(void **state)
{
    struct fixture *fixture = *state;
    const size_t before = fixture->picture.process_count;
    struct record_process *record =
        CHANGED(record_process, make_process(3, 4242 + 3, "celery: worker [jobs]"));

    record->version_hex = 0x030b00f0;
    record->read_as = 0;
    feed(fixture->tally, record);
    take(fixture);
    assert_shows(fixture, "Process 4245 became another program by exec: celery: worker [jobs]");
    assert_int_equal(fixture->picture.process_count, before);
    assert_int_equal(fixture->picture.execs, 1);
    assert_int_equal(fixture->picture.processes[3].execs, 1);
    assert_int_equal(fixture->picture.processes[3].version_hex, 0x030b00f0);
    assert_string_equal(fixture->picture.processes[2].command, "gunicorn: worker [app]");
    for (size_t i = 0; i < fixture->picture.thread_count; i++)
        assert_int_equal(fixture->picture.threads[i].state == THREAD_ENDED,
                         fixture->picture.threads[i].process == 3 || fixture->picture.threads[i].process == WORKERS);
    /* One that ended does not become another. */
    feed(fixture->tally, make_process(WORKERS, 4242 + WORKERS, "celery: worker [jobs]"));
    take(fixture);
    assert_int_equal(fixture->picture.execs, 1);
}

/* Enter on a process shows its functions only; the header speaks of it; P goes back to all. */
static void one_process_is_shown_alone(void **state)
{
    struct fixture *fixture = *state;

    assert_shows(fixture, "8 processes (1 gone)");
    assert_shows(fixture, "Cursor.execute");
    press(fixture, KEY_OF_BACK_TAB);
    press(fixture, KEY_OF_DOWN);
    assert_shows(fixture, "Enter Its functions");
    press(fixture, KEY_OF_ENTER);
    assert_shows(fixture, "4249 (1 of 8) gunicorn: worker [app]");
    assert_shows(fixture, "Template.render");
    assert_hides(fixture, "Cursor.execute");
    assert_hides(fixture, "PROCESS");
    press(fixture, KEY_OF_TAB);
    assert_shows(fixture, "1 row");
    press(fixture, KEY_OF_TAB);
    press(fixture, KEY_OF_TAB);
    press(fixture, 'P');
    assert_shows(fixture, "8 processes (1 gone)");
    assert_shows(fixture, "Cursor.execute");
    press(fixture, 'P');
    assert_shows(fixture, "4249 (1 of 8)"); /* the same one as before */
}

static void arrows_go_to_the_next_process(void **state)
{
    struct fixture *fixture = *state;

    press(fixture, 'P');
    assert_shows(fixture, "4249 (1 of 8)"); /* the busiest */
    press(fixture, KEY_OF_RIGHT);
    assert_shows(fixture, "4242 (1 of 8)"); /* the one behind it ended */
    press(fixture, KEY_OF_LEFT);
    assert_shows(fixture, "4249 (1 of 8)");
    press(fixture, KEY_OF_LEFT);
    assert_shows(fixture, "4248 (1 of 8)");
}

/* Main threads of workers that were forked are equal in all but whose they are. */
/* Of all, of the time of all; of the one that is shown alone, of its own. */
static void what_blocking_costs(void **state)
{
    struct fixture *fixture = *state;

    fixture->picture.blocking = true;
    fixture->picture.watched_ns = 34 * NS_PER_S;
    fixture->picture.counts.stopped_ns = 3400 * NS_PER_MS;
    for (size_t i = 0; i < fixture->picture.process_count; i++) {
        fixture->picture.processes[i].watched_ns = 4 * NS_PER_S;
        fixture->picture.processes[i].counts.stopped_ns = i == 7 ? 1600 * NS_PER_MS : 0;
    }
    app_picture(fixture->app, &fixture->picture);
    assert_shows(fixture, "blocking 10.0 %");
    press(fixture, 'P');
    assert_shows(fixture, "4249 (1 of 8)");
    assert_shows(fixture, "blocking 40.0 %");
}

static void one_thread_of_one_process(void **state)
{
    struct fixture *fixture = *state;

    press(fixture, 'P');
    press(fixture, 't');
    assert_shows(fixture, "thread MainThread");
    press(fixture, KEY_OF_RIGHT);
    assert_shows(fixture, "4249 (1 of 8)");
    take(fixture);
    assert_shows(fixture, "thread MainThread");
    press(fixture, 't');
    press(fixture, KEY_OF_RIGHT);
    press(fixture, 't');
    assert_shows(fixture, "4242 (1 of 8)");
    assert_shows(fixture, "Arbiter.run");
    assert_hides(fixture, "SyncWorker.accept");
}

static void subprocesses_are_asked_for(void **state)
{
    struct fixture *fixture = *state;

    app_requests(fixture->app);
    press(fixture, 'f');
    assert_int_equal(app_requests(fixture->app), APP_SUBPROCESSES);
    assert_true(app_subprocesses(fixture->app));
    press(fixture, 'f');
    assert_int_equal(app_requests(fixture->app), APP_SUBPROCESSES);
    assert_false(app_subprocesses(fixture->app));
}

static void filter_is_on_commands_too(void **state)
{
    struct fixture *fixture = *state;

    press(fixture, KEY_OF_BACK_TAB);
    press(fixture, '/');
    for (const char *key = "master"; *key; key++)
        press(fixture, *key);
    press(fixture, KEY_OF_ENTER);
    assert_shows(fixture, "1 row");
    assert_shows(fixture, "Arbiter.run");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_looks_right),
        TEST(many_that_ended_have_no_id),
        TEST(tab_goes_through_three_views),
        TEST(tab_goes_through_four_views),
        TEST(questions_are_seen_in_any_window),
        TEST(frozen_output_does_not_move),
        TEST(filter_leaves_the_output),
        TEST(one_becomes_another_program),
        TEST(one_process_is_shown_alone),
        TEST(arrows_go_to_the_next_process),
        TEST(what_blocking_costs),
        TEST(one_thread_of_one_process),
        TEST(subprocesses_are_asked_for),
        TEST(filter_is_on_commands_too),
    };

    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
        return 77;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
