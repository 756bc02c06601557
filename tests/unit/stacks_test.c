/* collapsed, dump: what records come to as lines of stacks, and as tracebacks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "export/collapsed.h"
#include "export/dump.h"
#include "records.h"

enum { MAIN = FUNCTION_FIRST, WORK, ODD };

/* Stacks as samples have them, leaf first. */
#define MAIN_WORK FRAMES({WORK, 20}, {MAIN, 10})
#define MAIN_ONLY FRAMES({MAIN, 11})
#define MAIN_MOVING FRAMES({FUNCTION_MOVING, 0}, {MAIN, 10})
#define MAIN_GC FRAMES({FUNCTION_GC, 0}, {MAIN, 10})

/* --- collapsed ------------------------------------------------------------------------------ */

static struct collapsed *begin(enum tally_mode mode, int32_t tid, size_t bytes_max)
{
    struct error error;
    struct collapsed *collapsed = collapsed_new(mode, tid, bytes_max, &error);

    assert_non_null(collapsed);
    return collapsed;
}

static void count(struct collapsed *collapsed, const void *record)
{
    collapsed_feed(collapsed, record, record_length(record));
}

static void feed_names(struct collapsed *collapsed)
{
    count(collapsed, make_thread(0, 0, THREAD_IDLE, "MainThread"));
    count(collapsed, make_thread(0, 1, THREAD_IDLE, "worker"));
    count(collapsed, make_function(0, MAIN, "<module>", "/srv/app/main.py", 1));
    count(collapsed, make_function(0, WORK, "Model.save", "/srv/app/models.py", 1));
    count(collapsed, make_function(0, ODD, "a;b\nc", "/srv/x;y/od;d.py", 1));
}

/* Ends it, and compares what it wrote. */
static void assert_lines(struct collapsed *collapsed, const char *lines)
{
    struct error error;
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);

    assert_non_null(stream);
    assert_true(collapsed_write(collapsed, stream, &error));
    assert_int_equal(fclose(stream), 0);
    assert_string_equal(text, lines);
    free(text);
    collapsed_free(collapsed);
}

static void test_collapsed_merges(void **state)
{
    struct collapsed *collapsed = begin(MODE_WALL, 0, COLLAPSED_BYTES_MAX);

    (void)state;
    feed_names(collapsed);
    count(collapsed, SAMPLE(.thread = 0, .rounds = 1, .MAIN_ONLY));
    count(collapsed, SAMPLE(.thread = 0, .rounds = 2, .MAIN_WORK));
    count(collapsed, SAMPLE(.thread = 1, .rounds = 7, .MAIN_WORK));
    count(collapsed, SAMPLE(.thread = 0, .rounds = 3, .MAIN_WORK));
    count(collapsed, SAMPLE(.thread = 0, .rounds = 4));
    assert_int_equal(collapsed_dropped(collapsed), 0);
    assert_lines(collapsed, "tid:1001;main.py:<module>:10;models.py:Model.save:20 7\n"
                            "tid:1000;main.py:<module>:10;models.py:Model.save:20 5\n"
                            "tid:1000;main.py:<module>:11 1\n");
}

/* Rounds are rarer while a thread is ridden along with. What was seen is told, though it was too short for one sample. */
static void test_collapsed_is_of_time(void **state)
{
    struct collapsed *collapsed = begin(MODE_WALL, 0, COLLAPSED_BYTES_MAX);

    (void)state;
    feed_names(collapsed);
    count(collapsed, SAMPLE(.thread = 0, .rounds = 5, .wall_ms = 15, .MAIN_ONLY));
    count(collapsed, SAMPLE(.thread = 0, .rounds = 14, .wall_ms = 14, .MAIN_WORK));
    count(collapsed, SAMPLE(.thread = 0, .rounds = 1, .MAIN_GC));
    count(collapsed, SAMPLE(.thread = 0, .rounds = 9, .wall_ms = 29));
    assert_lines(collapsed, "tid:1000;main.py:<module>:11 8\n"
                            "tid:1000;main.py:<module>:10;models.py:Model.save:20 7\n"
                            "tid:1000;main.py:<module>:10;‹gc› 1\n");
}

