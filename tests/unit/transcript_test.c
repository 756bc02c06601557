/* transcript: what a program writes to a terminal becomes clean lines, within bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/transcript.h"

static int make(void **state)
{
    struct error error;

    *state = transcript_new(&error);
    return *state == NULL;
}

static int drop(void **state)
{
    transcript_free(*state);
    return 0;
}

/* Writes a text, all at once and byte by byte into another one: the lines are the same. */
static void assert_lines(const char *written, size_t count, const char *const *lines)
{
    for (int one_by_one = 0; one_by_one < 2; one_by_one++) {
        struct error error;
        struct transcript *transcript = transcript_new(&error);

        assert_non_null(transcript);
        if (!one_by_one)
            transcript_write(transcript, written, strlen(written));
        for (const char *at = written; one_by_one && *at; at++)
            transcript_write(transcript, at, 1);
        assert_int_equal(transcript_first(transcript), 0);
        assert_int_equal(transcript_end(transcript), count);
        for (size_t i = 0; i < count; i++)
            assert_string_equal(transcript_line(transcript, i), lines[i]);
        transcript_free(transcript);
    }
}

#define ASSERT_LINES(written, ...)                                                                 \
    assert_lines(written, sizeof(const char *[]){__VA_ARGS__} / sizeof(char *),                    \
                 (const char *[]){__VA_ARGS__})

static void test_lines(void **state)
{
    (void)state;
    ASSERT_LINES("one\ntwo\r\nthree", "one", "two", "three");
    ASSERT_LINES("\n\nx\n", "", "", "x");
    ASSERT_LINES("a\tb\n", "a       b");
    ASSERT_LINES("日本\b本\n", "日本");
}

static void test_what_steers_is_left_out(void **state)
{
    (void)state;
    ASSERT_LINES("\033[1;31mred\033[0m \a\033]0;title\007x\033]8;;http://x\033\\y\n", "red xy");
    ASSERT_LINES("\033(Ba\033=b\033Pq#1\033\\c\033[?25ld\n", "abcd");
    ASSERT_LINES("\033[2J\033[Hhome", "home");
    /* One that is never ended hides no more than its line. */
    ASSERT_LINES("\033]0;never\nseen", "seen");
    ASSERT_LINES("\033[12;\nseen", "seen");
    ASSERT_LINES("bad \377\300 bytes \302\233m \342\200\256x\n", "bad \357\277\275\357\277\275 bytes \357\277\275m \357\277\275x");
}

static void test_written_over(void **state)
{
    (void)state;
    ASSERT_LINES("  1 %\r 50 %\r100 %\ndone", "100 %", "done");
    ASSERT_LINES("stays\r", "stays");
    ASSERT_LINES("stays\r\n", "stays");
}

static void test_bounds(void **state)
{
    struct transcript *transcript = *state;
    static char long_line[3 * TRANSCRIPT_LINE_BYTES_MAX + 10];
    char text[32];

    for (unsigned i = 0; i < TRANSCRIPT_LINES_MAX + 5; i++)
        transcript_write(transcript, text, (size_t)snprintf(text, sizeof text, "line %u\n", i));
    assert_int_equal(transcript_first(transcript), 5);
    assert_int_equal(transcript_end(transcript), TRANSCRIPT_LINES_MAX + 5);
    assert_string_equal(transcript_line(transcript, 5), "line 5");
    memset(long_line, 'x', sizeof long_line);
    transcript_write(transcript, long_line, sizeof long_line);
    assert_int_equal(transcript_end(transcript), TRANSCRIPT_LINES_MAX + 5 + 4);
    assert_int_equal(strlen(transcript_line(transcript, TRANSCRIPT_LINES_MAX + 5)), TRANSCRIPT_LINE_BYTES_MAX);
    for (unsigned i = 0; i < 1000; i++)
        transcript_write(transcript, long_line, sizeof long_line);
    assert_true((transcript_end(transcript) - transcript_first(transcript)) * TRANSCRIPT_LINE_BYTES_MAX <=
                TRANSCRIPT_BYTES_MAX + TRANSCRIPT_LINE_BYTES_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_what_steers_is_left_out),
        cmocka_unit_test(test_written_over),
        cmocka_unit_test_setup_teardown(test_bounds, make, drop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
