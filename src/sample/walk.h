/*
 * walk - reads one thread's stack so that it is proven to have stood, without stopping the thread.
 *
 * Double collection: one gathering read takes, in this order, {every place of the stack, the thread
 * state, every place of the stack again}; the kernel copies the pieces one after the other in the order
 * given (mm/process_vm_access.c). A frame that names the same code object and the same caller in both
 * copies did so at the one moment in the middle at which the thread state named the top of the stack.
 * If that holds for each frame from that top to the bottom, the whole chain stood at that moment.
 *
 * What could still slip through is a frame that was another in between and the same again at the
 * second copy. So the copies lie close together, with what changes most next to the thread state; a read
 * that took far longer than it should (the sampler was interrupted in it) proves nothing; the top has to
 * lie in the used part of the data stack; and it must be seen running in one of the copies, or a frame
 * that ended would pass for the callee of whatever stands below it since. One that returns, is traced
 * or clears its variables does not run; then the whole stack has to stand the same in two collections.
 * A caller's line is proven apart, by an instruction that is equal in both copies in a frame that waits;
 * if it is not, the line is left open.
 *
 * Frames of generators and coroutines have places of their own, each of which takes a third of a microsecond and more to
 * read: in that time a program can end some calls and make others in the same memory. So places are woven: each is
 * read twice (some three times) in each copy, right before and after that of the frame above and of the one below, which are
 * its neighbours. For a frame of one chain to be told as the caller of one of another, the program would have to go
 * from one to the other and back between each two of these pieces, in step with them. All have to hold the same call, at the
 * same instruction where it waits. This is not done where the target cannot run as it is read, nor where no reading was torn
 * lately (plan.h).
 *
 * What cannot change without something else is read once: an entry frame, next to the thread state, as it stands as
 * long as the frame above it; and the lower part of a deep stack, in front of both copies, where enough frames right
 * above it stand in one more copy in front of it. Of a stack that was proven before (recall.h), only what changed is
 * followed.
 *
 * Of a torn stack the root side is kept, up to where both copies are the same: as far as one that was
 * seen running and all below it were read at once, or two collections have the same.
 *
 * The places are those of the last time (data stack chunks, frames in generators and on the C stack; to
 * 3.10 frame objects). When the chain leads out of them, they are looked up anew and collected again.
 *
 * A walk belongs to one thread of the target and is used by the sampler thread alone. What it reads goes
 * into a room that all walks of a target share; of its own it has one copy of the stack proven last, if
 * that is of some depth.
 */
#ifndef SAMPLE_WALK_H
#define SAMPLE_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory/reader.h"
#include "python/layout.h"

#define WALK_BYTES_MAX (4u << 20) /* of one copy of a stack */

/* A frame of a proven stack. */
struct walk_frame {
    remote_addr address;     /* of the frame itself */
    remote_addr code;
    remote_addr instruction; /* null: where it stood is not proven */
    bool waits;              /* it is a caller, not the top */
    bool called_c;           /* between it and the one above it is C code, which entered the interpreter's
                                loop anew; of no meaning in the first one */
};

enum walk_result {
    WALK_WHOLE,     /* the stack is proven from leaf to root */
    WALK_TRUNCATED, /* only its root side is */
    WALK_LOST_EXTRA, /* one of the extra pieces cannot be read */
    WALK_FAILED,     /* nothing could be read; errno says why */
};

/* Where stacks are put together; grows with the deepest one, up to some 2 * WALK_BYTES_MAX and half as
   much again. What its walks keep of stacks proven before is RECALL_BYTES_MAX in all (recall.h). NULL: out of memory. */
struct walk_room;
struct walk_room *walk_room_new(void);
void walk_room_free(struct walk_room *room);

/* Tells where None is, so that exceptions that are handled can be told. */
void walk_room_set_none(struct walk_room *room, remote_addr none);

/* At the beginning of a round: the first walk in it may be read with what `reader` reads next; or it may not, as it is to be read
   from elsewhere than that, or to be stopped (foresight.h). */
void walk_room_foresee(struct walk_room *room, struct reader *reader);
void walk_room_foresee_none(struct walk_room *room);

/* A walk of the thread state at `thread`; `reader`, `layout` and `room` are kept, and stay the
   caller's. NULL: out of memory. */
struct walk;
struct walk *walk_new(struct reader *reader, const struct layout *layout, struct walk_room *room,
                      remote_addr thread);
void walk_free(struct walk *walk);

/* From here on it is of the thread state at `thread`, as if it were new. */
void walk_move(struct walk *walk, remote_addr thread);

/* Tells whether the thread cannot run while it is read from here on, as it is not at first: then all holds still. */
void walk_set_held(struct walk *walk, bool held);

/* It may not be read with that, after all: as it is read from another CPU now, or is of another thread than expected. */
void walk_forget_foreseen(struct walk *walk);

/* What a walk read, valid until the next one in the same room. */
struct walk_stack {
    const struct walk_frame *frames; /* leaf first; frames without Python code are left out */
    size_t depth;                    /* at most RECORD_DEPTH_MAX */
    size_t live_from;                /* from this one on, frames also stood when the extra was read */
    uint64_t serial;                 /* of this stack, if it is kept to compare the next one with; else 0 */
    uint64_t rest_of;                /* of one that was kept, which has the same frames from `fresh` on; */
    size_t fresh;                    /* 0: there is none */
    bool cut;                        /* the root side was left out, as the stack is deeper */
    bool exception;                  /* one was raised or handled (exception.h) */
    remote_addr base;                /* the frame below the last, which has no code (3.15); or null */
    remote_addr next_thread;         /* the thread state's .next */
    uint64_t ident, mark;            /* and whose it is, as in struct thread_found */
    const unsigned char *ahead;      /* the bytes of the pieces ahead, and */
    const unsigned char *extra;      /* the bytes of the extra pieces, read at the same moment; NULL: not
                                        read with what of the stack is given */
    uint64_t took_ns;                /* the reading of all of this, and of what was read in the same call */
    unsigned retries;                /* collections that were torn and done again */
    bool torn;                       /* there were such before a proven one, which is of a later moment,
                                        when the stack held still, or there was none */
};

/* Pieces to be read with the stack, while it stands as it is given: so many, with `bytes` in all. And others ahead of it,
   in front of its first copy. */
#define WALK_EXTRA_MAX 640u
#define WALK_EXTRA_BYTES_MAX 131072u
#define WALK_AHEAD_MAX 320u
#define WALK_AHEAD_BYTES_MAX 163840u
struct walk_extra {
    size_t count;
    size_t bytes;
    size_t ahead_count;
    size_t ahead_bytes;
    struct piece pieces[WALK_EXTRA_MAX];
    struct piece ahead[WALK_AHEAD_MAX];
};

static inline void walk_extra_clear(struct walk_extra *extra)
{
    extra->count = extra->bytes = extra->ahead_count = extra->ahead_bytes = 0;
}

static inline void walk_extra_add(struct walk_extra *extra, struct piece piece)
{
    extra->pieces[extra->count++] = piece;
    extra->bytes += piece.length;
}

static inline void walk_extra_add_ahead(struct walk_extra *extra, struct piece piece)
{
    extra->ahead[extra->ahead_count++] = piece;
    extra->ahead_bytes += piece.length;
}

enum walk_result walk_read(struct walk *walk, const struct walk_extra *extra,
                           struct walk_stack *stack);

#endif
