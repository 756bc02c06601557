/* text: the small texts of files: versions, builds, times, widths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <locale.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "export/text.h"
#include "sample/record.h"

static void test_versions(void **state)
{
    static const struct {
        uint32_t hex;
        const char *text;
    } VERSIONS[] = {
        {0x030d05f0, "3.13.5"}, {0x030f00a7, "3.15.0a7"}, {0x030e00b2, "3.14.0b2"},
        {0x030c00c1, "3.12.0rc1"}, {0x030b02f0, "3.11.2"}, {0xffffffff, "255.255.255"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof VERSIONS / sizeof VERSIONS[0]; i++) {
        char text[TEXT_VERSION_SIZE];

        text_python_version(text, VERSIONS[i].hex);
        assert_string_equal(text, VERSIONS[i].text);
    }
}

static void test_builds(void **state)
{
    static const struct {
        uint16_t read_as, build;
        const char *text;
    } BUILDS[] = {
        {0, 0, ""},
        {0, BUILD_FREE_THREADED | BUILD_NO_GIL, " free-threading build"},
        {0, BUILD_DEBUG, " debug build"},
        {0x030f, 0, " read as 3.15, by what it tells of itself"},
        {0x030f, BUILD_FREE_THREADED | BUILD_DEBUG,
         " free-threading debug build read as 3.15, by what it tells of itself"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof BUILDS / sizeof BUILDS[0]; i++) {
        char text[TEXT_BUILD_SIZE];

        text_build(text, BUILDS[i].read_as, BUILDS[i].build);
        assert_string_equal(text, BUILDS[i].text);
    }
}

/* Now, in a zone that has half hours; and an hour ago. */
static void test_times(void **state)
{
    char text[TEXT_TIME_SIZE], expected[TEXT_TIME_SIZE];
    time_t before, then;
    struct tm local;

    (void)state;
    setenv("TZ", "XST-5:30", 1);
    tzset();
    do {
        before = time(NULL);
        text_time(text, clock_now_ns() + NS_PER_S);
    } while (time(NULL) != before);
    localtime_r(&before, &local);
    strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%S+05:30", &local);
    assert_string_equal(text, expected);
    do {
        before = time(NULL);
        text_time_for_name(text, clock_now_ns() - 60 * NS_PER_S);
    } while (time(NULL) != before);
    then = before - 60;
    localtime_r(&then, &local);
    strftime(expected, sizeof expected, "%Y%m%d-%H%M%S", &local);
    assert_string_equal(text, expected);
    unsetenv("TZ");
    tzset();
}

static void test_widths(void **state)
{
    (void)state;
    assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
    assert_int_equal(text_width("abc"), 3);
    assert_int_equal(text_width("é±"), 2);
    assert_int_equal(text_width("関数"), 4);
    assert_int_equal(text_width("e\xcc\x81"), 1);
    assert_int_equal(text_width("\xff\x80z"), 2);
    setlocale(LC_CTYPE, "C");
    assert_int_equal(text_width("é±"), 2);
    assert_int_equal(text_width(""), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_builds),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_widths),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
