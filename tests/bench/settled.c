/*
 * settled - what `auto` truncates once it has decided: samples a process, and counts after the first two seconds.
 *
 *     settled PID RATE SECONDS
 *
 * Prints a line: samples, of these truncated, failed, rounds, of these ridden.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "session.h"

enum { PUMP_EVERY_MS = 20 };

#define SETTLES_NS (2 * NS_PER_S)

struct counted {
    uint64_t from_ns;            /* counted since then */
    struct sampler_counts first; /* up to then, */
    struct sampler_counts last;  /* and up to the end */
    uint64_t ridden;
};

static void count_record(void *context, const void *record, size_t length)
{
    struct counted *counted = context;
    const struct record_round *round = record;

    (void)length;
    if (round->header.kind != RECORD_ROUND)
        return;
    if (round->time_ns >= counted->from_ns)
        counted->ridden += round->riding == RECORD_RODE ? round->counts.rounds - counted->last.rounds : 0;
    else
        counted->first = round->counts;
    counted->last = round->counts;
}

/* For so long, or until the process ends. */
static void pump_until(struct session *session, uint64_t end_ns, struct counted *counted)
{
    const struct timespec pause = {0, PUMP_EVERY_MS * (long)NS_PER_MS};

    while (clock_now_ns() < end_ns && !session_ended(session)) {
        session_pump(session, SIZE_MAX, count_record, counted);
        nanosleep(&pause, NULL);
    }
    session_stop(session, count_record, counted);
}

int main(int argc, char *argv[])
{
    struct session_options options = {
        .target.engine = {.kind = ENGINE_AUTO, .budget = ENGINE_RIDE_PERCENT / 100.0},
    };
    struct counted counted = {0};
    struct session *session;
    struct error error;

    if (argc != 4 || atof(argv[2]) <= 0) {
        fprintf(stderr, "usage: settled PID RATE SECONDS\n");
        return 2;
    }
    options.target.engine.interval_ns = (uint64_t)((double)NS_PER_S / atof(argv[2]));
    session = session_new(&options, &error);
    if (session == NULL || session_add(session, (pid_t)atoi(argv[1]), 0, &error) == NULL ||
        !session_start(session, &error)) {
        fprintf(stderr, "settled: %s\n", error.text);
        return 1;
    }
    counted.from_ns = clock_now_ns() + SETTLES_NS;
    pump_until(session, counted.from_ns + (uint64_t)(atof(argv[3]) * (double)NS_PER_S), &counted);
    printf("%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", counted.last.samples - counted.first.samples,
           counted.last.truncated - counted.first.truncated, counted.last.failed - counted.first.failed,
           counted.last.rounds - counted.first.rounds, counted.ridden);
    session_free(session);
    return 0;
}