static void test_collapsed_special_frames(void **state)
{
    struct collapsed *collapsed = begin(MODE_WALL, 0, COLLAPSED_BYTES_MAX);

    (void)state;
    feed_names(collapsed);
    count(collapsed, SAMPLE(.thread = 0, .rounds = 4, .flags = SAMPLE_TRUNCATED, .MAIN_MOVING));
    count(collapsed, SAMPLE(.thread = 0, .rounds = 3, .MAIN_GC));
    count(collapsed, SAMPLE(.thread = 0, .rounds = 2, .flags = SAMPLE_CUT, .MAIN_WORK));
    count(collapsed, SAMPLE(.thread = 0, .rounds = 1, .FRAMES({ODD, 1})));
    assert_lines(collapsed, "tid:1000;main.py:<module>:10;‹moving› 4\n"
                            "tid:1000;main.py:<module>:10;‹gc› 3\n"
                            "tid:1000;‹cut›;main.py:<module>:10;models.py:Model.save:20 2\n"
                            "tid:1000;od,d.py:a,b\xef\xbf\xbd" "c:1 1\n");
}

/* Equal stacks of two processes are two, and told apart by their ids; the numbers of functions are each one's own. */
static void test_collapsed_processes(void **state)
{
    struct collapsed *collapsed = begin(MODE_WALL, 0, COLLAPSED_BYTES_MAX);

    (void)state;
    count(collapsed, make_process(0, 70, "app"));
    feed_names(collapsed);
    count(collapsed, make_process(300, 80, "app"));
    count(collapsed, make_thread(300, 0, THREAD_IDLE, "MainThread"));
    count(collapsed, make_function(300, WORK, "<module>", "/srv/app/main.py", 1));
    count(collapsed, SAMPLE(.process = 300, .thread = 0, .rounds = 3, .FRAMES({WORK, 10})));
    count(collapsed, make_end(300, 100, "the process ended"));
    count(collapsed, SAMPLE(.thread = 0, .rounds = 1, .MAIN_ONLY));
    assert_lines(collapsed, "pid:80;tid:1000;main.py:<module>:10 3\n"
                            "pid:70;tid:1000;main.py:<module>:11 1\n");
}

/* A process that becomes another program is one still. */
static void test_collapsed_after_an_exec(void **state)
{
    struct collapsed *collapsed = begin(MODE_WALL, 0, COLLAPSED_BYTES_MAX);

    (void)state;
    count(collapsed, make_process(0, 70, "app"));
    feed_names(collapsed);
    count(collapsed, SAMPLE(.thread = 0, .rounds = 3, .MAIN_ONLY));
    count(collapsed, make_process(0, 70, "another"));
    assert_lines(collapsed, "tid:1000;main.py:<module>:11 3\n");
}

static void test_collapsed_one_thread(void **state)
{
    struct collapsed *collapsed = begin(MODE_WALL, 1001, COLLAPSED_BYTES_MAX);

    (void)state;
    feed_names(collapsed);
    count(collapsed, SAMPLE(.thread = 0, .rounds = 4, .MAIN_ONLY));
    count(collapsed, SAMPLE(.thread = 1, .rounds = 3, .MAIN_ONLY));
    assert_int_equal(collapsed_dropped(collapsed), 0);
    assert_lines(collapsed, "tid:1001;main.py:<module>:11 3\n");
}

/* One that was met and ran no Python code has no lines; one that was not met is a mistake. */
static void test_collapsed_of_a_thread_that_is_not_there(void **state)
{
    struct collapsed *collapsed = begin(MODE_WALL, 1001, COLLAPSED_BYTES_MAX);
    struct error error = {0};

    (void)state;
    feed_names(collapsed);
    assert_lines(collapsed, "");
    collapsed = begin(MODE_WALL, 555, COLLAPSED_BYTES_MAX);
    count(collapsed, make_process(0, 4242, "app"));
    feed_names(collapsed);
    assert_false(collapsed_write(collapsed, stderr, &error));
    assert_int_equal(error.code, ERROR_NO_PROCESS);
    assert_string_equal(error.text, "process 4242 has no Python thread 555");
    collapsed_free(collapsed);
}

