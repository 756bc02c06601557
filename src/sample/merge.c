#include "sample/merge.h"

#include <stdlib.h>
#include <string.h>

enum {
    SLOTS = 1024, /* a power of two, four times MERGE_STACKS_MAX */
};

_Static_assert(SLOTS >= 4 * MERGE_STACKS_MAX, "a search soon meets a free slot");
_Static_assert(MERGE_FRAMES_MAX >= RECORD_DEPTH_MAX, "one stack finds room");

struct merge {
    struct merged items[MERGE_STACKS_MAX];
    uint16_t slots[SLOTS]; /* 1 + an item's index, by its hash; 0: free */
    size_t count;
    size_t stack_used, frames_used;
    uint64_t stacks[MERGE_FRAMES_MAX];
    struct record_frame frames[MERGE_FRAMES_MAX];
};

struct merge *merge_new(void)
{
    return calloc(1, sizeof(struct merge));
}

void merge_free(struct merge *merge)
{
    free(merge);
}

static bool is_same_stack(const struct merge_key *kept, const struct merge_key *key)
{
    const bool in_series = key->series != 0 && kept->series == key->series;
    const size_t known = !in_series ? 0 : key->same < key->depth ? key->same : key->depth;

    return memcmp(kept->stack + known, key->stack + known, (key->depth - known) * sizeof *key->stack) == 0;
}

static bool is_equal(const struct merge_key *kept, const struct merge_key *key)
{
    return kept->hash == key->hash && kept->thread == key->thread && kept->depth == key->depth &&
           kept->state == key->state && kept->flags == key->flags && kept->collector == key->collector &&
           is_same_stack(kept, key);
}

/* The slot of an equal item, or the free one where it belongs. */
static size_t find_slot(const struct merge *merge, const struct merge_key *key)
{
    size_t slot = key->hash % SLOTS;

    while (merge->slots[slot] != 0 && !is_equal(&merge->items[merge->slots[slot] - 1].key, key))
        slot = (slot + 1) % SLOTS;
    return slot;
}

struct merged *merge_find(struct merge *merge, const struct merge_key *key)
{
    const uint16_t index = merge->slots[find_slot(merge, key)];

    if (index == 0)
        return NULL;
    merge->items[index - 1].key.series = key->series;
    return &merge->items[index - 1];
}

struct merged *merge_add(struct merge *merge, const struct merge_key *key,
                         const struct record_frame *frames, uint16_t depth)
{
    struct merged *item = &merge->items[merge->count];
    uint64_t *stack = merge->stacks + merge->stack_used;
    struct record_frame *copied = merge->frames + merge->frames_used;

    if (merge->count == MERGE_STACKS_MAX || merge->stack_used + key->depth > MERGE_FRAMES_MAX ||
        merge->frames_used + depth > MERGE_FRAMES_MAX)
        return NULL;
    merge->count++;
    merge->slots[find_slot(merge, key)] = (uint16_t)merge->count;
    merge->stack_used += key->depth;
    merge->frames_used += depth;
    memcpy(stack, key->stack, key->depth * sizeof *stack);
    memcpy(copied, frames, depth * sizeof *copied);
    *item = (struct merged){
        .key = *key, .frames = copied, .depth = depth, .flags = key->flags};
    item->key.stack = stack;
    return item;
}

size_t merge_count(const struct merge *merge)
{
    return merge->count;
}

const struct merged *merge_at(const struct merge *merge, size_t index)
{
    return &merge->items[index];
}

void merge_clear(struct merge *merge)
{
    if (merge->count > 0)
        memset(merge->slots, 0, sizeof merge->slots);
    merge->count = 0;
    merge->stack_used = merge->frames_used = 0;
}
