/*
 * merge - puts samples of equal stacks together for some milliseconds, so that stacks read in bursts cost the
 * reader of the records by what differs, not by how many they are.
 *
 * Bounded: at MERGE_STACKS_MAX, or MERGE_FRAMES_MAX of their frames, what is there has to be put first.
 * Nothing is allocated after merge_new(). The sampler thread alone uses it.
 */
#ifndef SAMPLE_MERGE_H
#define SAMPLE_MERGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sample/record.h"

#define MERGE_STACKS_MAX 256u
#define MERGE_FRAMES_MAX 65536u

struct target_thread;

/* What makes two samples equal. */
struct merge_key {
    struct target_thread *thread;
    uint64_t hash;          /* of the stack: equal for equal ones */
    const uint64_t *stack;  /* from the root on: what is equal in equal frames */
    uint16_t depth;
    uint8_t state;          /* enum thread_state */
    uint8_t flags;          /* enum sample_flags */
    uint32_t collector;     /* where it was at work: equal for equal places */
    /* Of keys of one series, the first `same` of the stack have been the same from its first key up to this one: these are
       not compared with what was found or added in the series before. 0: of no series. */
    uint64_t series;
    uint16_t same;
};

/* Samples put together. */
struct merged {
    struct merge_key key;
    uint32_t rounds;
    uint64_t time_ns;       /* of the last one */
    uint64_t wall_ns, cpu_ns;
    const struct record_frame *frames; /* leaf first */
    uint16_t depth;
    uint8_t flags;          /* enum sample_flags: of the key, unless said otherwise */
};

/* Adds a word to a hash. */
static inline uint64_t merge_mix(uint64_t hash, uint64_t word)
{
    /* The multiplier of splitmix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number
       generators", 2014). */
    hash = (hash ^ word) * 0xbf58476d1ce4e5b9u;
    return hash ^ hash >> 29;
}

struct merge;
struct merge *merge_new(void); /* NULL: out of memory */
void merge_free(struct merge *merge);

/* Those that are equal to this one; NULL: there are none. */
struct merged *merge_find(struct merge *merge, const struct merge_key *key);

/* Begins with a sample that was not found, whose record has these frames, all of which are copied. NULL: there
   is no room, so put what is there. */
struct merged *merge_add(struct merge *merge, const struct merge_key *key,
                         const struct record_frame *frames, uint16_t depth);

/* All that is there, to be put; merge_clear() forgets it. */
size_t merge_count(const struct merge *merge);
const struct merged *merge_at(const struct merge *merge, size_t index);
void merge_clear(struct merge *merge);

#endif
