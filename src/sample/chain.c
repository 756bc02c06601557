#include "sample/chain.h"

#include "base/bytes.h"
#include "python/frame.h"
#include "python/runtime.h"
#include "sample/follow.h"
#include "sample/pair.h"

enum {
    LOOK_MAX = 16,   /* frames of a known stack among which one that is met is looked for */
    KNOWN_TRIES = 2, /* of the frames met there, whose rest is looked at: that takes as long as it is large */
};

remote_addr chain_base(const struct walk *walk, const unsigned char *state)
{
    const uint32_t offset = walk->layout->thread.base_frame;

    return remote_at(offset != LAYOUT_NONE ? word_at(state, offset) : 0);
}

bool chain_is_base(const struct walk *walk, const unsigned char *state, remote_addr address)
{
    return remote_equal(chain_base(walk, state), address);
}

void chain_describe(const struct walk *walk, const struct collection *collection,
                    struct walk_stack *stack)
{
    stack->base = chain_base(walk, collection->state);
    stack->next_thread = remote_at(word_at(collection->state, walk->layout->thread.next));
    stack->ident = word_at(collection->state, walk->layout->thread.thread_id);
    stack->mark = runtime_thread_mark(walk->layout, collection->state);
    stack->ahead = collection->ahead;
    stack->extra = collection->extra;
    stack->took_ns = collection->took_ns;
}

bool chain_recall(const struct walk *walk, struct chain_known *known)
{
    const struct recall *recall = &walk->recall;

    if (!recall_is_of(recall, &walk->collector.places))
        return false;
    *known = (struct chain_known){recall_frames(recall), recall->depth, recall->base, recall};
    return true;
}

bool chain_keep(struct walk *walk, const struct collection *collection, struct walk_stack *stack,
                const struct entries *entries, size_t rest)
{
    struct walk_room *room = walk->room;
    struct places *places = &walk->collector.places;

    if (rest == SIZE_MAX)
        stack->serial = recall_store(&walk->recall, places, &room->parts_room, walk->layout->frame.size, collection,
                                     stack, entries);
    else if (recall_update(&walk->recall, places, collection, room->met, &room->met_at, stack->frames, stack->fresh,
                           entries, rest))
        stack->serial = walk->recall.serial;
    return stack->serial != 0;
}

/* Adds a proven frame to the stack. */
static void add_frame(struct walk *walk, struct walk_stack *stack, struct follow *follow,
                      remote_addr address, const struct frame *frame, struct pair pair)
{
    const bool line_known = follow->is_top || pair_same_instruction(walk->layout, pair,
                                                                    follow->callee_is_entry);

    if (follow->is_first)
        follow->seen_running = pair_seen_running(walk->layout, pair);
    else
        follow->all_stand &= pair_stands(walk->layout, pair);
    follow->is_first = false;
    if (stack->live_from > stack->depth && pair_still_runs(walk->layout, pair))
        stack->live_from = stack->depth;
    walk->room->frames[stack->depth++] = (struct walk_frame){
        .address = address,
        .code = frame->code,
        .instruction = line_known ? frame->instruction : remote_at(0),
        .waits = !follow->is_top,
        .called_c = follow->callee_is_entry,
    };
    follow->all_lines &= line_known;
}

/* The chain was the same up to its end. */
static enum chain_result at_end(const struct walk *walk, const struct follow *follow)
{
    open_top(walk->layout, &walk->room->frames[0], follow->all_lines);
    if (!follow->is_first && (!follow->seen_running || !follow->all_stand))
        return CHAIN_NOT_RUNNING;
    return follow->all_lines ? CHAIN_WHOLE : CHAIN_LINES_OPEN;
}

/* Where the frame last put is among those nearest to the top of the stack known; known->depth: nowhere. */
static size_t find_known(const struct walk *walk, const struct chain_known *known,
                         const struct walk_stack *stack)
{
    const struct walk_frame *frame = &walk->room->frames[stack->depth - 1];
    const size_t look = known->depth < LOOK_MAX ? known->depth : LOOK_MAX;

    for (size_t i = 0; i < look; i++)
        if (remote_equal(known->frames[i].address, frame->address))
            return remote_equal(known->frames[i].code, frame->code) ? i : known->depth;
    return known->depth;
}

