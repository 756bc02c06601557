#include "tally/map.h"

#include <stdlib.h>

#define ROOM_MIN_SHIFT 58 /* 64 slots */

void map_free(struct map *map)
{
    free(map->slots);
    *map = (struct map){0};
}

static void put(struct map *map, uint64_t key, uint32_t value)
{
    uint32_t at = map_home(map, key);

    while (map->slots[at].value != MAP_NONE)
        at = (at + 1) & (map->room - 1);
    map->slots[at] = (struct map_slot){.key = key, .value = value};
}

bool map_reserve(struct map *map)
{
    struct map grown = {.count = map->count};

    if (map->count < map->room / 2)
        return true;
    grown.shift = map->room > 0 ? map->shift - 1 : ROOM_MIN_SHIFT;
    grown.room = (uint32_t)(UINT64_C(1) << (64 - grown.shift));
    grown.slots = calloc(grown.room, sizeof *grown.slots);
    if (!grown.slots)
        return false;
    for (uint32_t i = 0; i < grown.room; i++)
        grown.slots[i].value = MAP_NONE;
    for (uint32_t i = 0; i < map->room; i++)
        if (map->slots[i].value != MAP_NONE)
            put(&grown, map->slots[i].key, map->slots[i].value);
    free(map->slots);
    *map = grown;
    return true;
}

void map_put(struct map *map, uint64_t key, uint32_t value)
{
    put(map, key, value);
    map->count++;
}

void map_remove(struct map *map, uint64_t key)
{
    const uint32_t mask = map->room - 1;
    uint32_t gap;

    if (map_get(map, key) == MAP_NONE)
        return;
    gap = map_home(map, key);
    while (map->slots[gap].key != key)
        gap = (gap + 1) & mask;
    /* Keys behind the gap that a search would no longer reach over it move up into it. */
    for (uint32_t at = (gap + 1) & mask; map->slots[at].value != MAP_NONE; at = (at + 1) & mask) {
        const uint32_t home = map_home(map, map->slots[at].key);

        if (((at - home) & mask) >= ((at - gap) & mask)) {
            map->slots[gap] = map->slots[at];
            gap = at;
        }
    }
    map->slots[gap].value = MAP_NONE;
    map->count--;
}

void map_clear(struct map *map)
{
    for (uint32_t i = 0; i < map->room; i++)
        map->slots[i].value = MAP_NONE;
    map->count = 0;
}
