/*
 * stats - what a run of the sampler came to: as one JSON object, and as closing lines for a person.
 *
 * The functions write to a stream and leave its errors in it; any thread.
 */
#ifndef EXPORT_STATS_H
#define EXPORT_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "sample/record.h"
#include "tally/picture.h"

struct stats {
    struct sampler_counts counts;
    size_t processes;     /* that were sampled, one after the other too */
    uint64_t duration_ns; /* of sampling */
    uint64_t away_ns;     /* of it, the time in which nobody looked (tally/absences.h) */
    uint64_t watched_ns;  /* of all processes together: how long each one was sampled; 0: not known */
    double asked_rate_hz; /* infinite: as fast as there can be */
    uint64_t profiler_cpu_ns; /* CPU time this program used meanwhile, all of its threads */
    uint64_t dropped;         /* samples or records that found no room after the ring */
    uint32_t version_hex;     /* of the target's Python, */
    uint16_t build;           /* and how that is built: enum record_build */
    const char *engine;       /* how it was to be read: auto, remote, ride or blocking */
    uint32_t reasons;         /* why it was read as it was: a bit for each enum engine_reason */
    struct picture_shares shares; /* what its threads did */
    uint64_t ridden;          /* rounds in which it was read from the target's CPU */
    uint64_t slowed;          /* rounds that came less often than asked for, as more would have cost too much */
    uint64_t execs;           /* how often it became another program, which was followed */
    bool blocking;            /* the thread with the GIL was stopped for each read */
};

/* The rounds that really happened, per second and process, while it was watched; 0 when no time went by. */
double stats_rate_hz(const struct stats *stats);

/* One object on one line: rounds, samples, failed, truncated, cut, retried, missed, lost, dropped, processes,
   duration_s, away_s, rate_hz, asked_rate_hz (null: as fast as there can be), profiler_cpu_s, engine, engine_reasons (a
   list of words), ridden, slowed, stopped_s, unstopped, unlisted, unnamed, execs, shares (of
   the time of all threads: has_gil, wait_gil, running, idle, on_cpu, gc), python, free_threaded, debug. False: out of
   memory. */
bool stats_write_json(const struct stats *stats, FILE *stream, struct error *error);

/* `Captured N samples in S seconds`, for how long of that nobody looked, then the rate, in how many rounds it was less
   than asked for and why, that it was a debug build, the engine and why it read so, for how long threads were stopped, of
   the time in which they were watched, threads that were not read, functions that were not named, what failed, was truncated, cut and missed, and what
   was lost or dropped if anything was. */
void stats_write_summary(const struct stats *stats, FILE *stream);

#endif
