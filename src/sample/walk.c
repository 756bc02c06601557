#include "sample/walk.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "python/frame.h"
#include "sample/chain.h"
#include "sample/collect.h"
#include "sample/exception.h"
#include "sample/record.h"

enum {
    TRIES_MAX = 8,      /* collections for one sample, with those that find new places */
    TORN_MAX = 3,       /* of these, how many may be torn before the stack is truncated */
    KNOWN_MAX = 64,     /* frames in known places that learning reads one by one in search of others, */
    KNOWN_OBJECTS_MAX = 4, /* and of frame objects, whose callers were known with them */
};

struct walk_room *walk_room_new(void)
{
    return calloc(1, sizeof(struct walk_room));
}

void walk_room_free(struct walk_room *room)
{
    if (room == NULL)
        return;
    collect_buffer_free(&room->buffer);
    free(room);
}

void walk_room_set_none(struct walk_room *room, remote_addr none)
{
    room->none = none;
}

struct walk *walk_new(struct reader *reader, const struct layout *layout, struct walk_room *room,
                      remote_addr thread)
{
    struct walk *walk = calloc(1, sizeof *walk);

    if (walk == NULL)
        return NULL;
    collector_init(&walk->collector, reader, layout, &room->buffer, thread);
    walk->layout = layout;
    walk->room = room;
    return walk;
}

void walk_free(struct walk *walk)
{
    if (walk == NULL)
        return;
    collector_free(&walk->collector);
    free(walk);
}

/* Adds the place of a frame, and of what stands in front of a generator's: the exception that it handles. */
static bool add_place(struct walk *walk, remote_addr address, const struct frame *frame)
{
    const struct layout *layout = walk->layout;
    const uint32_t before = frame->owner == OWNER_GENERATOR ? layout->handled.before_frame : 0;

    return places_add_frame(&walk->collector.places, remote_plus(address, -(int64_t)before),
                            before + layout->frame.size);
}

/* Adds the place of a frame object in front of the place `at`, so that those met last are next to the thread
   state; and of the exception that its generator handles. */
static bool add_object_place(struct walk *walk, size_t at, remote_addr address, const unsigned char *bytes)
{
    const struct layout *layout = walk->layout;
    const remote_addr generator = remote_at(word_at(bytes, layout->frame.generator));
    struct places *places = &walk->collector.places;

    if (!places_add_object(places, at, address, layout->frame.size))
        return false;
    return remote_is_null(generator) ||
           places_add_object(places, at, remote_plus(generator, layout->handled.in_generator),
                             layout->handled.size);
}

/* Looks the data stack's chunks up. */
static void learn_chunks(struct walk *walk, const struct collection *collection)
{
    const struct layout *layout = walk->layout;
    const remote_addr chunk =
        remote_at(word_at(collection->state, layout->thread.datastack_chunk));
    const remote_addr top = remote_at(word_at(collection->state, layout->thread.datastack_top));

    places_set_chunks(&walk->collector.places, walk->collector.reader, layout, chunk, top);
}

/* Looks the chain's places up in the target as it is now: the data stack's chunks, then, from the frame
   whose place was not known, each frame outside of them. Nothing of it is used but where to read. */
static void learn(struct walk *walk, const struct collection *collection, remote_addr unknown)
{
    const struct layout *layout = walk->layout;
    const bool has_objects = layout_has_frame_objects(layout);
    const unsigned known_max = has_objects ? KNOWN_OBJECTS_MAX : KNOWN_MAX;
    remote_addr address = unknown;
    unsigned known = 0;
    size_t at;

    walk->places_full = false;
    if (has_objects)
        places_forget(&walk->collector.places);
    else
        learn_chunks(walk, collection);
    at = walk->collector.places.count;
    for (size_t step = 0; step < CHAIN_STEPS_MAX && known < known_max; step++) {
        unsigned char bytes[LAYOUT_FRAME_BYTES_MAX];
        struct place_found found;
        struct frame frame;

        if (remote_is_null(address) || chain_is_base(walk, collection->state, address) ||
            !reader_read(walk->collector.reader, address, bytes, layout->frame.size))
            return;
        frame = frame_decode(layout, bytes);
        if (places_find(&walk->collector.places, address, layout->frame.size, &found))
            known++;
        else if (has_objects ? !add_object_place(walk, at, address, bytes)
                             : !add_place(walk, address, &frame)) {
            walk->places_full = true;
            return;
        }
        address = frame.previous;
    }
}

