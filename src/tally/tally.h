/*
 * tally - turns records into totals: per thread and function, over a window and since the start.
 *
 * It knows nothing of curses, of files, or of where records come from. What it has counted is read
 * by taking a picture of it (picture.h), never directly, so that a view can be frozen while the
 * tally goes on. One thread (the main one) feeds it and takes the pictures.
 *
 * Of several processes, functions of equal file, name and first line are one.
 *
 * Memory is bounded by `struct tally_limits`; what does not fit is counted in the picture as
 * `dropped`, and never silently. Threads that have ended and left the window make room for others:
 * then one thread, "‹ended›", has what all of them had used since the start.
 */
#ifndef TALLY_TALLY_H
#define TALLY_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "sample/record.h"

struct tally;

struct tally_limits {
    uint32_t functions; /* distinct functions kept by name */
    uint32_t threads;
    uint32_t pairs;     /* distinct (thread, function) pairs kept */
    uint64_t window_ns; /* the window: 1 s to 60 s */
};

extern const struct tally_limits TALLY_DEFAULTS; /* 65,536; 16,384; 262,144; 10 s */

/* An empty tally within these limits (clamped to what makes sense), freed with tally_free(); NULL
   when out of memory. */
struct tally *tally_new(const struct tally_limits *limits, struct error *error);
void tally_free(struct tally *tally);

/* Counts one record in. A record that record_check() refuses, or that names an unknown thread or
   function, is counted as dropped, a sample of several rounds as that many. */
void tally_feed(struct tally *tally, const void *record, size_t length);

/* Lets the window slide to `now_ns` though no record came (the target is stopped, or ended).
   After RECORD_END the window stands still: the last picture stays. */
void tally_advance(struct tally *tally, uint64_t now_ns);

/* Whether further processes may come: it has not ended then, though all that are known did. False at first. */
void tally_expect_more(struct tally *tally, bool expects_more);

/* Forgets all that was counted, keeps names and threads; "since start" begins at `now_ns`. */
void tally_reset(struct tally *tally, uint64_t now_ns);

#endif
