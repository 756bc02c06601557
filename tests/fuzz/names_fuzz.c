/* Any bytes as a recording of a process (tests/unit/recording.h): the names of its threads. */
#include "fuzz.h"

#include <string.h>

#include "base/clean.h"
#include "python/names.h"
#include "recording.h"

enum { ROOM = 64 };

static void check(const struct thread_name *name)
{
    char again[NAMES_TEXT_MAX * 3];
    const size_t length = strnlen(name->text, sizeof name->text);

    REQUIRE(length < sizeof name->text);
    REQUIRE(clean_utf8(again, sizeof again, name->text, length) == length);
    REQUIRE(strcmp(again, name->text) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
    static struct recording recording;
    static struct thread_name names[ROOM + 1];
    struct names_trail trail = {0};
    struct reader *reader;
    struct error error;

    if (!recording_parse(data, length, &recording))
        return 0;
    reader = image_reader_new(recording.segments, recording.segment_count, &error);
    REQUIRE(reader != NULL);
    for (int i = 0; i < 2; i++) {
        size_t count;

        memset(names, 0, sizeof names);
        count = names_read(reader, &recording.layout, recording.interpreter, &trail, names, ROOM);
        REQUIRE(count <= ROOM);
        REQUIRE(names[ROOM].ident == 0 && names[ROOM].text[0] == '\0');
        REQUIRE(trail.length <= NAMES_TRAIL_STEPS);
        for (size_t k = 0; k < count; k++)
            check(&names[k]);
    }
    reader_free(reader);
    return 0;
}
