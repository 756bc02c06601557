/* loaded: symbols are found in a shared object as it stands in memory, with and without what a dynamic linker
   writes into it; in one that is cut or damaged, the search ends. The object is that of elf_test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "corpus.h"
#include "memory/image.h"
#include "memory/loaded.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define START UINT64_C(0x7f1234560000)

/* The two segments of the file, as `readelf -l` tells them. */
enum { ROOM = 4096, FIRST_BYTES = 0x1e0, SECOND_AT = 0x11e0, SECOND_BYTES = 0x100, DYNAMIC_BYTES = 0xb0 };

static unsigned char file[ROOM];

static const char *const NAMES[] = {"_PyRuntime", "Py_Version", "Py_Main", "Py_Nothing"};
static const uint64_t ADDRESSES[] = {0x12a0, 0x1d8, 0x1cf, 0};

static void load(const char *name)
{
    assert_in_range(corpus_read("elf", name, file, sizeof file), FIRST_BYTES + SECOND_BYTES, sizeof file - 1);
}

static bool find(size_t first_bytes, size_t second_bytes, struct elf_symbol *symbols)
{
    const struct image_segment segments[] = {
        {remote_at(START), file, first_bytes},
        {remote_at(START + SECOND_AT), file + FIRST_BYTES, second_bytes},
    };
    struct error error;
    struct reader *reader = image_reader_new(segments, COUNT(segments), &error);
    bool ok;

    assert_non_null(reader);
    for (size_t i = 0; i < COUNT(NAMES); i++)
        symbols[i] = (struct elf_symbol){.name = NAMES[i]};
    ok = loaded_find(reader, remote_at(START), symbols, COUNT(NAMES));
    reader_free(reader);
    return ok;
}

/* What glibc does to the dynamic section. */
static void relocate(void)
{
    for (size_t at = FIRST_BYTES; at < FIRST_BYTES + DYNAMIC_BYTES; at += 16) {
        uint64_t tag, value;

        memcpy(&tag, file + at, 8);
        memcpy(&value, file + at + 8, 8);
        if (tag == 5 || tag == 6 || tag == 0x6ffffef5) /* DT_STRTAB, DT_SYMTAB, DT_GNU_HASH */
            value += START;
        memcpy(file + at + 8, &value, 8);
    }
}

static void assert_all_found(void)
{
    struct elf_symbol symbols[COUNT(NAMES)];

    assert_true(find(FIRST_BYTES, SECOND_BYTES, symbols));
    for (size_t i = 0; i < COUNT(NAMES); i++) {
        assert_int_equal(symbols[i].found, ADDRESSES[i] != 0);
        if (symbols[i].found)
            assert_int_equal(symbols[i].address, START + ADDRESSES[i]);
    }
}

static void symbols_are_found(void **state)
{
    (void)state;
    load("whole");
    assert_all_found();
    load("stripped");
    assert_all_found();
    relocate();
    assert_all_found();
    memset(file + 0x28, 0, 8); /* e_shoff: no section headers either */
    assert_all_found();
}

static void what_is_cut_is_not_read(void **state)
{
    struct elf_symbol symbols[COUNT(NAMES)];

    (void)state;
    load("stripped");
    for (size_t bytes = 0; bytes < FIRST_BYTES; bytes++)
        find(bytes, SECOND_BYTES, symbols);
    assert_false(find(0x100, SECOND_BYTES, symbols));
    assert_false(find(FIRST_BYTES, DYNAMIC_BYTES - 1, symbols));
}

/* Whatever a byte is, the search ends, and finds nothing outside of what it was given. */
static void what_is_damaged_ends(void **state)
{
    static const unsigned char BYTES[] = {0, 1, 0x7f, 0x80, 0xff};
    struct elf_symbol symbols[COUNT(NAMES)];

    (void)state;
    load("stripped");
    for (size_t at = 0; at < FIRST_BYTES + SECOND_BYTES; at++) {
        const unsigned char kept = file[at];

        for (size_t i = 0; i < COUNT(BYTES); i++) {
            file[at] = BYTES[i];
            find(FIRST_BYTES, SECOND_BYTES, symbols);
        }
        file[at] = kept;
    }
    file[4] = 1; /* 32 bits */
    assert_false(find(FIRST_BYTES, SECOND_BYTES, symbols));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(symbols_are_found),
        cmocka_unit_test(what_is_cut_is_not_read),
        cmocka_unit_test(what_is_damaged_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
