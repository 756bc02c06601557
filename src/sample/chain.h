/*
 * chain - what one collection proves of a thread's stack: the frames from the top to the bottom that are the
 * same in both of its copies, or of a torn one the root side.
 *
 * The argument is told in walk.h. A chain is followed in chain.c; the root side of a torn one is in chain_root.c. This is the
 * inside of walk.c and burst.c, which collect, and of plan.c; nobody else includes it.
 */
#ifndef SAMPLE_CHAIN_H
#define SAMPLE_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory/address.h"
#include "sample/collect.h"
#include "sample/entries.h"
#include "sample/recall.h"
#include "sample/record.h"
#include "sample/walk.h"

/* Frames on a chain, with those that hold no Python code. */
#define CHAIN_STEPS_MAX (2 * RECORD_DEPTH_MAX)

struct walk {
    struct collector collector;
    const struct layout *layout;
    struct walk_room *room;
    struct places_parts parts; /* how the collector's places are divided */
    struct recall recall; /* what was proven last */
    bool held;            /* the thread cannot run while it is read: nothing is woven */
    unsigned wary_left;   /* else a stack that is .outside is read of woven places, in so many readings from now on; */
    bool wary;            /* and in the last one */
    bool outside;         /* the stack that was followed last was outside in part, or crossed the end of a chunk */
    unsigned whole_left;  /* so many samples are read without dividing the places from now on, */
    unsigned whole_next;  /* and so many after the next one for which that did not do */
    bool places_full; /* the stack needs more places than there are: its root side is cut */
};

/* A frame on the chain as one copy has it. */
struct chain_listed {
    remote_addr address;
    struct collected found;
};

/* A frame that both copies of a torn collection have the same. */
struct chain_root_frame {
    remote_addr address;
    remote_addr code;
    struct walk_frame frame; /* what to give of it; without code: an entry frame */
    uint32_t place;
    bool seen_running;
    bool may_wait; /* for the frame above it */
    bool stands; /* of a frame object: it bears the mark of a call that goes on in both copies */
};

struct walk_room {
    remote_addr none; /* where None is; null: not known yet */
    struct collect_buffer buffer;
    struct walk_frame frames[RECORD_DEPTH_MAX];
    struct walk_frame open[RECORD_DEPTH_MAX]; /* a proven stack of which not every line is, */
    unsigned char open_extra[WALK_EXTRA_BYTES_MAX]; /* and what was read with it, */
    unsigned char open_ahead[WALK_AHEAD_BYTES_MAX]; /* and ahead of it */
    struct chain_listed listed[CHAIN_STEPS_MAX];   /* top first */
    struct chain_root_frame root[CHAIN_STEPS_MAX]; /* bottom first; of the last torn collection of one
                                                      sample */
    size_t root_depth;
    size_t root_proven;                            /* how many of them are */
    struct recall_budget recall_budget;
    struct places_parts parts_room;                /* to see how it could be divided */
    /* What the last chain_follow() met: */
    bool met_outside;   /* some of its frames are outside, or it goes on in another chunk next to the top, */
    bool in_order;      /* their places are side by side, as places_arrange() has them, */
    bool at_innermost;  /* and the last of them is next to the chunks */
    size_t first_lower; /* of the frames put, the first that is in the lower part, */
    size_t in_lower;    /* and how many of them are */
    struct entries entries; /* of the stack as far as it was followed; as many as there is room for */
    remote_addr met;       /* the frame below which all is as it was known, */
    struct collected met_at; /* and where it was found */
};

/* The frame at which a chain of 3.15 ends, as the thread state has it; null before. */
remote_addr chain_base(const struct walk *walk, const unsigned char *state);

/* Gives what a collection tells besides the frames: the thread state's members, and what is extra. */
void chain_describe(const struct walk *walk, const struct collection *collection,
                    struct walk_stack *stack);

/* Whether a chain ends at this address, which is not null. */
bool chain_is_base(const struct walk *walk, const unsigned char *state, remote_addr address);

enum chain_result {
    CHAIN_WHOLE,
    CHAIN_LINES_OPEN,  /* whole, but not every line is proven */
    CHAIN_NOT_RUNNING, /* whole, if its first frame calls, returns or is traced, and did not end */
    CHAIN_UNKNOWN_PLACE,
    CHAIN_OUT_OF_ORDER, /* whole, but read in an order in which it could be of two stacks that take turns */
    CHAIN_READ_APART,  /* what it leads to was not read close enough to the thread state to prove anything */
    CHAIN_TORN,
    CHAIN_SLOW,        /* it took so long that it proves nothing */
};

/* A proven stack, no frame of it without a line: by the collection before, whose second copy is the first of this
   one, or by one before that, of which the bytes are kept. */
struct chain_known {
    const struct walk_frame *frames; /* leaf first */
    size_t depth;
    remote_addr base;
    const struct recall *recall;     /* NULL: by the collection before */
};

/* The stack that was proven last and kept; false: there is none that was read from these places. */
bool chain_recall(const struct walk *walk, struct chain_known *known);

/* Keeps one that is proven whole, with each line, for the next to be compared with: stack->frames has all of its frames,
   or, with `rest` as chain_follow() gave it, the first stack->fresh. `entries` as in recall.h. False when it is not
   kept. */
bool chain_keep(struct walk *walk, const struct collection *collection, struct walk_stack *stack,
                const struct entries *entries, size_t rest);

/* Follows the chain from `address` as long as it is the same in both copies, to the bottom, and puts it
   into the room's frames. `*unknown` is set where a frame is in no place that was read.

   Where it meets a frame of `known` (NULL: there is none) and all that stands below that one has the same
   bytes in both copies, and as it was known, the rest is, too: `*rest` is the first of its frames that is not
   put; SIZE_MAX: there is none. */
enum chain_result chain_follow(struct walk *walk, const struct collection *collection,
                               remote_addr address, const struct chain_known *known,
                               struct walk_stack *stack, size_t *rest, remote_addr *unknown);

/* Whether the lower part is as it was read, for a stack that the first collection of a reading has whole: enough frames
   right above it stood in the copy in front of it, too. */
bool chain_holds_lower(const struct walk *walk, const struct collection *collection, const struct walk_stack *stack);

/* Forgets what the torn collections of the sample before had. */
void chain_begin_root(struct walk_room *room);

/* Notes the root side of a torn stack: from the bottom up the frames that both copies have the same. They
   are proven up to one that was seen running, if they were all read at once with it, or as far as the
   torn collection before had the same in other copies. True when that one had all of them, and they are all. */
bool chain_note_root(struct walk *walk, const struct collection *collection, remote_addr top);

/* Gives the entry frames on the root side that the last torn collection proved, by their positions from the root, and
   where the frames below them wait. False: there are more than find room. */
bool chain_root_entries(const struct walk_room *room, struct entries *entries);

/* Gives the root side that the last torn collection proved. One frame fewer than there is room for, as
   one will stand for those that are missing. */
void chain_keep_root(struct walk *walk, struct walk_stack *stack);

#endif
