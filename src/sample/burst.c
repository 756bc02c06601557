#include "sample/burst.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "sample/chain.h"
#include "sample/exception.h"

struct burst {
    struct walk *walk;
    struct collection collection; /* of the stack given last */
    size_t count;
    size_t given;
    uint64_t began_ns, ended_ns;
    struct chain_known known;     /* the stack given last, if `is_known` */
    bool is_known;
    struct walk_frame frames[RECORD_DEPTH_MAX]; /* of the stack given last: the root is the last one */
};

struct burst *burst_new(void)
{
    return calloc(1, sizeof(struct burst));
}

void burst_free(struct burst *burst)
{
    free(burst);
}

size_t burst_read(struct burst *burst, struct walk *walk, const struct walk_extra *extra,
                  size_t wanted)
{
    const size_t most = wanted < BURST_MAX ? wanted : BURST_MAX;
    const size_t count = collect_most(&walk->collector, extra, most);

    burst->walk = walk;
    burst->given = 0;
    burst->count = 0;
    burst->is_known = false;
    burst->began_ns = clock_now_ns();
    /* Where the stack is has to be known already; and what fails, walk_read() tells. */
    if (walk->collector.places.count == 0 || count < 2 ||
        collect(&walk->collector, extra, count, &burst->collection) != COLLECTED ||
        burst->collection.slow)
        return 0;
    burst->ended_ns = clock_now_ns();
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

enum burst_result burst_next(struct burst *burst, struct walk_stack *stack, size_t *fresh)
{
    enum burst_result result;
    size_t rest;

    if (burst->given == burst->count)
        return BURST_OVER;
    if (burst->given > 0)
        collection_next(&burst->collection);
    burst->given++;
    chain_describe(burst->walk, &burst->collection, stack);
    result = prove(burst, stack, &rest);
    if (result == BURST_OVER)
        return result;
    *fresh = stack->depth;
    place_frames(burst, stack, rest);
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
