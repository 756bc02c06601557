/* Any bytes as the head of a runtime structure: the first four are the version it is said to have.
 */
#include "fuzz.h"

#include <stdbool.h>
#include <string.h>

#include "python/layout.h"

enum { OFFSET_MAX = (8 << 20) + 1024 };

static bool fits(uint32_t member, uint32_t width, uint32_t size)
{
    return member == LAYOUT_NONE || member + width <= size;
}

static void check_group(const uint32_t *offsets, size_t bytes)
{
    for (size_t i = 0; i < bytes / sizeof *offsets; i++)
        REQUIRE(offsets[i] <= OFFSET_MAX || offsets[i] == LAYOUT_NONE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
    struct layout layout;
    struct error error = {ERROR_NONE, ""};
    uint32_t version_hex;

    if (length < sizeof version_hex)
        return 0;
    memcpy(&version_hex, data, sizeof version_hex);
    data += sizeof version_hex;
    length -= sizeof version_hex;
    layout_head_version(data, length);
    if (!layout_select(&layout, version_hex, data, length, &error)) {
        REQUIRE(error.code == ERROR_VERSION || error.code == ERROR_READ);
        REQUIRE(strlen(error.text) > 0);
        return 0;
    }
    REQUIRE(layout.version >= 0x0308 && layout.version <= 0x030f);
    check_group(&layout.runtime.interpreters_head, sizeof layout.runtime - sizeof(uint32_t));
    check_group(&layout.interpreter.id, sizeof layout.interpreter - sizeof(uint32_t));
    check_group(&layout.gil.size, sizeof layout.gil);
    check_group(&layout.thread.size, sizeof layout.thread);
    check_group(&layout.object.type, sizeof layout.object);
    check_group(&layout.unicode.length, sizeof layout.unicode);
    check_group(&layout.dict.keys, sizeof layout.dict);
    /* What is decoded from a copy lies within the copy. */
    REQUIRE(layout.thread.size <= LAYOUT_THREAD_BYTES_MAX);
    REQUIRE(layout.thread.interpreter + 8 <= layout.thread.size);
    REQUIRE(fits(layout.thread.datastack_top, 8, layout.thread.size));
    REQUIRE(fits(layout.thread.cframe, 8, layout.thread.size));
    REQUIRE(layout.frame.size <= LAYOUT_FRAME_BYTES_MAX);
    REQUIRE(layout.frame.code + 8 <= layout.frame.size);
    REQUIRE(fits(layout.frame.owner, 1, layout.frame.size));
    REQUIRE(fits(layout.frame.state, 1, layout.frame.size));
    REQUIRE(fits(layout.frame.generator, 8, layout.frame.size));
    REQUIRE(fits(layout.frame.is_entry, 1, layout.frame.size));
    REQUIRE(fits(layout.frame.stack_top, 4, layout.frame.size));
    REQUIRE(layout.code.size <= LAYOUT_CODE_BYTES_MAX);
    REQUIRE(layout.code.line_table + 8 <= layout.code.size);
    REQUIRE(fits(layout.code.unit_count, 4, layout.code.size));
    REQUIRE(fits(layout.code.bytecode, 8, layout.code.size));
    return 0;
}
