#include "python/dict.h"

#include <string.h>

#include "base/bytes.h"
#include "python/text.h"

enum {
    KIND_GENERAL = 0, /* DictKeysKind, pycore_dict.h: any keys; the other kinds have str only */
    KIND_MAX = 2,
    HEAD_BYTES_MAX = 64,
    ENTRY_BYTES_MAX = 32,
    LOG2_INDEX_BYTES_MAX = 32,
};

/* How many bytes the table of indices in front of the entries has; 0: that makes no sense. To 3.10 it has
   as many indices as .dk_size says, which are as wide as they need be (DK_IXSIZE, Objects/dict-common.h). */
static uint64_t index_bytes(const struct layout *layout, const unsigned char *head)
{
    uint64_t size;

    if (layout->dict.keys_size == LAYOUT_NONE) {
        const unsigned log2 = head[layout->dict.keys_log2_index_bytes];

        return log2 <= LOG2_INDEX_BYTES_MAX ? UINT64_C(1) << log2 : 0;
    }
    size = word_at(head, layout->dict.keys_size);
    if (size > UINT64_C(1) << LOG2_INDEX_BYTES_MAX)
        return 0;
    return size * (size <= 0xff ? 1 : size <= 0xffff ? 2 : size <= 0xffffffff ? 4 : 8);
}

bool dict_keys_read(struct reader *reader, const struct layout *layout, remote_addr address,
                    uint32_t count_max, struct dict_keys *keys)
{
    unsigned char head[HEAD_BYTES_MAX];
    uint64_t count, before;
    unsigned kind;

    if (remote_is_null(address) || !reader_read(reader, address, head, layout->dict.keys_indices))
        return false;
    kind = layout->dict.keys_kind != LAYOUT_NONE ? head[layout->dict.keys_kind] : KIND_GENERAL;
    before = index_bytes(layout, head);
    count = word_at(head, layout->dict.keys_entry_count);
    if (kind > KIND_MAX || before == 0 || count > count_max)
        return false;
    keys->entries = remote_plus(address, (int64_t)layout->dict.keys_indices + (int64_t)before);
    keys->count = (uint32_t)count;
    if (kind == KIND_GENERAL) {
        keys->entry_size = layout->dict.entry_size;
        keys->key_at = layout->dict.entry_key;
        keys->value_at = layout->dict.entry_value;
    } else {
        keys->entry_size = layout->dict.unicode_entry_size;
        keys->key_at = layout->dict.unicode_entry_key;
        keys->value_at = layout->dict.unicode_entry_value;
    }
    return true;
}

uint32_t dict_entries_read(struct reader *reader, const struct dict_keys *keys, uint32_t first,
                           struct dict_entry *entries)
{
    unsigned char bytes[DICT_BLOCK * ENTRY_BYTES_MAX];
    const uint32_t left = first < keys->count ? keys->count - first : 0;
    const uint32_t count = left < DICT_BLOCK ? left : DICT_BLOCK;

    if (count == 0 ||
        !reader_read(reader, dict_entry_at(keys, first), bytes, (size_t)count * keys->entry_size))
        return 0;
    for (uint32_t i = 0; i < count; i++) {
        const unsigned char *entry = bytes + (size_t)i * keys->entry_size;

        memcpy(&entries[i].key.value, entry + keys->key_at, sizeof entries[i].key.value);
        memcpy(&entries[i].value.value, entry + keys->value_at, sizeof entries[i].value.value);
    }
    return count;
}

/* Which of `count` entries has this key; `count` when none has. */
static uint32_t find_in_block(struct reader *reader, const struct layout *layout,
                              const struct dict_entry *entries, uint32_t count, const char *name)
{
    unsigned char rows[DICT_BLOCK * TEXT_FIRST_BYTES];
    remote_addr addresses[DICT_BLOCK];
    uint32_t indices[DICT_BLOCK];
    bool read[DICT_BLOCK];
    char text[DICT_NAME_MAX];
    /* Of a longer str that is too little to decode it, which saves the comparison. */
    const size_t row_bytes = layout->unicode.ascii_data + strlen(name);
    size_t used = 0;

    if (row_bytes > TEXT_FIRST_BYTES)
        return count;
    for (uint32_t i = 0; i < count; i++) {
        if (!remote_is_null(entries[i].key)) {
            addresses[used] = entries[i].key;
            indices[used++] = i;
        }
    }
    reader_rows(reader, addresses, used, row_bytes, rows, read);
    for (size_t i = 0; i < used; i++) {
        const unsigned char *row = rows + i * row_bytes;

        if (read[i] && text_decode(layout, row, row_bytes, text, sizeof text) &&
            strcmp(text, name) == 0)
            return indices[i];
    }
    return count;
}

bool dict_keys_find(struct reader *reader, const struct layout *layout,
                    const struct dict_keys *keys, const char *name, uint32_t *index,
                    struct dict_entry *entry)
{
    struct dict_entry entries[DICT_BLOCK];
    uint32_t count;

    for (uint32_t first = 0; (count = dict_entries_read(reader, keys, first, entries)) > 0;
         first += count) {
        const uint32_t found = find_in_block(reader, layout, entries, count, name);

        if (found < count) {
            *index = first + found;
            *entry = entries[found];
            return true;
        }
    }
    return false;
}
