#include "sample/burst.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "sample/chain.h"
#include "sample/exception.h"
#include "sample/plan.h"

enum {
    GUARDS = RECALL_GUARDS,
    EXTRA_EVERY = 4,  /* what is extra is read with each so many stacks: a few microseconds apart */
    LEAST = 4,        /* stacks in one reading */
    TIGHT_PLACES = 3, /* a stack in more places is not read so soon again behind every other thread state: what
                         changes most is farthest from it, and those collections are not used */
    SHARED_BY = 4,    /* stacks that share the copies around them, */
    ALL_TORN = 1024,
    SHARED_TORN = 20, /* as long as not so many more in ALL_TORN are torn by that */
    TRIED_EVERY = 16, /* bursts, of which one shows how many are torn the other way */
    TORN_LASTS = 8,   /* bursts that tell how many are */
    WHOLE_MAX = 1024, /* bursts that are read as a whole after one of which the lower part was not proven */
};

struct burst {
    struct walk *walk;
    struct collection collection; /* of the stack given last */
    size_t count;
    size_t given;
    size_t read;                  /* how many there were in the last reading */
    size_t most;                  /* as many as were of use lately, or some more */
    unsigned step;                /* each of the collections is of use, or each other one */
    size_t torn;                  /* of those given */
    unsigned readings;
    int torn_lately[2];           /* so many in ALL_TORN were torn where they shared no copies, and where they did */
    uint64_t began_ns, ended_ns;
    struct chain_known known;     /* the stack given last, if `is_known` */
    bool is_known;
    struct walk_stack last;       /* the stack given last, */
    enum burst_result result;     /* and what it was */
    struct walk_frame frames[RECORD_DEPTH_MAX]; /* of the stack given last: the root is the last one */

    struct collect_parts parts;
    struct entries entries;       /* those that stood so far */
    bool has_guards;
    struct walk_frame guards[GUARDS]; /* right above the lower part, from there on */
    size_t lower_depth;               /* how many frames that has */
    unsigned whole_left;          /* so many bursts are read as a whole from now on, */
    unsigned whole_next;          /* and so many after the next failure */
};

struct burst *burst_new(void)
{
    struct burst *burst = calloc(1, sizeof *burst);

    if (burst != NULL)
        burst->most = BURST_MAX;
    return burst;
}

void burst_free(struct burst *burst)
{
    free(burst);
}

/* Takes note of whether what was read once, or around all copies, could be proven. */
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

/* What is to be read of the thread's stack: all of it in each copy, or only what has to be; `shares`: where they can, stacks
   share copies. */
static void choose_parts(struct burst *burst, bool shares)
{
    struct walk *walk = burst->walk;
    const struct collect_parts whole = {.places = &walk->collector.places};

    burst->has_guards = false;
    plan_weave(walk);
    burst->parts = whole;
    if (burst->whole_left > 0)
        burst->whole_left--;
    else
        burst->parts = plan_divide(walk);
    if (burst->parts.places->count > TIGHT_PLACES)
        burst->parts = whole;
    burst->parts.extra_every = EXTRA_EVERY;
    burst->step = burst->parts.places->count <= TIGHT_PLACES ? 1 : 2;
    burst->parts.shared_by = shares && burst->step == 1 && !burst->parts.places->woven ? SHARED_BY : 1;
}

static bool is_divided(const struct burst *burst)
{
    return plan_is_divided(burst->walk, &burst->parts);
}

/* The stack proven last, before this burst, may be the first one, in part. */
static void begin_known(struct burst *burst)
{
    burst->is_known = chain_recall(burst->walk, &burst->known);
    burst->entries = burst->walk->recall.entries;
}

/* Reads no more than the last one could give: where the thread is elsewhere soon, the rest is of no use. */
static void choose_most(struct burst *burst)
{
    if (burst->read > 0)
        burst->most = 2 * (burst->given < burst->read / 2 ? burst->given : burst->read);
    burst->read = 0;
    if (burst->most < LEAST)
        burst->most = LEAST;
    if (burst->most > BURST_MAX)
        burst->most = BURST_MAX;
}

/* Whether stacks are to share copies: where not more of them are torn by that. The other way is tried only where that
   could show more than is known. */
static bool choose_shared(struct burst *burst)
{
    int *lately = &burst->torn_lately[burst->parts.shared_by > 1];
    bool shares, tries;

    if (burst->given > 0)
        *lately += ((int)(ALL_TORN * burst->torn / burst->given) - *lately) / TORN_LASTS;
    burst->torn = 0;
    shares = burst->torn_lately[true] <= burst->torn_lately[false] + SHARED_TORN;
    tries = burst->readings == 0 ||
            (burst->readings % TRIED_EVERY == 0 && burst->torn_lately[true] > SHARED_TORN);
    burst->readings++;
    return tries ? !shares : shares;
}

