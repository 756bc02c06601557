/*
 * naming - turns the frames of one thread's proven stacks into functions and lines.
 *
 * What was found for a frame serves again as long as the same stands in its place. A code object that is
 * not well known has to be seen together with the stack (code.h): which ones that are is kept here, from
 * the stack on which one was met to the next. Plain data inside a target's thread; the sampler thread alone
 * uses it.
 */
#ifndef SAMPLE_NAMING_H
#define SAMPLE_NAMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "python/code.h"
#include "sample/gc.h"
#include "sample/record.h"
#include "sample/walk.h"

/* The code objects that are to be seen with the next stack, as they are not known well. */
#define SEEING_MAX (WALK_AHEAD_MAX / CODE_AHEAD_MAX)
struct seeing {
    remote_addr codes[SEEING_MAX];
    uint8_t unused[SEEING_MAX]; /* for how many stacks it was on none */
    uint8_t pieces[SEEING_MAX]; /* what is read of it now; 0: nothing */
    size_t count;
};

/* A frame as it was found last in its place on the stack, so that what did not change is not looked
   up again. */
struct frame_memo {
    struct walk_frame frame;
    struct record_frame record;
    uint64_t until_ns; /* how long that is good for */
};

struct naming {
    struct seeing seeing;
    struct frame_memo *memo; /* by distance from the root: RECORD_DEPTH_MAX */
    uint64_t serial;         /* of the stack that was kept and named last (walk.h), 0: there is none; */
    size_t same;             /* and how many frames at the root were the same in all that were named since */
    uint64_t until_ns;       /* how long all names of the last one are good for */
    size_t kept;             /* how many frames at its root had theirs from the one before */
    uint64_t put_serial;     /* the same of the one put last, frame by frame, */
    size_t put_depth;        /* and how many these were */
};

/* False: out of memory. */
bool naming_init(struct naming *naming);
void naming_free(struct naming *naming);

/* Before a thread's stack is read for another sample: forgets the code objects that were on none lately. */
void naming_begin(struct naming *naming);

/* Adds what is to be seen with the next stack, as far as there is room. */
void naming_add_extra(struct naming *naming, const struct code_table *codes,
                      struct walk_extra *extra);

/* Takes note of what was read of it with this stack, if anything was: the pieces from extra->pieces[first] on; `runs` tells
   that the thread may have run meanwhile. */
void naming_see(const struct naming *naming, struct code_table *codes,
                const struct walk_extra *extra, size_t first, const struct walk_stack *stack,
                bool runs, uint64_t now_ns);

/* One of these code objects is gone, or what it had is: all of them are found anew. */
void naming_forget(struct naming *naming, struct code_table *codes);

/* From which frame on the names of a stack are still those that it was given before; stack->depth: there are none. */
size_t naming_fresh(const struct naming *naming, const struct walk_stack *stack, uint64_t now_ns);

/* Names the frames of a stack, of which those from `fresh` on are as in the stack before. Gives the one
   nearest to the root that is not known, or stack->depth; true in `untold` when a function could not be
   told on. */
size_t naming_name(struct naming *naming, struct code_table *codes, const struct walk_stack *stack,
                   size_t fresh, uint64_t now_ns, bool *untold);

/* What was found for a stack's frame. */
static inline const struct record_frame *naming_found(const struct naming *naming,
                                                      const struct walk_stack *stack, size_t frame)
{
    return &naming->memo[stack->depth - 1 - frame].record;
}

/* Adds the frames named, from `first` on, to what the sample has, each below what it called: the collector,
   or C code that called Python again if that is wanted. Those that are part of the interpreter's own
   working are left out. `frames` has room for RECORD_DEPTH_MAX, and is the same each time, with what was put there
   before but for its first frame. */
void naming_put(struct naming *naming, const struct walk_stack *stack, size_t first, struct gc_at gc,
                bool native_markers, struct record_sample *sample,
                struct record_frame *frames);

#endif
