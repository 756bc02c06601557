#include "sample/entries.h"

bool entries_add(struct entries *entries, struct entry entry)
{
    if (entries->count == ENTRIES_MAX)
        return false;
    entries->items[entries->count++] = entry;
    return true;
}

void entries_from_root(struct entries *entries, const struct walk_frame *frames, size_t followed, size_t depth)
{
    for (size_t i = 0; i < entries->count; i++) {
        struct entry *entry = &entries->items[i];
        const size_t below = entry->position + 1;

        entry->instruction = below < followed ? frames[below].instruction : remote_at(0);
        entry->position = depth - entry->position;
    }
}

/* Whether the frame below waits in both where it does in the other, if there is one. */
static bool same_caller(const struct entry *a, const struct entry *b)
{
    return a->position == 1 ||
           (!remote_is_null(a->instruction) && remote_equal(a->instruction, b->instruction));
}

static bool includes(const struct entries *entries, const struct entry *entry)
{
    for (size_t i = 0; i < entries->count; i++) {
        const struct entry *item = &entries->items[i];

        if (remote_equal(item->address, entry->address) && remote_equal(item->callee, entry->callee) &&
            remote_equal(item->callee_code, entry->callee_code) && item->position == entry->position &&
            same_caller(item, entry))
            return true;
    }
    return false;
}

bool entries_include(const struct entries *entries, const struct entries *some)
{
    for (size_t i = 0; i < some->count; i++)
        if (!includes(entries, &some->items[i]))
            return false;
    return true;
}

void entries_replace(struct entries *entries, const struct entries *met, size_t kept)
{
    struct entries now = *met;

    for (size_t i = 0; i < entries->count; i++)
        if (entries->items[i].position <= kept)
            entries_add(&now, entries->items[i]);
    *entries = now;
}
