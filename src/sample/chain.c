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
    stack->extra = collection->extra;
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
        .called_c = follow->callee_is_entry,
    };
    follow->all_lines &= line_known;
}

/* Takes note of a frame for the one that called it. In 3.11 an entry frame is the callee itself. */
static void pass_frame(struct follow *follow, const struct layout *layout,
                       const struct frame *frame)
{
    follow->is_top = false;
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

/* The chain was the same up to its end. */
static enum chain_result at_end(const struct follow *follow)
{
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

/* Whether all below a frame that is met is as it was known with `rest` frames there. */
static bool rest_is_known(const struct walk *walk, const struct collection *collection,
                          remote_addr address, const struct collected *found,
                          const struct chain_known *known, const struct walk_stack *stack, size_t rest)
{
    return remote_equal(known->base, chain_base(walk, collection->state)) &&
           stack->depth + rest <= RECORD_DEPTH_MAX &&
           !found->in_lower &&
           places_same_below(collection->places, address, found->place,
                             collection->turned ? collection->second : collection->first,
                             collection->turned ? collection->first : collection->second);
}

static void note_lower(struct walk_room *room, const struct walk_stack *stack,
                       const struct collected *found)
{
    if (!found->in_lower)
        return;
    if (room->in_lower++ == 0)
        room->first_lower = stack->depth - 1;
}

enum chain_result chain_follow(struct walk *walk, const struct collection *collection,
                               remote_addr address, const struct chain_known *known,
                               struct walk_stack *stack, size_t *rest, remote_addr *unknown)
{
    const struct layout *layout = walk->layout;
    struct follow follow = {.is_top = true, .is_first = true, .all_lines = true, .all_stand = true};
    remote_addr met = remote_at(0); /* the frame at the last power of two: met again, it is a circle */
    bool at_bottom = remote_is_null(address);
    unsigned known_tries = known != NULL ? KNOWN_TRIES : 0;

    stack->depth = 0;
    stack->live_from = RECORD_DEPTH_MAX;
    stack->cut = false;
    *rest = SIZE_MAX;
    walk->room->in_lower = 0;
    walk->room->first_lower = SIZE_MAX;
    if (beyond_top(walk, collection->state, address))
        return CHAIN_TORN;
    for (size_t step = 0; step < CHAIN_STEPS_MAX; step++) {
        struct collected found;
        struct frame frame;
        struct pair pair;

        if (remote_is_null(address) && !at_bottom)
            return CHAIN_TORN;
        if (remote_is_null(address) || chain_is_base(walk, collection->state, address))
            return at_end(&follow);
        if (!collection_find(collection, address, layout->frame.size, &found)) {
            if (walk->places_full)
                break;
            *unknown = address;
            return CHAIN_UNKNOWN_PLACE;
        }
        pair = pair_of(&found);
        frame = frame_decode(layout, pair.second);
        if (!pair_same_call(layout, pair) || !is_live(&frame) ||
            !pair_may_stand(layout, pair, follow.is_top))
            return CHAIN_TORN;
        if (frame.owner != OWNER_ENTRY) {
            if (stack->depth == RECORD_DEPTH_MAX)
                break;
            add_frame(walk, stack, &follow, address, &frame, pair);
            note_lower(walk->room, stack, &found);
            *rest = known_tries > 0 ? find_known(walk, known, stack) + 1 : SIZE_MAX;
            if (known_tries > 0 && *rest <= known->depth) {
                known_tries--;
                if (rest_is_known(walk, collection, address, &found, known, stack,
                                  known->depth - *rest))
                    return at_end(&follow);
            }
            *rest = SIZE_MAX;
        }
        pass_frame(&follow, layout, &frame);
        at_bottom = may_be_bottom(&frame);
        if ((step & (step - 1)) == 0)
            met = address;
        address = frame.previous;
        if (remote_equal(address, met))
            return CHAIN_TORN;
    }
    stack->cut = true;
    return at_end(&follow);
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

    if (!pair_same_call(layout, pair) || !is_live(&frame) || !pair_may_stand(layout, pair, false) ||
        beyond_top(walk, collection->state, listed->address))
        return false;
    *root = (struct chain_root_frame){
        .address = listed->address, .code = frame.code, .place = listed->found.place};
    if (frame.owner == OWNER_ENTRY)
        return true;
    if (index > 0) {
        const struct pair above = pair_of(&listed[-1].found);
        const struct frame callee = frame_decode(layout, above.second);

        pass_frame(&follow, layout, &callee);
    }
    root->seen_running = pair_seen_running(layout, pair);
    root->stands = layout_has_frame_objects(layout) && pair_stands(layout, pair);
    root->frame.address = listed->address;
    root->frame.code = frame.code;
    root->frame.called_c = follow.callee_is_entry;
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

/* Lists the chain from the top as one of the copies has it. In 3.11 and 3.12 a loop's _PyCFrame is named
   before what it holds is set (_PyEval_EvalFrameDefault(), Python/ceval.c): until then it still names what
   stood in the same place, whose caller is not that of what stands there now. Then, and where that is not
   to be told, what the loop was entered from is listed; `*is_top` is false. */
static size_t list_from_top(struct walk *walk, const struct collection *collection, remote_addr top,
                            bool *is_top)
{
    const bool has_loops = walk->layout->thread.cframe != LAYOUT_NONE;
    remote_addr from = remote_at(0);
    bool known = true;
    size_t count;

    *is_top = true;
    if (has_loops)
        known = collection_entered_from(&walk->collector, collection, &from);
    for (int in_second = 1; in_second >= 0 && known; in_second--) {
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

bool chain_note_root(struct walk *walk, const struct collection *collection, remote_addr top)
{
    struct walk_room *room = walk->room;
    const size_t depth_before = room->root_depth;
    size_t agreed = 0, depth = 0;
    bool at_once = true, is_top;
    const size_t count = list_from_top(walk, collection, top, &is_top);

    room->root_proven = 0;
    for (; depth < count; depth++) {
        struct chain_root_frame *kept = &room->root[depth];
        struct chain_root_frame now;

        if (!read_root_frame(walk, collection, count - 1 - depth, &now))
            break;
        if (agreed == depth && depth < depth_before &&
            remote_equal(kept->address, now.address) && remote_equal(kept->code, now.code))
            agreed++;
        at_once = is_proven_with(walk, &now, depth, at_once);
        if (at_once && now.seen_running)
            room->root_proven = depth + 1;
        *kept = now;
    }
    room->root_depth = depth;
    if (room->root_proven < agreed)
        room->root_proven = agreed;
    return is_top && count > 0 && agreed == count && depth_before == count;
}

void chain_keep_root(struct walk *walk, struct walk_stack *stack)
{
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

