/* Any bytes as /proc/PID/maps, line by line. */
#include "fuzz.h"

#include <string.h>

#include "memory/maps.h"

static void check(const char *text, size_t length)
{
    struct maps_line line;
    char *copy = malloc(length > 0 ? length : 1);

    REQUIRE(copy != NULL);
    memcpy(copy, text, length);
    if (maps_line_parse(copy, length, &line)) {
        REQUIRE(line.start < line.end);
        REQUIRE(line.path >= copy && line.path_length <= length);
        REQUIRE(line.path + line.path_length == copy + length);
        REQUIRE(line.path_length == 0 || line.path[0] != ' ');
    }
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
    const char *text = (const char *)data;

    while (length > 0) {
        const char *newline = memchr(text, '\n', length);
        const size_t line_length = newline != NULL ? (size_t)(newline - text) : length;

        check(text, line_length);
        if (newline == NULL)
            break;
        text += line_length + 1;
        length -= line_length + 1;
    }
    return 0;
}
