/* tally: several processes in one table, and each by itself. */
#include <stdio.h>
#include <string.h>

#include "tally_fixture.h"
#include "tally/snapshot.h"

#define assert_close(a, b) assert_true((a) > (b) - 1e-6 && (a) < (b) + 1e-6)

static struct process_table ask(struct fixture *fixture, struct process_query query)
{
    struct process_table table = {0};
    struct error error;

    take(fixture);
    assert_true(process_table_fill(&table, &fixture->picture, &query, &error));
    return table;
}

static struct function_table ask_functions(struct fixture *fixture, uint32_t process)
{
    const struct function_query query = {.process = process, .thread = SNAPSHOT_ALL_THREADS};
    struct function_table table = {0};
    struct error error;

    take(fixture);
    assert_true(function_table_fill(&table, &fixture->picture, &query, &error));
    return table;
}

/* Processes 0 to 7, which run the same code, for two seconds: all but one are in work for `busy_ms` of each second,
   with the GIL and on a CPU, and in help for the rest, idle. */
static void feed_eight(struct fixture *fixture, uint64_t busy_ms, uint64_t of_seventh_ms)
{
    for (uint16_t process = 0; process < 8; process++) {
        if (process > 0)
            define_process(fixture->tally, process);
        for (uint64_t second = 0; second < 2; second++) {
            const uint64_t busy = process == 6 ? of_seventh_ms : busy_ms;
            const uint64_t end_ms = START_MS + second * 1000 + 1000;

            feed(fixture->tally, SAMPLE(.process = process, .time_ms = end_ms - 1000 + busy,
                                        .wall_ms = busy, .cpu_ms = busy, .rounds = (uint32_t)busy,
                                        .state = THREAD_HAS_GIL, .FRAMES({WORK, 11}, {MAIN, 3})));
            feed(fixture->tally,
                 SAMPLE(.process = process, .time_ms = end_ms, .wall_ms = 1000 - busy,
                        .rounds = (uint32_t)(1000 - busy), .FRAMES({HELP, 51}, {MAIN, 4})));
            feed(fixture->tally, ROUND(.process = process, .time_ms = end_ms, .wall_ms = 1000,
                                       .cpu_ms = busy, .rounds = 1000 * (second + 1)));
        }
    }
}

static void test_functions_are_merged(void **state)
{
    struct fixture *fixture = *state;
    struct function_table table;

    feed_eight(fixture, 600, 600);
    /* Other code under the same number: another file, another line, another name. */
    define_process(fixture->tally, 8);
    feed(fixture->tally, make_function(8, 40, "work", "/app/other.py", 10));
    feed(fixture->tally, make_function(8, 41, "work", "/app/work.py", 11));
    feed(fixture->tally, make_function(8, 42, "working", "/app/work.py", 10));
    for (uint32_t function = 40; function <= 42; function++)
        feed(fixture->tally, SAMPLE(.process = 8, .time_ms = START_MS + 2000, .wall_ms = 1,
                                    .FRAMES({function, 1})));
    table = ask_functions(fixture, SNAPSHOT_ALL_PROCESSES);
    assert_int_equal(fixture->picture.function_count, HELP + 1 + 3);
    assert_int_equal(table.count, 6);
    assert_string_equal(table.rows[0].name, "work");
    assert_int_equal(table.rows[0].self_ns, 8 * 1200 * MS);
    assert_int_equal(table.rows[0].processes, 8);
    assert_int_equal(table.rows[2].processes, 1);
    assert_int_equal(table.rows[2].pid, 4242 + 8);
    assert_string_equal(table.rows[5].name, "main");
    assert_int_equal(table.rows[5].processes, 8);
    assert_int_equal(fixture->picture.dropped, 0);
    function_table_free(&table);
}

static void test_narrowed_to_one(void **state)
{
    struct fixture *fixture = *state;
    struct thread_query threads = {.process = 6, .thread = SNAPSHOT_ALL_THREADS};
    struct thread_table thread_table = {0};
    struct function_table table;
    struct error error;

    feed_eight(fixture, 600, 100);
    table = ask_functions(fixture, 6);
    assert_int_equal(table.whole_ns, 2000 * MS);
    assert_string_equal(table.rows[0].name, "help");
    assert_int_equal(table.rows[0].self_ns, 1800 * MS);
    assert_int_equal(table.rows[0].processes, 1);
    assert_int_equal(table.rows[0].pid, 4242 + 6);
    function_table_free(&table);

    assert_true(thread_table_fill(&thread_table, &fixture->picture, &threads, &error));
    assert_int_equal(thread_table.count, 2);
    assert_int_equal(thread_table.rows[0].pid, 4242 + 6);
    threads.process = SNAPSHOT_ALL_PROCESSES;
    assert_true(thread_table_fill(&thread_table, &fixture->picture, &threads, &error));
    assert_int_equal(thread_table.count, 16);
    thread_table_free(&thread_table);
}

