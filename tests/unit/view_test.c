/* view, sheet: a view in each of its three forms, and names that would do harm in one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <locale.h>
#include <regex.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/clock.h"
#include "export/text.h"
#include "export/view.h"
#include "records.h"

#define START_MS 100000u

enum { MAIN = FUNCTION_FIRST, EVIL, WIDE };

/* --- a picture to be written ---------------------------------------------------------------- */

struct fixture {
    struct tally *tally;
    struct picture picture;
    struct view_description view;
};

/* Ten rounds of 10 ms: the main thread has MAIN at its leaf in six, EVIL in three and WIDE in one,
   on a CPU in half of its time; the other one sleeps. */
static void feed_rounds(struct tally *tally)
{
    static const uint32_t LEAVES[10] = {MAIN, MAIN, EVIL, MAIN, WIDE, EVIL, MAIN, EVIL, MAIN, MAIN};

    for (uint64_t i = 0; i < 10; i++) {
        uint64_t now_ms = START_MS + 10 * (i + 1);
        const struct record_frame frames[] = {{LEAVES[i], 7}, {MAIN, 3}};
        size_t first = LEAVES[i] == MAIN;

        feed(tally, SAMPLE(.thread = 0, .time_ms = now_ms, .wall_ms = 10, .cpu_ms = 5,
                           .state = THREAD_HAS_GIL, .frames = frames + first, .depth = 2 - first));
        feed(tally, SAMPLE(.thread = 1, .time_ms = now_ms, .wall_ms = 10, .state = THREAD_IDLE));
        feed(tally, ROUND(.time_ms = now_ms, .wall_ms = 10, .cpu_ms = 5, .rounds = i + 1));
    }
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct error error;

    fixture->tally = tally_new(&TALLY_DEFAULTS, &error);
    tally_reset(fixture->tally, START_MS * NS_PER_MS);
    feed(fixture->tally, make_process(0, 4242, "python, -c \"x\",=1"));
    feed(fixture->tally, make_thread(0, 0, THREAD_IDLE, "MainThread"));
    feed(fixture->tally, make_thread(0, 1, THREAD_IDLE, "-worker"));
    feed(fixture->tally, make_function(0, MAIN, "<module>", "/srv/main.py", 1));
    feed(fixture->tally, make_function(0, EVIL, "=cmd(\"a\";b),c", "@x.py", 20));
    feed(fixture->tally, make_function(0, WIDE, "関数\x1b[31m", "/srv/模块.py", 30));
    feed_rounds(fixture->tally);
    if (!picture_take(&fixture->picture, fixture->tally, &error))
        return -1;
    fixture->picture.counts = (struct sampler_counts){
        .rounds = 10, .samples = 20, .failed = 5, .truncated = 2, .cut = 4, .retried = 3, .missed = 1, .unlisted = 105,
    };
    fixture->view = (struct view_description){
        .picture = &fixture->picture,
        .function_query = {.span = SPAN_START, .thread = 0, .sort = FUNCTION_SELF},
        .thread_query = {.thread = SNAPSHOT_ALL_THREADS, .sort = THREAD_KEY_TID, .ascending = true},
    };
    *state = fixture;
    return 0;
}

/* A second process of another version, with a function of its own; both are shown. */
static void add_second_process(struct fixture *fixture)
{
    struct record_process *process =
        CHANGED(record_process, make_process(1, 4300, "python other.py"));
    struct error error;

    process->version_hex = 0x030f00a7;
    feed(fixture->tally, process);
    feed(fixture->tally, make_thread(1, 0, THREAD_IDLE, "MainThread"));
    feed(fixture->tally, make_function(1, MAIN, "<module>", "/srv/main.py", 1));
    feed(fixture->tally, make_function(1, EVIL, "other", "/srv/other.py", 5));
    feed(fixture->tally, SAMPLE(.process = 1, .time_ms = START_MS + 100, .wall_ms = 100,
                                .FRAMES({EVIL, 7}, {MAIN, 3})));
    feed(fixture->tally, ROUND(.process = 1, .time_ms = START_MS + 100, .wall_ms = 100, .rounds = 1));
    assert_true(picture_take(&fixture->picture, fixture->tally, &error));
    fixture->view.function_query.thread = SNAPSHOT_ALL_THREADS;
    fixture->view.function_query.process = SNAPSHOT_ALL_PROCESSES;
    fixture->view.process_query = (struct process_query){.sort = PROCESS_KEY_PID, .ascending = true};
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    picture_free(&fixture->picture);
    tally_free(fixture->tally);
    free(fixture);
    return 0;
}