size_t burst_read(struct burst *burst, struct walk *walk, const struct walk_extra *extra,
                  size_t wanted)
{
    size_t count;

    burst->walk = walk;
    choose_most(burst);
    choose_parts(burst, choose_shared(burst));
    count = collect_most(&walk->collector, &burst->parts, extra, wanted < burst->most ? wanted : burst->most);
    /* Else the last of them would take what is extra from three stacks before it. */
    if (extra->count > 0 && count % EXTRA_EVERY == 0)
        count--;
    burst->given = 0;
    burst->count = 0;
    begin_known(burst);
    burst->began_ns = clock_now_ns();
    /* Where the stack is has to be known already; and what fails, walk_read() tells. */
    if (walk->collector.places.count == 0 || count < 2 ||
        collect(&walk->collector, &burst->parts, extra, count, &burst->collection) != COLLECTED ||
        burst->collection.slow)
        return 0;
    burst->ended_ns = clock_now_ns();
    burst->count = burst->read = count;
    chain_begin_root(walk->room);
    return count;
}

/* Puts the frames just followed, and the rest of those known, where they end at the root. */
static void place_frames(struct burst *burst, struct walk_stack *stack, size_t rest)
{
    const size_t top = stack->depth;
    const size_t kept = rest == SIZE_MAX ? 0 : burst->known.depth - rest;
    struct walk_frame *root = burst->frames + RECORD_DEPTH_MAX;

    if (kept > 0 && burst->known.recall != NULL)
        memcpy(root - kept, burst->known.frames + rest, kept * sizeof *root);
    memcpy(root - kept - top, burst->walk->room->frames, top * sizeof *root);
    stack->frames = root - kept - top;
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
    if (result == CHAIN_READ_APART)
        note_split(burst, false);
    if (result == CHAIN_UNKNOWN_PLACE || result == CHAIN_READ_APART)
        return BURST_OVER;
    /* A single reading has it so. */
    if (result != CHAIN_TORN && !plan_was_kept(walk, collection))
        return BURST_OVER;
    if (result == CHAIN_WHOLE || result == CHAIN_LINES_OPEN) {
        chain_begin_root(walk->room);
        return BURST_WHOLE;
    }
    /* What stands the same through two collections did not end in between. */
    if (chain_note_root(walk, collection, top) && result == CHAIN_NOT_RUNNING)
        return BURST_WHOLE;
    plan_note_torn(walk);
    *rest = SIZE_MAX;
    burst->torn++;
    chain_keep_root(walk, stack);
    return BURST_TRUNCATED;
}

/* Keeps the frames right above the lower part, of so many frames, of a stack that has enough of them. */
static void set_guards(struct burst *burst, const struct walk_stack *stack, size_t lower_depth)
{
    memcpy(burst->guards, stack->frames + stack->depth - lower_depth - GUARDS, sizeof burst->guards);
    burst->lower_depth = lower_depth;
    burst->has_guards = true;
}

static bool has_same_guards(const struct burst *burst, const struct walk_stack *stack)
{
    const struct walk_frame *frames = stack->frames + stack->depth - burst->lower_depth - GUARDS;

    for (size_t i = 0; i < GUARDS; i++)
        if (!remote_equal(burst->guards[i].address, frames[i].address) ||
            !remote_equal(burst->guards[i].code, frames[i].code))
            return false;
    return true;
}

/* Whether a whole stack stands on the lower part as it was read. */
static bool stands_on_lower(struct burst *burst, const struct walk_stack *stack, size_t fresh)
{
    const struct walk_room *room = burst->walk->room;

    if (fresh < stack->depth) {
        if (burst->known.recall != NULL) /* which holds only where there are enough */
            set_guards(burst, stack, burst->known.recall->lower_depth);
        return stack->depth - fresh >= burst->lower_depth + GUARDS;
    }
    /* It was followed to the bottom. */
    if (room->in_lower == 0 || stack->depth < room->in_lower + GUARDS ||
        stack->depth - room->first_lower != room->in_lower)
        return false;
    if (burst->has_guards)
        return room->in_lower == burst->lower_depth && has_same_guards(burst, stack);
    if (burst->given > 1 || !chain_holds_lower(burst->walk, &burst->collection, stack))
        return false;
    set_guards(burst, stack, room->in_lower);
    return true;
}

/* Whether the entry frames that a stack stands on are as they were read with the first one: since then, the
   frame above each of them stood in every stack, and the one below waited at the same instruction. Those of which that
   is not so are forgotten. `kept` frames at the root are as in the stack before. */
