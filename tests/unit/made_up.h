/*
 * made_up - a Python's memory made up for a test: a thread state, a data stack, a C stack and a heap,
 * in the layout of a version; and a reader of it that lets the test change it between two pieces of
 * one gather, as a target that runs would.
 */
#ifndef TESTS_UNIT_MADE_UP_H
#define TESTS_UNIT_MADE_UP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory/reader.h"
#include "python/layout.h"

/* Where things are. All else up to MADE_UP_END is zero, and what is beyond cannot be read. */
#define MADE_UP_BASE UINT64_C(0x7f0000000000)
#define MADE_UP_THREAD (MADE_UP_BASE + 0x1000)
#define MADE_UP_CODES (MADE_UP_BASE + 0x4000)
#define MADE_UP_CHUNK (MADE_UP_BASE + 0x8000)
#define MADE_UP_SECOND_CHUNK (MADE_UP_BASE + 0xc000)
#define MADE_UP_C_STACK (MADE_UP_BASE + 0x10000)
#define MADE_UP_HEAP (MADE_UP_BASE + 0x20000)
#define MADE_UP_BYTES 0x300000u
#define MADE_UP_END (MADE_UP_BASE + MADE_UP_BYTES)

struct made_up;

/* Called before a piece is read. */
typedef void made_up_hook(struct made_up *made_up, const struct piece *piece);

struct made_up {
    struct reader reader;
    struct layout layout;
    made_up_hook *hook;       /* NULL: none */
    unsigned calls;           /* gathers so far */
    int fail_with;            /* errno of every read; 0: none fails */
    struct reader_foresight *foresight; /* of what the next gather reads as well; NULL: nothing. It takes */
    uint64_t foreseen_ns;               /* so long */
    uint64_t top;             /* the frame put last; 0: none */
    uint64_t next_slot;       /* where on the data stack the next frame goes */
    unsigned char bytes[MADE_UP_BYTES];
};

/* An empty memory of version 0x0308 (3.8) to 0x030f (3.15), with a thread state that runs no Python and
   a data stack of one chunk of MADE_UP_CHUNK; to 3.10 frames are objects, which are put there as well. */
#define MADE_UP_FIRST 0x0308u
#define MADE_UP_LAST 0x030fu
struct made_up *made_up_new(uint32_t version);
void made_up_free(struct made_up *made_up);

unsigned char *made_up_at(struct made_up *made_up, uint64_t address);
void made_up_word(struct made_up *made_up, uint64_t address, uint64_t word);

/* Bytes from one frame put on the data stack to the next. */
#define MADE_UP_FRAME_BYTES 128u

/* The code object of a frame, by number. No memory belongs to it, unless it is put there. */
#define MADE_UP_CODE(number) (MADE_UP_CODES + 16u * (number))

/* Puts a frame at `address` that runs; `previous` may be 0, else it waits from now on (but as an object, which
   bears its mark as long as its call goes on). */
void made_up_frame(struct made_up *made_up, uint64_t address, uint64_t code, uint64_t previous,
                   enum frame_owner owner);

/* Marks a frame as one that runs, or that waits or has ended, in a version that has such a mark. */
void made_up_mark(struct made_up *made_up, uint64_t address, bool runs);

/* Puts what stands below the first frame of the thread, then a frame on the data stack for each of
   `count` codes, and lets the thread state name the last one. */
void made_up_stack(struct made_up *made_up, const uint64_t *codes, size_t count);

/* Puts a str of printable ASCII. */
void made_up_text(struct made_up *made_up, uint64_t address, const char *text);

/* Puts a code object of `units` code units and what it needs within MADE_UP_CODE_BYTES from `address`
   on: a function of this name in file.py, from `first_line` on, all of whose instructions are on
   that line. */
#define MADE_UP_CODE_BYTES 512u
void made_up_code(struct made_up *made_up, uint64_t address, const char *name, uint32_t first_line,
                  uint32_t units);

/* Calls one more function. */
void made_up_push(struct made_up *made_up, uint64_t code);

/* Puts the _PyCFrame (3.11, 3.12) of another loop of the interpreter, which runs `frame` and was entered
   from that of the one at `previous`, and lets the thread state name it. The first one is at
   MADE_UP_C_STACK. */
void made_up_cframe(struct made_up *made_up, uint64_t address, uint64_t frame, uint64_t previous);

/* A layout in which all that is read of the runtime and its interpreters stands side by side, a word each: the next
   interpreter, its id, its threads and, where it has its own, its GIL. */
void made_up_narrow(struct layout *layout);

/* Lets the thread state name another top, and the data stack end behind it. */
void made_up_set_top(struct made_up *made_up, uint64_t frame, uint64_t used_up_to);

#endif
