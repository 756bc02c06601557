/* stats: what a run comes to in numbers, as JSON and as closing lines. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/clock.h"
#include "export/stats.h"

static const struct stats STATS = {
    .counts = {.rounds = 2900, .samples = 5700, .failed = 300, .truncated = 57, .retried = 12,
               .missed = 100, .lost = 4},
    .processes = 1,
    .duration_ns = 3 * NS_PER_S,
    .asked_rate_hz = 1000,
    .profiler_cpu_ns = 20 * NS_PER_MS,
    .version_hex = 0x030f00f0,
    .engine = "auto",
    .reasons = 1U << REASON_FIRST | 1U << REASON_TORN,
    .ridden = 1450,
    .shares = {.state = {[THREAD_HAS_GIL] = 0.5, [THREAD_WAIT_GIL] = 0.1, [THREAD_RUNNING] = 0.15, [THREAD_IDLE] = 0.25}, .cpu = 0.6, .gc = 0.01},
};

static char *stats_text(const struct stats *stats, bool json)
{
    struct error error;
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);

    assert_non_null(stream);
    if (json)
        assert_true(stats_write_json(stats, stream, &error));
    else
        stats_write_summary(stats, stream);
    assert_int_equal(fclose(stream), 0);
    return text;
}

static void test_stats_json(void **state)
{
    struct stats stats = STATS;
    json_t *object;
    char *text;

    (void)state;
    stats.dropped = 3;
    text = stats_text(&stats, true);
    object = json_loads(text, 0, NULL);
    assert_non_null(object);
    assert_string_equal(text, "{\"rounds\": 2900, \"samples\": 5700, \"failed\": 300, "
                              "\"truncated\": 57, \"cut\": 0, \"retried\": 12, \"missed\": 100, \"lost\": 4, \"dropped\": 3, "
                              "\"processes\": 1, \"duration_s\": 3.0, \"away_s\": 0.0, \"rate_hz\": 966.667, "
                              "\"asked_rate_hz\": 1000.0, \"profiler_cpu_s\": 0.02, \"engine\": \"auto\", \"engine_reasons\": [\"torn\"], "
                              "\"ridden\": 1450, \"slowed\": 0, \"stopped_s\": 0.0, \"unstopped\": 0, \"unlisted\": 0, \"unnamed\": 0, "
                              "\"execs\": 0, \"shares\": {\"has_gil\": 0.5, \"wait_gil\": 0.1, \"running\": 0.15, \"idle\": 0.25, \"on_cpu\": 0.6, \"gc\": 0.01}, "
                              "\"python\": \"3.15.0\", "
                              "\"free_threaded\": false, \"debug\": false}\n");
    json_decref(object);
    free(text);
    stats.build = BUILD_FREE_THREADED | BUILD_NO_GIL | BUILD_DEBUG;
    text = stats_text(&stats, true);
    assert_non_null(strstr(text, "\"python\": \"3.15.0\", \"free_threaded\": true, \"debug\": true}"));
    free(text);
    stats.asked_rate_hz = INFINITY;
    text = stats_text(&stats, true);
    assert_non_null(strstr(text, "\"asked_rate_hz\": null, "));
    free(text);
}

static void test_stats_of_an_absence(void **state)
{
    struct stats stats = STATS;
    char *text;

    (void)state;
    stats.away_ns = 1250 * NS_PER_MS;
    text = stats_text(&stats, false);
    assert_non_null(strstr(text, "\nAway: for 1.25 seconds, "));
    free(text);
    text = stats_text(&stats, true);
    assert_non_null(strstr(text, "\"away_s\": 1.25, "));
    free(text);
}

/* Rates are those of one process, on average. */
static void test_stats_of_several(void **state)
{
    struct stats stats = STATS;
    char *text;

    (void)state;
    stats.processes = 3;
    stats.watched_ns = 6 * NS_PER_S;
    text = stats_text(&stats, false);
    assert_int_equal(strncmp(text, "Captured 5700 samples in 3.00 seconds, of 3 processes\n"
                                   "Rate: 483.3 Hz of 1000.0 Hz asked\n", 88), 0);
    free(text);
}

/* Each one's time counts: three were stopped for a tenth of it, and not for three tenths. */
static void test_stops_of_several(void **state)
{
    struct stats stats = STATS;
    char *text;

    (void)state;
    stats.processes = 3;
    stats.watched_ns = 9 * NS_PER_S;
    stats.blocking = true;
    stats.counts.stopped_ns = 900 * NS_PER_MS;
    text = stats_text(&stats, false);
    assert_non_null(strstr(text, "\nStopped: the threads with the GIL for 0.900 seconds (10.00 % of the time of all)\n"));
    free(text);
}

