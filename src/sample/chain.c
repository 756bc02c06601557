#include "sample/chain.h"

#include "base/bytes.h"
#include "python/frame.h"
#include "python/runtime.h"
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

/* Whether a frame is of the kind that may end a chain. A generator's is not, though it has no caller
   while it is suspended, as a stale pointer to one would end the chain too early. In 3.15 the thread's
   base frame ends it, or an entry without a caller: greenlet begins each of its stacks so. */
static bool may_be_bottom(const struct frame *frame)
{
    return frame->is_bottom && frame->owner != OWNER_GENERATOR;
}

/* Whether these are a frame's bytes. */
static bool is_frame(const struct frame *frame)
{
    return frame->owner == OWNER_ENTRY || frame->owner == OWNER_THREAD ||
           frame->owner == OWNER_GENERATOR;
}

/* Whether a frame can be part of a running chain. One that is being cleared has lost its code. */
static bool is_live(const struct frame *frame)
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

/* Takes note of a frame for the one that called it. In 3.11 an entry frame is the callee itself. */
static void pass_frame(struct follow *follow, const struct layout *layout, remote_addr address,
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
static bool beyond_top(const struct walk *walk, const unsigned char *state, remote_addr address)
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
static void open_top(const struct layout *layout, struct walk_frame *top, bool all_lines)
{
    if (!all_lines && layout_has_frame_objects(layout))
        top->instruction = remote_at(0);
}

/* The chain was the same up to its end. */
static enum chain_result at_end(const struct walk *walk, const struct follow *follow)
{
    open_top(walk->layout, &walk->room->frames[0], follow->all_lines);
    if (!follow->is_first && (!follow->seen_running || !follow->all_stand))
        return CHAIN_NOT_RUNNING;
    return follow->all_lines ? CHAIN_WHOLE : CHAIN_LINES_OPEN;
}

static struct pair pair_of(const struct collected *found)
{
    return (struct pair){found->first, found->second};
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

/* Whether all copies hold the same call: of a frame that is outside, or below one, also those farther from the thread state,
   at the same instruction if it waits. */
static bool is_same_call(const struct layout *layout, const struct collected *found, bool is_top, bool below_outside)
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

/* Whether the chain goes on in another place of the data stack here, next to the top: a call that crosses the end of a
   chunk can be another one at each piece. Where RECALL_GUARDS frames stand above it, it is as little in doubt as they. */
static bool crosses(struct follow *follow, const struct collected *found, size_t above)
{
    const uint32_t before = follow->stack_place;

    if (!found->crossed)
        return false;
    follow->stack_place = found->place + 1;
    return before != 0 && before != follow->stack_place && above < RECALL_GUARDS;
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

/* Whether what was followed last can have been called by this frame. */
static bool may_be_called_by(const struct follow *follow, const struct layout *layout, const struct frame *frame,
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
        if (!is_same_call(layout, &found, follow.is_top, walk->room->met_outside || found.crossed) ||
            !is_live(&frame) ||
            !pair_may_stand(layout, pair, follow.is_top) || !may_be_called_by(&follow, layout, &frame, pair))
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

/* Lists the frames on the chain from `address` as one copy has them, also those that are being made or
   cleared. Gives their number; 0 when it does not reach the bottom. */
static size_t list_chain(struct walk *walk, const struct collection *collection, bool in_second,
                         remote_addr address)
{
    const struct layout *layout = walk->layout;
    bool at_bottom = false;

    for (size_t count = 0; count < CHAIN_STEPS_MAX; count++) {
        struct collected found;
        struct frame frame;

        if (remote_is_null(address))
            return at_bottom ? count : 0;
        if (chain_is_base(walk, collection->state, address))
            return count;
        if (!collection_find(collection, address, layout->frame.size, &found))
            return 0;
        frame = frame_decode(layout, in_second ? found.second : found.first);
        if (!is_frame(&frame))
            return 0;
        walk->room->listed[count] = (struct chain_listed){address, found};
        at_bottom = may_be_bottom(&frame);
        address = frame.previous;
    }
    return 0;
}

/* Reads the listed frame `index`; false when the copies differ in it, or it is not live. */
static bool read_root_frame(struct walk *walk, const struct collection *collection, size_t index,
                            struct chain_root_frame *root)
{
    const struct layout *layout = walk->layout;
    const struct chain_listed *listed = &walk->room->listed[index];
    const struct pair pair = pair_of(&listed->found);
    const struct frame frame = frame_decode(layout, pair.second);
    struct follow follow = {.is_top = index == 0};

    if (!is_same_call(layout, &listed->found, index == 0, true) || !is_live(&frame) || !pair_may_stand(layout, pair, false) ||
        beyond_top(walk, collection->state, listed->address))
        return false;
    *root = (struct chain_root_frame){
        .address = listed->address, .code = frame.code, .place = listed->found.place, .may_wait = true};
    if (frame.owner == OWNER_ENTRY)
        return true;
    if (index > 0) {
        const struct pair above = pair_of(&listed[-1].found);
        const struct frame callee = frame_decode(layout, above.second);

        pass_frame(&follow, layout, listed[-1].address, &callee, listed[-1].found.part);
    }
    root->seen_running = pair_seen_running(layout, pair);
    root->stands = layout_has_frame_objects(layout) && pair_stands(layout, pair);
    root->frame.address = listed->address;
    root->frame.code = frame.code;
    root->frame.waits = true;
    root->frame.called_c = follow.callee_is_entry;
    root->may_wait = may_be_called_by(&follow, layout, &frame, pair);
    if (follow.is_top || pair_same_instruction(layout, pair, follow.callee_is_entry))
        root->frame.instruction = frame.instruction;
    return true;
}

void chain_begin_root(struct walk_room *room)
{
    room->root_depth = 0;
    room->root_proven = 0;
}

/* Whether the loop of the interpreter that runs the listed frames was entered from `from`. */
static bool is_entered_from(const struct walk *walk, bool in_second, size_t count, remote_addr from)
{
    const struct layout *layout = walk->layout;

    for (size_t i = 0; i < count; i++) {
        const struct collected *found = &walk->room->listed[i].found;
        const struct frame frame =
            frame_decode(layout, in_second ? found->second : found->first);

        if (frame.is_bottom)
            return remote_equal(frame.previous, from);
    }
    return false;
}

/* Whether one copy of a frame stands in front of its first instruction. */
static bool stands_in_front(const struct layout *layout, const unsigned char *copy)
{
    const struct frame frame = frame_decode(layout, copy);

    return remote_equal(frame.instruction, remote_plus(frame.code, (int64_t)layout->code.units - LAYOUT_UNIT_BYTES));
}

/* Whether a top had begun by both copies. Where a call is made in the same loop of the interpreter, the compiler of 3.11
   or 3.12 may let it be named as the top before its caller is set (DISPATCH_INLINED(), Python/ceval_macros.h of 3.12):
   until then it names that of what stood there before. */
static bool has_begun(const struct walk *walk, const struct collection *collection, remote_addr top)
{
    struct collected found;

    return !collection_find(collection, top, walk->layout->frame.size, &found) ||
           (!stands_in_front(walk->layout, found.first) && !stands_in_front(walk->layout, found.second));
}

/* Lists the chain from the top as one of the copies has it. In 3.11 and 3.12 a loop's _PyCFrame is named
   before what it holds is set (_PyEval_EvalFrameDefault(), Python/ceval.c): until then it still names what
   stood in the same place, whose caller is not that of what stands there now. Then, and where that is not
   to be told, what the loop was entered from is listed; `*is_top` is false. */
static size_t list_from_top(struct walk *walk, const struct collection *collection, remote_addr top,
                            bool *is_top)
{
    const bool has_loops = walk->layout->thread.cframe != LAYOUT_NONE;
    remote_addr from = remote_at(0);
    bool known = true, begun = true;
    size_t count;

    *is_top = true;
    if (has_loops) {
        known = collection_entered_from(&walk->collector, collection, &from);
        begun = has_begun(walk, collection, top);
    }
    for (int in_second = 1; in_second >= 0 && known && begun; in_second--) {
        count = list_chain(walk, collection, in_second == 1, top);
        if (count > 0 && (!has_loops || is_entered_from(walk, in_second == 1, count, from)))
            return count;
    }
    *is_top = false;
    return known && has_loops && !remote_is_null(from) ? list_chain(walk, collection, true, from) : 0;
}

/* Whether the frame of the root side that has `depth` below it was read at once with these, of which `so_far`
   tells the same. Frame objects are as good as that where each was seen to stand by its own mark. */
static bool is_proven_with(const struct walk *walk, const struct chain_root_frame *frame, size_t depth,
                           bool so_far)
{
    const struct chain_root_frame *root = walk->room->root;

    if (layout_has_frame_objects(walk->layout))
        return so_far && frame->stands;
    /* The entry frame at the bottom may be anywhere: it does not change. */
    return depth == 0 || (depth == 1 && remote_is_null(root[0].frame.code)) ||
           (so_far && frame->place == root[depth - 1].place);
}

/* How many of the first `depth` listed frames of the root side are not in doubt where the chain goes on in another place of
   the data stack. What stands above them and is not proven does not count as standing above the end of the chunk. */
static size_t before_crossing(const struct walk_room *room, size_t count, size_t depth)
{
    struct follow follow = {.is_top = false};

    for (size_t i = 0; i < depth; i++)
        if (crosses(&follow, &room->listed[count - 1 - i].found, depth - i))
            return i;
    return depth;
}

bool chain_note_root(struct walk *walk, const struct collection *collection, remote_addr top)
{
    struct walk_room *room = walk->room;
    const size_t depth_before = room->root_depth;
    const bool is_another = !collection_shares(collection); /* than the torn one before */
    size_t agreed = 0, inside = 0, depth = 0, steady;
    bool at_once = true, all_lines = true, is_top;
    const size_t count = list_from_top(walk, collection, top, &is_top);

    room->root_proven = 0;
    for (; depth < count; depth++) {
        struct chain_root_frame *kept = &room->root[depth];
        struct chain_root_frame now;

        if (!read_root_frame(walk, collection, count - 1 - depth, &now))
            break;
        if (is_another && agreed == depth && depth < depth_before &&
            remote_equal(kept->address, now.address) && remote_equal(kept->code, now.code))
            agreed++;
        inside += inside == depth && !room->listed[count - 1 - depth].found.outside;
        at_once = is_proven_with(walk, &now, depth, at_once);
        if (at_once && now.seen_running)
            room->root_proven = depth + 1;
        if (depth + 1 == count)
            open_top(walk->layout, &now.frame, all_lines);
        all_lines &= remote_is_null(now.frame.code) || !remote_is_null(now.frame.instruction);
        *kept = now;
        if (!now.may_wait) {
            depth++;
            break;
        }
    }
    room->root_depth = depth;
    /* What is outside, or beyond the end of a chunk, may have taken turns with others twice. */
    steady = walk->wary && inside < agreed ? inside : agreed;
    if (walk->wary)
        steady = before_crossing(room, count, steady);
    if (room->root_proven < steady)
        room->root_proven = steady;
    return is_top && count > 0 && agreed == count && depth_before == count;
}

/* Where the first frame with code waits, of the so many at the root; null: not known, or there is none. */
static remote_addr root_instruction(const struct walk_room *room, size_t count)
{
    while (count > 0 && remote_is_null(room->root[count - 1].frame.code))
        count--;
    return count > 0 ? room->root[count - 1].frame.instruction : remote_at(0);
}

bool chain_root_entries(const struct walk_room *room, struct entries *entries)
{
    size_t depth = 0; /* of frames with code */

    entries->count = 0;
    for (size_t i = 0; i < room->root_proven; i++)
        depth += !remote_is_null(room->root[i].frame.code);
    for (size_t i = room->root_proven; i-- > 1;) {
        const struct chain_root_frame *callee = &room->root[i];
        const struct chain_root_frame *entry = &room->root[i - 1];

        if (remote_is_null(entry->frame.code) &&
            !entries_add(entries, (struct entry){.address = entry->address,
                                                 .callee = callee->address,
                                                 .callee_code = callee->code,
                                                 .instruction = root_instruction(room, i - 1),
                                                 .position = depth}))
            return false;
        depth -= !remote_is_null(callee->frame.code);
    }
    return true;
}

void chain_keep_root(struct walk *walk, struct walk_stack *stack)
{
    stack->frames = walk->room->frames;
    stack->serial = stack->rest_of = 0;
    stack->depth = 0;
    /* A mark that was seen in the first copy only tells nothing of what was read behind it. */
    stack->live_from = walk->layout->frame.stack_top == LAYOUT_NONE ? 0 : RECORD_DEPTH_MAX;
    stack->cut = false;
    for (size_t i = walk->room->root_proven; i-- > 0 && !stack->cut;) {
        const struct walk_frame *frame = &walk->room->root[i].frame;

        if (remote_is_null(frame->code))
            continue;
        stack->cut = stack->depth == RECORD_DEPTH_MAX - 1;
        if (!stack->cut)
            walk->room->frames[stack->depth++] = *frame;
    }
}