static void test_table_of_processes(void **state)
{
    struct fixture *fixture = *state;
    struct process_table table;

    feed_eight(fixture, 600, 100);
    table = ask(fixture, (struct process_query){.sort = PROCESS_KEY_CPU});
    assert_int_equal(table.count, 8);
    assert_int_equal(table.rows[7].pid, 4242 + 6);
    assert_int_equal(table.rows[0].pid, 4242);
    assert_close(table.rows[0].cpu_share, 0.6);
    assert_close(table.rows[7].cpu_share, 0.1);
    assert_int_equal(table.rows[0].samples, 2000);
    assert_int_equal(table.rows[0].threads, 2);
    assert_string_equal(table.rows[0].function, "work");
    assert_close(table.rows[0].function_share, 0.6);
    assert_string_equal(table.rows[7].function, "help");
    assert_string_equal(table.rows[0].command, "python app.py");
    assert_close(fixture->picture.history.list[0].cpu, 7 * 0.6 + 0.1);
    assert_int_equal(fixture->picture.running, 8);
    process_table_free(&table);
    table = ask(fixture, (struct process_query){.span = SPAN_START, .sort = PROCESS_KEY_PID,
                                                .ascending = true});
    assert_int_equal(table.rows[6].pid, 4242 + 6);
    assert_close(table.rows[6].cpu_share, 0.1);
    process_table_free(&table);
}

/* One that does half of what its siblings do is one; one that does a bit less is none. */
static void test_outliers(void **state)
{
    struct fixture *fixture = *state;
    struct process_table table;

    feed_eight(fixture, 600, 100);
    table = ask(fixture, (struct process_query){.sort = PROCESS_KEY_PID, .ascending = true});
    for (size_t i = 0; i < table.count; i++)
        assert_int_equal(table.rows[i].outlier, i == 6 ? OUTLIER_LAZY | OUTLIER_FUNCTION : 0);
    process_table_free(&table);
}

static void test_no_outliers(void **state)
{
    struct fixture *fixture = *state;
    struct process_table table;

    feed_eight(fixture, 600, 450);
    table = ask(fixture, (struct process_query){.sort = PROCESS_KEY_PID, .ascending = true});
    for (size_t i = 0; i < table.count; i++)
        assert_int_equal(table.rows[i].outlier, 0);
    process_table_free(&table);
}

/* Siblings have one parent and one command, whatever the numbers in it. */
static void test_siblings(void **state)
{
    struct fixture *fixture = *state;
    struct process_table table;
    char command[64];

    for (uint16_t process = 1; process < 9; process++) {
        struct record_process *record;

        snprintf(command, sizeof command, "worker-%u [app]", process * 7u);
        record = CHANGED(record_process, make_process(process, 100 + process, command));
        record->parent = process < 5 ? 99 : 98;
        feed(fixture->tally, record);
        feed(fixture->tally, ROUND(.process = process, .time_ms = START_MS + 1000, .wall_ms = 1000,
                                   .cpu_ms = process == 1 || process >= 5 ? 900 : 100,
                                   .rounds = 1));
    }
    table = ask(fixture, (struct process_query){.sort = PROCESS_KEY_OUTLIER});
    assert_int_equal(table.rows[0].pid, 101);
    assert_int_equal(table.rows[0].outlier, OUTLIER_BUSY);
    assert_int_equal(table.rows[1].outlier, 0);
    process_table_free(&table);
}

/* One ends, the others go on: its rows stay as long as the window has samples of them. */
static void test_one_ends(void **state)
{
    struct fixture *fixture = *state;
    struct process_table table;
    struct function_table functions;

    feed_eight(fixture, 500, 500);
    feed(fixture->tally, make_end(3, START_MS + 2000, "the process ended"));
    feed(fixture->tally, SAMPLE(.process = 3, .time_ms = START_MS + 2001, .wall_ms = 1,
                                .FRAMES({WORK, 1})));
    table = ask(fixture, (struct process_query){.sort = PROCESS_KEY_PID, .ascending = true});
    assert_int_equal(fixture->picture.dropped, 1);
    assert_false(fixture->picture.ended);
    assert_int_equal(fixture->picture.running, 7);
    assert_int_equal(table.count, 8);
    assert_true(table.rows[7].ended);
    assert_int_equal(table.rows[7].pid, 4242 + 3);
    assert_int_equal(fixture->picture.threads_by_state[THREAD_IDLE], 14);
    process_table_free(&table);

    tally_advance(fixture->tally, (START_MS + 14000) * MS);
    table = ask(fixture, (struct process_query){.sort = PROCESS_KEY_PID, .ascending = true});
    assert_int_equal(table.count, 7);
    process_table_free(&table);
    table = ask(fixture, (struct process_query){.span = SPAN_START});
    assert_int_equal(table.count, 8);
    process_table_free(&table);
    functions = ask_functions(fixture, SNAPSHOT_ALL_PROCESSES);
    assert_int_equal(functions.count, 0);
    function_table_free(&functions);
}

