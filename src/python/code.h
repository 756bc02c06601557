/*
 * code - the code objects of a target, by address: which function each is, and its lines.
 *
 * A code object is read once and then known by its address. An address is used again for another code
 * object, in programs that make functions as they run all the time. But while a frame runs it, a code
 * object stays: so what identifies it is read again together with a stack, within the time in which that
 * is proven (code_pieces(), code_see()). One that was seen as the same often and for long is trusted to
 * stay for CODE_TRUST_NS each time, and for CODE_TRUST_IN_CHANGE_NS in a program in which an address became another
 * code object's lately, where that takes more; all others are seen with each stack. Functions are numbered by
 * file, name and first line, so that code that is made anew each time it is wanted stays one function.
 *
 * Owned and used by the sampler thread. Bounded: at CODE_OBJECTS_MAX, or CODE_LINE_BYTES_MAX of lines,
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
#define CODE_LINE_BYTES_MAX (64u << 20)
#define CODE_TEXT_BYTES_MAX (32u << 20)
#define CODE_TRUST_NS 250000000ull
#define CODE_TRUST_IN_CHANGE_NS 25000000ull

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

/* The number that its next function would get. */
uint32_t code_table_next_number(const struct code_table *table);

/* How many code objects were read that share the name `‹more›`, each time that one was. */
uint64_t code_table_unnamed(const struct code_table *table);

/* Not a function of the program's: a frame that the interpreter puts in for itself, which tracebacks
   do not show either: the shim that cleans up after __init__ (_Py_InitCleanup, Python/specialize.c, 3.12
   on), or an entry frame that is not marked as one yet. Such code has no lines. */
#define CODE_HIDDEN UINT32_MAX

/* Where a frame stands. */
struct code_place {
    uint32_t function; /* or CODE_HIDDEN */
    uint32_t line; /* 0: not known */
    uint64_t until_ns; /* up to when it need not be seen; 0: this holds for this stack only */
    bool has_ended;    /* the instruction is one that ended the call: no caller stands there (returns.h) */
};

/* What identifies the code object at `code`: to be read together with a stack, one piece after the other,
   CODE_SEEN_BYTES_MAX in all at most; the first code_pieces_ahead() of them in front of the stack as well. Gives their
   number: fewer of one that is known well. */
#define CODE_PIECES 4u
#define CODE_SEEN_BYTES_MAX 2048u
size_t code_pieces(const struct code_table *table, remote_addr code,
                   struct piece pieces[CODE_PIECES]);

/* How many of the pieces tell a code object from another that comes to be in its place: its head, which has a version from
   3.12 on; before, its name as well, as all else may be equal. */
#define CODE_AHEAD_MAX 2u
size_t code_pieces_ahead(const struct code_table *table);

/* Another stack is looked at from here on: what was seen with the one before was so then. */
void code_next_stack(struct code_table *table);

/* What was read of the pieces together with a stack. */
struct code_sight {
    const struct piece *pieces;
    size_t count;
    const unsigned char *ahead; /* those ahead, as they were in front of the stack */
    const unsigned char *bytes;
    uint64_t took_ns;           /* all of this, and what was read in the same call, while the program ran; 0: it stood still */
};

/* Takes note of it. True when it proves that the code object at `code` is the one that is known, and was the same all the
   while; else it has to be seen once more. */
bool code_see(struct code_table *table, remote_addr code, const struct code_sight *sight, uint64_t now_ns);

/* Forgets what is known of the code object at `code`, as what it had cannot be read any more. */
void code_forget(struct code_table *table, remote_addr code);

enum code_result {
    CODE_FOUND,
    CODE_UNSEEN, /* it has to be seen first */
    CODE_UNTOLD, /* the function could not be announced now */
};

/* The function of the code object at `code` and the line of the instruction at `instruction` in it (null:
   the line is not known). Reads nothing, but for an instruction in a thread's own copy of the code (free-threaded
   builds). */
enum code_result code_find(struct code_table *table, remote_addr code, remote_addr instruction,
                           uint64_t now_ns, struct code_place *place);

#endif
