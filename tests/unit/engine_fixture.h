/*
 * engine_fixture - an engine, and rounds of it at times that the test gives.
 */
#ifndef TESTS_ENGINE_FIXTURE_H
#define TESTS_ENGINE_FIXTURE_H

#include <stdint.h>

#include "sample/engine.h"

enum { INTERVAL_NS = 1000000 };

extern struct engine engine;
extern uint64_t now_ns; /* of the last round */

/* An engine that has made no round, at INTERVAL_NS, with the usual budget. */
void begin(enum engine_kind kind);

/* Rounds of one sample each, every so many of which is truncated (0: none). */
void rounds(unsigned count, unsigned truncated_every);

#endif
