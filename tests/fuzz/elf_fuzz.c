/* Any bytes as a file that a process has mapped: what is looked for in it to find CPython. */
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "memory/elf.h"

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
    return 0;
}
