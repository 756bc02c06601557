#include "export/stats.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "export/text.h"
#include "python/code.h"
#include "python/runtime.h"
#include "tally/reasons.h"

static double seconds(uint64_t ns)
{
    return (double)ns / (double)NS_PER_S;
}

/* How long each process was watched, of all together. */
static uint64_t watched_ns(const struct stats *stats)
{
    return stats->watched_ns > 0 ? stats->watched_ns : stats->duration_ns;
}

double stats_rate_hz(const struct stats *stats)
{
    const uint64_t over_ns = watched_ns(stats);

    return over_ns ? (double)stats->counts.rounds / seconds(over_ns) : 0;
}

/* Null: as fast as there can be. */
static json_t *asked_rate(const struct stats *stats)
{
    return isinf(stats->asked_rate_hz) ? json_null() : json_real(text_rounded(stats->asked_rate_hz, 3));
}

/* The reasons of a run: that it was too short to tell is one where there is no other. */
static bool is_told(const struct stats *stats, unsigned reason)
{
    const uint32_t bit = 1U << reason;

    return (stats->reasons & bit) != 0 && (reason != REASON_FIRST || stats->reasons == bit);
}

/* How the stacks were read, and why. */
static void write_engine(const struct stats *stats, FILE *stream)
{
    const char *before = is_told(stats, REASON_ASKED) ? ", " : ": ";

    fprintf(stream, "Engine: %s", stats->engine);
    /* Where it was asked for, that there was none is told, too. */
    if (stats->ridden > 0 || strcmp(stats->engine, "ride") == 0)
        fprintf(stream, ", rode in %" PRIu64 " of %" PRIu64 " rounds", stats->ridden, stats->counts.rounds);
    for (unsigned i = 0; i < REASONS; i++) {
        if (!is_told(stats, i))
            continue;
        fprintf(stream, "%s%s", before, reason_words(i)->sentence);
        before = "; ";
    }
    putc('\n', stream);
}

/* NULL: out of memory. */
static json_t *reason_list(const struct stats *stats)
{
    json_t *list = json_array();

    for (unsigned i = 0; list && i < REASONS; i++)
        if (is_told(stats, i))
            json_array_append_new(list, json_string(reason_words(i)->word));
    return list;
}

bool stats_write_json(const struct stats *stats, FILE *stream, struct error *error)
{
    const struct sampler_counts *counts = &stats->counts;
    char version[TEXT_VERSION_SIZE];
    json_t *object, *shares;

    text_python_version(version, stats->version_hex);
    shares = json_pack("{s:f, s:f, s:f, s:f, s:f, s:f}",
                       "has_gil", text_rounded(stats->shares.state[THREAD_HAS_GIL], 6),
                       "wait_gil", text_rounded(stats->shares.state[THREAD_WAIT_GIL], 6),
                       "running", text_rounded(stats->shares.state[THREAD_RUNNING], 6),
                       "idle", text_rounded(stats->shares.state[THREAD_IDLE], 6),
                       "on_cpu", text_rounded(stats->shares.cpu, 6),
                       "gc", text_rounded(stats->shares.gc, 6));
    object = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:o, s:f, s:s, s:o, s:I, s:I, s:f, s:I, s:I, s:I, s:I, s:o, s:s, s:b, s:b}",
                       "rounds", (json_int_t)counts->rounds,
                       "samples", (json_int_t)counts->samples,
                       "failed", (json_int_t)counts->failed,
                       "truncated", (json_int_t)counts->truncated,
                       "cut", (json_int_t)counts->cut,
                       "retried", (json_int_t)counts->retried,
                       "missed", (json_int_t)counts->missed,
                       "lost", (json_int_t)counts->lost,
                       "dropped", (json_int_t)stats->dropped,
                       "processes", (json_int_t)stats->processes,
                       "duration_s", text_rounded(seconds(stats->duration_ns), 6),
                       "away_s", text_rounded(seconds(stats->away_ns), 6),
                       "rate_hz", text_rounded(stats_rate_hz(stats), 3),
                       "asked_rate_hz", asked_rate(stats),
                       "profiler_cpu_s", text_rounded(seconds(stats->profiler_cpu_ns), 6),
                       "engine", stats->engine,
                       "engine_reasons", reason_list(stats),
                       "ridden", (json_int_t)stats->ridden,
                       "slowed", (json_int_t)stats->slowed,
                       "stopped_s", text_rounded(seconds(counts->stopped_ns), 6),
                       "unstopped", (json_int_t)counts->unstopped,
                       "unlisted", (json_int_t)counts->unlisted,
                       "unnamed", (json_int_t)counts->unnamed,
                       "execs", (json_int_t)stats->execs,
                       "shares", shares,
                       "python", version,
                       "free_threaded", (stats->build & BUILD_FREE_THREADED) != 0,
                       "debug", (stats->build & BUILD_DEBUG) != 0);
    if (!object)
        return error_set(error, ERROR_MEMORY, "out of memory");
    /* A failure to write is the stream's to remember. */
    json_dumpf(object, stream, JSON_REAL_PRECISION(12));
    putc('\n', stream);
    json_decref(object);
    return true;
}

