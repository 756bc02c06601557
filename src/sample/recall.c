#include "sample/recall.h"

#include <stdlib.h>
#include <string.h>

#include "python/frame.h"
#include "sample/pair.h"

enum {
    DEPTH_LEAST = 24,  /* of less it takes longer to compare the bytes than to follow them */
    ROOM_MORE = 64,    /* frames */
    LIVELY_LEAST = 4,  /* frames above the guards, for those that come and go: so many at first, */
    LIVELY_MOST = 32,  /* and up to so many where these were too few */
};

void recall_free(struct recall *recall)
{
    if (recall->budget != NULL)
        recall->budget->used -= recall->room_bytes + recall->room_frames * sizeof *recall->frames;
    free(recall->bytes);
    free(recall->frames);
    *recall = (struct recall){.bytes = NULL};
}

void recall_forget(struct recall *recall)
{
    recall->depth = 0;
}

/* The thread went down to the guards: there are to be more frames above them. */
static void make_livelier(struct recall *recall)
{
    recall->lively = 2 * recall->lively < LIVELY_MOST ? 2 * recall->lively : LIVELY_MOST;
}

/* Of a stack that is kept, how much next to the top is to be read with each copy. */
static size_t choose_upper(struct recall *recall, const struct places *whole, const struct walk_stack *stack)
{
    size_t frames;

    if (recall->lively == 0)
        recall->lively = LIVELY_LEAST;
    frames = RECALL_GUARDS + recall->lively;
    return stack->depth > frames ? places_bytes_from(whole, stack->frames[frames].address) : 0;
}

bool recall_is_of(const struct recall *recall, const struct places *whole)
{
    return recall->depth > 0 && recall->version == whole->version;
}

const struct walk_frame *recall_frames(const struct recall *recall)
{
    return recall->frames + recall->room_frames - recall->depth;
}

/* Whether the frame is of the same call as it was. */
static bool same_call(const struct recall *recall, const struct layout *layout, const struct places *whole,
                      const struct places *part, remote_addr address, const struct collected *found)
{
    const uint64_t within = address.value - part->items[found->place].start.value;
    const unsigned char *then = recall->bytes + places_offset_in_whole(whole, part, found->place) + within;

    return pair_same_call(layout, (struct pair){then, found->second}) &&
           frame_decode(layout, then).is_bottom == frame_decode(layout, found->second).is_bottom;
}

/* Whether all places of a part that was read once have the bytes that they had. */
static bool same_part(const struct recall *recall, const struct places *whole, const struct places *part,
                      const unsigned char *bytes)
{
    for (size_t i = 0; part != NULL && i < part->count; i++)
        if (memcmp(bytes + part->items[i].offset, recall->bytes + places_offset_in_whole(whole, part, i),
                   part->items[i].length) != 0)
            return false;
    return true;
}

bool recall_holds(const struct recall *recall, const struct layout *layout, const struct places *whole,
                  const struct collection *collection, remote_addr address,
                  const struct collected *found, size_t rest)
{
    const struct collect_parts *parts = collection->parts;
    const struct places *places = parts->places;
    const struct places_copy first = {collection->first, collection->turned};
    const struct places_copy in_front = {collection->in_front, false};

    if (parts->lower != NULL &&
        (!recall->may_split || recall->depth - rest < recall->lower_depth + RECALL_GUARDS))
        return false;
    return same_call(recall, layout, whole, places, address, found) &&
           places_part_same_below(places, address, found->place, first, whole, recall->bytes) &&
           (parts->lower == NULL || places_same_below(places, address, found->place, in_front, first)) &&
           same_part(recall, whole, parts->lower, collection->lower) &&
           same_part(recall, whole, parts->steady, collection->steady);
}

static bool can_afford(const struct recall *recall, size_t more)
{
    return recall->budget->used + more <= RECALL_BYTES_MAX;
}

static bool grow_bytes(struct recall *recall, size_t bytes)
{
    const size_t more = bytes > recall->room_bytes ? bytes - recall->room_bytes : 0;
    unsigned char *grown;

    if (more == 0)
        return true;
    grown = can_afford(recall, more) ? realloc(recall->bytes, bytes) : NULL;
    if (grown == NULL)
        return false;
    recall->budget->used += more;
    recall->bytes = grown;
    recall->room_bytes = bytes;
    return true;
}

