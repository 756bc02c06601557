/*
 * sampler - the thread that owns the clock: a round over every target, again and again at the asked
 * rate, until it is stopped. Targets may come and go meanwhile; without one it waits.
 *
 * The clock is jittered, each interval any from half to one and a half times as long as asked for, so that a target with a
 * period near the sampler's is not always met in the same place. A round that comes late is not made up for: those whose
 * interval went by are counted as missed.
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

/* A sampler without targets, not running yet; NULL: out of memory. `budget`: of one CPU's time, that this
   program may take, where rounds as often as asked for would take more; 0: whatever they do. */
struct sampler *sampler_new(double budget, struct error *error);

/* What a target sits on: valid until sampler_free(), also when the target ended. */
struct sampler_seat;

/* Hands a target over, which belongs to the sampler from here on, also when it gives NULL for lack of memory.
   It is looked at from the next round on. Any thread, also while the sampler runs. */
struct sampler_seat *sampler_add(struct sampler *sampler, struct target *target, struct error *error);

/* Ends the sampling of a target before the next round: RECORD_END follows. Any thread; safe when it
   has ended. */
void sampler_leave(struct sampler *sampler, struct sampler_seat *seat);

/* Whether the target ended because its process became another program, which was no Python for too long. Any thread. */
bool sampler_lost_program(const struct sampler_seat *seat);

/* Starts its thread, once. */
bool sampler_start(struct sampler *sampler, struct error *error);

/* Lets its thread come to rest between two rounds, until sampler_resume(): no thread of a target is
   stopped then. Does not wait for longer than half a second or so, as for sampler_stop(); for a thread that
   waits for a CPU to stop, and to be let go, for some seconds. */
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