/* What a view looks like in a form, to be freed. */
static char *written(const struct fixture *fixture, enum sheet_format format)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    struct error error;

    assert_non_null(stream);
    assert_true(view_write(stream, format, &fixture->view, &error));
    assert_int_equal(fclose(stream), 0);
    return text;
}

static void assert_says(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("'%s' is not in:\n%s", part, text);
}

static void assert_matches(const char *text, const char *pattern)
{
    regex_t regex;
    int result;

    assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NEWLINE | REG_NOSUB), 0);
    result = regexec(&regex, text, 0, NULL, 0);
    regfree(&regex);
    if (result != 0)
        fail_msg("'%s' matches nothing in:\n%s", pattern, text);
}

/* --- text ----------------------------------------------------------------------------------- */

static void test_text_of_functions(void **state)
{
    struct fixture *fixture = *state;
    char *text = written(fixture, SHEET_TEXT);

    assert_matches(text, "(^|   )program tachyon-top(   |$)");
    assert_matches(text, "(^|   )view functions(   |$)");
    assert_matches(text, "(^|   )pid 4242(   |$)");
    assert_matches(text, "(^|   )command python, -c \"x\",=1(   |$)");
    assert_matches(text, "(^|   )python 3\\.13\\.5(   |$)");
    assert_matches(text, "(^|   )taken [0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[+-][0-9]{2}:[0-9]{2}(   |$)");
    assert_matches(text, "(^|   )span start(   |$)");
    assert_matches(text, "(^|   )observed_s 0\\.100(   |$)");
    assert_matches(text, "(^|   )mode wall(   |$)");
    assert_matches(text, "(^|   )thread 1000(   |$)");
    assert_matches(text, "(^|   )filter -(   |$)");
    assert_matches(text, "(^|   )sort self(   |$)");
    assert_matches(text, "(^|   )order descending(   |$)");
    assert_matches(text, "(^|   )kept_percent 80\\.000(   |$)");
    assert_matches(text, "(^|   )cut 4(   |$)");
    assert_matches(text, "(^|   )unlisted 105(   |$)");
    assert_matches(text, "(^|   )age_s 95\\.100(   |$)");
    assert_matches(text, "(^|   )stopped no(   |$)");
    assert_matches(text, "(^|   )engine remote(   |$)");
    assert_matches(text, "(^|   )slowed no(   |$)");
    assert_matches(text, "(^|   )has_gil_percent 50\\.000(   |$)");
    assert_matches(text, "(^|   )wait_gil_percent 0\\.000(   |$)");
    assert_matches(text, "(^|   )idle_percent 50\\.000(   |$)");
    assert_matches(text, "(^|   )on_cpu_percent 25\\.000(   |$)");
    assert_matches(text, "(^|   )gc_percent 0\\.000(   |$)");
    assert_matches(text, "(^|   )rows_matching 3(   |$)");
    assert_matches(text, "^ *SELF% +± +TOTAL% +± +SELF s +TOTAL s .*FUNCTION +FILE:LINE +HOT LINE$");
    assert_matches(text, "^ *60\\.00 .* 100\\.00 .* 0\\.060 +0\\.100 .*<module> +/srv/main.py:1 +3$");
    assert_matches(text, "^ *30\\.00 .*=cmd\\(\"a\";b\\),c +@x.py:20 +7$");
    assert_says(text, "関数\xef\xbf\xbd[31m");
    free(text);
}

/* Columns are in step, counted as a terminal does; lines end without blanks. */
static void test_text_is_aligned(void **state)
{
    struct fixture *fixture = *state;
    char *text, *line, *rest = NULL;
    size_t column = 0, rows = 0;

    assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
    text = written(fixture, SHEET_TEXT);
    for (line = strtok_r(strstr(text, "\n\n"), "\n", &rest); line;
         line = strtok_r(NULL, "\n", &rest), rows++) {
        static const char *const PLACES[] = {"FILE:LINE", "/srv/main.py", "@x.py", "/srv/模块"};
        char *place = strstr(line, PLACES[rows]), kept;

        assert_non_null(place);
        kept = *place;
        *place = '\0';
        if (column == 0)
            column = text_width(line);
        assert_int_equal(text_width(line), column);
        *place = kept;
        assert_int_not_equal(line[strlen(line) - 1], ' ');
    }
    assert_int_equal(rows, 4);
    free(text);
    setlocale(LC_CTYPE, "C");
}

