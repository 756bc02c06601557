#include "sample/walk.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "python/frame.h"
#include "sample/collect.h"
#include "sample/exception.h"
#include "sample/pair.h"
#include "sample/record.h"

enum {
    TRIES_MAX = 8,      /* collections for one sample, with those that find new places */
    TORN_MAX = 3,       /* of these, how many may be torn before the stack is truncated */
    KNOWN_MAX = 64,     /* frames in known places that learning reads one by one in search of others */
    STEPS_MAX = 2 * RECORD_DEPTH_MAX, /* frames on a chain, with those that hold no Python code */
};

struct walk {
    struct collector collector;
    const struct layout *layout;
    struct walk_room *room;
    bool places_full; /* the stack needs more places than there are: its root side is cut */
};

/* A frame on the chain as one copy has it. */
struct listed {
    remote_addr address;
    struct place_found found;
};

/* A frame that both copies of a torn collection have the same. */
struct root_frame {
    remote_addr address;
    remote_addr code;
    struct walk_frame frame; /* what to give of it; without code: an entry frame */
    uint32_t place;
    bool seen_running;
};

struct walk_room {
    remote_addr none; /* where None is; null: not known yet */
    struct collect_buffer buffer;
    struct walk_frame frames[RECORD_DEPTH_MAX];
    struct walk_frame open[RECORD_DEPTH_MAX]; /* a proven stack of which not every line is, */
    unsigned char open_extra[WALK_EXTRA_BYTES_MAX]; /* and what was read with it */
    struct listed listed[STEPS_MAX];   /* top first */
    struct root_frame root[STEPS_MAX]; /* bottom first; of the last torn collection of one sample */
    size_t root_depth;
    size_t root_proven;                /* how many of them are */
};

struct walk_room *walk_room_new(void)
{
    return calloc(1, sizeof(struct walk_room));
}

void walk_room_free(struct walk_room *room)
{
    if (room == NULL)
        return;
    free(room->buffer.bytes);
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
    free(walk);
}

/* The frame at which a chain of 3.15 ends; null before. */
static remote_addr base_of(const struct walk *walk, const unsigned char *state)
{
    const uint32_t offset = walk->layout->thread.base_frame;

    return remote_at(offset != LAYOUT_NONE ? word_at(state, offset) : 0);
}

/* Of an address that is not null. */
static bool is_base(const struct walk *walk, const unsigned char *state, remote_addr address)
{
    return remote_equal(base_of(walk, state), address);
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
    bool callee_is_entry; /* the callee has a loop of the interpreter of its own */
    bool all_lines;       /* every line is proven so far */
};

/* Adds a proven frame to the stack. */
static void add_frame(struct walk *walk, struct walk_stack *stack, struct follow *follow,
                      remote_addr address, const struct frame *frame, struct pair pair)
{
    const bool line_known = follow->is_top || pair_same_instruction(walk->layout, pair,
                                                                    follow->callee_is_entry);

    if (follow->is_first)
        follow->seen_running = pair_seen_running(walk->layout, pair);
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
    const uint64_t chunk = word_at(state, layout->thread.datastack_chunk);
    const uint64_t top = word_at(state, layout->thread.datastack_top);

    return address.value >= top && address.value - chunk < DATA_STACK_CHUNK_BYTES;
}

enum follow_result {
    FOLLOW_WHOLE,
    FOLLOW_LINES_OPEN,  /* whole, but not every line is proven */
    FOLLOW_NOT_RUNNING, /* whole, if its first frame calls, returns or is traced, and did not end */
    FOLLOW_UNKNOWN_PLACE,
    FOLLOW_TORN,
    FOLLOW_SLOW,        /* it took so long that it proves nothing */
};

/* The chain was the same up to its end. */
static enum follow_result at_end(const struct follow *follow)
{
    if (!follow->is_first && !follow->seen_running)
        return FOLLOW_NOT_RUNNING;
    return follow->all_lines ? FOLLOW_WHOLE : FOLLOW_LINES_OPEN;
}

static struct pair pair_at(const struct collection *collection, const struct place_found *found)
{
    return (struct pair){collection->first + found->first, collection->second + found->second};
}