/* Two seconds of a process, in which each record stands for some rounds, as the engine tells of itself. */
static void feed_rounds(struct fixture *fixture, uint16_t process, uint64_t at_once, bool slowed, bool stopped)
{
    for (uint64_t i = 1; i <= 200; i++) {
        struct record_round *round = CHANGED(
            record_round, ROUND(.process = process, .time_ms = START_MS + 10 * i, .wall_ms = 10,
                                .rounds = at_once * i));

        round->slowed = slowed;
        round->stopped = stopped;
        feed(fixture->tally, round);
    }
}

/* As long as one of them rides, that is told of all; else that one was to ride and cannot. */
static void test_ride(void **state)
{
    static const struct {
        uint8_t first, second;
        bool riding, kept_off;
    } CASES[] = {
        {0, 0, false, false},
        {RECORD_RIDES, 0, true, false},
        {0, RECORD_RODE, true, false},
        {RECORD_KEPT_OFF, 0, false, true},
        {RECORD_KEPT_OFF, RECORD_KEPT_OFF, false, true},
    };
    struct fixture *fixture = *state;

    define_process(fixture->tally, 1);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        for (uint16_t process = 0; process < 2; process++) {
            struct record_round *round = CHANGED(
                record_round, ROUND(.process = process, .time_ms = START_MS + 10 * (i + 1), .wall_ms = 10, .rounds = i + 1));

            round->riding = process == 0 ? CASES[i].first : CASES[i].second;
            feed(fixture->tally, round);
        }
        take(fixture);
        assert_int_equal(fixture->picture.riding, CASES[i].riding);
        assert_int_equal(fixture->picture.kept_off, CASES[i].kept_off);
        assert_int_equal(fixture->picture.ridden, i >= 2);
    }
}

/* Why it is read so now, and all that it was. */
static void test_reasons(void **state)
{
    static const uint8_t REASON_OF_ROUND[] = {REASON_FIRST, REASON_TORN, REASON_STEADY};
    struct fixture *fixture = *state;

    for (size_t i = 0; i < sizeof REASON_OF_ROUND; i++) {
        struct record_round *round = CHANGED(record_round, ROUND(.time_ms = START_MS + i + 1, .wall_ms = 1, .rounds = i + 1));

        round->reason = REASON_OF_ROUND[i];
        feed(fixture->tally, round);
    }
    take(fixture);
    assert_int_equal(fixture->picture.reason, REASON_STEADY);
    assert_int_equal(fixture->picture.reasons, 1U << REASON_FIRST | 1U << REASON_TORN | 1U << REASON_STEADY);
}

/* The sampling stops, as it does before a table is written: what runs is told of as running, and what ended before is
   not part of that. */
static void test_sampling_stops(void **state)
{
    struct fixture *fixture = *state;
    const struct picture *picture = &fixture->picture;

    for (uint16_t process = 1; process < 3; process++)
        define_process(fixture->tally, process);
    feed_rounds(fixture, 0, 1, true, false);
    feed_rounds(fixture, 1, 5, false, true);
    feed_rounds(fixture, 2, 5, false, true);
    feed(fixture->tally, make_end(0, START_MS + 2000, "the process ended"));
    for (uint16_t process = 1; process < 3; process++)
        feed(fixture->tally, make_end(process, START_MS + 2000, ""));
    take(fixture);
    assert_int_equal(picture->running, 2);
    assert_close(picture->rate_hz, 500);
    assert_true(picture->stopped);
    assert_false(picture->slowed);
    assert_int_equal(picture->slowed_rounds, 200); /* but it was */
    assert_string_equal(picture->end_text, "");
}