static bool grow_frames(struct recall *recall, size_t depth)
{
    const size_t room = depth + ROOM_MORE;
    struct walk_frame *grown;
    size_t more;

    if (depth <= recall->room_frames)
        return true;
    more = (room - recall->room_frames) * sizeof *grown;
    grown = can_afford(recall, more) ? malloc(room * sizeof *grown) : NULL;
    if (grown == NULL)
        return false;
    recall->budget->used += more;
    if (recall->depth > 0)
        memcpy(grown + room - recall->depth, recall_frames(recall), recall->depth * sizeof *grown);
    free(recall->frames);
    recall->frames = grown;
    recall->room_frames = room;
    return true;
}

static bool make_room(struct recall *recall, size_t bytes, size_t depth)
{
    return grow_bytes(recall, bytes) && grow_frames(recall, depth);
}

/* Counts the frames in the lower part, which has to be at the root as a whole. */
static void count_lower(struct recall *recall, struct places_parts *parts, size_t frame_bytes)
{
    const struct walk_frame *frames = recall_frames(recall);
    size_t first = recall->depth;
    struct place_found at;

    recall->lower_depth = 0;
    for (size_t i = recall->depth; i-- > 0;) {
        if (places_find(&parts->upper, frames[i].address, frame_bytes, &at) ||
            !places_find(&parts->lower, frames[i].address, frame_bytes, &at))
            continue;
        recall->lower_depth++;
        first = i;
    }
    recall->may_split = recall->depth - first == recall->lower_depth &&
                        first >= RECALL_GUARDS;
}

/* Copies the bytes of a part to where they are in a copy of the whole. */
static void store_part(struct recall *recall, const struct places *whole, const struct places *part,
                       const unsigned char *bytes, bool is_back)
{
    for (size_t i = 0; part != NULL && i < part->count; i++) {
        const struct place *place = &part->items[i];

        memcpy(recall->bytes + places_offset_in_whole(whole, part, i), bytes + (is_back ? place->back : place->offset),
               place->length);
    }
}

uint64_t recall_store(struct recall *recall, struct places *whole, struct places_parts *parts, size_t frame_bytes,
                      const struct collection *collection, const struct walk_stack *stack,
                      const struct entries *entries)
{
    recall_forget(recall);
    /* Frame objects (to 3.10) are each in a place of their own, of which one changes with each stack. */
    if (stack->depth < DEPTH_LEAST || !whole->items[whole->count - 1].is_chunk ||
        !make_room(recall, whole->bytes, stack->depth))
        return 0;
    store_part(recall, whole, collection->parts->places, collection->second, !collection->turned);
    store_part(recall, whole, collection->parts->lower, collection->lower, false);
    store_part(recall, whole, collection->parts->steady, collection->steady, false);
    memcpy(recall->frames + recall->room_frames - stack->depth, stack->frames,
           stack->depth * sizeof *stack->frames);
    recall->depth = stack->depth;
    recall->entries = *entries;
    recall->base = stack->base;
    recall->version = whole->version;
    recall->lower_depth = 0;
    recall->may_split = false;
    recall->upper_bytes = choose_upper(recall, whole, stack);
    if (places_split(whole, parts, recall->upper_bytes) && parts->lower.count > 0)
        count_lower(recall, parts, frame_bytes);
    return ++recall->serial;
}

bool recall_update(struct recall *recall, const struct places *whole, const struct collection *collection,
                   remote_addr address, const struct collected *found, const struct walk_frame *frames,
                   size_t fresh, const struct entries *entries, size_t rest)
{
    const size_t kept = recall->depth - rest;
    /* What stands there instead would be neither counted in the lower part nor guards: it is divided anew. */
    const bool is_outgrown = recall->may_split && kept < recall->lower_depth + RECALL_GUARDS;

    if (is_outgrown)
        make_livelier(recall);
    if (is_outgrown || !make_room(recall, whole->bytes, fresh + kept)) {
        recall_forget(recall);
        return false;
    }
    places_part_copy_above(collection->parts->places, address, found->place,
                           (struct places_copy){collection->second, !collection->turned}, whole, recall->bytes);
    recall->depth = fresh + kept;
    memcpy(recall->frames + recall->room_frames - recall->depth, frames, fresh * sizeof *frames);
    entries_replace(&recall->entries, entries, kept + 1);
    recall->serial++;
    return true;
}