/* Follows the chain from `address` as long as it is the same in both copies, to the bottom. */
static enum follow_result follow_chain(struct walk *walk, const struct collection *collection,
                                       remote_addr address, struct walk_stack *stack,
                                       remote_addr *unknown)
{
    const struct layout *layout = walk->layout;
    struct follow follow = {.is_top = true, .is_first = true, .all_lines = true};
    remote_addr met = remote_at(0); /* the frame at the last power of two: met again, it is a circle */
    bool at_bottom = remote_is_null(address);

    stack->depth = 0;
    stack->live_from = RECORD_DEPTH_MAX;
    stack->cut = false;
    if (beyond_top(walk, collection->state, address))
        return FOLLOW_TORN;
    for (size_t step = 0; step < STEPS_MAX; step++) {
        struct place_found found;
        struct frame frame;
        struct pair pair;

        if (remote_is_null(address) && !at_bottom)
            return FOLLOW_TORN;
        if (remote_is_null(address) || is_base(walk, collection->state, address))
            return at_end(&follow);
        if (!places_find(&walk->collector.places, address, layout->frame.size, &found)) {
            if (walk->places_full)
                break;
            *unknown = address;
            return FOLLOW_UNKNOWN_PLACE;
        }
        pair = pair_at(collection, &found);
        frame = frame_decode(layout, pair.second);
        if (!pair_same_call(layout, pair) || !is_live(&frame))
            return FOLLOW_TORN;
        if (frame.owner != OWNER_ENTRY) {
            if (stack->depth == RECORD_DEPTH_MAX)
                break;
            add_frame(walk, stack, &follow, address, &frame, pair);
        }
        pass_frame(&follow, layout, &frame);
        at_bottom = may_be_bottom(&frame);
        if ((step & (step - 1)) == 0)
            met = address;
        address = frame.previous;
        if (remote_equal(address, met))
            return FOLLOW_TORN;
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

    for (size_t count = 0; count < STEPS_MAX; count++) {
        struct place_found found;
        struct frame frame;

        if (remote_is_null(address))
            return at_bottom ? count : 0;
        if (is_base(walk, collection->state, address))
            return count;
        if (!places_find(&walk->collector.places, address, layout->frame.size, &found))
            return 0;
        frame = frame_decode(layout, in_second ? collection->second + found.second
                                               : collection->first + found.first);
        if (!is_frame(&frame))
            return 0;
        walk->room->listed[count] = (struct listed){address, found};
        at_bottom = may_be_bottom(&frame);
        address = frame.previous;
    }
    return 0;
}

/* Reads the listed frame `index`; false when the copies differ in it, or it is not live. */
static bool read_root_frame(struct walk *walk, const struct collection *collection, size_t index,
                            struct root_frame *root)
{
    const struct layout *layout = walk->layout;
    const struct listed *listed = &walk->room->listed[index];
    const struct pair pair = pair_at(collection, &listed->found);
    const struct frame frame = frame_decode(layout, pair.second);
    struct follow follow = {.is_top = index == 0};

    if (!pair_same_call(layout, pair) || !is_live(&frame) ||
        beyond_top(walk, collection->state, listed->address))
        return false;
    *root = (struct root_frame){
        .address = listed->address, .code = frame.code, .place = listed->found.place};
    if (frame.owner == OWNER_ENTRY)
        return true;
    if (index > 0) {
        const struct pair above = pair_at(collection, &listed[-1].found);
        const struct frame callee = frame_decode(layout, above.second);

        pass_frame(&follow, layout, &callee);
    }
    root->seen_running = pair_seen_running(layout, pair);
    root->frame.address = listed->address;
    root->frame.code = frame.code;
    root->frame.called_c = follow.callee_is_entry;
    if (follow.is_top || pair_same_instruction(layout, pair, follow.callee_is_entry))
        root->frame.instruction = frame.instruction;
    return true;
}

/* Notes the root side of a torn stack: from the bottom up the frames that both copies have the same. They
   are proven up to one that was seen running, if they were all read at once with it, or as far as the
   torn collection before had the same. True when that one had all of them, and they are all. */
static bool note_root_side(struct walk *walk, const struct collection *collection, remote_addr top)
{
    struct walk_room *room = walk->room;
    const size_t depth_before = room->root_depth;
    size_t agreed = 0, depth = 0;
    size_t count = list_chain(walk, collection, true, top);
    bool at_once = true;

    if (count == 0)
        count = list_chain(walk, collection, false, top);
    room->root_proven = 0;
    for (; depth < count; depth++) {
        struct root_frame *kept = &room->root[depth];
        struct root_frame now;

        if (!read_root_frame(walk, collection, count - 1 - depth, &now))
            break;
        if (agreed == depth && depth < depth_before &&
            remote_equal(kept->address, now.address) && remote_equal(kept->code, now.code))
            agreed++;
        /* The entry frame at the bottom may be anywhere: it does not change. */
        at_once = depth == 0 || (depth == 1 && remote_is_null(room->root[0].frame.code)) ||
                  (at_once && now.place == room->root[depth - 1].place);
        if (at_once && now.seen_running)
            room->root_proven = depth + 1;
        *kept = now;
    }
    room->root_depth = depth;
    if (room->root_proven < agreed)
        room->root_proven = agreed;
    return count > 0 && agreed == count && depth_before == count;
}

/* Gives the root side that the last torn collection proved. One frame fewer than there is room for, as
   one will stand for those that are missing. */
static void keep_root_side(struct walk *walk, struct walk_stack *stack)
{
    stack->depth = 0;
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

/* Adds the place of a frame, and of what stands in front of a generator's: the exception that it handles. */
static bool add_place(struct walk *walk, remote_addr address, const struct frame *frame)
{
    const struct layout *layout = walk->layout;
    const uint32_t before = frame->owner == OWNER_GENERATOR ? layout->handled.before_frame : 0;

    return places_add_frame(&walk->collector.places, remote_plus(address, -(int64_t)before),
                            before + layout->frame.size);
}

/* Looks the chain's places up in the target as it is now: the data stack's chunks, then, from the frame
   whose place was not known, each frame outside of them. Nothing of it is used but where to read. */
static void learn(struct walk *walk, const struct collection *collection, remote_addr unknown)
{
    const struct layout *layout = walk->layout;
    const remote_addr chunk =
        remote_at(word_at(collection->state, layout->thread.datastack_chunk));
    const remote_addr top = remote_at(word_at(collection->state, layout->thread.datastack_top));
    remote_addr address = unknown;
    unsigned known = 0;

    walk->places_full = false;
    places_set_chunks(&walk->collector.places, walk->collector.reader, layout, chunk, top);
    for (size_t step = 0; step < STEPS_MAX && known < KNOWN_MAX; step++) {
        unsigned char bytes[LAYOUT_FRAME_BYTES_MAX];
        struct place_found found;
        struct frame frame;

        if (remote_is_null(address) || is_base(walk, collection->state, address) ||
            !reader_read(walk->collector.reader, address, bytes, layout->frame.size))
            return;
        frame = frame_decode(layout, bytes);
        if (places_find(&walk->collector.places, address, layout->frame.size, &found))
            known++;
        else if (!add_place(walk, address, &frame)) {
            walk->places_full = true;
            return;
        }
        address = frame.previous;
    }
}

/* One collection and what it proves. */
static enum follow_result collect_and_follow(struct walk *walk, struct collection *collection,
                                             struct walk_stack *stack, remote_addr *top)
{
    remote_addr unknown = remote_at(0);
    enum follow_result result;

    stack->base = base_of(walk, collection->state);
    stack->next_thread = remote_at(word_at(collection->state, walk->layout->thread.next));
    stack->ident = word_at(collection->state, walk->layout->thread.thread_id);
    stack->native_id = word_at(collection->state, walk->layout->thread.native_thread_id);
    stack->extra = collection->extra;
    if (!collection_top(&walk->collector, collection, top))
        return FOLLOW_UNKNOWN_PLACE;
    result = follow_chain(walk, collection, *top, stack, &unknown);
    if (result == FOLLOW_UNKNOWN_PLACE) {
        learn(walk, collection, unknown);
        return result;
    }
    stack->exception = exception_active(&walk->collector, collection, walk->room->none);
    if (collection->slow)
        return FOLLOW_SLOW;
    if (result != FOLLOW_TORN && result != FOLLOW_NOT_RUNNING)
        return result;
    /* What stands the same through two collections did not end in between. */
    return note_root_side(walk, collection, *top) && result == FOLLOW_NOT_RUNNING ? FOLLOW_WHOLE
                                                                                 : FOLLOW_TORN;
}

/* Sets aside a proven stack of which not every line is, for when there will be no better one. */
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
    struct collection collection;
    struct walk_stack open = {.frames = NULL};
    enum follow_result result = FOLLOW_UNKNOWN_PLACE;
    remote_addr top = remote_at(0);
    unsigned torn = 0;

    *stack = (struct walk_stack){.frames = walk->room->frames};
    walk->room->root_depth = 0;
    walk->room->root_proven = 0;
    walk->places_full = false;
    for (unsigned try = 0; try < TRIES_MAX && torn < TORN_MAX; try++) {
        switch (collect(&walk->collector, extra, &collection)) {
        case COLLECT_FAILED:
            return WALK_FAILED;
        case COLLECT_LOST_EXTRA:
            return WALK_LOST_EXTRA;
        case COLLECT_LOST_PLACE:
            places_clear(&walk->collector.places);
            collector_forget_cframes(&walk->collector);
            stack->extra = NULL;
            result = FOLLOW_UNKNOWN_PLACE;
            continue;
        case COLLECTED:
            result = collect_and_follow(walk, &collection, stack, &top);
            break;
        }
        if (result == FOLLOW_WHOLE)
            return WALK_WHOLE;
        if (result == FOLLOW_LINES_OPEN)
            set_aside(walk, stack, extra->bytes, &open);
        if (result != FOLLOW_UNKNOWN_PLACE)
            stack->retries++;
        if (result != FOLLOW_UNKNOWN_PLACE && result != FOLLOW_SLOW)
            torn++;
    }
    if (open.frames != NULL) {
        open.retries = stack->retries;
        *stack = open;
        return WALK_WHOLE;
    }
    if (result != FOLLOW_TORN)
        stack->extra = NULL; /* it was read later than what is kept */
    keep_root_side(walk, stack);
    return WALK_TRUNCATED;
}
