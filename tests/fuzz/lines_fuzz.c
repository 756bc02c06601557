/* Any bytes as the line table of a code object: the first tells its form, the next four its first line. */
#include "fuzz.h"

#include <string.h>

#include "python/lines.h"

enum { ROOM = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
    uint32_t units;
    struct line_run runs[ROOM + 1];
    uint32_t first_line;
    size_t count;

    enum line_form form;

    if (length < 1 + sizeof first_line)
        return 0;
    form = (enum line_form)(data[0] % 3);
    memcpy(&first_line, data + 1, sizeof first_line);
    memset(runs, 0xee, sizeof runs);
    count =
        lines_read(form, data + 1 + sizeof first_line, length - 1 - sizeof first_line, first_line, runs, ROOM,
                   &units);
    REQUIRE(count <= ROOM);
    REQUIRE(count == 0 || runs[count - 1].unit < units);
    REQUIRE(runs[count].unit == 0xeeeeeeee);
    REQUIRE(count == 0 || runs[0].unit == 0);
    for (size_t i = 0; i < count; i++) {
        REQUIRE(runs[i].line <= 0x3fffffff);
        REQUIRE(i == 0 || (runs[i].unit > runs[i - 1].unit && runs[i].line != runs[i - 1].line));
        REQUIRE(lines_find(runs, count, runs[i].unit) == runs[i].line);
        REQUIRE(i == 0 || lines_find(runs, count, runs[i].unit - 1) == runs[i - 1].line);
    }
    return 0;
}