/* Whether all below a frame that is met is as it was known with `rest` as the first frame there. */
static bool rest_is_known(const struct walk *walk, const struct collection *collection,
                          remote_addr address, const struct collected *found,
                          const struct chain_known *known, const struct walk_stack *stack, size_t rest)
{
    const struct places_copy first = {collection->first, collection->turned};
    const struct places_copy second = {collection->second, !collection->turned};

    return remote_equal(known->base, chain_base(walk, collection->state)) &&
           stack->depth + (known->depth - rest) <= RECORD_DEPTH_MAX && found->part == IN_COPIES &&
           places_same_below(collection->parts->places, address, found->place, first, second) &&
           (known->recall == NULL ||
            (stack->live_from != RECORD_DEPTH_MAX &&
             recall_holds(known->recall, walk->layout, &walk->collector.places, collection, address, found,
                          rest)));
}

/* Takes note of an entry frame; false when nothing shows that it stood as it was read. */
static bool note_entry(struct walk_room *room, const struct follow *follow, remote_addr address,
                       enum collected_part part, size_t above)
{
    bool noted;

    if (follow->is_top || above == 0)
        return part != IN_STEADY;
    noted = entries_add(&room->entries, (struct entry){.address = address,
                                                       .callee = follow->callee,
                                                       .callee_code = follow->callee_code,
                                                       .position = above - 1});
    return part != IN_STEADY || (noted && follow->callee_part != IN_STEADY);
}

/* Takes note of a frame that was not read with each copy, or is an entry frame; false when nothing can be proven of
   it. */
static bool note_apart(struct walk_room *room, const struct follow *follow, remote_addr address,
                       const struct frame *frame, enum collected_part part, size_t above)
{
    if (frame->owner == OWNER_ENTRY)
        return note_entry(room, follow, address, part, above);
    if (part == IN_LOWER && room->in_lower++ == 0)
        room->first_lower = above;
    return part != IN_STEADY;
}

static void begin_follow(struct walk_room *room, struct walk_stack *stack)
{
    stack->frames = room->frames;
    stack->serial = stack->rest_of = 0;
    stack->depth = 0;
    stack->live_from = RECORD_DEPTH_MAX;
    stack->cut = false;
    room->met_outside = false;
    room->in_order = room->at_innermost = true;
    room->in_lower = 0;
    room->first_lower = SIZE_MAX;
    room->entries.count = 0;
}

bool follow_is_same_call(const struct layout *layout, const struct collected *found, bool is_top,
                         bool below_outside)
{
    if (!pair_same_call(layout, pair_of(found)))
        return false;
    if (!below_outside || found->outer[0] == NULL)
        return true;
    for (size_t i = 0; i < 2 * PLACES_OUTER; i++)
        if (!pair_same_moment(layout, (struct pair){found->outer[i], found->second}, is_top))
            return false;
    return pair_same_moment(layout, pair_of(found), is_top);
}

/* Takes note of whether the places that are outside come side by side. */
static void note_order(struct walk_room *room, struct follow *follow, const struct collected *found)
{
    const uint64_t mask = UINT64_C(1) << found->place % PLACES_WOVEN_MAX;

    if (!found->outside || (follow->opened & mask) != 0)
        return;
    room->in_order &= follow->opened == 0 || found->place == follow->last_opened + 1;
    room->at_innermost = found->innermost;
    follow->opened |= mask;
    follow->last_opened = found->place;
}

/* Whether the frame put last is one of `known` below which all is as it was then; `*rest` is what follows it. */
static bool meets_known(struct walk *walk, const struct collection *collection, remote_addr address,
                        const struct collected *found, const struct chain_known *known,
                        const struct walk_stack *stack, unsigned *tries, size_t *rest)
{
    /* Its rest may cross the end of a chunk, as crosses() tells. */
    const bool in_doubt = walk->wary && found->crossed && stack->depth < RECALL_GUARDS;
    const size_t at = known != NULL && *tries > 0 && !in_doubt ? find_known(walk, known, stack) : SIZE_MAX;

    if (at == SIZE_MAX || at == known->depth)
        return false;
    (*tries)--;
    if (!rest_is_known(walk, collection, address, found, known, stack, at + 1))
        return false;
    walk->room->met = address;
    walk->room->met_at = *found;
    *rest = at + 1;
    return true;
}