static void test_collapsed_modes(void **state)
{
    for (enum tally_mode mode = MODE_WALL; mode < MODES; mode++) {
        static const char *const LINES[MODES] = {
            [MODE_WALL] = "tid:1000;main.py:<module>:11 100\n"
                          "tid:1001;main.py:<module>:11 60\n",
            [MODE_CPU] = "tid:1001;main.py:<module>:11 30\n"
                         "tid:1000;main.py:<module>:11 20\n",
            [MODE_GIL] = "tid:1000;main.py:<module>:11 100\n",
            [MODE_EXCEPTION] = "tid:1001;main.py:<module>:11 60\n",
        };
        struct collapsed *collapsed = begin(mode, 0, COLLAPSED_BYTES_MAX);

        (void)state;
        feed_names(collapsed);
        /* A fifth of ten times ten rounds on the CPU; and half of 60, without the GIL. */
        for (int i = 0; i < 10; i++) {
            count(collapsed, SAMPLE(.thread = 0, .rounds = 10, .wall_ms = 10, .cpu_ms = 2,
                                    .state = THREAD_HAS_GIL, .MAIN_ONLY));
            count(collapsed, SAMPLE(.thread = 1, .rounds = 6, .wall_ms = 6, .cpu_ms = 3,
                                    .state = THREAD_RUNNING, .flags = SAMPLE_EXCEPTION,
                                    .MAIN_ONLY));
        }
        assert_lines(collapsed, LINES[mode]);
    }
}

/* Ends it, and adds up what it wrote: of all lines, and of the first one. */
static long long sum_of(struct collapsed *collapsed, long long *first)
{
    struct error error;
    char *text = NULL, *line, *rest = NULL;
    long long sum = 0;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);

    assert_non_null(stream);
    assert_true(collapsed_write(collapsed, stream, &error));
    assert_int_equal(fclose(stream), 0);
    *first = 0;
    for (line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        const long long samples = atoll(strrchr(line, ' '));

        assert_true(samples > 0);
        *first = sum == 0 ? samples : *first;
        sum += samples;
    }
    free(text);
    collapsed_free(collapsed);
    return sum;
}

/* 1,000 lines of 0.3 samples of CPU time each come to 300, and one of 100.4 stays what it is. */
static void test_collapsed_cpu_adds_up(void **state)
{
    struct collapsed *collapsed = begin(MODE_CPU, 0, COLLAPSED_BYTES_MAX);
    long long first, sum;

    (void)state;
    feed_names(collapsed);
    count(collapsed, SAMPLE(.thread = 0, .rounds = 200, .wall_ms = 2000, .cpu_ms = 1004, .MAIN_WORK));
    for (uint32_t line = 1; line <= 1000; line++)
        count(collapsed, SAMPLE(.thread = 0, .wall_ms = 10, .cpu_ms = 3, .FRAMES({MAIN, line})));
    sum = sum_of(collapsed, &first);
    assert_int_equal(first, 100);
    assert_int_equal(sum, 400);

    /* What is too much for a line goes on to the next as well: 999 of 0.6. */
    collapsed = begin(MODE_CPU, 0, COLLAPSED_BYTES_MAX);
    feed_names(collapsed);
    for (uint32_t line = 1; line <= 999; line++)
        count(collapsed, SAMPLE(.thread = 0, .wall_ms = 10, .cpu_ms = 6, .FRAMES({MAIN, line})));
    sum = sum_of(collapsed, &first);
    assert_int_equal(first, 1);
    assert_int_equal(sum, 599);
}

static void test_collapsed_counts_what_it_drops(void **state)
{
    struct collapsed *collapsed = begin(MODE_WALL, 0, COLLAPSED_BYTES_MAX);
    const void *record;

    (void)state;
    feed_names(collapsed);
    count(collapsed, SAMPLE(.thread = 7, .rounds = 2, .MAIN_ONLY));
    assert_int_equal(collapsed_dropped(collapsed), 2);
    count(collapsed, SAMPLE(.thread = 0, .rounds = 3, .FRAMES({99, 1})));
    assert_int_equal(collapsed_dropped(collapsed), 5);
    record = SAMPLE(.thread = 0, .MAIN_ONLY);
    collapsed_feed(collapsed, record, record_length(record) - 8);
    assert_int_equal(collapsed_dropped(collapsed), 6);
    assert_lines(collapsed, "");
}

