/* clean: what is fit to be shown comes out as it was; what steers a terminal does not come out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clean.h"

#define REPLACED "\xef\xbf\xbd"

struct pair {
    const char *from, *to;
};

static void check_pairs(const struct pair *pairs, size_t count)
{
    char into[128];

    for (size_t i = 0; i < count; i++) {
        const size_t length = clean_utf8(into, sizeof into, pairs[i].from, strlen(pairs[i].from));

        assert_string_equal(into, pairs[i].to);
        assert_int_equal(length, strlen(pairs[i].to));
    }
}

static void text_stays_as_it_is(void **state)
{
    static const struct pair PAIRS[] = {
        {"", ""},
        {"Model.save", "Model.save"},
        {"<listcomp> ~", "<listcomp> ~"},
        {"caf\u00e9 \u00a0\u07ff\u0800\ud7ff\ue000\ufffd",
         "caf\u00e9 \u00a0\u07ff\u0800\ud7ff\ue000\ufffd"},
        {"名前 \U00010000 \U0001f40d \U0010ffff", "名前 \U00010000 \U0001f40d \U0010ffff"},
        {"e\u0301 \u200b\u200d", "e\u0301 \u200b\u200d"},
    };

    (void)state;
    check_pairs(PAIRS, sizeof PAIRS / sizeof PAIRS[0]);
}

static void what_steers_is_replaced(void **state)
{
    static const struct pair PAIRS[] = {
        {"\033[31mred", REPLACED "[31mred"},
        {"a\nb\rc\td\177", "a" REPLACED "b" REPLACED "c" REPLACED "d" REPLACED},
        {"\302\200\302\233\302\237",
         REPLACED REPLACED REPLACED}, /* U+0080, CSI as U+009B, U+009F */
        {"\u061c\u200e\u200f", REPLACED REPLACED REPLACED},
        {"\u2028\u2029\u202a\u202e", REPLACED REPLACED REPLACED REPLACED},
        {"\u2066\u2069\ufeff\ufff9", REPLACED REPLACED REPLACED REPLACED},
        {"\U000e0001\U000e007f", REPLACED REPLACED},
    };

    (void)state;
    check_pairs(PAIRS, sizeof PAIRS / sizeof PAIRS[0]);
}

static void bytes_that_are_no_utf8_are_replaced_one_by_one(void **state)
{
    static const struct pair PAIRS[] = {
        {"\x80z", REPLACED "z"},              /* no lead */
        {"\xc0\x80z", REPLACED REPLACED "z"}, /* NUL in two bytes */
        {"\xc1\xbfz", REPLACED REPLACED "z"}, /* too long a form */
        {"\xe0\x9f\xbfz", REPLACED REPLACED REPLACED "z"},
        {"\xf0\x8f\xbf\xbfz", REPLACED REPLACED REPLACED REPLACED "z"},
        {"\xed\xa0\x80z", REPLACED "z"},     /* a surrogate is one character */
        {"\xf4\x90\x80\x80z", REPLACED "z"}, /* behind the last one too */
        {"\xf5\x80\x80\x80z", REPLACED REPLACED REPLACED REPLACED "z"},
        {"\xff\xfez", REPLACED REPLACED "z"},
        {"a\xe5\x90", "a" REPLACED REPLACED}, /* cut */
        {"\xe5z", REPLACED "z"},
    };
    char into[16];

    (void)state;
    check_pairs(PAIRS, sizeof PAIRS / sizeof PAIRS[0]);
    assert_int_equal(clean_utf8(into, sizeof into, "a\0b", 3), 5);
    assert_string_equal(into, "a" REPLACED "b");
}

static void it_is_cut_at_a_whole_character(void **state)
{
    static const char TEXT[] = "a\u00e9\u540d\U0001f40d"; /* 1, 2, 3 and 4 bytes */
    static const size_t WHOLE[] = {0, 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
    char into[32];

    (void)state;
    for (size_t room = 1; room < sizeof WHOLE / sizeof WHOLE[0]; room++) {
        memset(into, 'x', sizeof into);
        assert_int_equal(clean_utf8(into, room, TEXT, sizeof TEXT - 1), WHOLE[room]);
        assert_int_equal(into[WHOLE[room]], '\0');
        assert_memory_equal(into, TEXT, WHOLE[room]);
        assert_int_equal(into[room], 'x');
    }
}

static void append_adds_whole_or_nothing(void **state)
{
    char into[8] = "ab";

    (void)state;
    assert_int_equal(clean_append(into, 2, 5, 0x540d), 2);
    assert_string_equal(into, "ab");
    assert_int_equal(clean_append(into, 2, 6, 0x540d), 5);
    assert_string_equal(into, "ab\u540d");
    assert_int_equal(clean_append(into, 0, 8, 0x110000), 3);
    assert_string_equal(into, REPLACED);
}

/* Whatever has been cleaned stays as it is when it is cleaned again. */
static void every_code_point_ends_clean(void **state)
{
    char once[8], twice[8];

    (void)state;
    for (uint32_t c = 0; c <= 0x110010; c++) {
        const size_t length = clean_append(once, 0, sizeof once, c);

        assert_true(length >= 1 && length <= 4);
        assert_int_equal(clean_utf8(twice, sizeof twice, once, length), length);
        assert_string_equal(once, twice);
        if (c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0xd800 && c < 0xe000))
            assert_int_equal(clean_codepoint(c), CLEAN_REPLACEMENT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_stays_as_it_is),
        cmocka_unit_test(what_steers_is_replaced),
        cmocka_unit_test(bytes_that_are_no_utf8_are_replaced_one_by_one),
        cmocka_unit_test(it_is_cut_at_a_whole_character),
        cmocka_unit_test(append_adds_whole_or_nothing),
        cmocka_unit_test(every_code_point_ends_clean),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
