/*
 * map - a table from 64-bit keys to small numbers: open addressing, one array.
 *
 * The tally asks it once for each frame of each sample, which is why it is not base/hash.h: a hit
 * is one multiplication and one cache line, without a pointer to follow. What the numbers mean is
 * the owner's affair. A zeroed `struct map` is an empty one. One thread.
 */
#ifndef TALLY_MAP_H
#define TALLY_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAP_NONE UINT32_MAX /* not there; never a value */

struct map_slot {
    uint64_t key;
    uint32_t value; /* MAP_NONE: the slot is free */
};

struct map {
    struct map_slot *slots;
    uint32_t count;
    uint32_t room;  /* slots: 0 or a power of two, at least twice the count */
    uint32_t shift; /* 64 less the power */
};

void map_free(struct map *map);

/* Makes sure that one more key fits; false: out of memory, and the map is as it was. */
bool map_reserve(struct map *map);

/* Adds a key that is not there yet; room for it has been reserved. */
void map_put(struct map *map, uint64_t key, uint32_t value);

/* Takes a key out, if it is there. */
void map_remove(struct map *map, uint64_t key);

/* Takes all keys out and keeps the room. */
void map_clear(struct map *map);

/* Where the search for `key` begins: the upper bits of a product with 2^64 divided by the golden
   ratio, which spreads keys that count up. */
static inline uint32_t map_home(const struct map *map, uint64_t key)
{
    return (uint32_t)((key ^ key >> 32) * 0x9e3779b97f4a7c15u >> map->shift);
}

/* The value of `key`, or MAP_NONE. */
static inline uint32_t map_get(const struct map *map, uint64_t key)
{
    if (map->room == 0)
        return MAP_NONE;
    for (uint32_t at = map_home(map, key);; at = (at + 1) & (map->room - 1))
        if (map->slots[at].value == MAP_NONE || map->slots[at].key == key)
            return map->slots[at].value;
}

#endif
