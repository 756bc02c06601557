#include "python/none.h"

#include "python/dict.h"

enum { BUILTINS_MAX = 65536 };

remote_addr none_find(struct reader *reader, const struct layout *layout, remote_addr interpreter)
{
    struct dict_entry entry;
    struct dict_keys keys;
    remote_addr dict, table;
    uint32_t index;

    if (!reader_read_pointer(reader, interpreter, layout->interpreter.builtins, &dict) ||
        remote_is_null(dict) || !reader_read_pointer(reader, dict, layout->dict.keys, &table) ||
        !dict_keys_read(reader, layout, table, BUILTINS_MAX, &keys) ||
        !dict_keys_find(reader, layout, &keys, "None", &index, &entry))
        return remote_at(0);
    return entry.value;
}
