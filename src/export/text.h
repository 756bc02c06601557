/*
 * text - the small texts that every file format needs: widths, versions, times, states.
 *
 * All functions may be called from any thread.
 */
#ifndef EXPORT_TEXT_H
#define EXPORT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "sample/record.h"

#define TEXT_CUT "‹cut›" /* stands for the root side of a stack too deep to be kept whole */

#define TEXT_VERSION_SIZE 24 /* bytes for text_python_version() */
#define TEXT_TIME_SIZE 32    /* bytes for text_time() */

/* The columns that UTF-8 `text` takes on a terminal; 1 for what the locale knows no width of. */
size_t text_width(const char *text);

/* A number rounded to so many decimals, for a file to show no digits that mean nothing. */
double text_rounded(double value, int decimals);

/* The last part of a path: what follows its last slash. */
const char *text_base_name(const char *path);

/* Sets the error of a process that has no such thread; always false. */
bool text_no_thread(int32_t pid, int32_t tid, struct error *error);

/* PY_VERSION_HEX as Python writes it: "3.13.5", "3.15.0a7". */
void text_python_version(char out[TEXT_VERSION_SIZE], uint32_t version_hex);

/* What is to be said behind a version: " free-threading build", as Python calls it, " debug build", or
   " free-threading debug build", by enum record_build; and of one that is not known, and is taken to be made like
   `read_as` (major << 8 | minor; 0: it is known), " read as 3.15, by what it tells of itself". Or "". */
#define TEXT_BUILD_SIZE 96
void text_build(char out[TEXT_BUILD_SIZE], uint16_t read_as, uint16_t build);

/* A moment of clock.h's clock as local time, ISO 8601 with the zone: 2026-01-02T13:04:05+01:00;
   or, for the name of a file, 20260102-130405. A moment still to come counts as now. */
void text_time(char out[TEXT_TIME_SIZE], uint64_t time_ns);
void text_time_for_name(char out[TEXT_TIME_SIZE], uint64_t time_ns);

/* One word for a thread's state, "has-gil"; and in a sentence, "has the GIL". */
const char *text_state_word(enum thread_state state);
const char *text_state_phrase(enum thread_state state, bool has_gil);

#endif
