/* chooser: the list of processes, its keys, and what it looks like. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tui/golden.h"
#include "tui/chooser.h"
#include "tui/keys.h"

#define PROCESSES 6u

static struct listed_python pythons[PROCESSES];
static struct listed processes[PROCESSES];
static const struct listed *all[PROCESSES];
static struct chooser *chooser;
static struct grid grid;
static char text[65536];

static void list(size_t number, int32_t pid, const char *user, uint32_t version, double cpu,
                 const char *container, const char *command)
{
    struct listed_python *python = &pythons[number];

    *python = (struct listed_python){.recognized = {.is_python = true, .version_hex = version}};
    snprintf(python->user, sizeof python->user, "%s", user);
    snprintf(python->container, sizeof python->container, "%s", container);
    snprintf(python->command, sizeof python->command, "%s", command);
    processes[number] = (struct listed){.pid = pid, .parent = 1, .started_ticks = 7 + number,
                                        .cpu_share = cpu, .threads = 1 + (uint32_t)number,
                                        .python = python};
    all[number] = &processes[number];
}

static int begin(void **state)
{
    struct error error;

    (void)state;
    list(0, 900, "root", 0x030b02f0, 0.001, "", "python3 /usr/bin/networkd-dispatcher --run-startup-triggers");
    list(1, 4242, "www-data", 0x030d05f0, 0.02, "", "gunicorn: master [app]");
    list(2, 4250, "www-data", 0x030d05f0, 0.97, "", "gunicorn: worker [app]");
    list(3, 4251, "www-data", 0x030d05f0, 0.12, "", "gunicorn: worker [app]");
    list(4, 5000, "postgres", 0x030c0000, 0.30, "", "python3.12 /srv/backup.py");
    processes[5] = (struct listed){.pid = 1, .started_ticks = 1, .cpu_share = 0.5};
    all[5] = &processes[5];
    snprintf(pythons[4].recognized.refusal, sizeof pythons[4].recognized.refusal,
             "no permission to read process 5000: it belongs to another user (uid 100); run tachyon-top as that user "
             "or with sudo");
    chooser = chooser_new(&error);
    grid = (struct grid){.utf8 = true, .symbols = true};
    chooser_take(chooser, all, PROCESSES);
    return 0;
}

static int end(void **state)
{
    (void)state;
    chooser_free(chooser);
    grid_free(&grid);
    return 0;
}

static const char *screen(void)
{
    size_t length = 0;

    assert_true(grid_resize(&grid, 100, 14));
    chooser_draw(chooser, &grid);
    for (int row = 0; row < grid.rows; row++) {
        length += grid_row_text(&grid, row, text + length, sizeof text - length - 2);
        text[length++] = '\n';
    }
    text[length] = '\0';
    return text;
}

static void press(int key)
{
    chooser_key(chooser, key);
}

static void assert_shows(const char *what)
{
    if (strstr(screen(), what) == NULL)
        fail_msg("not shown: %s\n%s", what, text);
}

static void assert_chosen(size_t count, int32_t first)
{
    int32_t pids[CHOOSER_MARKS_MAX];
    uint64_t started_ticks[CHOOSER_MARKS_MAX];

    assert_int_equal(chooser_chosen(chooser, pids, started_ticks), count);
    assert_int_equal(pids[0], first);
    for (size_t i = 0; i < PROCESSES; i++)
        if (processes[i].pid == first)
            assert_int_equal(started_ticks[0], processes[i].started_ticks);
}

static void check_as(const char *name, int columns, int rows)
{
    char file[64];

    assert_true(grid_resize(&grid, columns, rows));
    chooser_draw(chooser, &grid);
    snprintf(file, sizeof file, "%s-%dx%d", name, columns, rows);
    golden_check(&grid, file);
}

static void check(int columns, int rows)
{
    check_as("chooser", columns, rows);
}

static void it_looks_right(void **state)
{
    (void)state;
    press(KEY_OF_SPACE);
    check(80, 24);
    check(60, 12);
    snprintf(pythons[1].container, sizeof pythons[1].container, "0123456789ab");
    check(200, 12);
}

/* Only Pythons, the busiest first. */
static void busiest_first(void **state)
{
    (void)state;
    assert_shows("5 Python processes here");
    assert_chosen(1, 4250);
    press(KEY_OF_ENTER);
    assert_int_equal(chooser_requests(chooser), CHOOSER_OPEN);
    assert_int_equal(chooser_requests(chooser), 0);
}

/* The selection stays on its process when the order changes, and marks do. */
static void selection_stays(void **state)
{
    (void)state;
    press(KEY_OF_DOWN);
    press(KEY_OF_DOWN);
    assert_chosen(1, 4251);
    processes[3].cpu_share = 0.99;
    chooser_take(chooser, all, PROCESSES);
    assert_chosen(1, 4251);
    press(KEY_OF_SPACE);
    assert_chosen(1, 4251);
    assert_shows("1 marked");
    press('G');
    press(KEY_OF_SPACE);
    assert_chosen(2, 4251);

    /* Another process that has the id of one that was marked is not marked. */
    processes[3].started_ticks = 8000;
    chooser_take(chooser, all, PROCESSES);
    assert_chosen(1, 900);
    press(KEY_OF_ESCAPE);
    screen();
    assert_null(strstr(text, "marked"));
}

