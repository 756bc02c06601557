/*
 * code_lines - the lines of one code object: which one an instruction is of, and whether it ends the call.
 *
 * Read once, from its location table (lines.h) and its instructions (returns.h), into room that all code objects share;
 * what is kept takes no more than it needs.
 *
 * Plain data inside a code object (code.c), which also says that its code object is still the one that they were read
 * of. The sampler thread alone uses it.
 */
#ifndef PYTHON_CODE_LINES_H
#define PYTHON_CODE_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory/reader.h"
#include "python/layout.h"
#include "python/lines.h"
#include "python/returns.h"

/* What makes a code object the one it was: if these are equal, so is all that we took from it. Addresses but for the
   numbers. */
struct code_identity {
    uint64_t file, name, line_table;
    uint64_t bytecode; /* to 3.10, where it is an object of its own; 0 from 3.11 on */
    uint32_t first_line;
    uint32_t unit_count; /* from 3.11 on; 0 before */
};

#define CODE_TABLE_BEGIN_BYTES 48u

struct code_lines {
    struct line_run *runs;
    uint32_t run_count;
    uint32_t known_units; /* that the runs are for */
    bool has_any;         /* any run has a line */
    struct returns returns;
    uint64_t table_bytes; /* of the location table, */
    unsigned char table_begin[CODE_TABLE_BEGIN_BYTES]; /* and how it begins */
    size_t table_begin_bytes;
};

/* Room to read into; NULL: out of memory. */
struct code_lines_room;
struct code_lines_room *code_lines_room_new(void);
void code_lines_room_free(struct code_lines_room *room);

/* Reads those of the code object at `code`, instead of what was there. False: it cannot be read, or memory is out; what there
   is then is of no use but to be freed. */
bool code_lines_read(struct code_lines *lines, struct code_lines_room *room, struct reader *reader,
                     const struct layout *layout, remote_addr code, const struct code_identity *identity);
void code_lines_free(struct code_lines *lines);

/* The memory they take, in bytes. */
size_t code_lines_bytes(const struct code_lines *lines);

/* The line of an instruction of the code object at `code`; 0: it is not known. Reads nothing, but for an instruction in a
   thread's own copy of the code (free-threaded builds). */
uint32_t code_lines_find(const struct code_lines *lines, struct reader *reader, const struct layout *layout,
                         remote_addr code, const struct code_identity *identity, remote_addr instruction);

/* Whether the instruction is one that ends the call. */
bool code_lines_end(const struct code_lines *lines, const struct layout *layout, remote_addr code,
                    remote_addr instruction);

#endif