static void test_collapsed_is_bounded(void **state)
{
    struct collapsed *collapsed = begin(MODE_WALL, 0, 16384);
    uint64_t dropped;

    (void)state;
    feed_names(collapsed);
    for (uint32_t line = 1; line <= 1000; line++)
        count(collapsed, SAMPLE(.thread = 0, .FRAMES({MAIN, line})));
    dropped = collapsed_dropped(collapsed);
    assert_in_range(dropped, 500, 999);
    /* What is there already goes on being counted. */
    for (int i = 0; i < 10; i++)
        count(collapsed, SAMPLE(.thread = 0, .FRAMES({MAIN, 1})));
    assert_int_equal(collapsed_dropped(collapsed), dropped);
    collapsed_free(collapsed);
    collapsed_free(NULL);
}

/* --- dump ----------------------------------------------------------------------------------- */

static struct dump *begin_dump(int32_t tid)
{
    struct error error;
    struct dump *dump = dump_new(tid, &error);

    assert_non_null(dump);
    return dump;
}

static void look(struct dump *dump, const void *record)
{
    struct error error;

    assert_true(dump_feed(dump, record, record_length(record), &error));
}

static void feed_dump_names(struct dump *dump)
{
    look(dump, make_process(0, 4242, "gunicorn: worker [app]"));
    look(dump, make_thread(0, 0, THREAD_IDLE, "MainThread"));
    look(dump, make_thread(0, 1, THREAD_IDLE, "worker"));
    look(dump, make_function(0, MAIN, "<module>", "/srv/app/main.py", 1));
    look(dump, make_function(0, WORK, "Model.save", "/srv/app/models.py", 1));
}

/* Ends it, and compares what it wrote. */
static void assert_dump(struct dump *dump, const char *expected)
{
    struct error error;
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);

    assert_non_null(stream);
    assert_true(dump_write(dump, stream, &error));
    assert_int_equal(fclose(stream), 0);
    assert_string_equal(text, expected);
    free(text);
    dump_free(dump);
}

#define DUMP_HEAD "Process 4242: gunicorn: worker [app]\nCPython 3.13.5\n"
#define DUMP_MAIN                                                                                  \
    "\nThread 1000 \"MainThread\" (has the GIL), most recent call last:\n"                         \
    "  File \"/srv/app/main.py\", line 10, in <module>\n"                                          \
    "  File \"/srv/app/models.py\", line 20, in Model.save\n"

static void test_dump(void **state)
{
    struct dump *dump = begin_dump(0);

    (void)state;
    feed_dump_names(dump);
    look(dump, SAMPLE(.thread = 0, .state = THREAD_HAS_GIL, .MAIN_WORK));
    look(dump, SAMPLE(.thread = 1, .state = THREAD_WAIT_GIL));
    assert_false(dump_complete(dump));
    look(dump, ROUND(.rounds = 1));
    assert_true(dump_complete(dump));
    assert_dump(dump, DUMP_HEAD DUMP_MAIN
                "\nThread 1001 \"worker\" (waits for the GIL), runs no Python code\n");
}

static void test_dump_of_two(void **state)
{
    struct dump *dump = begin_dump(0);

    (void)state;
    feed_dump_names(dump);
    look(dump, make_process(1, 5, "master"));
    look(dump, SAMPLE(.thread = 0, .state = THREAD_HAS_GIL, .MAIN_WORK));
    look(dump, SAMPLE(.thread = 1, .state = THREAD_WAIT_GIL));
    look(dump, ROUND(.rounds = 1));
    assert_false(dump_complete(dump));
    look(dump, ROUND(.process = 1, .rounds = 1));
    assert_true(dump_complete(dump));
    assert_dump(dump, DUMP_HEAD DUMP_MAIN
                "\nThread 1001 \"worker\" (waits for the GIL), runs no Python code\n"
                "\nProcess 5: master\nCPython 3.13.5\n\nNo thread runs Python code.\n");
}

