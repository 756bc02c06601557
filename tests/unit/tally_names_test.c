/* names: equal texts are one, all are clean, and there is an end to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tally/names.h"

static void test_shared(void **state)
{
    struct names *names = names_new(1 << 20);
    const char *text;

    (void)state;
    assert_non_null(names);
    assert_null(names_find(names, "decode", 6));
    text = names_share(names, "decode, and more", 6);
    assert_string_equal(text, "decode");
    assert_ptr_equal(names_share(names, "decode", 6), text);
    assert_ptr_equal(names_find(names, "decode", 6), text);
    assert_ptr_not_equal(names_share(names, "decode", 5), text);
    assert_string_equal(names_share(names, "", 0), "");
    names_free(names);
    names_free(NULL);
}

static void test_cleaned(void **state)
{
    struct names *names = names_new(1 << 20);

    (void)state;
    assert_string_equal(names_share(names, "a\0b", 3), "a\ufffdb");
    assert_string_equal(names_share(names, "\033[31m", 5), "\ufffd[31m");
    assert_string_equal(names_share(names, "größe", 7), "größe");
    names_free(names);
}

static void test_cut(void **state)
{
    static char text[NAMES_LENGTH_MAX + 100];
    struct names *names = names_new(1 << 20);

    (void)state;
    memset(text, '\001', sizeof text); /* each becomes three bytes */
    assert_int_equal(strlen(names_share(names, text, sizeof text)), 3 * NAMES_LENGTH_MAX);
    names_free(names);
}

static void test_bounded(void **state)
{
    struct names *names = names_new(10000);
    char text[32];
    const char *first = names_share(names, "first", 5);
    int kept = 0;

    (void)state;
    for (int i = 0; i < 10000; i++)
        kept += names_share(names, text, (size_t)snprintf(text, sizeof text, "%d", i)) != NULL;
    assert_true(kept > 10 && kept < 10000 / 8);
    /* Those that are there still are. */
    assert_ptr_equal(names_share(names, "first", 5), first);
    names_free(names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shared),
        cmocka_unit_test(test_cleaned),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