/* The sampling may go on, for others that may come, after the only one ended. */
static void test_stats_of_one_that_ended(void **state)
{
    struct stats stats = STATS;
    char *text;

    (void)state;
    stats.watched_ns = 2900 * NS_PER_MS;
    text = stats_text(&stats, false);
    assert_non_null(strstr(text, " in 3.00 seconds\nRate: 1000.0 Hz of 1000.0 Hz asked\n"));
    free(text);
}

static void test_stats_summary(void **state)
{
    struct stats stats = STATS;
    char *text = stats_text(&stats, false);

    (void)state;
    assert_string_equal(text, "Captured 5700 samples in 3.00 seconds\n"
                              "Rate: 966.7 Hz of 1000.0 Hz asked\n"
                        "Engine: auto, rode in 1450 of 2900 rounds: rode while many stacks were torn (more than 1 %, up to when it was 0.5)\n"
                              "Threads: of their time, 50.0 % with the GIL, 10.0 % waiting for it, 15.0 % running without it, "
                              "25.0 % idle; 60.0 % on a CPU, 1.0 % in the collector\n"
                              "Failed: 300 of 6000 samples (5.00 %)\n"
                              "Truncated: 57 of 5700 samples (1.00 %)\n"
                              "Missed: 100 of 3000 rounds (3.33 %)\n"
                              "Lost: 4 samples and rounds, for they came faster than they were "
                              "counted\n");
    free(text);
    stats = STATS;
    stats.blocking = true;
    stats.counts.stopped_ns = 60 * NS_PER_MS;
    text = stats_text(&stats, false);
    assert_non_null(strstr(text, "\nStopped: the thread with the GIL for 0.060 seconds (2.00 % of the time)\n"));
    assert_null(strstr(text, "Not stopped"));
    free(text);
    stats.slowed = 580;
    stats.counts.unstopped = 7;
    stats.counts.unlisted = 904;
    stats.counts.cut = 570;
    stats.counts.unnamed = 31;
    text = stats_text(&stats, false);
    assert_non_null(strstr(text, "\nSlowed: in 580 of 2900 rounds, to stop it for no more than half"));
    assert_non_null(strstr(text, "\nNot stopped: for 7 reads, as "));
    assert_non_null(strstr(text, "\nCut: 570 of 5700 samples (10.00 %)\n     They are deeper than 4096 frames: "));
    assert_non_null(strstr(text, "\nNot listed: 904 threads, of which nothing was read, for there were more than 4096, or more "
                                 "than 256 interpreters\n"));
    assert_non_null(strstr(text, "\nNot named: 31 times that a function was read, for there were more than 65000, "));
    assert_null(strstr(text, "debug"));
    free(text);
    stats.build = BUILD_DEBUG;
    text = stats_text(&stats, false);
    assert_non_null(strstr(text, "\nPython: a debug build, "));
    free(text);
    stats = (struct stats){.engine = "ride", .reasons = 1U << REASON_NO_CPU, .counts = {.rounds = 9}};
    text = stats_text(&stats, false);
    assert_null(strstr(text, "Threads"));
    assert_non_null(strstr(text, "\nEngine: ride, rode in 0 of 9 rounds: remote while it ran where tachyon-top may not\n"));
    free(text);
    stats = (struct stats){.engine = "auto", .reasons = 1U << REASON_FIRST};
    text = stats_text(&stats, false);
    assert_non_null(strstr(text, "\nEngine: auto: remote at first, and the end came before it was decided\n"));
    free(text);
    stats.reasons |= 1U << REASON_STEADY | 1U << REASON_COMPANY;
    text = stats_text(&stats, false);
    assert_non_null(strstr(text, "\nEngine: auto: remote while few stacks were torn (1 % of a second's, or less); "
                                 "remote while there were several processes\n"));
    free(text);
    stats = (struct stats){.engine = "remote", .reasons = 1U << REASON_ASKED, .dropped = 3, .counts = {.samples = 1}};
    text = stats_text(&stats, false);
    assert_memory_equal(text, "Captured 1 sample in 0.00 seconds\n", 34);
    assert_non_null(strstr(text, "Rate: 0.0 Hz"));
    assert_non_null(strstr(text, "\nMissed: 0 of 0 rounds (0.00 %)\n"));
    assert_non_null(strstr(text, "\nDropped: 3 samples"));
    assert_null(strstr(text, "Lost"));
    assert_non_null(strstr(text, "\nEngine: remote, as asked for\n"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stats_json),
        cmocka_unit_test(test_stats_of_an_absence),
        cmocka_unit_test(test_stats_of_several),
        cmocka_unit_test(test_stops_of_several),
        cmocka_unit_test(test_stats_of_one_that_ended),
        cmocka_unit_test(test_stats_summary),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
