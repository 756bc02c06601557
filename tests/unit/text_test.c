/* text: str objects of each kind, at their own address and from a copy, whole, cut, and broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "made_up.h"

#include "memory/image.h"
#include "python/text.h"

enum { BASE = 0x7000, OBJECT_BYTES = 32 * 1024 };

/* PyASCIIObject and PyCompactUnicodeObject of CPython 3.14, Include/cpython/unicodeobject.h. */
static const struct layout LAYOUT = {
    .unicode =
        {
            .length = 16,
            .state = 32,
            .ascii_data = 40,
            .compact_data = 56,
            .kind_shift = 2,
            .compact_shift = 5,
            .ascii_shift = 6,
        },
};

struct str {
    unsigned char bytes[OBJECT_BYTES];
    size_t used;
};

static void set_state(struct str *str, uint32_t kind, bool compact, bool ascii)
{
    const uint32_t state = kind << LAYOUT.unicode.kind_shift |
                           (compact ? 1u : 0u) << LAYOUT.unicode.compact_shift |
                           (ascii ? 1u : 0u) << LAYOUT.unicode.ascii_shift;

    memcpy(str->bytes + LAYOUT.unicode.state, &state, sizeof state);
}

/* Makes an object of `length` characters of `kind` bytes each. */
static void make(struct str *str, uint32_t kind, bool ascii, const void *characters,
                 uint64_t length)
{
    const size_t data = ascii ? LAYOUT.unicode.ascii_data : LAYOUT.unicode.compact_data;

    memset(str->bytes, 0xee, sizeof str->bytes);
    memcpy(str->bytes + LAYOUT.unicode.length, &length, sizeof length);
    set_state(str, kind, true, ascii);
    memcpy(str->bytes + data, characters, kind * length);
    str->used = data + kind * length;
}

static bool read_at(const struct str *str, uint64_t address, char *into, size_t room)
{
    const struct image_segment segment = {remote_at(BASE), str->bytes, str->used};
    struct error error;
    struct reader *reader = image_reader_new(&segment, 1, &error);
    bool ok;

    assert_non_null(reader);
    memset(into, 'x', room);
    ok = text_read(reader, &LAYOUT, remote_at(address), into, room);
    reader_free(reader);
    return ok;
}

/* What both ways of reading give, which has to be the same. */
static void check(const struct str *str, size_t room, const char *expected)
{
    char read[5000], decoded[5000];

    assert_true(read_at(str, BASE, read, room));
    assert_string_equal(read, expected);
    memset(decoded, 'x', sizeof decoded);
    assert_true(text_decode(&LAYOUT, str->bytes, str->used, decoded, room));
    assert_string_equal(decoded, expected);
    assert_int_equal(decoded[room], 'x');
}

static void check_broken(const struct str *str)
{
    char into[64];

    assert_false(read_at(str, BASE, into, sizeof into));
    assert_string_equal(into, "");
    into[0] = 'x';
    assert_false(text_decode(&LAYOUT, str->bytes, str->used, into, sizeof into));
    assert_string_equal(into, "");
}

static void each_kind_comes_out_as_utf8(void **state)
{
    static const uint16_t TWO[] = {'n', 0x540d, 0x524d};
    static const uint32_t FOUR[] = {'p', 0x1f40d};
    struct str str;

    (void)state;
    make(&str, 1, true, "Model.save", 10);
    check(&str, 64, "Model.save");
    make(&str, 1, false, "caf\xe9", 4);
    check(&str, 64, "caf\u00e9");
    make(&str, 2, false, TWO, 3);
    check(&str, 64, "n\u540d\u524d");
    make(&str, 4, false, FOUR, 2);
    check(&str, 64, "p\U0001f40d");
    make(&str, 1, true, "", 0);
    check(&str, 64, "");
}

static void it_comes_out_clean(void **state)
{
    static const uint16_t TWO[] = {0x202e, 0xd800, 'x'};
    static const uint32_t FOUR[] = {0xffffffff, 0x110000};
    struct str str;

    (void)state;
    make(&str, 1, true, "\033[2J", 4);
    check(&str, 64, "\ufffd[2J");
    make(&str, 2, false, TWO, 3);
    check(&str, 64, "\ufffd\ufffdx");
    make(&str, 4, false, FOUR, 2);
    check(&str, 64, "\ufffd\ufffd");
}