static void test_text_of_threads(void **state)
{
    struct fixture *fixture = *state;
    char *text;

    fixture->view.kind = VIEW_THREADS;
    text = written(fixture, SHEET_TEXT);
    assert_matches(text, "(^|   )view threads(   |$)");
    assert_matches(text, "(^|   )window_s 10\\.000(   |$)");
    assert_matches(text, "(^|   )sort tid(   |$)");
    assert_matches(text, "(^|   )order ascending(   |$)");
    assert_null(strstr(text, "whole_s"));
    assert_matches(text, "^ *TID +IDENT +NAME +STATE +CPU% +GIL% .*FUNCTION +FILE:LINE$");
    assert_matches(text, "^1000 +139637976727552 +MainThread +has-gil +50\\.00 +100\\.00 .* /srv/main.py:3$");
    assert_matches(text, "^1001 +139637976727553 +-worker +idle +0\\.00 +0\\.00 .* 10$");
    free(text);
}

static void test_limit_and_filter(void **state)
{
    struct fixture *fixture = *state;
    struct error error;
    struct filter *filter = filter_new("MODULE", &error);
    char *text;

    assert_non_null(filter);
    fixture->view.function_query.filter = filter;
    fixture->view.filter_text = "MODULE";
    text = written(fixture, SHEET_TEXT);
    assert_matches(text, "(^|   )filter MODULE(   |$)");
    assert_matches(text, "(^|   )rows_matching 1(   |$)");
    assert_null(strstr(text, "cmd"));
    free(text);
    filter_free(filter);

    fixture->view.function_query.filter = NULL;
    fixture->view.filter_text = "";
    fixture->view.row_limit = 2;
    text = written(fixture, SHEET_TEXT);
    assert_matches(text, "(^|   )rows_matching 3(   |$)");
    assert_matches(text, "(^|   )rows_written 2(   |$)");
    assert_null(strstr(text, "関数"));
    free(text);
}

/* --- CSV ------------------------------------------------------------------------------------ */

static void test_csv(void **state)
{
    struct fixture *fixture = *state;
    char *text = written(fixture, SHEET_CSV);

    assert_memory_equal(text, "# program: tachyon-top\n# version: ", 34);
    assert_says(text, "\n# pid: 4242\n");
    assert_says(text, "\n# filter: \n");
    assert_says(text, "\n# cut: 4\n");
    assert_says(text, "\n# unlisted: 105\n");
    assert_says(text, "\nself_percent,self_error_points,total_percent,total_error_points,self_s,"
                      "total_s,self_samples,total_samples,trend_s,trend,function,file,line,"
                      "hot_line\n");
    assert_matches(text, "^60\\.000,[0-9.]+,100\\.000,[0-9.]+,0\\.060000,0\\.100000,6,10,[0-9. ]+,"
                         "[a-z]+,<module>,/srv/main.py,1,[0-9]*$");
    free(text);
}

/* Nothing begins a formula, whatever a spreadsheet takes for a separator. */
static void test_csv_is_harmless(void **state)
{
    struct fixture *fixture = *state;
    char *text;

    fixture->view.filter_text = "+x;@y,\"-z";
    text = written(fixture, SHEET_CSV);
    assert_says(text, ",\"'=cmd(\"\"a\"\";b),c\",'@x.py,20,");
    assert_says(text, "\n# command: python, '-c 'x','=1\n");
    assert_says(text, "\n# filter: +x;'@y,'-z\n");
    free(text);
    fixture->view.kind = VIEW_THREADS;
    text = written(fixture, SHEET_CSV);
    assert_matches(text, "^1001,[0-9]+,'-worker,idle,");
    free(text);
}

/* --- JSON ----------------------------------------------------------------------------------- */

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    assert_non_null(text);
    return text;
}

static json_t *loaded(const struct fixture *fixture)
{
    char *text = written(fixture, SHEET_JSON);
    json_error_t problem;
    json_t *object = json_loads(text, JSON_REJECT_DUPLICATES, &problem);

    if (!object)
        fail_msg("%s in:\n%s", problem.text, text);
    free(text);
    return object;
}

