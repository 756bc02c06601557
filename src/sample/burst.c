#include "sample/burst.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "sample/chain.h"
#include "sample/exception.h"

enum {
    GUARDS = 64,      /* frames that have to stand right above a lower part that was not read in between: to return
                         from so many and to call them takes several times as long as one copy */
    TIGHT_PLACES = 3, /* a stack in more places is not read so soon again behind every other thread state: what
                         changes most is farthest from it, and those collections are not used */
    WHOLE_MAX = 1024, /* bursts that are read as a whole after one of which the lower part was not proven */
};

struct burst {
    struct walk *walk;
    struct collection collection; /* of the stack given last */
    size_t count;
    size_t given;
    unsigned step;                /* each of the collections is of use, or each other one */
    uint64_t began_ns, ended_ns;
    struct chain_known known;     /* the stack given last, if `is_known` */
    bool is_known;
    struct walk_frame frames[RECORD_DEPTH_MAX]; /* of the stack given last: the root is the last one */

    bool is_split;                /* the lower part was read around all copies only */
    struct places upper, lower;
    bool has_guards;
    struct walk_frame guards[GUARDS]; /* right above the lower part, from there on */
    size_t lower_depth;               /* how many frames that has */
    unsigned whole_left;          /* so many bursts are read as a whole from now on, */
    unsigned whole_next;          /* and so many after the next failure */
};

struct burst *burst_new(void)
{
    return calloc(1, sizeof(struct burst));
}

void burst_free(struct burst *burst)
{
    if (burst == NULL)
        return;
    places_free(&burst->upper);
    places_free(&burst->lower);
    free(burst);
}

/* Takes note of whether the lower part of a stack could be proven. */
static void note_split(struct burst *burst, bool proven)
{
    if (proven) {
        burst->whole_next /= 2;
        return;
    }
    burst->whole_left = burst->whole_next = burst->whole_next * 4 + 4 < WHOLE_MAX ? burst->whole_next * 4 + 4
                                                                                 : WHOLE_MAX;
    burst->count = burst->given;
}

/* What is to be read of the thread's stack: all of it in each copy, or of a deep one the upper part. */
static struct collect_parts choose_parts(struct burst *burst)
{
    struct places *places = &burst->walk->collector.places;

    burst->is_split = burst->whole_left == 0 && places_split(places, &burst->upper, &burst->lower) &&
                      burst->upper.count <= TIGHT_PLACES;
    burst->step = burst->is_split || places->count <= TIGHT_PLACES ? 1 : 2;
    burst->has_guards = false;
    if (burst->whole_left > 0)
        burst->whole_left--;
    return burst->is_split ? (struct collect_parts){&burst->upper, &burst->lower}
                           : (struct collect_parts){.places = places};
}

size_t burst_read(struct burst *burst, struct walk *walk, const struct walk_extra *extra,
                  size_t wanted)
{
    const size_t most = wanted < BURST_MAX ? wanted : BURST_MAX;
    struct collect_parts parts;
    size_t count;

    burst->walk = walk;
    parts = choose_parts(burst);
    count = collect_most(&walk->collector, &parts, extra, most);
    burst->given = 0;
    burst->count = 0;
    burst->is_known = false;
    burst->began_ns = clock_now_ns();
    /* Where the stack is has to be known already; and what fails, walk_read() tells. */
    if (walk->collector.places.count == 0 || count < 2 ||
        collect(&walk->collector, &parts, extra, count, &burst->collection) != COLLECTED ||
        burst->collection.slow)
        return 0;
    burst->ended_ns = clock_now_ns();
    if (burst->is_split && !collection_lower_is_same(&burst->collection)) {
        note_split(burst, false);
        return 0;
    }
    burst->count = count;
    chain_begin_root(walk->room);
    return count;
}

/* Puts the frames just followed, and the rest of those known, where they end at the root. */
static void place_frames(struct burst *burst, struct walk_stack *stack, size_t rest)
{
    const size_t top = stack->depth;
    const size_t kept = rest == SIZE_MAX ? 0 : burst->known.depth - rest;
    struct walk_frame *leaf = burst->frames + RECORD_DEPTH_MAX - kept - top;

    memcpy(leaf, burst->walk->room->frames, top * sizeof *leaf);
    stack->frames = leaf;
    stack->depth = top + kept;
}