/* One line: a count and its share of a whole, both of `what`. */
static void write_share(FILE *stream, const char *title, uint64_t count, uint64_t whole,
                        const char *what)
{
    double percent = whole ? 100 * (double)count / (double)whole : 0;

    fprintf(stream, "%s %" PRIu64 " of %" PRIu64 " %s (%.2f %%)\n", title, count, whole, what,
            percent);
}

/* What its threads did, all together. */
static void write_shares(const struct stats *stats, FILE *stream)
{
    const struct picture_shares *shares = &stats->shares;

    fprintf(stream, "Threads: of their time, %.1f %% with the GIL, %.1f %% waiting for it, %.1f %% running without it, %.1f %% idle; "
            "%.1f %% on a CPU, %.1f %% in the collector\n",
            100 * shares->state[THREAD_HAS_GIL], 100 * shares->state[THREAD_WAIT_GIL], 100 * shares->state[THREAD_RUNNING],
            100 * shares->state[THREAD_IDLE], 100 * shares->cpu, 100 * shares->gc);
}

/* What --blocking cost the target. */
static void write_stops(const struct stats *stats, FILE *stream)
{
    const struct sampler_counts *counts = &stats->counts;
    const uint64_t over_ns = watched_ns(stats);
    const bool is_one = stats->processes <= 1;

    fprintf(stream, "Stopped: the thread%s with the GIL for %.3f seconds (%.2f %% of the time%s)\n", is_one ? "" : "s",
            seconds(counts->stopped_ns), over_ns ? 100 * (double)counts->stopped_ns / (double)over_ns : 0,
            is_one ? "" : " of all");
    if (counts->unstopped)
        fprintf(stream, "Not stopped: for %" PRIu64 " read%s, as %s waited for a CPU, or %s traced by another\n",
                counts->unstopped, counts->unstopped == 1 ? "" : "s", is_one ? "it" : "they", is_one ? "was" : "were");
}

void stats_write_summary(const struct stats *stats, FILE *stream)
{
    const struct sampler_counts *counts = &stats->counts;
    uint64_t wanted = counts->samples + counts->failed;

    fprintf(stream, "Captured %" PRIu64 " sample%s in %.2f seconds", counts->samples,
            counts->samples == 1 ? "" : "s", seconds(stats->duration_ns));
    if (stats->processes > 1)
        fprintf(stream, ", of %zu processes", stats->processes);
    putc('\n', stream);
    if (stats->away_ns > 0)
        fprintf(stream, "Away: for %.2f seconds, as tachyon-top was stopped or had no CPU: no sample stands for them\n",
                seconds(stats->away_ns));
    if (isinf(stats->asked_rate_hz))
        fprintf(stream, "Rate: %.1f Hz, as fast as there could be\n", stats_rate_hz(stats));
    else
        fprintf(stream, "Rate: %.1f Hz of %.1f Hz asked\n", stats_rate_hz(stats),
                stats->asked_rate_hz);
    if (stats->slowed)
        fprintf(stream, "Slowed: in %" PRIu64 " of %" PRIu64 " rounds, to %skeep within the budget\n", stats->slowed,
                counts->rounds, stats->blocking ? "stop it for no more than half of the time, or to " : "");
    if ((stats->build & BUILD_DEBUG) != 0)
        fputs("Python: a debug build, in which each function is slower, by its own factor\n", stream);
    write_engine(stats, stream);
    if (stats->execs > 0)
        fprintf(stream, "Followed: it became another program by exec, %" PRIu64 " time%s\n", stats->execs,
                stats->execs == 1 ? "" : "s");
    if (stats->blocking)
        write_stops(stats, stream);
    if (counts->samples > 0)
        write_shares(stats, stream);
    if (counts->unlisted)
        fprintf(stream, "Not listed: %" PRIu64 " thread%s, of which nothing was read, for there were more than %u, or more "
                "than %u interpreters\n",
                counts->unlisted, counts->unlisted == 1 ? "" : "s", RUNTIME_THREADS_MAX, RUNTIME_INTERPRETERS_MAX);
    if (counts->unnamed)
        fprintf(stream, "Not named: %" PRIu64 " time%s that a function was read, for there were more than %u, or too much text: "
                "they share the name ‹more›\n", counts->unnamed, counts->unnamed == 1 ? "" : "s", CODE_FUNCTIONS_MAX);
    write_share(stream, "Failed:", counts->failed, wanted, "samples");
    write_share(stream, "Truncated:", counts->truncated, counts->samples, "samples");
    if (counts->cut) {
        write_share(stream, "Cut:", counts->cut, counts->samples, "samples");
        fprintf(stream, "     They are deeper than %u frames: the functions nearest to the root have too little total time\n",
                RECORD_DEPTH_MAX);
    }
    write_share(stream, "Missed:", counts->missed, counts->rounds + counts->missed, "rounds");
    if (counts->lost)
        fprintf(stream, "Lost: %" PRIu64 " samples and rounds, for they came faster than they were "
                "counted\n", counts->lost);
    if (stats->dropped)
        fprintf(stream, "Dropped: %" PRIu64 " samples, for there was no room to keep them\n",
                stats->dropped);
}
