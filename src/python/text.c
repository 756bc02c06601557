#include "python/text.h"

#include <string.h>

#include "base/clean.h"

enum { TEXT_CHARACTERS_MAX = 4096 };

/* What the head of a str object says. */
struct shape {
    uint32_t kind; /* bytes of a character: 1, 2 or 4 (PyASCIIObject.state.kind, unicodeobject.h) */
    uint32_t data; /* where they begin, from the start of the object */
    uint64_t length; /* in characters */
};

static bool shape_of(const struct layout *layout, const unsigned char *bytes, size_t length,
                     struct shape *shape)
{
    uint32_t state;

    if (layout->unicode.state + sizeof state > length ||
        layout->unicode.length + sizeof shape->length > length)
        return false;
    memcpy(&state, bytes + layout->unicode.state, sizeof state);
    memcpy(&shape->length, bytes + layout->unicode.length, sizeof shape->length);
    shape->kind = state >> layout->unicode.kind_shift & 7;
    shape->data = (state >> layout->unicode.ascii_shift & 1) != 0 ? layout->unicode.ascii_data
                                                                  : layout->unicode.compact_data;
    return (state >> layout->unicode.compact_shift & 1) != 0 &&
           (shape->kind == 1 || shape->kind == 2 || shape->kind == 4) && shape->length <= INT64_MAX;
}

static uint32_t character_at(const unsigned char *data, uint32_t kind, size_t index)
{
    uint16_t two;
    uint32_t four;

    if (kind == 1)
        return data[index];
    if (kind == 2) {
        memcpy(&two, data + index * 2, sizeof two);
        return two;
    }
    memcpy(&four, data + index * 4, sizeof four);
    return four;
}

static void decode(const unsigned char *data, uint32_t kind, size_t length, char *into, size_t room)
{
    size_t done = 0;

    for (size_t i = 0; i < length; i++) {
        const size_t grown = clean_append(into, done, room, character_at(data, kind, i));

        if (grown == done)
            return;
        done = grown;
    }
}

bool text_decode(const struct layout *layout, const unsigned char *bytes, size_t length, char *into,
                 size_t room)
{
    struct shape shape;

    into[0] = '\0';
    if (!shape_of(layout, bytes, length, &shape) || shape.data > length ||
        shape.length > (length - shape.data) / shape.kind)
        return false;
    decode(bytes + shape.data, shape.kind, (size_t)shape.length, into, room);
    return true;
}

bool text_read(struct reader *reader, const struct layout *layout, remote_addr address, char *into,
               size_t room)
{
    unsigned char head[TEXT_FIRST_BYTES];
    unsigned char data[TEXT_CHARACTERS_MAX * 4];
    struct shape shape;
    size_t length;

    into[0] = '\0';
    if (remote_is_null(address) || layout->unicode.ascii_data > sizeof head ||
        !reader_read(reader, address, head, layout->unicode.ascii_data) ||
        !shape_of(layout, head, layout->unicode.ascii_data, &shape))
        return false;
    length = shape.length < TEXT_CHARACTERS_MAX ? (size_t)shape.length : TEXT_CHARACTERS_MAX;
    if (!reader_read(reader, remote_plus(address, shape.data), data, length * shape.kind))
        return false;
    decode(data, shape.kind, length, into, room);
    return true;
}

uint64_t text_bytes(struct reader *reader, const struct layout *layout, remote_addr address)
{
    unsigned char head[TEXT_FIRST_BYTES];
    struct shape shape;

    if (layout->unicode.ascii_data > sizeof head ||
        !reader_read(reader, address, head, layout->unicode.ascii_data) ||
        !shape_of(layout, head, layout->unicode.ascii_data, &shape) ||
        shape.length > UINT32_MAX)
        return 0;
    return shape.data + shape.length * shape.kind;
}

bool text_begins(const struct layout *layout, const unsigned char *bytes, size_t length,
                 const char *text)
{
    char begin[4 * TEXT_FIRST_BYTES + 1] = "";
    struct shape shape;
    size_t count;

    if (!shape_of(layout, bytes, length, &shape) || shape.data > length)
        return false;
    count = (length - shape.data) / shape.kind;
    if (count > TEXT_FIRST_BYTES)
        count = TEXT_FIRST_BYTES;
    if (shape.length < count)
        count = (size_t)shape.length;
    decode(bytes + shape.data, shape.kind, count, begin, sizeof begin);
    if (count < shape.length) /* of a longer one, all that is compared has to be there */
        return length >= TEXT_FIRST_BYTES && strncmp(begin, text, strlen(begin)) == 0;
    return strcmp(begin, text) == 0;
}
