/*
 * address - a place in the target's memory, of a type of its own, so that it is never dereferenced.
 */
#ifndef MEMORY_ADDRESS_H
#define MEMORY_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    uint64_t value;
} remote_addr;

static inline remote_addr remote_at(uint64_t value)
{
    return (remote_addr){value};
}

/* Wraps around like the hardware does: a sum is only ever used after a successful read. */
static inline remote_addr remote_plus(remote_addr base, int64_t offset)
{
    return (remote_addr){base.value + (uint64_t)offset};
}

static inline bool remote_is_null(remote_addr address)
{
    return address.value == 0;
}

static inline bool remote_equal(remote_addr a, remote_addr b)
{
    return a.value == b.value;
}

#endif
