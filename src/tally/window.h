/*
 * window - which part of the pairs' sums belongs to the window, bucket by bucket.
 *
 * The window is cut into WINDOW_BUCKETS of equal length, the newest not yet full. What a sample
 * adds to a pair's sums of SPAN_WINDOW is written down in the buckets that the sample's time
 * covers, and taken off again when a bucket leaves. Memory is one pool of chunks, bounded, and
 * never more than the busiest window needed. Owned by the tally; one thread.
 */
#ifndef TALLY_WINDOW_H
#define TALLY_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tally/pairs.h"

#define WINDOW_BUCKETS 40u
#define WINDOW_CHUNK_PARTS 46u /* makes a chunk nearly a page */

/* What one bucket has of one pair. A pair may have several parts in a bucket. */
struct part {
    uint32_t pair;
    struct tally_sum self, total;
};

struct window_chunk {
    struct window_chunk *next;
    uint32_t count;
    struct part parts[WINDOW_CHUNK_PARTS];
};

struct window {
    uint64_t bucket_ns;
    uint64_t newest;                              /* bucket: the time divided by bucket_ns */
    struct window_chunk *buckets[WINDOW_BUCKETS]; /* by bucket modulo their number */
    struct window_chunk *free;
    uint32_t free_count, chunks, chunks_limit;
};

/* What one bucket gets of a sample. */
struct window_piece {
    uint64_t bucket;
    struct tally_sum weight;
};

/* Readies a window over `window_ns` for about `parts_limit` parts at once. */
void window_init(struct window *window, uint64_t window_ns, size_t parts_limit);
void window_free(struct window *window);

/* The oldest bucket in the window; those up to `newest` are. */
uint64_t window_oldest(const struct window *window);

/* Moves the window on to `now_ns`, if that is ahead, and takes off from the pairs what leaves
   it. */
void window_slide(struct window *window, struct pairs *pairs, uint64_t now_ns);

/* Shares the weight of a sample that ends at `end_ns`, not after the window, out to the buckets its
   wall time covers: gives their number, newest first. What is older than the window is left out. */
size_t window_split(const struct window *window, uint64_t end_ns, const struct tally_sum *weight,
                    struct window_piece pieces[WINDOW_BUCKETS]);

/* Makes sure that `pairs` pairs can be counted in `pieces` buckets each; false: no room. */
bool window_reserve(struct window *window, size_t pairs, size_t pieces);

/* Counts a piece for a pair, in its sums too. Room has been reserved. */
void window_count(struct window *window, struct pairs *pairs, uint32_t pair, bool leaf,
                  const struct window_piece *piece);

/* Forgets all without touching the pairs, and keeps the room. */
void window_clear(struct window *window);

#endif
