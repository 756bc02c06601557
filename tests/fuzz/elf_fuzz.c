/* Any bytes as a file that a process has mapped: what is looked for in it to find CPython. */
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "memory/elf.h"
#include "memory/image.h"
#include "memory/loaded.h"

/* The same bytes as what is loaded of it. */
static void find_in_memory(const uint8_t *data, size_t length)
{
    const struct image_segment segment = {remote_at(0x10000), data, length};
    struct elf_symbol symbols[] = {{.name = "_PyRuntime"}, {.name = ".PyRuntime"}};
    struct error error;
    struct reader *reader = image_reader_new(&segment, 1, &error);

    REQUIRE(reader != NULL);
    if (!loaded_find(reader, segment.address, symbols, 2))
        REQUIRE(!symbols[0].found);
    REQUIRE(!symbols[1].found);
    reader_free(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
    static const uint64_t OFFSETS[] = {0, 0x1000, UINT64_MAX};
    const int fd = memfd_create("elf_fuzz", MFD_CLOEXEC);

    REQUIRE(fd >= 0 && write(fd, data, length) == (ssize_t)length);
    for (size_t i = 0; i < sizeof OFFSETS / sizeof OFFSETS[0]; i++) {
        struct elf_symbol symbols[] = {
            {.name = "_PyRuntime"}, {.name = ".PyRuntime"}, {.name = ""}};
        uint64_t load_address;

        if (!elf_find(fd, OFFSETS[i], &load_address, symbols, 3))
            REQUIRE(!symbols[0].found && !symbols[1].found);
    }
    close(fd);
    find_in_memory(data, length);
    return 0;
}
