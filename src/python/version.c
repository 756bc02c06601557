#include "python/version.h"

#include "base/bytes.h"
#include "python/dict.h"
#include "python/layout.h"

enum {
    SYS_NAMES_MAX = 4096,
    INTEGER_BYTES_MAX = 64,
};

/* Reads an int object of one digit (30 bits: PyLong_SHIFT, longintrepr.h). */
static bool read_integer(struct reader *reader, const struct layout *layout, remote_addr address,
                         uint32_t *value)
{
    unsigned char bytes[INTEGER_BYTES_MAX];

    if (!reader_read(reader, address, bytes, layout->integer.digits + sizeof *value) ||
        word_at(bytes, layout->integer.tag) >> layout->integer.size_shift != 1)
        return false;
    *value = (uint32_t)int_at(bytes, layout->integer.digits);
    return true;
}

/* What sys.hexversion is, if this is the layout; 0: it is not. */
static uint32_t told_by(struct reader *reader, const struct layout *layout, remote_addr runtime)
{
    remote_addr interpreter, sys, table;
    struct dict_entry entry;
    struct dict_keys keys;
    uint32_t index, version;

    if (!reader_read_pointer(reader, runtime, layout->runtime.interpreters_head, &interpreter) ||
        !reader_read_pointer(reader, interpreter, layout->interpreter.sys, &sys) ||
        !reader_read_pointer(reader, sys, layout->dict.keys, &table) ||
        !dict_keys_read(reader, layout, table, SYS_NAMES_MAX, &keys) ||
        !dict_keys_find(reader, layout, &keys, "hexversion", &index, &entry) ||
        !read_integer(reader, layout, entry.value, &version))
        return 0;
    return version >> 16 == layout->version ? version : 0;
}

uint32_t version_find(struct reader *reader, remote_addr runtime)
{
    const struct layout *layout;
    uint32_t version = 0;

    for (size_t i = 0; version == 0 && (layout = layout_silent(i)) != NULL; i++)
        version = told_by(reader, layout, runtime);
    return version;
}