/* One collection and what it proves. */
static enum chain_result collect_and_follow(struct walk *walk, struct collection *collection,
                                             struct walk_stack *stack, remote_addr *top)
{
    remote_addr unknown = remote_at(0);
    enum chain_result result;
    size_t rest;

    chain_describe(walk, collection, stack);
    if (!collection_top(&walk->collector, collection, top))
        return CHAIN_UNKNOWN_PLACE;
    result = chain_follow(walk, collection, *top, NULL, stack, &rest, &unknown);
    if (result == CHAIN_UNKNOWN_PLACE) {
        learn(walk, collection, unknown);
        return result;
    }
    stack->exception = exception_active(&walk->collector, collection, walk->room->none);
    if (collection->slow)
        return CHAIN_SLOW;
    if (result != CHAIN_TORN && result != CHAIN_NOT_RUNNING)
        return result;
    if (!chain_note_root(walk, collection, *top) || result != CHAIN_NOT_RUNNING)
        return CHAIN_TORN;
    /* What stands the same through two collections did not end in between. */
    stack->live_from = 0;
    return CHAIN_WHOLE;
}

/* Whether both are of the same calls. */
static bool same_calls(const struct walk_stack *a, const struct walk_stack *b)
{
    if (a->depth != b->depth)
        return false;
    for (size_t i = 0; i < a->depth; i++)
        if (!remote_equal(a->frames[i].address, b->frames[i].address) ||
            !remote_equal(a->frames[i].code, b->frames[i].code))
            return false;
    return true;
}

/* Sets aside a proven stack of which not every line is. One read later may bring the lines, but not
   other calls: what changes the most would give way to what holds still. */
static void set_aside(struct walk *walk, const struct walk_stack *stack, size_t extra_bytes,
                      struct walk_stack *open)
{
    *open = *stack;
    open->frames = walk->room->open;
    open->extra = walk->room->open_extra;
    memcpy(walk->room->open, walk->room->frames, stack->depth * sizeof *stack->frames);
    memcpy(walk->room->open_extra, stack->extra, extra_bytes);
}

enum walk_result walk_read(struct walk *walk, const struct walk_extra *extra,
                           struct walk_stack *stack)
{
    const struct collect_parts parts = {.places = &walk->collector.places};
    struct collection collection;
    struct walk_stack open = {.frames = NULL};
    enum chain_result result = CHAIN_UNKNOWN_PLACE;
    remote_addr top = remote_at(0);
    unsigned torn = 0;

    *stack = (struct walk_stack){.frames = walk->room->frames};
    chain_begin_root(walk->room);
    walk->places_full = false;
    for (unsigned try = 0; try < TRIES_MAX && torn < TORN_MAX; try++) {
        switch (collect(&walk->collector, &parts, extra, 1, &collection)) {
        case COLLECT_FAILED:
            return WALK_FAILED;
        case COLLECT_LOST_EXTRA:
            return WALK_LOST_EXTRA;
        case COLLECT_LOST_PLACE:
            places_clear(&walk->collector.places);
            collector_forget_cframes(&walk->collector);
            stack->extra = NULL;
            result = CHAIN_UNKNOWN_PLACE;
            continue;
        case COLLECTED:
            result = collect_and_follow(walk, &collection, stack, &top);
            break;
        }
        if (result == CHAIN_WHOLE && (open.frames == NULL || same_calls(&open, stack)))
            return WALK_WHOLE;
        if (result == CHAIN_WHOLE)
            break;
        if (result == CHAIN_LINES_OPEN && open.frames == NULL)
            set_aside(walk, stack, extra->bytes, &open);
        stack->torn |= result == CHAIN_TORN && open.frames == NULL;
        if (result != CHAIN_UNKNOWN_PLACE)
            stack->retries++;
        if (result != CHAIN_UNKNOWN_PLACE && result != CHAIN_SLOW)
            torn++;
    }
    if (open.frames != NULL) {
        open.retries = stack->retries;
        open.torn = stack->torn;
        *stack = open;
        return WALK_WHOLE;
    }
    if (result != CHAIN_TORN)
        stack->extra = NULL; /* it was read later than what is kept */
    chain_keep_root(walk, stack);
    return WALK_TRUNCATED;
}
