#include "sample/chain.h"

#include "base/bytes.h"
#include "python/frame.h"
#include "sample/follow.h"
#include "sample/pair.h"

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

    if (!follow_is_same_call(layout, &listed->found, index == 0, true) || !is_live(&frame) || !pair_may_stand(layout, pair, false) ||
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
    root->may_wait = follow_may_be_called_by(&follow, layout, &frame, pair);
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
