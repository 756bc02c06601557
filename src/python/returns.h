/*
 * returns - the code units of a function that end a call.
 *
 * To 3.13 a frame whose call ended keeps its bytes until another one takes its place, with the mark of one that waits;
 * only its instruction shows that it does not: it is the one that ended the call. A caller that stands on such a one was
 * called again since, and ended again, so its line tells nothing of the moment in between (walk.h). From 3.14 on such a
 * frame has no code, and to 3.10 it lost its mark: there are no returns then.
 *
 * In 3.11 and 3.12 an instruction can be in the cache behind a call that is made, of which one in some hundred units looks
 * like a return: then a line that could be told is not.
 *
 * Plain data inside a code object (code.c); the sampler thread alone uses it.
 */
#ifndef PYTHON_RETURNS_H
#define PYTHON_RETURNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "python/layout.h"

struct returns {
    unsigned char *bits; /* one for each unit; NULL: there are none */
    uint32_t units;
};

/* Whether this version is one of those that need them. */
bool returns_are_needed(const struct layout *layout);

/* Takes note of which of these `units` code units of LAYOUT_UNIT_BYTES each end a call, instead of those noted before. False:
   out of memory. */
bool returns_note(struct returns *returns, const struct layout *layout, const unsigned char *code, uint32_t units);
void returns_free(struct returns *returns);

bool returns_has(const struct returns *returns, uint64_t unit);

/* The memory it takes, in bytes. */
size_t returns_bytes(const struct returns *returns);

#endif
