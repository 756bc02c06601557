/*
 * history - what rounds tell of a process over the last minute, tenth by tenth of a second.
 *
 * From these tenths come the whole seconds of the picture's history, and its `now`. One per
 * process, owned by the tally; one thread.
 */
#ifndef TALLY_HISTORY_H
#define TALLY_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "sample/record.h"
#include "tally/picture.h"

#define HISTORY_TENTHS (10u * (PICTURE_HISTORY + 1)) /* the second under way is one more */

struct history_tenth {
    double wall_ns; /* what rounds covered of it */
    double cpu_ns, gil_ns, gc_ns;
    double rounds;
    double square_ns2; /* the sum of the squares of the times that each of them stands for */
};

/* Zeroed, it is an empty one. */
struct history {
    struct history_tenth tenths[HISTORY_TENTHS]; /* by number modulo theirs */
    uint64_t newest;       /* number: the time divided by a tenth of a second */
    uint64_t first_ns;     /* when the first round began */
    uint64_t last_ns;      /* when the last one ended, */
    uint64_t apart_ns;     /* and how long after the one before */
    uint64_t cpu_known_ns; /* when the last one with CPU time did */
    bool begun;
};

/* What a record that stands for `rounds` adds to the squares of their times. */
static inline double history_square_ns2(const struct record_round *round, uint64_t rounds)
{
    return (double)round->wall_ns * (double)round->wall_ns / (double)rounds;
}

/* Counts a round record in, which stands for `rounds` of them. */
void history_count(struct history *history, const struct record_round *round, uint64_t rounds);

/* What is told of it as of `now_ns`. */
struct history_told {
    struct picture_second now;
    double rate_hz;
    struct picture_history seconds;
};
void history_tell(const struct history *history, uint64_t now_ns, struct history_told *told);

/* The sum of the tenths from the one at `from_ns` on. */
struct history_tenth history_since(const struct history *history, uint64_t from_ns);

#endif
