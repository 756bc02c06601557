/* elf: symbols and sections are found in a small shared object; in what is left of it when it is
   cut or damaged, nothing is read that is not there.

   tests/fuzz/corpus/elf/whole was made with gcc and ld for x86-64, and `stripped` beside it with -s
   in addition, from

     __attribute__((section(".PyRuntime"))) char _PyRuntime[64] = {1};
     const unsigned long Py_Version = 0x030b07f0;
     int Py_Main(void) { return 1; }

     gcc -Os -shared -fPIC -nostdlib -fno-ident -fno-asynchronous-unwind-tables \
         -Wl,-z,max-page-size=4096,-z,noseparate-code,-z,norelro,--build-id=none,--hash-style=gnu */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "corpus.h"
#include "memory/elf.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { ROOM = 8192, SYMBOLS = 5 };

struct file {
    unsigned char bytes[ROOM];
    size_t length;
};

static void load(const char *name, struct file *file)
{
    file->length = corpus_read("elf", name, file->bytes, sizeof file->bytes);
    assert_in_range(file->length, 1, sizeof file->bytes - 1);
}

static bool find(const struct file *file, uint64_t file_offset, uint64_t *load_address,
                 struct elf_symbol *symbols)
{
    static const char *const NAMES[SYMBOLS] = {"_PyRuntime", "Py_Version", ".PyRuntime", "Py_Main",
                                               "Py_Nothing"};
    const int fd = memfd_create("elf_test", MFD_CLOEXEC);
    bool ok;

    assert_true(fd >= 0);
    assert_int_equal(write(fd, file->bytes, file->length), (ssize_t)file->length);
    for (size_t i = 0; i < SYMBOLS; i++)
        symbols[i] = (struct elf_symbol){.name = NAMES[i]};
    ok = elf_find(fd, file_offset, load_address, symbols, SYMBOLS);
    close(fd);
    return ok;
}

static void symbols_and_sections_are_found(void **state)
{
    static const char *const FILES[] = {"whole", "stripped"};
    static const uint64_t ADDRESSES[] = {0x12a0, 0x1d8, 0x12a0, 0x1cf};
    struct elf_symbol symbols[SYMBOLS];
    struct file file;
    uint64_t load_address;

    (void)state;
    for (size_t i = 0; i < COUNT(FILES); i++) {
        load(FILES[i], &file);
        assert_true(find(&file, 0, &load_address, symbols));
        assert_int_equal(load_address, 0);
        for (size_t k = 0; k < COUNT(ADDRESSES); k++) {
            assert_true(symbols[k].found);
            assert_int_equal(symbols[k].address, ADDRESSES[k]);
        }
        assert_false(symbols[SYMBOLS - 1].found);
    }
}

/* The second segment's bytes from 0x1e0 on are loaded 0x1000 higher; its page begins before them.
 */
static void the_address_of_an_offset_is_told(void **state)
{
    struct elf_symbol symbols[SYMBOLS];
    struct file file;
    uint64_t load_address;

    (void)state;
    load("whole", &file);
    assert_true(find(&file, 0x1df, &load_address, symbols));
    assert_int_equal(load_address, 0x1df);
    assert_true(find(&file, 0x1e0, &load_address, symbols));
    assert_int_equal(load_address, 0x11e0);
    assert_true(find(&file, 0x2df, &load_address, symbols));
    assert_int_equal(load_address, 0x12df);
    assert_false(find(&file, 0x2e0, &load_address, symbols)); /* not loaded */
    assert_false(find(&file, 0x100000, &load_address, symbols));
    assert_false(find(&file, UINT64_MAX, &load_address, symbols));
}

static void what_is_no_elf_file_of_64_bits_is_refused(void **state)
{
    struct elf_symbol symbols[SYMBOLS];
    struct file file;
    uint64_t load_address;

    (void)state;
    load("whole", &file);
    file.bytes[4] = 1; /* ELFCLASS32 */
    assert_false(find(&file, 0, &load_address, symbols));
    load("whole", &file);
    file.bytes[0] = '#';
    assert_false(find(&file, 0, &load_address, symbols));
    file.length = 0;
    assert_false(find(&file, 0, &load_address, symbols));
}

static void a_cut_file_gives_less(void **state)
{
    struct elf_symbol symbols[SYMBOLS];
    struct file file;
    uint64_t load_address;
    size_t whole;

    (void)state;
    load("whole", &file);
    for (whole = file.length; file.length > 0; file.length--) {
        const bool ok = find(&file, 0, &load_address, symbols);

        if (file.length < 0x120) /* the end of the program headers */
            assert_false(ok);
        if (file.length < whole) /* the section headers are at the end */
            for (size_t i = 0; i < SYMBOLS; i++)
                assert_false(symbols[i].found);
    }
}

