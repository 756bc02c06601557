/*
 * code - the code objects of a target, by address: which function each is, and its lines.
 *
 * A code object is read once and then known by its address. An address can be used again for another
 * code object, so what is known is compared with the target again before it is used: one just met each
 * time, one that was the same for a while after as long again, and after CODE_TRUST_NS at the latest. Functions are numbered by file, name and first line, so that code that is
 * made anew each time it is wanted stays one function.
 *
 * Owned and used by the sampler thread. Bounded: at CODE_OBJECTS_MAX, or CODE_RUN_BYTES_MAX of lines,
 * the code objects not compared for longest go; at CODE_FUNCTIONS_MAX functions, or
 * CODE_TEXT_BYTES_MAX of their names, further ones share one called `‹more›`.
 */
#ifndef PYTHON_CODE_H
#define PYTHON_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory/reader.h"
#include "python/layout.h"

#define CODE_OBJECTS_MAX 16384u
#define CODE_FUNCTIONS_MAX 65000u
#define CODE_RUN_BYTES_MAX (64u << 20)
#define CODE_TEXT_BYTES_MAX (32u << 20)
#define CODE_TRUST_NS 250000000ull

struct code_table;

/* A function as it is told on: number, name, file, first line. Lives as long as the table. */
struct code_function {
    uint32_t number;
    uint32_t first_line;
    const char *name;
    const char *file;
};

/* Called once for each function, before its number is first given out; false: it could not be told
   on now, and will be tried again before its next use. */
typedef bool code_announce(void *context, const struct code_function *function);

/* An empty table for a target of this layout, whose functions get numbers from `first_number` on;
   both pointers are kept. NULL: out of memory. */
struct code_table *code_table_new(struct reader *reader, const struct layout *layout,
                                  uint32_t first_number, code_announce *announce, void *context,
                                  struct error *error);
void code_table_free(struct code_table *table);

/* Not a function of the program's: a frame that the interpreter puts in for itself, which tracebacks
   do not show either: the shim that cleans up after __init__ (_Py_InitCleanup, Python/specialize.c, 3.12
   on), or an entry frame that is not marked as one yet. Such code has no lines. */
#define CODE_HIDDEN UINT32_MAX

/* Where a frame stands. */
struct code_place {
    uint32_t function; /* or CODE_HIDDEN */
    uint32_t line; /* 0: not known */
    uint64_t until_ns; /* when the code object has to be looked at again */
};

enum code_result {
    CODE_FOUND,
    CODE_BAD,    /* there is no code object that makes sense: whatever led to it was wrong */
    CODE_UNTOLD, /* the function could not be announced now */
};

/* The function of the code object at `code` and the line of the instruction at `instruction` in it (null:
   the line is not known). */
enum code_result code_find(struct code_table *table, remote_addr code, remote_addr instruction,
                           uint64_t now_ns, struct code_place *place);

#endif
