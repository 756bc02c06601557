#include "export/stats.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>

#include "base/clock.h"
#include "export/text.h"

static double seconds(uint64_t ns)
{
    return (double)ns / (double)NS_PER_S;
}

double stats_rate_hz(const struct stats *stats)
{
    const uint64_t over_ns = stats->processes > 1 ? stats->watched_ns : stats->duration_ns;

    return over_ns ? (double)stats->counts.rounds / seconds(over_ns) : 0;
}

bool stats_write_json(const struct stats *stats, FILE *stream, struct error *error)
{
    const struct sampler_counts *counts = &stats->counts;
    char version[TEXT_VERSION_SIZE];
    json_t *object;

    text_python_version(version, stats->version_hex);
    object = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:s, s:I, s:f, s:I, s:I, s:s, s:b, s:b}",
                       "rounds", (json_int_t)counts->rounds,
                       "samples", (json_int_t)counts->samples,
                       "failed", (json_int_t)counts->failed,
                       "truncated", (json_int_t)counts->truncated,
                       "retried", (json_int_t)counts->retried,
                       "missed", (json_int_t)counts->missed,
                       "lost", (json_int_t)counts->lost,
                       "processes", (json_int_t)stats->processes,
                       "duration_s", text_rounded(seconds(stats->duration_ns), 6),
                       "rate_hz", text_rounded(stats_rate_hz(stats), 3),
                       "profiler_cpu_s", text_rounded(seconds(stats->profiler_cpu_ns), 6),
                       "engine", stats->engine,
                       "ridden", (json_int_t)stats->ridden,
                       "stopped_s", text_rounded(seconds(counts->stopped_ns), 6),
                       "unstopped", (json_int_t)counts->unstopped,
                       "execs", (json_int_t)stats->execs,
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

/* What --blocking cost the target. */
static void write_stops(const struct stats *stats, FILE *stream)
{
    const struct sampler_counts *counts = &stats->counts;
    const double percent = stats->duration_ns
                               ? 100 * (double)counts->stopped_ns / (double)stats->duration_ns
                               : 0;

    fprintf(stream, "Stopped: the thread with the GIL for %.3f seconds (%.2f %% of the time)\n",
            seconds(counts->stopped_ns), percent);
    if (counts->unstopped)
        fprintf(stream, "Not stopped: in %" PRIu64 " of %" PRIu64 " rounds, as that took too long or it was "
                "traced by another\n", counts->unstopped, counts->rounds);
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
    if (isinf(stats->asked_rate_hz))
        fprintf(stream, "Rate: %.1f Hz, as fast as there could be\n", stats_rate_hz(stats));
    else
        fprintf(stream, "Rate: %.1f Hz of %.1f Hz asked\n", stats_rate_hz(stats),
                stats->asked_rate_hz);
    if (stats->slowed)
        fprintf(stream, "Slowed: less often than asked, to %skeep within the budget\n",
                stats->blocking ? "stop it for no more than half of the time, or to " : "");
    if ((stats->build & BUILD_DEBUG) != 0)
        fputs("Python: a debug build, in which each function is slower, by its own factor\n", stream);
    if (stats->ridden > 0)
        fprintf(stream, "Engine: %s, rode in %" PRIu64 " of %" PRIu64 " rounds\n", stats->engine,
                stats->ridden, counts->rounds);
    if (stats->execs > 0)
        fprintf(stream, "Followed: it became another program by exec, %" PRIu64 " time%s\n", stats->execs,
                stats->execs == 1 ? "" : "s");
    if (stats->blocking)
        write_stops(stats, stream);
    write_share(stream, "Failed:", counts->failed, wanted, "samples");
    write_share(stream, "Truncated:", counts->truncated, counts->samples, "samples");
    write_share(stream, "Missed:", counts->missed, counts->rounds + counts->missed, "rounds");
    if (counts->lost)
        fprintf(stream, "Lost: %" PRIu64 " samples and rounds, for they came faster than they were "
                "counted\n", counts->lost);
    if (stats->dropped)
        fprintf(stream, "Dropped: %" PRIu64 " samples, for there was no room to keep them\n",
                stats->dropped);
}