static void test_json_of_functions(void **state)
{
    struct fixture *fixture = *state;
    json_t *object = loaded(fixture);
    const json_t *rows = json_object_get(object, "rows"), *row;

    assert_string_equal(text_of(object, "command"), "python, -c \"x\",=1");
    assert_int_equal(json_integer_value(json_object_get(object, "pid")), 4242);
    assert_true(json_is_null(json_object_get(object, "filter")));
    assert_true(json_is_null(json_object_get(object, "ended")));
    assert_true(json_is_false(json_object_get(object, "stopped")));
    assert_int_equal(json_integer_value(json_object_get(object, "cut")), 4);
    assert_int_equal(json_integer_value(json_object_get(object, "unlisted")), 105);
    assert_int_equal(json_array_size(rows), 3);
    row = json_array_get(rows, 1);
    assert_string_equal(text_of(row, "function"), "=cmd(\"a\";b),c");
    assert_string_equal(text_of(row, "file"), "@x.py");
    assert_int_equal(json_integer_value(json_object_get(row, "line")), 20);
    assert_true(json_real_value(json_object_get(row, "self_percent")) == 30);
    assert_int_equal(json_array_size(json_object_get(row, "trend_s")), PICTURE_TREND);
    assert_null(json_object_get(row, "place"));
    json_decref(object);
}

static void test_json_of_threads(void **state)
{
    struct fixture *fixture = *state;
    json_t *object;
    const json_t *row;

    fixture->view.kind = VIEW_THREADS;
    object = loaded(fixture);
    row = json_array_get(json_object_get(object, "rows"), 0);
    assert_int_equal(json_integer_value(json_object_get(row, "tid")), 1000);
    assert_string_equal(text_of(row, "state"), "has-gil");
    assert_true(json_real_value(json_object_get(row, "cpu_percent")) == 50);
    json_decref(object);
}

static void test_json_without_rows(void **state)
{
    struct fixture *fixture = *state;
    struct error error;
    struct filter *filter = filter_new("nothing is called so", &error);
    json_t *object;

    assert_non_null(filter);
    fixture->view.function_query.filter = filter;
    object = loaded(fixture);
    assert_int_equal(json_array_size(json_object_get(object, "rows")), 0);
    json_decref(object);
    filter_free(filter);
}

/* --- several processes ---------------------------------------------------------------------- */

/* A function of one process has its id, one of several has none. */
static void test_functions_of_several(void **state)
{
    struct fixture *fixture = *state;
    char *text;

    add_second_process(fixture);
    text = written(fixture, SHEET_TEXT);
    assert_matches(text, "HOT LINE +PROCESSES +PID$");
    assert_matches(text, "other +/srv/other.py:5 +7 +1 +4300$");
    assert_matches(text, "<module> +/srv/main.py:1 +3 +2$");
    assert_matches(text, "(^|   )age_s -(   |$)");
    free(text);
    text = written(fixture, SHEET_CSV);
    assert_matches(text, ",hot_line,processes,pid$");
    assert_matches(text, ",other,/srv/other.py,5,7,1,4300$");
    assert_matches(text, ",<module>,/srv/main.py,1,3,2,$");
    free(text);
    fixture->view.function_query.process = 1;
    fixture->picture.processes[1].stopped = true;
    text = written(fixture, SHEET_TEXT);
    assert_matches(text, "(^|   )process 4300(   |$)");
    assert_matches(text, "(^|   )stopped yes(   |$)");
    free(text);
}

static void test_processes(void **state)
{
    struct fixture *fixture = *state;
    char *text;
    json_t *object;

    add_second_process(fixture);
    fixture->view.kind = VIEW_PROCESSES;
    text = written(fixture, SHEET_TEXT);
    assert_matches(text, "FILE:LINE +UP s +PYTHON +COMMAND$");
    assert_matches(text, "^4300 +runs .* /srv/other.py:5 +95\\.1 +3\\.15\\.0a7 +python other.py$");
    free(text);
    text = written(fixture, SHEET_CSV);
    assert_matches(text, ",age_s,python,command$");
    assert_matches(text, "^4300,runs,.*,95\\.100,3\\.15\\.0a7,python other.py$");
    free(text);
    object = loaded(fixture);
    assert_string_equal(text_of(json_array_get(json_object_get(object, "rows"), 0), "python"), "3.13.5");
    json_decref(object);
}

