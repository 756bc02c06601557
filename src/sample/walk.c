#include "sample/walk.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "python/frame.h"
#include "sample/chain.h"
#include "sample/collect.h"
#include "sample/exception.h"
#include "sample/plan.h"
#include "sample/recall.h"
#include "sample/record.h"

enum {
    TRIES_MAX = 8,      /* collections for one sample, with those that find new places */
    TORN_MAX = 3,       /* of these, how many may be torn before the stack is truncated */
    KNOWN_MAX = 64,     /* frames in known places that learning reads one by one in search of others, */
    KNOWN_OBJECTS_MAX = 4, /* and of frame objects, whose callers were known with them */
    WHOLE_MAX = 256,    /* samples read without dividing the places, after one for which that did not do */
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
    places_parts_free(&room->parts_room);
    free(room);
}

void walk_room_set_none(struct walk_room *room, remote_addr none)
{
    room->none = none;
}

void walk_room_foresee(struct walk_room *room, struct reader *reader)
{
    foresight_offer(&room->buffer.foresight, reader, room->buffer.bytes);
}

void walk_room_foresee_none(struct walk_room *room)
{
    foresight_begin(&room->buffer.foresight);
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
    walk->recall.budget = &room->recall_budget;
    plan_be_wary(walk);
    return walk;
}

void walk_free(struct walk *walk)
{
    if (walk == NULL)
        return;
    places_parts_free(&walk->parts);
    recall_free(&walk->recall);
    collector_free(&walk->collector);
    free(walk);
}

void walk_move(struct walk *walk, remote_addr thread)
{
    recall_forget(&walk->recall);
    collector_move(&walk->collector, thread);
    walk->whole_left = walk->whole_next = 0;
    walk->held = false;
    plan_be_wary(walk);
}

void walk_set_held(struct walk *walk, bool held)
{
    walk->held = held;
}

void walk_forget_foreseen(struct walk *walk)
{
    foresight_drop(&walk->room->buffer.foresight);
}