static void test_all_end(void **state)
{
    struct fixture *fixture = *state;

    tally_expect_more(fixture->tally, true);
    feed(fixture->tally, SAMPLE(.time_ms = START_MS + 10, .wall_ms = 10, .FRAMES({WORK, 1})));
    feed(fixture->tally, make_end(0, START_MS + 10, "the process ended"));
    take(fixture);
    assert_false(fixture->picture.ended);
    define_process(fixture->tally, 1);
    feed(fixture->tally, SAMPLE(.process = 1, .time_ms = START_MS + 30, .wall_ms = 10,
                                .FRAMES({WORK, 1})));
    tally_expect_more(fixture->tally, false);
    feed(fixture->tally, make_end(1, START_MS + 30, "the process ended"));
    take(fixture);
    assert_true(fixture->picture.ended);
    assert_int_equal(fixture->picture.dropped, 0);
}

/* Workers come and go by the thousand: names of functions, their numbers and histories do not pile up. */
static void test_many_come_and_go(void **state)
{
    struct fixture *fixture = *state;
    struct process_table table;

    for (uint16_t process = 1; process < 5000; process++) {
        const uint64_t now_ms = START_MS + process * 10u;

        define_process(fixture->tally, process);
        feed(fixture->tally, SAMPLE(.process = process, .time_ms = now_ms + 5, .wall_ms = 5,
                                    .FRAMES({WORK, 1})));
        feed(fixture->tally, make_thread(process, 1, THREAD_ENDED, "worker"));
        feed(fixture->tally, make_end(process, now_ms + 5, "the process ended"));
    }
    take(fixture);
    assert_int_equal(fixture->picture.dropped, 0);
    assert_int_equal(fixture->picture.function_count, HELP + 1);
    assert_int_equal(fixture->picture.process_count, 5000);
    assert_true(fixture->picture.histories_count <= 2048);
    assert_int_equal(fixture->picture.running, 1);
    table = ask(fixture, (struct process_query){.sort = PROCESS_KEY_PID});
    assert_in_range(table.count, 900, 1002);
    process_table_free(&table);
}

/* Where there is no room to keep all of them apart, those that ended long ago are one, and no time is lost. */
static void test_many_in_little_room(void **state)
{
    struct fixture *fixture = *state;
    const uint32_t processes = 2000;
    struct function_table functions;
    struct process_table table;
    uint64_t samples = 0;

    use_limits(fixture, &(struct tally_limits){16, 64, 200, 2 * NS_PER_S});
    for (uint16_t process = 1; process <= processes; process++) {
        const uint64_t now_ms = START_MS + process * 100u;

        define_process(fixture->tally, process);
        feed(fixture->tally, SAMPLE(.process = process, .time_ms = now_ms + 50, .wall_ms = 50,
                                    .FRAMES({WORK, 1}, {MAIN, 1})));
        feed(fixture->tally, SAMPLE(.process = process, .thread = 1, .time_ms = now_ms + 50,
                                    .wall_ms = 50, .FRAMES({HELP, 1})));
        feed(fixture->tally, make_thread(process, 1, THREAD_ENDED, "worker"));
        feed(fixture->tally, make_end(process, now_ms + 90, "the process ended"));
    }
    take(fixture);
    assert_int_equal(fixture->picture.dropped, 0);
    assert_true(fixture->picture.thread_count <= 64);
    table = ask(fixture, (struct process_query){.span = SPAN_START, .sort = PROCESS_KEY_PID});
    for (size_t i = 0; i < table.count; i++)
        samples += table.rows[i].samples;
    assert_int_equal(samples, 2 * processes);
    assert_true(table.count < 64);
    process_table_free(&table);
    functions = (struct function_table){0};
    assert_true(function_table_fill(&functions, &fixture->picture,
                                    &(struct function_query){.span = SPAN_START,
                                                             .process = SNAPSHOT_ALL_PROCESSES,
                                                             .thread = SNAPSHOT_ALL_THREADS},
                                    &(struct error){0}));
    assert_int_equal(functions.whole_ns, 2ull * 50 * processes * MS);
    assert_int_equal(functions.rows[0].self_ns, 50ull * processes * MS);
    function_table_free(&functions);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TALLY_TEST(test_functions_are_merged),
        TALLY_TEST(test_narrowed_to_one),
        TALLY_TEST(test_table_of_processes),
        TALLY_TEST(test_outliers),
        TALLY_TEST(test_no_outliers),
        TALLY_TEST(test_siblings),
        TALLY_TEST(test_one_ends),
        TALLY_TEST(test_ride),
        TALLY_TEST(test_reasons),
        TALLY_TEST(test_sampling_stops),
        TALLY_TEST(test_all_end),
        TALLY_TEST(test_many_come_and_go),
        TALLY_TEST(test_many_in_little_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
