#include "tally/window.h"

#include <stdlib.h>

void window_init(struct window *window, uint64_t window_ns, size_t parts_limit)
{
    *window = (struct window){.bucket_ns = window_ns / WINDOW_BUCKETS};
    /* However few parts: each bucket has its last chunk, which may be nearly empty. */
    window->chunks_limit = (uint32_t)(parts_limit / WINDOW_CHUNK_PARTS) + 2 * WINDOW_BUCKETS;
}

static void free_chunks(struct window_chunk *chunk)
{
    while (chunk) {
        struct window_chunk *next = chunk->next;

        free(chunk);
        chunk = next;
    }
}

void window_free(struct window *window)
{
    window_clear(window);
    free_chunks(window->free);
}

uint64_t window_oldest(const struct window *window)
{
    return window->newest >= WINDOW_BUCKETS ? window->newest - WINDOW_BUCKETS + 1 : 0;
}

static struct window_chunk **bucket_at(struct window *window, uint64_t bucket)
{
    return &window->buckets[bucket % WINDOW_BUCKETS];
}

/* Puts the chunks of a bucket back into the pool. */
static void empty(struct window *window, uint64_t bucket)
{
    struct window_chunk **chunks = bucket_at(window, bucket);

    while (*chunks) {
        struct window_chunk *chunk = *chunks;

        *chunks = chunk->next;
        chunk->next = window->free;
        window->free = chunk;
        window->free_count++;
    }
}

static void take_off(const struct window_chunk *chunk, struct pairs *pairs)
{
    for (; chunk; chunk = chunk->next) {
        for (uint32_t i = 0; i < chunk->count; i++) {
            struct pair *pair = &pairs->list[chunk->parts[i].pair];

            sum_subtract(&pair->self[SPAN_WINDOW], &chunk->parts[i].self);
            sum_subtract(&pair->total[SPAN_WINDOW], &chunk->parts[i].total);
        }
    }
}

void window_slide(struct window *window, struct pairs *pairs, uint64_t now_ns)
{
    const uint64_t newest = now_ns / window->bucket_ns;
    uint64_t leaving;

    if (newest <= window->newest)
        return;
    leaving = newest - window->newest;
    if (leaving > WINDOW_BUCKETS)
        leaving = WINDOW_BUCKETS;
    /* A bucket that leaves and the one that comes share a place. */
    for (; leaving > 0; leaving--) {
        take_off(*bucket_at(window, newest - leaving + 1), pairs);
        empty(window, newest - leaving + 1);
    }
    window->newest = newest;
}

size_t window_split(const struct window *window, uint64_t end_ns, const struct tally_sum *weight,
                    struct window_piece pieces[WINDOW_BUCKETS])
{
    const uint64_t wall_ns = weight->ns[MODE_WALL];
    const uint64_t last_ns = wall_ns > 0 ? end_ns - 1 : end_ns;
    struct tally_sum given = {0};
    uint64_t bucket = last_ns / window->bucket_ns;
    size_t count = 0;

    for (; bucket >= window_oldest(window); bucket--) {
        const uint64_t covered_ns = end_ns - bucket * window->bucket_ns;
        struct window_piece *piece = &pieces[count++];

        *piece = (struct window_piece){.bucket = bucket, .weight = *weight};
        if (covered_ns < wall_ns) {
            /* Up to here, less what younger buckets got: rounding then loses nothing. */
            piece->weight = sum_scaled(weight, covered_ns, wall_ns);
        }
        sum_subtract(&piece->weight, &given);
        sum_add(&given, &piece->weight);
        if (covered_ns >= wall_ns || bucket == 0)
            break;
    }
    return count;
}

bool window_reserve(struct window *window, size_t pairs, size_t pieces)
{
    const size_t need = pieces * ((pairs + WINDOW_CHUNK_PARTS - 1) / WINDOW_CHUNK_PARTS);

    while (window->free_count < need) {
        struct window_chunk *chunk;

        if (window->chunks >= window->chunks_limit)
            return false;
        chunk = malloc(sizeof *chunk);
        if (!chunk)
            return false;
        chunk->next = window->free;
        window->free = chunk;
        window->free_count++;
        window->chunks++;
    }
    return true;
}

/* A new part in a bucket. */
static struct part *add_part(struct window *window, uint64_t bucket, uint32_t pair)
{
    struct window_chunk **chunks = bucket_at(window, bucket);
    struct window_chunk *chunk = *chunks;
    struct part *part;

    if (!chunk || chunk->count == WINDOW_CHUNK_PARTS) {
        chunk = window->free;
        window->free = chunk->next;
        window->free_count--;
        chunk->next = *chunks;
        chunk->count = 0;
        *chunks = chunk;
    }
    part = &chunk->parts[chunk->count++];
    *part = (struct part){.pair = pair};
    return part;
}

void window_count(struct window *window, struct pairs *pairs, uint32_t pair, bool leaf,
                  const struct window_piece *piece)
{
    struct pair *counted = &pairs->list[pair];
    struct part **part = &counted->places[piece->bucket % 2].part;

    /* Samples come nearly in order, so a pair is counted in the same bucket again and again, or in
       that and the one before. Where it is not, it just gets another part. */
    if (counted->places[piece->bucket % 2].bucket != piece->bucket) {
        counted->places[piece->bucket % 2].bucket = piece->bucket;
        *part = add_part(window, piece->bucket, pair);
    }
    sum_add(&(*part)->total, &piece->weight);
    sum_add(&counted->total[SPAN_WINDOW], &piece->weight);
    if (!leaf)
        return;
    sum_add(&(*part)->self, &piece->weight);
    sum_add(&counted->self[SPAN_WINDOW], &piece->weight);
}

void window_clear(struct window *window)
{
    for (uint64_t bucket = 0; bucket < WINDOW_BUCKETS; bucket++)
        empty(window, bucket);
}
