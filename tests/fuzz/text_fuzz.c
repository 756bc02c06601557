/* Any bytes as a str object of each version: the first tells which, and the room for its text. */
#include "fuzz.h"

#include <string.h>

#include "base/clean.h"
#include "memory/image.h"
#include "python/text.h"

enum { BASE = 0x10000, ROOM_MAX = 512 };

/* Offsets of 3.11 and of 3.12 and later, Include/cpython/unicodeobject.h. */
static const struct layout LAYOUTS[] = {
    {.unicode = {16, 32, 48, 72, 2, 5, 6}},
    {.unicode = {16, 32, 40, 56, 2, 5, 6}},
};

static void check(const char *text, size_t room)
{
    char again[ROOM_MAX * 3];
    const size_t length = strnlen(text, room);

    REQUIRE(length < room);
    REQUIRE(clean_utf8(again, sizeof again, text, length) == length);
    REQUIRE(strcmp(text, again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
    const struct layout *layout = &LAYOUTS[length > 0 ? data[0] & 1 : 0];
    const size_t room = length > 0 ? 1 + (size_t)data[0] * 2 : 1;
    char decoded[ROOM_MAX], read[ROOM_MAX];
    struct image_segment segment;
    struct reader *reader;
    struct error error;

    if (length == 0)
        return 0;
    segment = (struct image_segment){remote_at(BASE), data + 1, length - 1};
    reader = image_reader_new(&segment, 1, &error);
    REQUIRE(reader != NULL);
    if (text_decode(layout, data + 1, length - 1, decoded, room)) {
        /* What is all there can be read as well, and is the same, but for the bound of what is
         * read. */
        REQUIRE(text_read(reader, layout, segment.address, read, room));
        REQUIRE(strcmp(decoded, read) == 0);
    }
    check(decoded, room);
    text_read(reader, layout, segment.address, read, room);
    check(read, room);
    clean_utf8(read, room, (const char *)data, length);
    check(read, room);
    reader_free(reader);
    return 0;
}