bool follow_may_be_called_by(const struct follow *follow, const struct layout *layout, const struct frame *frame,
                             struct pair pair)
{
    return follow->is_top || frame->owner == OWNER_ENTRY || pair_may_wait(layout, pair, follow->callee_is_entry);
}

enum chain_result chain_follow(struct walk *walk, const struct collection *collection,
                               remote_addr address, const struct chain_known *known,
                               struct walk_stack *stack, size_t *rest, remote_addr *unknown)
{
    const struct layout *layout = walk->layout;
    struct follow follow = {.is_top = true, .is_first = true, .all_lines = true, .all_stand = true};
    remote_addr met = remote_at(0); /* the frame at the last power of two: met again, it is a circle */
    bool at_bottom = remote_is_null(address);
    unsigned tries = KNOWN_TRIES;

    begin_follow(walk->room, stack);
    *rest = SIZE_MAX;
    /* It is not told of all pieces of places that are woven, nor whether some of its rest is outside. */
    if (walk->wary && places_have_outside(collection->parts->places))
        known = NULL;
    if (beyond_top(walk, collection->state, address))
        return CHAIN_TORN;
    for (size_t step = 0; step < CHAIN_STEPS_MAX; step++) {
        struct collected found;
        struct frame frame;
        struct pair pair;

        if (remote_is_null(address) && !at_bottom)
            return CHAIN_TORN;
        if (remote_is_null(address) || chain_is_base(walk, collection->state, address))
            return at_end(walk, &follow);
        if (!collection_find(collection, address, layout->frame.size, &found)) {
            if (walk->places_full)
                break;
            *unknown = address;
            return CHAIN_UNKNOWN_PLACE;
        }
        pair = pair_of(&found);
        frame = frame_decode(layout, pair.second);
        walk->room->met_outside |= found.outside || crosses(&follow, &found, stack->depth);
        if (!follow_is_same_call(layout, &found, follow.is_top, walk->room->met_outside || found.crossed) ||
            !is_live(&frame) ||
            !pair_may_stand(layout, pair, follow.is_top) || !follow_may_be_called_by(&follow, layout, &frame, pair))
            return CHAIN_TORN;
        if (!note_apart(walk->room, &follow, address, &frame, found.part, stack->depth))
            return CHAIN_READ_APART;
        note_order(walk->room, &follow, &found);
        if (frame.owner != OWNER_ENTRY) {
            if (stack->depth == RECORD_DEPTH_MAX)
                break;
            add_frame(walk, stack, &follow, address, &frame, pair);
            if (meets_known(walk, collection, address, &found, known, stack, &tries, rest))
                return at_end(walk, &follow);
        }
        pass_frame(&follow, layout, address, &frame, found.part);
        at_bottom = may_be_bottom(&frame);
        if ((step & (step - 1)) == 0)
            met = address;
        address = frame.previous;
        if (remote_equal(address, met))
            return CHAIN_TORN;
    }
    stack->cut = true;
    return at_end(walk, &follow);
}

/* Whether the frame stood in the copy in front of the lower part, too. */
static bool stood_in_front(const struct walk *walk, const struct collection *collection, remote_addr address)
{
    const struct layout *layout = walk->layout;
    struct collected found;

    return collection_find(collection, address, layout->frame.size, &found) && found.part == IN_COPIES &&
           pair_same_call(layout, (struct pair){collection->in_front + (found.first - collection->first),
                                                found.second});
}

bool chain_holds_lower(const struct walk *walk, const struct collection *collection, const struct walk_stack *stack)
{
    const struct walk_room *room = walk->room;

    if (room->in_lower == 0)
        return true;
    if (stack->depth - room->first_lower != room->in_lower || room->first_lower < RECALL_GUARDS)
        return false;
    for (size_t i = room->first_lower - RECALL_GUARDS; i < room->first_lower; i++)
        if (!stood_in_front(walk, collection, stack->frames[i].address))
            return false;
    return true;
}
