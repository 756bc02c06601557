/*
 * target - one process under the profiler: its runtime, its threads, and a round over all of them.
 *
 * Owns what is open of the process. Made by any thread, then used by one, the sampler's. Allocates
 * when a thread or function is new, or a stack deeper than any before.
 */
#ifndef SAMPLE_TARGET_H
#define SAMPLE_TARGET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "sample/blocking.h"
#include "sample/engine.h"
#include "sample/record.h"
#include "sample/sink.h"

struct target;

/* How a target is sampled. */
struct target_options {
    struct engine_options engine;
    bool no_gc;          /* no frames for the collector */
    bool native_markers; /* a frame for C code between Python functions */
    const char *needs_gil; /* the option that makes no sense where there is no GIL; NULL: none was given */
    bool awaited;        /* it was started just now, and is waited for until it is a Python */
    bool blocking;       /* the thread that has the GIL is stopped while it is read; the engine is remote then */
};

/* Attaches to process `pid`, which records call `process`. The sink is kept. NULL with the reason when
   it is not there, not to be read, not to be stopped though it should be, no Python, of a version not
   served, or without a GIL where one is needed. */
struct target *target_new(pid_t pid, uint16_t process, const struct target_options *options,
                          struct sink *sink, struct error *error);
void target_free(struct target *target);

/* How far apart its rounds are to be. */
uint64_t target_interval_ns(const struct target *target);

/* Whether its process became another program, that is no Python as yet. */
bool target_has_no_program(const struct target *target);

/* Whether its rounds are less often than it wants, as they would cost this program too much. */
void target_set_slowed(struct target *target, bool slowed);

/* Whether there is no other target beside it. */
void target_set_alone(struct target *target, bool alone);

/* How many rounds are wanted in each such interval: more than 1 where they are to come faster than single
   readings; 0: as many as there can be. */
uint32_t target_rounds_wanted(const struct target *target);

/* PY_VERSION_HEX. */
uint32_t target_version(const struct target *target);

/* The version that its own is taken to be made like; 0: its own is known (runtime_read_as()). */
uint16_t target_read_as(const struct target *target);

/* Looks at every thread once and puts the records of it. `counts` is added to, but for the first of
   .rounds and .missed, which are the clock's. False when the target ended, with the reason; target_end() is
   due then. */
bool target_round(struct target *target, struct sampler_counts *counts, struct error *error);

/* Counts nothing of the last `away_ns`, in which nobody looked. */
void target_skip(struct target *target, uint64_t away_ns);

/* Looks after a thread that was to be stopped and did not stop in time: lets it go if it stands by now.
   True while it does not; call it each millisecond then. What it cost is added to `counts`. */
bool target_tend(struct target *target, struct sampler_counts *counts);

/* What blocks it: what target_tend() looked after, blocking_tend() goes on to when the target is freed. */
struct blocking target_blocking(const struct target *target);

/* Takes over what another target left, if that was of the same process (blocking_take_over()). */
void target_take_over(struct target *target, struct blocking *left);

/* Puts the samples that are still held back. */
void target_flush(struct target *target, struct sampler_counts *counts);

/* Puts what is still held back, and RECORD_END for `reason`; false when there was no room for that, to
   be tried again. */
bool target_end(struct target *target, const struct error *reason, struct sampler_counts *counts);

#endif
