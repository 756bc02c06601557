/*
 * recall - the stack of a thread that was proven last, with the bytes that it was read from: where these are the
 * same again, what they prove is the same, and need not be followed anew.
 *
 * For stacks of some depth only. Plain data inside a walk (walk.h); the sampler thread alone uses it.
 */
#ifndef SAMPLE_RECALL_H
#define SAMPLE_RECALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory/address.h"
#include "python/layout.h"
#include "sample/collect.h"
#include "sample/entries.h"
#include "sample/walk.h"

/* Frames that have to stand right above the lower part, from the copy in front of it on: to return from so many and to
   call them takes several times as long as one copy. */
#define RECALL_GUARDS 32u

/* What all that share it may have, in bytes: beyond that, no more stacks are kept. */
#define RECALL_BYTES_MAX (64u << 20)
struct recall_budget {
    size_t used;
};

struct recall {
    struct recall_budget *budget; /* stays the caller's */
    unsigned char *bytes;      /* one copy of all places, in order */
    size_t room_bytes;
    struct walk_frame *frames; /* leaf first; the root is the last there is room for */
    size_t room_frames;
    size_t depth;              /* 0: nothing is known */
    size_t lively;             /* how many frames above the guards are taken to come and go */
    size_t upper_bytes;        /* how much of it is to be upper when the places are divided; 0: as usual */
    size_t lower_depth;        /* how many frames are in the lower part then, */
    bool may_split;            /* if enough of them stand above it */
    struct entries entries;
    remote_addr base;          /* the frame below the last, as in struct walk_stack */
    uint32_t version;          /* of the places */
    uint64_t serial;           /* another one for each stack kept; not 0 */
};

void recall_free(struct recall *recall);
void recall_forget(struct recall *recall);

/* Whether there is a stack that was read from these places. */
bool recall_is_of(const struct recall *recall, const struct places *whole);

/* Its frames, leaf first. */
const struct walk_frame *recall_frames(const struct recall *recall);

/* Whether the frame that was `found` at `address` was called as it was then, and all below it is the same, so
   that it has the same callers: those from `rest` on. */
bool recall_holds(const struct recall *recall, const struct layout *layout, const struct places *whole,
                  const struct collection *collection, remote_addr address,
                  const struct collected *found, size_t rest);

/* Keeps a stack that is proven whole, with each line; `parts` is room to divide the places in. Gives its serial.
   `entries`, of those frames that were met, by their positions from the root. Where it is not deep, or memory or the
   budget is out, nothing is known: 0. */
uint64_t recall_store(struct recall *recall, struct places *whole, struct places_parts *parts, size_t frame_bytes,
                      const struct collection *collection, const struct walk_stack *stack,
                      const struct entries *entries);

/* Keeps one that holds from `rest` on: `fresh` frames are new. `address` and `found` as above. False when nothing is
   known any more, as memory or the budget is out, or as it was not the same down to the guards; what recall_frames()
   gave before stays. */
bool recall_update(struct recall *recall, const struct places *whole, const struct collection *collection,
                   remote_addr address, const struct collected *found, const struct walk_frame *frames,
                   size_t fresh, const struct entries *entries, size_t rest);

#endif
