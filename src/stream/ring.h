/*
 * ring - a lock-free queue of variable-length records from one thread to one other.
 *
 * The producer reserves room, fills it and commits; the consumer peeks at the oldest record and
 * releases it. Neither ever waits for the other: a full ring answers NULL, and what the producer
 * then drops is the producer's to count. Each record is contiguous and aligned to 8 bytes.
 *
 * This is the only file with data atomics. Each barrier in ring.c names its pair.
 */
#ifndef STREAM_RING_H
#define STREAM_RING_H

#include <stddef.h>

#include "base/error.h"

struct ring;

/* A ring of at least `capacity_bytes` (rounded up to a power of two, 4 KiB to 1 GiB), owned by the
   caller and freed with ring_free() when both threads are done with it. NULL: out of memory. */
struct ring *ring_new(size_t capacity_bytes, struct error *error);
void ring_free(struct ring *ring);

/* The longest record it takes, in bytes: a quarter of the capacity. Any thread. */
size_t ring_record_max(const struct ring *ring);

/* Room for a record of `length` bytes (1 to ring_record_max()), or NULL when it is full now.
   A second call before the commit takes the first one back. Producer only. */
void *ring_reserve(struct ring *ring, size_t length);

/* Hands over the record reserved last; the reserved pointer is dead then. Producer only. */
void ring_commit(struct ring *ring);

/* The oldest record and its length, or NULL when there is none. It stays in place until released.
   Consumer only. */
const void *ring_peek(struct ring *ring, size_t *length);

/* Gives the record peeked at back. Consumer only, once for each successful peek. */
void ring_release(struct ring *ring);

#endif
