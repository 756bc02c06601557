/*
 * sampler - the thread that owns the clock: a round over every target, again and again at the asked
 * rate, until it is stopped or the last target ended.
 *
 * The clock is jittered, each round somewhere in its own interval, so that a target with a period near
 * the sampler's is not always met in the same place. A round that comes late is not made up for: those
 * whose interval went by are counted as missed.
 */
#ifndef SAMPLE_SAMPLER_H
#define SAMPLE_SAMPLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "sample/sink.h"
#include "sample/target.h"

struct sampler;

/* A sampler, not running yet, over `count` targets (at least 1), which it owns from here on, also when
   it gives NULL for lack of memory. `budget`: of one CPU's time, that this program may take, where rounds
   as often as asked for would take more; 0: whatever they do. */
struct sampler *sampler_new(struct target **targets, size_t count, double budget,
                            struct error *error);

/* Starts its thread, once. */
bool sampler_start(struct sampler *sampler, struct error *error);

/* Lets its thread come to rest between two rounds, until sampler_resume(): no thread of a target is
   stopped then. Does not wait for longer than half a second or so, as for sampler_stop(). */
void sampler_pause(struct sampler *sampler);
void sampler_resume(struct sampler *sampler);

/* Asks its thread to end soon, and does not wait for that. */
void sampler_ask_stop(struct sampler *sampler);

/* Asks the thread to end and waits until it did: it puts what is held back and a RECORD_END for
   each target that is still there. False when it did not end in seconds, as a target can hold up who
   reads its memory (userfaultfd(2), or a file system of its own): the thread then still uses the
   targets and their sink, until the program ends. Safe to call twice, or when it was not started. */
bool sampler_stop(struct sampler *sampler);

/* One round in the calling thread, without a clock, with nothing held back. Not while the thread runs.
   False when no target is left, with the reason of the last one's end. */
bool sampler_look(struct sampler *sampler, struct error *error);

/* Frees all but what a thread that could not be stopped still uses. */
void sampler_free(struct sampler *sampler);

#endif