/* Adds the place of a frame, and of what stands in front of a generator's: the exception that it handles. */
static bool add_place(struct walk *walk, remote_addr address, const struct frame *frame)
{
    const struct layout *layout = walk->layout;
    const uint32_t before = frame->owner == OWNER_GENERATOR ? layout->handled.before_frame : 0;

    return places_add_frame(&walk->collector.places, remote_plus(address, -(int64_t)before),
                            before + layout->frame.size, frame->owner);
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

/* What is to be read of the stack: not all of it with each copy, as long as that does, and the sample is not read
   again. */
static struct collect_parts choose_parts(struct walk *walk, bool again)
{
    plan_weave(walk);
    if (!again && walk->whole_left == 0)
        return plan_divide(walk);
    if (!again)
        walk->whole_left--;
    return (struct collect_parts){.places = &walk->collector.places};
}

/* Whether it is to be collected once more, otherwise, before anything can be said of the stack. */
static bool is_to_be_read_otherwise(enum chain_result result)
{
    return result == CHAIN_UNKNOWN_PLACE || result == CHAIN_READ_APART || result == CHAIN_OUT_OF_ORDER;
}

/* Takes note of whether it did to divide the places. */
static void note_parts(struct walk *walk, const struct collect_parts *parts, enum chain_result result)
{
    if (!plan_is_divided(walk, parts) || result == CHAIN_UNKNOWN_PLACE || result == CHAIN_OUT_OF_ORDER)
        return;
    if (result == CHAIN_READ_APART) {
        walk->whole_next = walk->whole_next * 2 + 1 < WHOLE_MAX ? walk->whole_next * 2 + 1 : WHOLE_MAX;
        walk->whole_left = walk->whole_next;
        return;
    }
    walk->whole_next /= 2;
    plan_take_marks(walk);
}

/* Follows the chain from the top; where it meets the stack proven last, that gives the rest. */
static enum chain_result follow(struct walk *walk, const struct collection *collection, remote_addr top,
                                struct walk_stack *stack, remote_addr *unknown)
{
    struct walk_room *room = walk->room;
    struct chain_known known;
    const bool is_known = chain_recall(walk, &known);
    size_t rest, kept = 0;
    const enum chain_result result = chain_follow(walk, collection, top, is_known ? &known : NULL, stack,
                                                  &rest, unknown);
    const bool keeps = result == CHAIN_WHOLE && !collection->slow;

    if (result != CHAIN_WHOLE && result != CHAIN_LINES_OPEN && result != CHAIN_NOT_RUNNING)
        return result;
    if (!plan_was_kept(walk, collection)) {
        places_arrange(&walk->collector.places, room->frames, stack->depth);
        return CHAIN_OUT_OF_ORDER;
    }
    if (rest == SIZE_MAX && !chain_holds_lower(walk, collection, stack))
        return CHAIN_READ_APART;
    if (rest != SIZE_MAX) {
        kept = known.depth - rest;
        stack->fresh = stack->depth;
        stack->rest_of = walk->recall.serial;
    }
    entries_from_root(&room->entries, room->frames, stack->depth, stack->depth + kept);
    stack->depth += kept;
    if (keeps && !stack->cut && chain_keep(walk, collection, stack, &room->entries, rest))
        stack->frames = recall_frames(&walk->recall);
    else if (kept > 0)
        memcpy(room->frames + stack->fresh, known.frames + rest, kept * sizeof *room->frames);
    return result;
}

/* One collection and what it proves. */
static enum chain_result collect_and_follow(struct walk *walk, struct collection *collection,
                                             struct walk_stack *stack, remote_addr *top)
{
    remote_addr unknown = remote_at(0);
    enum chain_result result;

    chain_describe(walk, collection, stack);
    if (!collection_top(&walk->collector, collection, top))
        return CHAIN_UNKNOWN_PLACE;
    result = follow(walk, collection, *top, stack, &unknown);
    if (result == CHAIN_UNKNOWN_PLACE)
        learn(walk, collection, unknown);
    if (is_to_be_read_otherwise(result))
        return result;
    if (result == CHAIN_TORN)
        plan_note_torn(walk);
    stack->exception = exception_active(&walk->collector, collection, walk->room->none);
    if (collection->slow)
        return CHAIN_SLOW;
    if (result != CHAIN_TORN && result != CHAIN_NOT_RUNNING)
        return result;
    /* Of the lower part of a deep stack, one copy does not show where it is torn. */
    if (collection->parts->lower != NULL) {
        stack->torn |= result == CHAIN_TORN;
        return CHAIN_READ_APART;
    }
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
static void set_aside(struct walk *walk, const struct walk_stack *stack, const struct walk_extra *extra,
                      struct walk_stack *open)
{
    *open = *stack;
    open->frames = walk->room->open;
    open->ahead = walk->room->open_ahead;
    open->extra = walk->room->open_extra;
    memcpy(walk->room->open, stack->frames, stack->depth * sizeof *stack->frames);
    memcpy(walk->room->open_ahead, stack->ahead, extra->ahead_bytes);
    memcpy(walk->room->open_extra, stack->extra, extra->bytes);
}

enum walk_result walk_read(struct walk *walk, const struct walk_extra *extra,
                           struct walk_stack *stack)
{
    struct walk_stack open = {.frames = NULL};
    enum chain_result result = CHAIN_UNKNOWN_PLACE;
    remote_addr top = remote_at(0);
    unsigned torn = 0;

    *stack = (struct walk_stack){.frames = walk->room->frames};
    chain_begin_root(walk->room);
    walk->places_full = false;
    for (unsigned try = 0; try < TRIES_MAX && torn < TORN_MAX; try++) {
        const struct collect_parts parts = choose_parts(walk, try > 0);
        struct collection collection;

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
            note_parts(walk, &parts, result);
            break;
        }
        if (result == CHAIN_WHOLE && (open.frames == NULL || same_calls(&open, stack)))
            return WALK_WHOLE;
        if (result == CHAIN_WHOLE)
            break;
        if (result == CHAIN_LINES_OPEN && open.frames == NULL)
            set_aside(walk, stack, extra, &open);
        stack->torn |= result == CHAIN_TORN && open.frames == NULL;
        if (is_to_be_read_otherwise(result))
            continue;
        stack->retries++;
        torn += result != CHAIN_SLOW;
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
