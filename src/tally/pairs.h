/*
 * pairs - the sums: what each function used on each thread, and what each thread did in each
 * state.
 *
 * A pair is a thread with a function, or a thread with a state. Both are counted alike; the states
 * of a thread together are all its time. Owned by the tally; one thread.
 */
#ifndef TALLY_PAIRS_H
#define TALLY_PAIRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tally/map.h"
#include "tally/picture.h"
#include "tally/sum.h"

#define PAIR_NONE MAP_NONE

/* Lines kept of one pair. When all are taken, the line with the least time makes way for a new one,
   which takes its time over (Metwally's space-saving): a line with more than an eighth of the time
   is always among them. */
#define PAIR_LINES 8u

struct pair_lines {
    uint32_t line[PAIR_LINES]; /* 0: not taken */
    uint64_t ns[PAIR_LINES];
};

struct part; /* of a window's bucket: window.h */

struct pair {
    uint64_t key;      /* from pair_key() or pair_state_key() */
    uint64_t sample;   /* the sample that counted it last: see pairs_next_sample() */
    uint32_t function; /* index (no meaning for a state); of a free place: the next one */
    uint32_t lines;    /* where its lines are; PAIR_NONE: it has none */
    bool used;         /* false: the place is free */
    struct tally_sum self[SPANS];
    struct tally_sum total[SPANS];
    struct { /* the parts it was counted in last, by even and odd bucket */
        uint64_t bucket;
        struct part *part; /* dead when the bucket has left the window */
    } places[2];
};

struct pairs {
    struct pair *list;
    uint32_t count, room;
    uint32_t first_free;                 /* PAIR_NONE: all places below the count are taken */
    uint32_t functions, functions_limit; /* pairs with a function; those with a state are few */
    struct pair_lines *lines;
    uint32_t lines_count, lines_room;
    uint64_t sample;
    struct map keys; /* -> index */
};

static inline uint64_t pair_key(uint32_t thread, uint32_t function)
{
    return (uint64_t)thread << 32 | function;
}

#define PAIR_STATE (UINT64_C(1) << 63) /* threads are fewer than 2^31 */

static inline uint64_t pair_state_key(uint32_t thread, enum thread_state state)
{
    return PAIR_STATE | pair_key(thread, state);
}

static inline bool pair_is_state(const struct pair *pair)
{
    return pair->key & PAIR_STATE;
}

static inline uint32_t pair_thread(const struct pair *pair)
{
    return (uint32_t)((pair->key & ~PAIR_STATE) >> 32);
}

static inline enum thread_state pair_state(const struct pair *pair)
{
    return (enum thread_state)(uint32_t)pair->key;
}

/* Readies `pairs` for up to `functions_limit` of them that have a function. */
void pairs_init(struct pairs *pairs, uint32_t functions_limit);
void pairs_free(struct pairs *pairs);

/* The index of a pair, or PAIR_NONE when it is not there. */
static inline uint32_t pairs_find(const struct pairs *pairs, uint64_t key)
{
    return map_get(&pairs->keys, key);
}

/* Adds a pair that is not there; PAIR_NONE: no room. It may move the list. */
uint32_t pairs_add(struct pairs *pairs, uint64_t key, uint32_t function);

/* Makes sure that the pair can keep lines; false: out of memory. */
bool pairs_reserve_lines(struct pairs *pairs, uint32_t pair);

/* Counts `ns` at the leaf for a line (0: not known, nothing is counted). Lines have been
   reserved. */
void pairs_count_line(struct pairs *pairs, const struct pair *pair, uint32_t line, uint64_t ns);

/* The line with most time, and that time; 0 when none is known. */
uint32_t pairs_hot_line(const struct pairs *pairs, const struct pair *pair, uint64_t *ns);

/* Begins a sample; after that, pairs_first_in_sample() is true once for each pair. */
static inline void pairs_next_sample(struct pairs *pairs)
{
    pairs->sample++;
}

static inline bool pairs_first_in_sample(struct pairs *pairs, uint32_t pair)
{
    if (pairs->list[pair].sample == pairs->sample)
        return false;
    pairs->list[pair].sample = pairs->sample;
    return true;
}

/* Gives what a pair of no time in the window has counted to the pair of another thread with the
   same function or state, which it becomes where there is none. */
void pairs_hand_over(struct pairs *pairs, uint32_t pair, uint32_t to_thread);

/* Takes all pairs out and keeps the room. */
void pairs_clear(struct pairs *pairs);

#endif
