/*
 * entries - the entry frames that a stack stands on, each with the frame above it: as long as that stands, the
 * entry frame does not change (Python/ceval.c sets it when a loop of the interpreter begins). That it stood from one
 * reading to another, and was not called anew by another caller, the frame below shows, which waits where it did.
 *
 * Plain data of who reads stacks; the sampler thread alone uses it.
 */
#ifndef SAMPLE_ENTRIES_H
#define SAMPLE_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>

#include "memory/address.h"
#include "sample/walk.h"

#define ENTRIES_MAX 16u

struct entry {
    remote_addr address;
    remote_addr callee;      /* the frame above it, */
    remote_addr callee_code; /* and what that runs: null for an entry frame */
    remote_addr instruction; /* at which the frame below waits for it; null: not known, or there is none */
    size_t position;         /* of the callee, from the leaf (0), or in a list of those that stand, from the root (1) */
};

struct entries {
    struct entry items[ENTRIES_MAX]; /* from the leaf on */
    size_t count;
};

/* Adds one; false when there is no room for it. */
bool entries_add(struct entries *entries, struct entry entry);

/* Takes note of where the frames below wait, and turns positions from the leaf of a stack of so many frames into
   positions from the root. `followed` of its frames are there: all that are below the entries. */
void entries_from_root(struct entries *entries, const struct walk_frame *frames, size_t followed, size_t depth);

/* Whether each of `some` is among these, and the frame below it waits where it did. */
bool entries_include(const struct entries *entries, const struct entries *some);

/* Whether the callees of all of them are among so many frames at the root. */
static inline bool entries_all_in(const struct entries *entries, size_t kept)
{
    return entries->count == 0 || entries->items[0].position <= kept;
}

/* Makes them `met` and those of before of which the callee is among the `kept` frames at the root. */
void entries_replace(struct entries *entries, const struct entries *met, size_t kept);

#endif
