/*
 * plan - which of the places of a thread's stack a reading takes, how often and in which order.
 *
 * Two things depart from each place once in each copy. A stack that can be divided (places.h) is read in part only; and where
 * frames of generators may take turns with others in the same memory, or the end of a chunk is near the top, places are
 * woven: while the target runs as it is read, in the first readings, and in so many after a torn one. What woven places
 * prove is told in walk.h.
 *
 * This is the inside of walk.c and burst.c, as chain.h. The sampler thread alone uses it.
 */
#ifndef SAMPLE_PLAN_H
#define SAMPLE_PLAN_H

#include <stdbool.h>

#include "sample/chain.h"
#include "sample/collect.h"

/* Has the next reading made of woven places where it may be needed: where the stack followed last was outside in part, or crossed
   the end of a chunk. */
void plan_weave(struct walk *walk);

/* Has that done for a while from here on. */
void plan_be_wary(struct walk *walk);

/* The same, as the stack that was followed last was torn. Of what was read with it, the rest was not read so. */
void plan_note_torn(struct walk *walk);

/* Whether the stack that was followed last was read as it has to be: if it is outside in part, of woven places that stand
   as places_arrange() has them, where these can be woven. */
bool plan_was_kept(struct walk *walk, const struct collection *collection);

/* What is to be read of the stack: of one that can be divided, no more than has to be with each copy. */
struct collect_parts plan_divide(struct walk *walk);

/* Whether that is less than all. */
static inline bool plan_is_divided(const struct walk *walk, const struct collect_parts *parts)
{
    return parts->places != &walk->collector.places;
}

/* Takes note of the places in which frames of a divided stack were found. */
void plan_take_marks(struct walk *walk);

#endif
