/*
 * state - what a tally is made of; for the files of this folder only.
 */
#ifndef TALLY_STATE_H
#define TALLY_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "sample/record.h"
#include "tally/absences.h"
#include "tally/functions.h"
#include "tally/pairs.h"
#include "tally/processes.h"
#include "tally/tally.h"
#include "tally/threads.h"
#include "tally/window.h"

struct tally {
    struct tally_limits limits;
    struct processes processes;
    struct functions functions;
    struct threads threads;
    struct pairs pairs;
    struct window window;
    bool expects_more;   /* see tally_expect_more() */
    bool begun;          /* `started_ns` is known: something with a time has come */
    uint64_t started_ns; /* of the counting */
    uint64_t now_ns;     /* the latest time heard of */
    struct absences absences; /* since the start */
    uint64_t dropped;
    uint64_t folded; /* the bucket in which tally_fold() was last tried; UINT64_MAX: never */
    uint32_t stack[RECORD_DEPTH_MAX + 1]; /* the pairs of the sample at hand, each once */
};

/* Moves the tally on to `time_ns`, of something that took `wall_ns` until then. */
void tally_move_on(struct tally *tally, uint64_t time_ns, uint64_t wall_ns);

/* Whether all processes have ended, and no more is expected. */
bool tally_has_ended(const struct tally *tally);

/* Counts a sample that record_check() let pass; false: it had to be dropped, and left no trace. */
bool tally_count_sample(struct tally *tally, const struct record_sample *sample);

/* Makes room where threads come and go: of each process, the threads that have ended and left the
   window become one thread, "‹ended›", which has the sum of their times. False: there is nothing
   that could be folded now. */
bool tally_fold(struct tally *tally);

#endif
