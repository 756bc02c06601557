/*
 * lines - from an instruction to a line: the line table of a code object, read once into runs.
 *
 * It comes in three forms (enum line_form, layout.h): pairs of steps, whose last line goes on to the end of
 * the code (3.8 and 3.9), and pairs of a length and a step (3.10), both told in Objects/lnotab_notes.txt; and
 * the location table of Objects/locations.md (3.11 and 3.12) and InternalDocs/code_objects.md (3.13 on).
 */
#ifndef PYTHON_LINES_H
#define PYTHON_LINES_H

#include <stddef.h>
#include <stdint.h>

#include "python/layout.h"

/* From code unit `unit` on, up to the next run's, the line is `line`; 0: none. */
struct line_run {
    uint32_t unit;
    uint32_t line;
};

/* Reads `length` bytes of a table of a function that begins at `first_line` into at most `room` runs,
   ascending, neighbours of one line merged. Gives their number, and in `units` how many code units they
   are for (as many as there can be where the form does not tell the end): those behind are not known, as a
   table that is malformed ends where it stops making sense, and one with more runs than there is room for
   where that is full. Any thread. */
size_t lines_read(enum line_form form, const unsigned char *table, size_t length, uint32_t first_line,
                  struct line_run *into, size_t room, uint32_t *units);

/* The line of `unit`, which has to be among those the runs are for; 0 when it has none. */
uint32_t lines_find(const struct line_run *runs, size_t count, uint32_t unit);

#endif
