/* filter: what the user typed finds what it says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tally/snapshot.h"

static void test_filters(void **state)
{
    static const struct {
        const char *typed, *name, *file;
        bool matches;
    } CASES[] = {
        {"", "work", "/app/work.py", true},
        {"", "", "", true},
        {"or", "work", "x", true},
        {"OR", "work", "x", true},
        {"or", "WORK", "x", true},
        {"work.", "work", "worker", false}, /* plain: a dot is a dot */
        {".py", "work", "/app/work.py", true},
        {"kk", "kkkk", "", true},
        {"aab", "aaab", "", true},
        {"works", "work", "work", false},
        {"größe", "Größe", "", true},
        {"ße", "größe", "", true},
        {"日本", "関数_日本語", "", true},
        {"日本", "関数", "", false},
        {"/", "work", "x", true}, /* nothing typed after it yet */
        {"//", "work", "x", true},
        {"/^wo", "work", "x", true},
        {"/^wo/", "work", "x", true},
        {"/^WO/", "work", "x", true},
        {"/^or/", "work", "x", false},
        {"/a|b/", "x", "b.py", true},
        {"/app/work", "work", "/app/work.py", true},
        {"/wo.k$", "x", "work", true},
        {"/wo.k$/", "x", "works", false},
        {"a/b", "x", "a/b.py", true},
    };
    struct error error;

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct filter *filter = filter_new(CASES[i].typed, &error);

        assert_non_null(filter);
        if (filter_matches(filter, CASES[i].name, CASES[i].file) != CASES[i].matches)
            fail_msg("'%s' on '%s', '%s'", CASES[i].typed, CASES[i].name, CASES[i].file);
        filter_free(filter);
    }
    assert_true(filter_matches(NULL, "anything", ""));
    filter_free(NULL);
}

static void test_filters_that_do_not_compile(void **state)
{
    static const char *const TYPED[] = {"/(", "/(/", "/[a", "/a{2,1}/"};

    (void)state;
    for (size_t i = 0; i < sizeof TYPED / sizeof TYPED[0]; i++) {
        struct error error = {0};

        assert_null(filter_new(TYPED[i], &error));
        assert_int_equal(error.code, ERROR_PATTERN);
        assert_true(strlen(error.text) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_filters),
        cmocka_unit_test(test_filters_that_do_not_compile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