static void a_damaged_file_does_no_harm(void **state)
{
    static const unsigned char DAMAGES[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
    struct elf_symbol symbols[SYMBOLS];
    struct file file;
    uint64_t load_address;

    (void)state;
    load("whole", &file);
    for (size_t at = 0; at < file.length; at++) {
        const unsigned char was = file.bytes[at];

        for (size_t i = 0; i < COUNT(DAMAGES); i++) {
            file.bytes[at] = DAMAGES[i];
            find(&file, 0, &load_address, symbols);
            assert_false(symbols[SYMBOLS - 1].found);
        }
        file.bytes[at] = was;
    }
}

/* A file may have holes, and what it says it holds in them is not read into memory. */
static void a_section_of_a_terabyte_is_left_alone(void **state)
{
    enum { SHT_SYMTAB = 2, SHT_STRTAB = 3, HEADER_BYTES = 64, TYPE_AT = 4, SIZE_AT = 32 };
    const uint64_t huge = UINT64_C(1) << 40;
    static const uint32_t TYPES[] = {SHT_SYMTAB, SHT_STRTAB};

    (void)state;
    for (size_t i = 0; i < COUNT(TYPES); i++) {
        struct elf_symbol symbol = {.name = "_PyRuntime"};
        const int fd = memfd_create("elf_test", MFD_CLOEXEC);
        struct file file;
        uint64_t headers, load_address;
        uint16_t count;

        load("whole", &file);
        memcpy(&headers, file.bytes + 40, sizeof headers); /* e_shoff and e_shnum, elf(5) */
        memcpy(&count, file.bytes + 60, sizeof count);
        for (uint16_t k = 0; k < count; k++) {
            unsigned char *header = file.bytes + headers + (size_t)k * HEADER_BYTES;

            if (memcmp(header + TYPE_AT, &TYPES[i], sizeof TYPES[i]) == 0)
                memcpy(header + SIZE_AT, &huge, sizeof huge);
        }
        assert_true(fd >= 0);
        assert_int_equal(write(fd, file.bytes, file.length), (ssize_t)file.length);
        assert_int_equal(ftruncate(fd, (off_t)(2 * huge)), 0);
        assert_true(elf_find(fd, 0, &load_address, &symbol, 1));
        close(fd);
    }
}

/* Nor are many that are as large as one may be, which are all kept until the end. */
static void many_large_sections_are_left_alone(void **state)
{
    enum { SHT_SYMTAB = 2, HEADER_BYTES = 64, MANY = 48 };
    const uint64_t from = 1 << 16, entry = 24, large = entry << 21, none = 0, bound_kib = 1 << 20;
    const uint32_t type = SHT_SYMTAB;
    struct elf_symbol symbol = {.name = "is nowhere"};
    const int fd = memfd_create("elf_test", MFD_CLOEXEC);
    unsigned char header[HEADER_BYTES] = {0};
    struct rusage used;
    struct file file;
    uint64_t headers, load_address;
    uint16_t count, more;

    (void)state;
    load("whole", &file);
    memcpy(&headers, file.bytes + 40, sizeof headers); /* e_shoff and e_shnum, elf(5) */
    memcpy(&count, file.bytes + 60, sizeof count);
    more = (uint16_t)(count + MANY);
    memcpy(file.bytes + 40, &from, sizeof from);
    memcpy(file.bytes + 60, &more, sizeof more);
    memcpy(header + 4, &type, sizeof type); /* sh_type, sh_offset and sh_size */
    memcpy(header + 24, &large, sizeof large);
    memcpy(header + 32, &large, sizeof large);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, (off_t)(2 * large)), 0);
    assert_int_equal(pwrite(fd, file.bytes, file.length, 0), (ssize_t)file.length);
    assert_int_equal(pwrite(fd, file.bytes + headers, (size_t)count * HEADER_BYTES, (off_t)from),
                     (ssize_t)count * HEADER_BYTES);
    for (unsigned i = 0; i < MANY; i++) {
        memcpy(header + 56, i % 2 == 0 ? &none : &entry, sizeof none); /* sh_entsize */
        assert_int_equal(pwrite(fd, header, HEADER_BYTES, (off_t)(from + (count + i) * HEADER_BYTES)), HEADER_BYTES);
    }
    assert_true(elf_find(fd, 0, &load_address, &symbol, 1));
    assert_false(symbol.found);
    assert_int_equal(getrusage(RUSAGE_SELF, &used), 0);
    assert_true((uint64_t)used.ru_maxrss < bound_kib);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(symbols_and_sections_are_found),
        cmocka_unit_test(the_address_of_an_offset_is_told),
        cmocka_unit_test(what_is_no_elf_file_of_64_bits_is_refused),
        cmocka_unit_test(a_cut_file_gives_less),
        cmocka_unit_test(a_damaged_file_does_no_harm),
        cmocka_unit_test(a_section_of_a_terabyte_is_left_alone),
        cmocka_unit_test(many_large_sections_are_left_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