/* One that has just come, and of whose CPU nothing is known yet, does not get what is done to the one above which it
   stands. */
static void selection_stays_when_others_come(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        press('S');
    press('R'); /* by the id, the newest first */
    assert_shows("▼PID");
    press('g');
    assert_chosen(1, 5000);
    processes[5] = processes[3];
    processes[5].pid = 6000;
    processes[5].cpu_share = -1;
    chooser_take(chooser, all, PROCESSES);
    assert_chosen(1, 5000);
}

/* One that may not be read is neither marked nor opened, and says why. */
static void refused_ones_say_why(void **state)
{
    (void)state;
    press(KEY_OF_DOWN);
    assert_shows("no permission to read process 5000");
    press(KEY_OF_SPACE);
    assert_chosen(1, 5000);
    press(KEY_OF_ENTER);
    assert_int_equal(chooser_requests(chooser), 0);
}

static void filter_narrows(void **state)
{
    (void)state;
    press('/');
    for (const char *key = "WORKER"; *key; key++)
        press(*key);
    assert_shows("Filter: WORKER");
    press(KEY_OF_ENTER);
    assert_int_equal(chooser_requests(chooser), 0);
    assert_shows("filter WORKER");
    assert_null(strstr(text, "master"));
    press('/');
    press('x');
    assert_shows("no process matches the filter");
    press(KEY_OF_ESCAPE);
    assert_shows("gunicorn: worker");
    press('c');
    assert_shows("gunicorn: master");
    press('/');
    press('/');
    press('(');
    assert_shows("not a regular expression");
    press(KEY_OF_ENTER);
    assert_shows("not a regular expression");
    assert_shows("Filter: /(");
}

static void pasted_text_is_no_keys(void **state)
{
    (void)state;
    press(KEY_PASTED | 'q');
    press(KEY_PASTED | '/');
    assert_int_equal(chooser_requests(chooser), 0);
    assert_shows("/ Filter");
    press('/');
    press(KEY_PASTED | 'w');
    press(KEY_PASTED | 'o');
    assert_shows("Filter: wo");
    press(KEY_OF_ESCAPE);
    press('h');
    press(KEY_PASTED | 'q');
    assert_shows("Esc Close");
}

static void other_orders(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) { /* a column that is not there is none to sort by */
        press('s');
        if (strstr(screen(), "▲") == NULL && strstr(text, "▼") == NULL)
            fail_msg("sorted by what is not shown:\n%s", text);
    }
    for (int i = 0; i < 20 && strstr(screen(), "▲PID") == NULL; i++)
        press('S');
    assert_shows("▲PID");
    press('g');
    assert_chosen(1, 900);
    press('R');
    press('g');
    assert_chosen(1, 5000);
}

static void quitting(void **state)
{
    (void)state;
    press('q');
    assert_int_equal(chooser_requests(chooser), CHOOSER_QUIT);
    press('/');
    press('q');
    assert_int_equal(chooser_requests(chooser), 0);
    press(KEY_CTRL('C'));
    assert_int_equal(chooser_requests(chooser), CHOOSER_QUIT);
}

static void check_help(int columns, int rows)
{
    check_as("chooser-help", columns, rows);
}

/* It scrolls, keeps all keys to itself, and the list goes on below it. */
static void help_is_read(void **state)
{
    (void)state;
    press('h');
    check_help(80, 24);
    check_help(60, 12);
    press(KEY_OF_END);
    assert_shows("it may not be read");
    assert_null(strstr(text, "What is opened"));
    press('j');
    press(KEY_OF_UP);
    press(KEY_OF_PAGE_UP);
    press('g');
    assert_shows("What is opened");
    chooser_take(chooser, all, 2);
    assert_shows("What is opened");
    assert_shows("2 Python processes here");
    press(KEY_OF_ENTER); /* closes it, and opens nothing */
    assert_int_equal(chooser_requests(chooser), 0);
    assert_shows("Enter Open");
    press(KEY_OF_F1);
    press(KEY_CTRL('L'));
    assert_int_equal(chooser_requests(chooser), CHOOSER_REDRAW);
    press('q');
    assert_int_equal(chooser_requests(chooser), 0);
    press('?');
    assert_shows("What is opened");
    press(KEY_CTRL('C'));
    assert_int_equal(chooser_requests(chooser), CHOOSER_QUIT);
}

static void empty_lists(void **state)
{
    const struct listed *none[] = {&processes[5]};

    (void)state;
    chooser_take(chooser, none, 1);
    assert_shows("no Python process runs here");
    press(KEY_OF_ENTER);
    press(KEY_OF_SPACE);
    press(KEY_OF_DOWN);
    assert_int_equal(chooser_requests(chooser), 0);
    chooser_take(chooser, none, 0);
    screen();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_looks_right),
        TEST(busiest_first),
        TEST(selection_stays),
        TEST(selection_stays_when_others_come),
        TEST(refused_ones_say_why),
        TEST(filter_narrows),
        TEST(pasted_text_is_no_keys),
        TEST(other_orders),
        TEST(quitting),
        TEST(help_is_read),
        TEST(empty_lists),
    };

    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
        return 77;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