static bool has_open_line(const struct walk_stack *stack, size_t fresh)
{
    for (size_t i = 0; i < fresh; i++)
        if (remote_is_null(stack->frames[i].instruction))
            return true;
    return false;
}

/* What is proven of the stack in the collection; BURST_OVER: it is in a place that was not read. */
static enum burst_result prove(struct burst *burst, struct walk_stack *stack, size_t *rest)
{
    struct walk *walk = burst->walk;
    const struct collection *collection = &burst->collection;
    remote_addr top, unknown;
    enum chain_result result;

    if (!collection_top(&walk->collector, collection, &top))
        return BURST_OVER;
    result = chain_follow(walk, collection, top, burst->is_known ? &burst->known : NULL, stack, rest,
                          &unknown);
    if (result == CHAIN_UNKNOWN_PLACE)
        return BURST_OVER;
    if (result == CHAIN_WHOLE || result == CHAIN_LINES_OPEN) {
        chain_begin_root(walk->room);
        return BURST_WHOLE;
    }
    /* What stands the same through two collections did not end in between. */
    if (chain_note_root(walk, collection, top) && result == CHAIN_NOT_RUNNING)
        return BURST_WHOLE;
    *rest = SIZE_MAX;
    chain_keep_root(walk, stack);
    return BURST_TRUNCATED;
}

/* Whether a whole stack stands on the lower part as it was read around all copies. */
static bool stands_on_lower(struct burst *burst, const struct walk_stack *stack, size_t fresh)
{
    const struct walk_room *room = burst->walk->room;
    const struct walk_frame *root = stack->frames + stack->depth;

    if (fresh < stack->depth)
        return stack->depth - fresh >= burst->lower_depth + GUARDS;
    /* It was followed to the bottom. */
    if (room->in_lower == 0 || stack->depth < room->in_lower + GUARDS ||
        stack->depth - room->first_lower != room->in_lower)
        return false;
    for (size_t i = 0; i < GUARDS; i++) {
        const struct walk_frame *frame = root - 1 - room->in_lower - i;

        if (!burst->has_guards)
            burst->guards[i] = *frame;
        else if (!remote_equal(burst->guards[i].address, frame->address) ||
                 !remote_equal(burst->guards[i].code, frame->code))
            return false;
    }
    if (burst->has_guards)
        return room->in_lower == burst->lower_depth;
    burst->has_guards = true;
    burst->lower_depth = room->in_lower;
    return true;
}

/* To the next collection that is of use. */
static void go_on(struct burst *burst)
{
    for (unsigned i = 0; i < burst->step; i++)
        collection_next(&burst->collection);
    burst->given += burst->step;
    burst->is_known &= burst->step == 1; /* else by a copy that is not the first of this one */
}

enum burst_result burst_next(struct burst *burst, struct walk_stack *stack, size_t *fresh)
{
    enum burst_result result;
    size_t rest;

    if (burst->given + (burst->given > 0 ? burst->step : 1) > burst->count)
        return BURST_OVER;
    if (burst->given == 0)
        burst->given = 1;
    else
        go_on(burst);
    chain_describe(burst->walk, &burst->collection, stack);
    result = prove(burst, stack, &rest);
    if (result == BURST_OVER)
        return result;
    *fresh = stack->depth;
    place_frames(burst, stack, rest);
    /* Of a torn stack it is not known whether the frames next to the lower part stood. */
    if (burst->is_split && (result != BURST_WHOLE || !stands_on_lower(burst, stack, *fresh))) {
        note_split(burst, false);
        return BURST_OVER;
    }
    if (burst->is_split && burst->given == burst->count)
        note_split(burst, true);
    stack->exception = exception_active(&burst->walk->collector, &burst->collection,
                                        burst->walk->room->none);
    burst->known = (struct chain_known){stack->frames, stack->depth, stack->base};
    burst->is_known = result == BURST_WHOLE && !stack->cut && !has_open_line(stack, *fresh);
    return result;
}

const unsigned char *burst_state(const struct burst *burst)
{
    return burst->collection.state;
}

uint64_t burst_time_ns(const struct burst *burst)
{
    return burst->began_ns +
           (burst->ended_ns - burst->began_ns) * burst->given / (burst->count + 1);
}