static void it_is_cut_to_the_room(void **state)
{
    static const uint16_t TWO[] = {0x540d, 0x524d};
    struct str str;

    (void)state;
    make(&str, 2, false, TWO, 2);
    check(&str, 7, "\u540d\u524d");
    check(&str, 6, "\u540d");
    check(&str, 3, "");
    check(&str, 1, "");
}

static void of_a_long_one_the_beginning_is_read(void **state)
{
    char long_text[20000], expected[4097];
    char into[8192];
    struct str str;

    (void)state;
    memset(long_text, 'a', sizeof long_text);
    memset(expected, 'a', 4096);
    expected[4096] = '\0';
    make(&str, 1, true, long_text, sizeof long_text);
    assert_true(read_at(&str, BASE, into, sizeof into));
    assert_string_equal(into, expected);
}

static void what_is_no_str_is_refused(void **state)
{
    static const uint32_t KINDS[] = {0, 3, 5, 6, 7};
    struct str str;
    char into[64];

    (void)state;
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        make(&str, 1, true, "abc", 3);
        set_state(&str, KINDS[i], true, true);
        check_broken(&str);
    }
    make(&str, 1, true, "abc", 3);
    set_state(&str, 1, false, true);
    check_broken(&str);
    make(&str, 1, true, "abc", 3);
    str.bytes[LAYOUT.unicode.length + 7] = 0x80; /* a negative length */
    check_broken(&str);
    make(&str, 1, true, "abc", 3);
    assert_false(read_at(&str, 0, into, sizeof into));
    assert_string_equal(into, "");
}

static void what_is_cut_short_is_refused(void **state)
{
    struct str str;

    (void)state;
    make(&str, 4, false, "abcdefgh", 2);
    while (str.used-- > 0)
        check_broken(&str);
}

static void offsets_beyond_the_head_are_refused(void **state)
{
    struct layout layout = LAYOUT;
    struct str str;
    char into[64];

    (void)state;
    make(&str, 1, true, "abc", 3);
    layout.unicode.state = 8 << 20;
    assert_false(text_decode(&layout, str.bytes, str.used, into, sizeof into));
    layout = LAYOUT;
    layout.unicode.length = 8 << 20;
    assert_false(text_decode(&layout, str.bytes, str.used, into, sizeof into));
    layout = LAYOUT;
    layout.unicode.ascii_data = 8 << 20;
    assert_false(text_decode(&layout, str.bytes, str.used, into, sizeof into));
}

static void a_copy_is_of_one_text_only(void **state)
{
    struct made_up *memory = made_up_new(0x030d);
    const uint64_t at = MADE_UP_HEAP;
    const struct layout *layout = &memory->layout;
    const unsigned char *bytes;
    char longer[200];

    (void)state;
    made_up_text(memory, at, "chain");
    bytes = made_up_at(memory, at);
    assert_int_equal(text_bytes(&memory->reader, layout, remote_at(at)),
                     layout->unicode.ascii_data + 5);
    assert_true(text_begins(layout, bytes, layout->unicode.ascii_data + 5, "chain"));
    assert_false(text_begins(layout, bytes, layout->unicode.ascii_data + 5, "chai"));
    assert_false(text_begins(layout, bytes, layout->unicode.ascii_data + 5, "chains"));
    /* As much as there was of a shorter one, which begins so. */
    assert_false(text_begins(layout, bytes, layout->unicode.ascii_data + 4, "chai"));
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    made_up_text(memory, at, longer);
    assert_true(text_begins(layout, bytes, TEXT_FIRST_BYTES, longer));
    assert_false(text_begins(layout, bytes, TEXT_FIRST_BYTES, "xxxx"));
    longer[0] = 'y';
    assert_false(text_begins(layout, bytes, TEXT_FIRST_BYTES, longer));
    made_up_free(memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_copy_is_of_one_text_only),
        cmocka_unit_test(each_kind_comes_out_as_utf8),
        cmocka_unit_test(it_comes_out_clean),
        cmocka_unit_test(it_is_cut_to_the_room),
        cmocka_unit_test(of_a_long_one_the_beginning_is_read),
        cmocka_unit_test(what_is_no_str_is_refused),
        cmocka_unit_test(what_is_cut_short_is_refused),
        cmocka_unit_test(offsets_beyond_the_head_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
