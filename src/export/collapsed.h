/*
 * collapsed - counts equal stacks and writes a line for each, as flame graph programs read them.
 *
 * A line is Tachyon's (Lib/profiling/sampling/stack_collector.py of CPython 3.15), root first:
 * `tid:TID;file.py:function:line;… COUNT`, file without its directory, the most frequent stack
 * first. A stack whose leaf side could not be proven ends in `‹moving›`, one that runs the
 * collector has `‹gc›` in it; one whose root side is missing has `‹cut›` after the thread. In names `;`
 * becomes `,`. Samples of threads that run no Python code make no line.
 *
 * Where there is more than one process, a line begins with `pid:PID;`.
 *
 * COUNT is time, in samples of average length, rounded when written: rounds are not equally long. What was seen has a line,
 * of COUNT 1 at least. Of a mode other than wall only what belongs to it counts: the time of samples that have the GIL, or an
 * exception. Of the mode cpu it is the time spent on a CPU; there, what rounding leaves of a line is the next one's, so that
 * all COUNTs add up to that time within half a sample and none is wrong by one, and a line whose COUNT comes to 0 is left
 * out.
 *
 * Memory is bounded; a sample whose stack finds no room is counted as dropped. One thread uses it.
 */
#ifndef EXPORT_COLLAPSED_H
#define EXPORT_COLLAPSED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "tally/picture.h"

#define COLLAPSED_BYTES_MAX ((size_t)256 << 20) /* a bound that serves most */

struct collapsed;

/* Without stacks yet, for one mode and one thread (0: all), with at most `bytes_max` of stacks
   besides 262,144 names of functions and of threads; freed with collapsed_free(), which takes NULL.
   NULL: out of memory. */
struct collapsed *collapsed_new(enum tally_mode mode, int32_t tid, size_t bytes_max,
                                struct error *error);
void collapsed_free(struct collapsed *collapsed);

/* Counts one record in. A record that record_check() refuses, or that names an unknown thread or
   function, is counted as dropped. */
void collapsed_feed(struct collapsed *collapsed, const void *record, size_t length);

/* Samples dropped so far, for want of room or of a definition, and records that were no records. */
uint64_t collapsed_dropped(const struct collapsed *collapsed);

/* Writes all lines. False: out of memory, or ERROR_NO_PROCESS where no thread had the id asked for. Errors of writing are
   left in `stream`. */
bool collapsed_write(const struct collapsed *collapsed, FILE *stream, struct error *error);

#endif
