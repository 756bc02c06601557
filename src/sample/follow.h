/*
 * follow - how a chain of frames is followed from one to the one that called it: which frames can stand on it, and which callers
 * can have made the call that was followed last.
 *
 * This is the inside of chain.c and chain_root.c. What is small is inlined there, as the one loop that goes over all frames
 * uses it.
 */
#ifndef SAMPLE_FOLLOW_H
#define SAMPLE_FOLLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "python/frame.h"
#include "python/layout.h"
#include "sample/chain.h"
#include "sample/collect.h"
#include "sample/pair.h"
#include "sample/places.h"
#include "sample/recall.h"

/* Whether a frame is of the kind that may end a chain. A generator's is not, though it has no caller
   while it is suspended, as a stale pointer to one would end the chain too early. In 3.15 the thread's
   base frame ends it, or an entry without a caller: greenlet begins each of its stacks so. */
static inline bool may_be_bottom(const struct frame *frame)
{
    return frame->is_bottom && frame->owner != OWNER_GENERATOR;
}

/* Whether these are a frame's bytes. */
static inline bool is_frame(const struct frame *frame)
{
    return frame->owner == OWNER_ENTRY || frame->owner == OWNER_THREAD ||
           frame->owner == OWNER_GENERATOR;
}

/* Whether a frame can be part of a running chain. One that is being cleared has lost its code. */
static inline bool is_live(const struct frame *frame)
{
    return is_frame(frame) && (frame->owner == OWNER_ENTRY || !remote_is_null(frame->code));
}

/* The chain as it is followed: what the last frame was for the one it was called by. */
struct follow {
    bool is_top;
    bool is_first;        /* no frame with Python code was met yet */
    bool seen_running;    /* the first such frame was */
    bool callee_is_entry; /* the callee has a loop of the interpreter of its own, which is told from 3.11 on */
    bool all_lines;       /* every line is proven so far */
    bool all_stand;       /* every caller was seen to stand in both copies, where it has to be */
    remote_addr callee;
    remote_addr callee_code;
    enum collected_part callee_part;
    uint64_t opened;      /* of woven places, those outside that were met, */
    uint32_t last_opened; /* and which of them was so last for the first time */
    uint32_t stack_place; /* one more than the place of the data stack met last */
};

/* Takes note of a frame for the one that called it. In 3.11 an entry frame is the callee itself. */
static inline void pass_frame(struct follow *follow, const struct layout *layout, remote_addr address,
                              const struct frame *frame, enum collected_part part)
{
    follow->is_top = false;
    follow->callee = address;
    follow->callee_code = frame->code;
    follow->callee_part = part;
    follow->callee_is_entry = frame->owner == OWNER_ENTRY ||
                              (layout->frame.is_entry != LAYOUT_NONE && frame->is_bottom);
}

/* A frame of the top chunk that lies beyond what the thread state says is used is one that ended. */
static inline bool beyond_top(const struct walk *walk, const unsigned char *state, remote_addr address)
{
    const struct layout *layout = walk->layout;
    uint64_t chunk, top;

    if (layout_has_frame_objects(layout))
        return false;
    chunk = word_at(state, layout->thread.datastack_chunk);
    top = word_at(state, layout->thread.datastack_top);
    return address.value >= top && address.value - chunk < DATA_STACK_CHUNK_BYTES;
}

/* Takes the line from the frame on top where a caller went on to another call between the copies: the second copy is of
   another call of it then. To 3.10 that may be one at another level of a recursion, where the calls use each other's
   objects in turn (frame_dealloc() and _PyFrame_New_NoTrack(), Objects/frameobject.c); else it is one of the same caller. */
static inline void open_top(const struct layout *layout, struct walk_frame *top, bool all_lines)
{
    if (!all_lines && layout_has_frame_objects(layout))
        top->instruction = remote_at(0);
}

static inline struct pair pair_of(const struct collected *found)
{
    return (struct pair){found->first, found->second};
}

/* Whether the chain goes on in another place of the data stack here, next to the top: a call that crosses the end of a
   chunk can be another one at each piece. Where RECALL_GUARDS frames stand above it, it is as little in doubt as they. */
static inline bool crosses(struct follow *follow, const struct collected *found, size_t above)
{
    const uint32_t before = follow->stack_place;

    if (!found->crossed)
        return false;
    follow->stack_place = found->place + 1;
    return before != 0 && before != follow->stack_place && above < RECALL_GUARDS;
}

/* Whether all copies hold the same call: of a frame that is outside, or below one, also those farther from the thread state,
   at the same instruction if it waits. */
bool follow_is_same_call(const struct layout *layout, const struct collected *found, bool is_top,
                         bool below_outside);

/* Whether what was followed last can have been called by this frame. */
bool follow_may_be_called_by(const struct follow *follow, const struct layout *layout, const struct frame *frame,
                             struct pair pair);

#endif
