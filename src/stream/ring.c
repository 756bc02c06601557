#include "stream/ring.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CACHE_LINE 64
#define CAPACITY_MIN (4u << 10)
#define CAPACITY_MAX (1u << 30)
#define ALIGNMENT 8

/*
 * The block holds entries, one after the other: an entry's header, then its record, then padding up
 * to the next multiple of 8. Where a record would run over the end of the block, an entry that is
 * only to be skipped fills the rest. There is always room for the skipping header, because every
 * position is a multiple of 8, the size of a header.
 */
enum entry_kind { ENTRY_RECORD, ENTRY_SKIP };

struct entry {
    uint32_t length; /* of a record: its bytes; of a skip: all bytes, this header included */
    uint32_t kind;
};

_Static_assert(sizeof(struct entry) == ALIGNMENT, "a header fits wherever an entry ends");

/*
 * `written` and `read` count bytes since the start and never turn back; where in the block they
 * point is what remains of them below the capacity. Each side keeps what it last saw of the other's
 * count, and looks again only when that is not enough, so that in the steady state the two threads
 * do not pull the same cache line to and fro.
 */
struct ring {
    /* read by both, written by none */
    size_t capacity;

    /* the producer's */
    alignas(CACHE_LINE) _Atomic uint64_t written;
    uint64_t reserved; /* where `written` goes with the commit */
    uint64_t read_seen;

    /* the consumer's */
    alignas(CACHE_LINE) _Atomic uint64_t read;
    uint64_t peeked; /* where `read` goes with the release */
    uint64_t written_seen;

    alignas(CACHE_LINE) unsigned char block[];
};

static size_t padded(size_t length)
{
    return (length + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

static struct entry *entry_at(struct ring *ring, uint64_t position)
{
    return (struct entry *)(void *)(ring->block + (position & (ring->capacity - 1)));
}

struct ring *ring_new(size_t capacity_bytes, struct error *error)
{
    struct ring *ring;
    size_t capacity = CAPACITY_MIN;

    while (capacity < capacity_bytes && capacity < CAPACITY_MAX)
        capacity *= 2;
    ring = aligned_alloc(CACHE_LINE, sizeof *ring + capacity);
    if (!ring) {
        error_set(error, ERROR_MEMORY, "no memory for a ring of %zu bytes", capacity);
        return NULL;
    }
    /* Touched now, and not page by page by a producer that has better to do: nor does the memory
       in use seem to grow until the ring was full once. */
    memset(ring->block, 0, capacity);
    ring->capacity = capacity;
    atomic_init(&ring->written, 0);
    atomic_init(&ring->read, 0);
    ring->reserved = ring->read_seen = 0;
    ring->peeked = ring->written_seen = 0;
    return ring;
}

void ring_free(struct ring *ring)
{
    free(ring);
}

size_t ring_record_max(const struct ring *ring)
{
    return ring->capacity / 4;
}

/* Whether the producer may write up to `end`. */
static bool room_up_to(struct ring *ring, uint64_t end)
{
    if (end - ring->read_seen <= ring->capacity)
        return true;
    /* Pairs with the release in ring_release(): the consumer is done with what it gave back before
       any of it is written over. */
    ring->read_seen = atomic_load_explicit(&ring->read, memory_order_acquire);
    return end - ring->read_seen <= ring->capacity;
}

void *ring_reserve(struct ring *ring, size_t length)
{
    /* Only this thread writes `written`, so its own last value needs no order. */
    const uint64_t start = atomic_load_explicit(&ring->written, memory_order_relaxed);
    const size_t need = sizeof(struct entry) + padded(length);
    const size_t to_end = ring->capacity - (start & (ring->capacity - 1));
    const size_t skip = need > to_end ? to_end : 0;
    struct entry *entry;

    ring->reserved = start;
    if (length == 0 || length > ring_record_max(ring) || !room_up_to(ring, start + skip + need))
        return NULL;
    if (skip > 0)
        *entry_at(ring, start) = (struct entry){.length = (uint32_t)skip, .kind = ENTRY_SKIP};
    entry = entry_at(ring, start + skip);
    *entry = (struct entry){.length = (uint32_t)length, .kind = ENTRY_RECORD};
    ring->reserved = start + skip + need;
    return entry + 1;
}

void ring_commit(struct ring *ring)
{
    /* Pairs with the acquire in ring_peek(): headers and record are there before the count says so.
       A skip and the record after it are handed over by one store, so the consumer never sees
       half. */
    atomic_store_explicit(&ring->written, ring->reserved, memory_order_release);
}

const void *ring_peek(struct ring *ring, size_t *length)
{
    /* Only this thread writes `read`, so its own last value needs no order. */
    uint64_t start = atomic_load_explicit(&ring->read, memory_order_relaxed);
    const struct entry *entry;

    if (start == ring->written_seen) {
        /* Pairs with the release in ring_commit(). */
        ring->written_seen = atomic_load_explicit(&ring->written, memory_order_acquire);
        if (start == ring->written_seen)
            return NULL;
    }
    entry = entry_at(ring, start);
    if (entry->kind == ENTRY_SKIP) {
        start += entry->length;
        entry = entry_at(ring, start);
    }
    ring->peeked = start + sizeof *entry + padded(entry->length);
    *length = entry->length;
    return entry + 1;
}

void ring_release(struct ring *ring)
{
    /* Pairs with the acquire in room_up_to(): the record is no longer read when its room is
       free. */
    atomic_store_explicit(&ring->read, ring->peeked, memory_order_release);
}