/* What stands for many that ended is none that could be looked for. */
static void test_process_of_many(void **state)
{
    struct fixture *fixture = *state;
    struct picture_process *process;
    char *text;

    add_second_process(fixture);
    process = &fixture->picture.processes[1];
    process->pid = 0;
    process->version_hex = 0;
    process->started_ns = 0;
    process->command = "‹ended›";
    process->ended = true;
    text = written(fixture, SHEET_CSV);
    assert_matches(text, ",other,/srv/other.py,5,7,1,$");
    free(text);
    fixture->view.kind = VIEW_PROCESSES;
    text = written(fixture, SHEET_CSV);
    assert_matches(text, "^,ended,.*,/srv/other.py,5,,,‹ended›$");
    free(text);
    text = written(fixture, SHEET_TEXT);
    assert_matches(text, "^ +ended .* /srv/other.py:5 +‹ended›$");
    free(text);
}

/* --- files ---------------------------------------------------------------------------------- */

static void test_format_by_ending(void **state)
{
    (void)state;
    assert_int_equal(sheet_format_of("view.csv"), SHEET_CSV);
    assert_int_equal(sheet_format_of("view.JSON"), SHEET_JSON);
    assert_int_equal(sheet_format_of("view.txt"), SHEET_TEXT);
    assert_int_equal(sheet_format_of("view.csv.txt"), SHEET_TEXT);
    assert_int_equal(sheet_format_of("csv"), SHEET_TEXT);
    assert_int_equal(sheet_format_of(".csv"), SHEET_TEXT);
    assert_int_equal(sheet_format_of("-"), SHEET_TEXT);
    assert_int_equal(sheet_format_of(NULL), SHEET_TEXT);
}

static void test_save(void **state)
{
    struct fixture *fixture = *state;
    char directory[] = "/tmp/view_test.XXXXXX", path[64];
    struct error error = {0};
    json_t *object;

    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/view.json", directory);
    assert_true(view_save(path, false, &fixture->view, &error));
    assert_false(view_save(path, false, &fixture->view, &error));
    assert_int_equal(error.code, ERROR_EXISTS);
    assert_true(view_save(path, true, &fixture->view, &error));
    object = json_load_file(path, 0, NULL);
    assert_non_null(object);
    json_decref(object);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(directory), 0);
}

static void test_proposed_name(void **state)
{
    struct fixture *fixture = *state;
    char name[64];

    view_propose_name(&fixture->view, name, sizeof name);
    assert_matches(name, "^tachyon-top-4242-functions-[0-9]{8}-[0-9]{6}\\.txt$");
    fixture->view.kind = VIEW_THREADS;
    fixture->picture.pid = 4194304;
    view_propose_name(&fixture->view, name, sizeof name);
    assert_matches(name, "^tachyon-top-4194304-threads-[0-9]{8}-[0-9]{6}\\.txt$");
    view_propose_name(&fixture->view, name, 8);
    assert_string_equal(name, "tachyon");
}

static void test_ended(void **state)
{
    struct fixture *fixture = *state;
    struct error error;
    char *text;

    feed(fixture->tally, make_end(0, START_MS + 200, "it ended"));
    assert_true(picture_take(&fixture->picture, fixture->tally, &error));
    text = written(fixture, SHEET_TEXT);
    assert_matches(text, "(^|   )ended it ended(   |$)");
    free(text);
    fixture->picture.end_text = "";
    text = written(fixture, SHEET_TEXT);
    assert_matches(text, "(^|   )ended -(   |$)");
    free(text);
}

#define WITH_VIEW(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_VIEW(test_text_of_functions),
        WITH_VIEW(test_text_is_aligned),
        WITH_VIEW(test_text_of_threads),
        WITH_VIEW(test_limit_and_filter),
        WITH_VIEW(test_csv),
        WITH_VIEW(test_csv_is_harmless),
        WITH_VIEW(test_json_of_functions),
        WITH_VIEW(test_json_of_threads),
        WITH_VIEW(test_json_without_rows),
        WITH_VIEW(test_functions_of_several),
        WITH_VIEW(test_processes),
        WITH_VIEW(test_process_of_many),
        cmocka_unit_test(test_format_by_ending),
        WITH_VIEW(test_save),
        WITH_VIEW(test_proposed_name),
        WITH_VIEW(test_ended),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