static void test_dump_says_what_is_missing(void **state)
{
    struct dump *dump = begin_dump(0);

    (void)state;
    feed_dump_names(dump);
    look(dump, SAMPLE(.thread = 0, .state = THREAD_HAS_GIL,
                      .flags = SAMPLE_TRUNCATED | SAMPLE_CUT,
                      .FRAMES({FUNCTION_MOVING, 0}, {FUNCTION_GC, 0}, {99, 3}, {MAIN, 0})));
    look(dump, ROUND(.rounds = 1));
    assert_false(dump_complete(dump));
    assert_dump(dump, DUMP_HEAD
                "\nThread 1000 \"MainThread\" (has the GIL), most recent call last:\n"
                "  ‹cut› (only the innermost 4 frames are kept)\n"
                "  File \"/srv/app/main.py\", in <module>\n"
                "  function 99, whose name was not kept\n"
                "  ‹gc› (the garbage collector)\n"
                "  ‹moving› (what was called here changed while it was read)\n"
                "\nThread 1001 \"worker\": its stack could not be read\n");
}

/* A stack proven whole is not given up for a later one that is not; a whole one is renewed. */
static void test_dump_keeps_the_best(void **state)
{
    struct dump *dump = begin_dump(1000);

    (void)state;
    feed_dump_names(dump);
    look(dump, SAMPLE(.thread = 0, .flags = SAMPLE_TRUNCATED, .MAIN_MOVING));
    look(dump, ROUND(.rounds = 1));
    assert_false(dump_complete(dump));
    look(dump, SAMPLE(.thread = 0, .state = THREAD_HAS_GIL, .MAIN_ONLY));
    look(dump, SAMPLE(.thread = 0, .state = THREAD_HAS_GIL, .MAIN_WORK));
    look(dump, SAMPLE(.thread = 0, .flags = SAMPLE_TRUNCATED, .MAIN_MOVING));
    assert_true(dump_complete(dump));
    assert_dump(dump, DUMP_HEAD DUMP_MAIN);
}

static void test_dump_threads(void **state)
{
    struct dump *dump = begin_dump(0);

    (void)state;
    feed_dump_names(dump);
    look(dump, SAMPLE(.thread = 0, .state = THREAD_HAS_GIL, .MAIN_WORK));
    look(dump, make_thread(0, 1, THREAD_ENDED, "worker"));
    look(dump, SAMPLE(.thread = 55, .MAIN_WORK));
    assert_dump(dump, DUMP_HEAD DUMP_MAIN);

    dump = begin_dump(0);
    look(dump, make_process(0, 4242, "gunicorn: worker [app]"));
    assert_dump(dump, DUMP_HEAD "\nNo thread runs Python code.\n");
}

static void test_dump_of_a_thread_that_is_not_there(void **state)
{
    struct dump *dump = begin_dump(555);
    struct error error = {0};

    (void)state;
    feed_dump_names(dump);
    assert_false(dump_write(dump, stderr, &error));
    assert_string_equal(error.text, "process 4242 has no Python thread 555");
    dump_free(dump);
    dump_free(NULL);
}

static void test_dump_cleans_and_checks(void **state)
{
    struct dump *dump = begin_dump(0);
    struct error error;
    const void *record;

    (void)state;
    look(dump, make_process(0, 5, "a\x1b[2Jb"));
    record = make_process(0, 1, "no such process");
    assert_true(dump_feed(dump, record, record_length(record) - 8, &error));
    assert_dump(dump, "Process 5: a\xef\xbf\xbd[2Jb\nCPython 3.13.5\n"
                      "\nNo thread runs Python code.\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_collapsed_merges),
        cmocka_unit_test(test_collapsed_is_of_time),
        cmocka_unit_test(test_collapsed_special_frames),
        cmocka_unit_test(test_collapsed_processes),
        cmocka_unit_test(test_collapsed_after_an_exec),
        cmocka_unit_test(test_collapsed_one_thread),
        cmocka_unit_test(test_collapsed_of_a_thread_that_is_not_there),
        cmocka_unit_test(test_collapsed_modes),
        cmocka_unit_test(test_collapsed_cpu_adds_up),
        cmocka_unit_test(test_collapsed_counts_what_it_drops),
        cmocka_unit_test(test_collapsed_is_bounded),
        cmocka_unit_test(test_dump),
        cmocka_unit_test(test_dump_of_two),
        cmocka_unit_test(test_dump_says_what_is_missing),
        cmocka_unit_test(test_dump_keeps_the_best),
        cmocka_unit_test(test_dump_threads),
        cmocka_unit_test(test_dump_of_a_thread_that_is_not_there),
        cmocka_unit_test(test_dump_cleans_and_checks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
