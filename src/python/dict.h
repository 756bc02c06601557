/*
 * dict - looks into dicts of the target: their entries, and the one of a name.
 *
 * A dict is a table of keys (struct _dictkeysobject, Include/internal/pycore_dict.h; to 3.10
 * Objects/dict-common.h) whose entries stand in order of insertion. We read the entries in blocks and
 * leave the hash table before them alone: the hash of a str is of use in its own process only.
 */
#ifndef PYTHON_DICT_H
#define PYTHON_DICT_H

#include "memory/reader.h"
#include "python/layout.h"

#define DICT_BLOCK 128u /* entries read at once */

/* What of a table of keys is needed to read its entries. */
struct dict_keys {
    remote_addr entries; /* the first of them */
    uint32_t count;      /* with those that were deleted */
    uint32_t entry_size;
    uint32_t key_at, value_at; /* in an entry */
};

/* The key is null where an entry was deleted. The value is of no use where a dict keeps its values
   in an array of their own. */
struct dict_entry {
    remote_addr key;
    remote_addr value;
};

/* Reads the head of the table at `address`. False when it cannot be read, makes no sense, or has
   more than `count_max` entries. */
bool dict_keys_read(struct reader *reader, const struct layout *layout, remote_addr address,
                    uint32_t count_max, struct dict_keys *keys);

/* Reads the entries from `first` on, at most DICT_BLOCK; gives their number, 0 behind the last. */
uint32_t dict_entries_read(struct reader *reader, const struct dict_keys *keys, uint32_t first,
                           struct dict_entry *entries);

/* Finds the entry whose key is the str `name` (printable ASCII, shorter than DICT_NAME_MAX); false
   when there is none, or it cannot be read. */
#define DICT_NAME_MAX 32u
bool dict_keys_find(struct reader *reader, const struct layout *layout,
                    const struct dict_keys *keys, const char *name, uint32_t *index,
                    struct dict_entry *entry);

/* Where the entry of that index stands. */
static inline remote_addr dict_entry_at(const struct dict_keys *keys, uint32_t index)
{
    return remote_plus(keys->entries, (int64_t)index * keys->entry_size);
}

#endif