static bool stands_on_entries(struct burst *burst, enum burst_result result, const struct walk_stack *stack,
                              size_t kept)
{
    const struct walk_room *room = burst->walk->room;
    struct entries met;

    /* Nothing about them is new, as mostly. */
    if (result == BURST_WHOLE && kept > 0 && room->entries.count == 0 && entries_all_in(&burst->entries, kept + 1))
        return true;
    if (result == BURST_TRUNCATED) {
        if (!chain_root_entries(room, &met))
            return false;
    } else {
        met = room->entries;
        entries_from_root(&met, stack->frames, stack->depth, stack->depth);
    }
    if (burst->given > 1 && !entries_include(&burst->entries, &met))
        return false;
    entries_replace(&burst->entries, &met, kept > 0 ? kept + 1 : 0);
    return true;
}

/* Whether what was not read with each copy is proven to have stood with this stack. */
static bool stands_on_parts(struct burst *burst, enum burst_result result, const struct walk_stack *stack,
                            size_t fresh)
{
    /* Of a torn stack it is not known whether the frames next to the lower part stood. */
    if (burst->parts.lower != NULL && (result != BURST_WHOLE || !stands_on_lower(burst, stack, fresh)))
        return false;
    return burst->parts.steady == NULL || stands_on_entries(burst, result, stack, stack->depth - fresh);
}

/* To the next collection that is of use. */
static void go_on(struct burst *burst)
{
    for (unsigned i = 0; i < burst->step; i++)
        collection_next(&burst->collection);
    burst->given += burst->step;
    burst->is_known &= burst->step == 1; /* else by a copy that is not the first of this one */
}

/* Keeps the first stack of a burst for the next one. */
static void keep_first(struct burst *burst, struct walk_stack *stack, size_t fresh, size_t rest)
{
    struct walk *walk = burst->walk;
    struct entries met = walk->room->entries;

    if (is_divided(burst))
        plan_take_marks(walk);
    entries_from_root(&met, stack->frames, stack->depth, stack->depth);
    if (rest != SIZE_MAX) {
        stack->rest_of = walk->recall.serial;
        stack->fresh = fresh;
    }
    chain_keep(walk, &burst->collection, stack, &met, rest);
}

/* The stack given last once more, as the collection tells the same. */
static enum burst_result repeat(struct burst *burst, struct walk_stack *stack, size_t *fresh)
{
    *stack = burst->last;
    stack->extra = burst->collection.extra;
    stack->serial = stack->rest_of = 0;
    *fresh = 0;
    burst->torn += burst->result == BURST_TRUNCATED;
    return burst->result;
}

/* The stack in the collection, as far as it is proven. */
static enum burst_result read_stack(struct burst *burst, struct walk_stack *stack, size_t *fresh)
{
    enum burst_result result;
    bool keeps;
    size_t rest;

    chain_describe(burst->walk, &burst->collection, stack);
    result = prove(burst, stack, &rest);
    if (result == BURST_OVER)
        return result;
    *fresh = stack->depth;
    place_frames(burst, stack, rest);
    if (is_divided(burst) && !stands_on_parts(burst, result, stack, *fresh)) {
        note_split(burst, false);
        return BURST_OVER;
    }
    stack->exception = exception_active(&burst->walk->collector, &burst->collection,
                                        burst->walk->room->none);
    keeps = result == BURST_WHOLE && !stack->cut && !has_open_line(stack, *fresh);
    if (burst->given == 1 && keeps)
        keep_first(burst, stack, *fresh, rest);
    burst->known = (struct chain_known){stack->frames, stack->depth, stack->base, NULL};
    burst->is_known = keeps;
    burst->last = *stack;
    burst->result = result;
    return result;
}

enum burst_result burst_next(struct burst *burst, struct walk_stack *stack, size_t *fresh)
{
    enum burst_result result;

    if (burst->given + (burst->given > 0 ? burst->step : 1) > burst->count)
        return BURST_OVER;
    if (burst->given == 0)
        burst->given = 1;
    else
        go_on(burst);
    result = collection_repeats(&burst->collection) ? repeat(burst, stack, fresh) : read_stack(burst, stack, fresh);
    if (result != BURST_OVER && is_divided(burst) && burst->given + burst->step > burst->count)
        note_split(burst, true);
    return result;
}

const unsigned char *burst_state(const struct burst *burst)
{
    return burst->collection.state;
}

uint64_t burst_time_ns(const struct burst *burst)
{
    return burst->began_ns +
           (burst->ended_ns - burst->began_ns) * burst->given / (burst->read + 1);
}
