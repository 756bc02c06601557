/* grid: text is clipped, wide characters stay whole, what cannot be shown has a stand-in; and what
   draws into it: the pen, the layout by priority, and the forms of numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "tui/fit.h"
#include "tui/format.h"
#include "tui/grid.h"
#include "tui/pen.h"
#include "tui/theme.h"
#include "tui/utf8.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static struct grid grid;

static void make_grid(int columns, int rows, bool utf8)
{
    grid.utf8 = utf8;
    grid.symbols = utf8;
    assert_true(grid_resize(&grid, columns, rows));
}

static int free_grid(void **state)
{
    (void)state;
    grid_free(&grid);
    return 0;
}

static void assert_row(int row, const char *expected)
{
    char text[512];

    assert_int_equal(grid_row_text(&grid, row, text, sizeof text), strlen(expected));
    assert_string_equal(text, expected);
}

/* Every wide cell has its half right of it, and no half is alone. */
static void assert_whole(void)
{
    for (int row = 0; row < grid.rows; row++) {
        for (int column = 0; column < grid.columns; column++) {
            const struct grid_cell *cell = grid_at(&grid, row, column);
            bool after_wide = column > 0 && grid_at(&grid, row, column - 1)->columns == 2;

            assert_int_equal(cell->columns == 0, after_wide);
            assert_false(cell->columns == 2 && column == grid.columns - 1);
            assert_int_equal(cell->columns == 0, cell->text[0] == 0);
        }
    }
}

static void text_is_clipped(void **state)
{
    (void)state;
    make_grid(10, 2, true);
    assert_int_equal(grid_text(&grid, 0, 7, 100, 0, "abcdef"), 3);
    assert_int_equal(grid_text(&grid, 1, 0, 4, 0, "abcdef"), 4);
    assert_int_equal(grid_text(&grid, 2, 0, 4, 0, "below"), 0);
    assert_int_equal(grid_text(&grid, -1, 0, 4, 0, "above"), 0);
    assert_int_equal(grid_text(&grid, 0, 10, 4, 0, "right"), 0);
    assert_int_equal(grid_text(&grid, 0, -3, 4, 0, "left"), 0);
    assert_int_equal(grid_text(&grid, 0, 0, 0, 0, "none"), 0);
    grid_fill(&grid, 1, 2, 1000, STYLE_HOT);
    grid_add_style(&grid, 1, -5, 1000, STYLE_ON_SELECTION);
    assert_row(0, "       abc");
    assert_row(1, "ab");
    assert_int_equal(grid_at(&grid, 1, 9)->style, STYLE_HOT | STYLE_ON_SELECTION);
}

static void wide_characters_stay_whole(void **state)
{
    (void)state;
    make_grid(6, 1, true);
    assert_int_equal(grid_text(&grid, 0, 0, 6, 0, "日本語"), 6);
    assert_row(0, "日本語");
    assert_int_equal(grid_text(&grid, 0, 0, 5, 0, "日本語"), 4);
    assert_whole();

    for (int column = 0; column < 6; column++) {
        make_grid(6, 1, true);
        grid_text(&grid, 0, 0, 6, 0, "日本語");
        grid_text(&grid, 0, column, 1, 0, "x");
        assert_whole();
    }
    for (int column = 0; column < 5; column++) {
        make_grid(6, 1, true);
        grid_text(&grid, 0, 0, 6, 0, "日本語");
        grid_text(&grid, 0, column, 2, 0, "字");
        assert_whole();
    }
    make_grid(6, 1, true);
    grid_text(&grid, 0, 0, 6, 0, "日本語");
    grid_text(&grid, 0, 3, 1, 0, "x");
    assert_row(0, "日 x語");
}

static void marks_stay_on_their_character(void **state)
{
    (void)state;
    make_grid(8, 1, true);
    assert_int_equal(grid_text(&grid, 0, 0, 8, 0, "cafe\u0301!"), 5);
    assert_string_equal(grid_at(&grid, 0, 3)->text, "e\u0301");
    assert_row(0, "cafe\u0301!");

    /* A mark without a character before it is left out, as are more than fit into a cell. */
    make_grid(8, 1, true);
    assert_int_equal(grid_text(&grid, 0, 2, 8, 0, "\u0301a"), 1);
    assert_row(0, "  a");
    char many[256] = "a";
    for (int i = 0; i < 100; i++)
        strcat(many, "\u0301");
    make_grid(8, 1, true);
    assert_int_equal(grid_text(&grid, 0, 0, 8, 0, many), 1);
    assert_true(strlen(grid_at(&grid, 0, 0)->text) < GRID_CELL_TEXT);

    make_grid(8, 1, true);
    grid_text(&grid, 0, 0, 8, 0, "日\u0301x");
    assert_row(0, "日\u0301x");
    assert_whole();
}

static void bad_bytes_are_replaced(void **state)
{
    static const struct {
        const char *text, *shown;
    } CASES[] = {
        {"a\xFFz", "a\uFFFDz"},
        {"a\xC3", "a\uFFFD"},                    /* cut short */
        {"\xC0\xAF", "\uFFFD\uFFFD"},            /* too long for what it says */
        {"\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},  /* half of a surrogate */
        {"\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"}, /* beyond Unicode */
        {"a\033[31mb", "a\uFFFD[31mb"},
        {"tab\there\r\n", "tab\uFFFDhere\uFFFD\uFFFD"},
        {"a\u202Eb\u200Bc\uFEFFd", "abcd"},      /* direction and width tricks */
        {"\xC2\x9B" "31m", "\uFFFD31m"},              /* a control character of 8 bits */
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        make_grid(20, 1, true);
        grid_text(&grid, 0, 0, 20, 0, CASES[i].text);
        assert_row(0, CASES[i].shown);
        assert_whole();
    }
}

static void ascii_stands_in(void **state)
{
    (void)state;
    make_grid(30, 4, false);
    grid_text(&grid, 0, 0, 30, 0, "計算する café ‹moving›");
    assert_row(0, "???? caf? <moving>");
    grid_text(&grid, 1, 0, 30, 0, "cut…x ±");
    assert_row(1, "cut..x +/-");
    assert_int_equal(grid_text(&grid, 2, 0, 1, 0, "…x"), 0); /* two columns do not fit in one */
    assert_row(2, "");

    struct pen pen = pen_at(&grid, 3, 0, 30);
    pen_bar(&pen, STYLE_TEXT, 10, 0.56);
    pen_spark(&pen, STYLE_TEXT, 1);
    pen_glyph(&pen, STYLE_TEXT, GLYPH_SELECTED);
    assert_row(3, "|||||:    #>");
    for (int row = 0; row < grid.rows; row++)
        for (int column = 0; column < grid.columns; column++)
            assert_true((unsigned char)grid_at(&grid, row, column)->text[0] < 0x80);
}

static void every_glyph_has_both_forms(void **state)
{
    (void)state;
    for (unsigned glyph = 0; glyph < GLYPHS; glyph++) {
        const char *utf8 = glyph_text((enum glyph)glyph, true);
        const char *ascii = glyph_text((enum glyph)glyph, false);

        assert_non_null(utf8);
        assert_non_null(ascii);
        assert_int_equal(utf8_columns(utf8, true), 1);
        for (const char *at = ascii; *at; at++)
            assert_in_range(*at, 0x20, 0x7E);
    }
}

/* --- the pen ---------------------------------------------------------------------------------- */

static void draw_cut(int row, const char *text, int width, enum cut cut)
{
    struct pen pen = pen_at(&grid, row, 0, grid.columns);

    pen_cut(&pen, STYLE_TEXT, text, width, cut);
}

static void cut_text_has_an_ellipsis(void **state)
{
    static const struct {
        const char *text;
        int width;
        enum cut cut;
        const char *shown;
    } CASES[] = {
        {"abcdef", 6, CUT_END, "abcdef"},
        {"abcdef", 5, CUT_END, "abcd…"},
        {"abcdef", 5, CUT_MIDDLE, "ab…ef"},
        {"abcdef", 1, CUT_END, ""},
        {"日本語", 5, CUT_END, "日本…"},
        {"日本語", 4, CUT_END, "日…"},
        {"日本語日本語", 6, CUT_MIDDLE, "日…語"},
        {"/usr/lib/json/decoder.py", 24, CUT_PATH, "/usr/lib/json/decoder.py"},
        {"/usr/lib/json/decoder.py", 23, CUT_PATH, "…/lib/json/decoder.py"},
        {"/usr/lib/json/decoder.py", 16, CUT_PATH, "…/decoder.py"},
        {"/usr/lib/json/decoder.py", 10, CUT_PATH, "…ecoder.py"},
        {"decoder.py", 6, CUT_PATH, "…er.py"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        make_grid(40, 1, true);
        draw_cut(0, CASES[i].text, CASES[i].width, CASES[i].cut);
        assert_row(0, CASES[i].shown);
    }
}

static void pen_measures_what_it_draws(void **state)
{
    static const char *const TEXTS[] = {"", "plain", "日本語", "cafe\u0301", "a\xFF\033b", "…±‹›"};

    (void)state;
    for (int utf8 = 0; utf8 < 2; utf8++) {
        make_grid(40, 1, utf8);
        for (size_t i = 0; i < COUNT_OF(TEXTS); i++) {
            for (int width = 0; width < 8; width++) {
                struct pen measure = pen_to_measure(&grid);
                struct pen draw = pen_at(&grid, 0, 0, 40);

                pen_text(&measure, STYLE_TEXT, TEXTS[i]);
                pen_text(&draw, STYLE_TEXT, TEXTS[i]);
                assert_int_equal(measure.column, draw.column);

                struct pen cut = pen_at(&grid, 0, 0, 40);
                pen_cut(&cut, STYLE_TEXT, TEXTS[i], width, CUT_MIDDLE);
                assert_true(cut.column <= width);
            }
        }
    }
}

static void bars_fill_by_eighths(void **state)
{
    static const struct {
        double share;
        const char *shown;
    } CASES[] = {
        {-1, ""},       {0, ""},       {0.0001, "▏"}, {0.125, "▌"}, {0.25, "█"},
        {0.5, "██"},    {0.9, "███▋"}, {1, "████"},   {17, "████"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        make_grid(10, 1, true);
        struct pen pen = pen_at(&grid, 0, 0, 10);
        pen_bar(&pen, STYLE_TEXT, 4, CASES[i].share);
        assert_int_equal(pen.column, 4);
        assert_row(0, CASES[i].shown);
    }
}

/* --- layout ----------------------------------------------------------------------------------- */

static void least_important_goes_first(void **state)
{
    struct fit_item items[] = {
        {.forms = {{10, 50, 0}, {4, 90, 0}}},
        {.forms = {{8, 10, 0}}, .gap = 1},
        {.forms = {{6, 70, 100}}, .gap = 2},
    };

    (void)state;
    fit(items, 3, 40);
    assert_int_equal(items[0].width, 10);
    assert_int_equal(items[1].column, 11);
    assert_int_equal(items[2].column, 21);
    assert_int_equal(items[2].width, 19); /* took what was left */

    fit(items, 3, 20);
    assert_int_equal(items[1].form, -1);
    assert_int_equal(items[0].form, 0);
    assert_int_equal(items[2].column, 12);

    fit(items, 3, 13);
    assert_int_equal(items[0].form, 1);
    assert_int_equal(items[2].column, 6);

    fit(items, 3, 5);
    assert_int_equal(items[0].form, 1);
    assert_int_equal(items[2].form, -1);

    fit(items, 3, 3);
    assert_int_equal(items[0].form, -1);
}

static void items_stay_within_and_apart(void **state)
{
    (void)state;
    for (int width = 0; width < 80; width++) {
        struct fit_item items[] = {
            {.forms = {{11, 20, 0}}},
            {.forms = {{30, 50, 5}, {16, 90, 20}, {4, 98, 0}}, .gap = 2},
            {.forms = {{0, 0, 0}}, .gap = 3},
            {.forms = {{14, 30, 0}, {6, 45, 3}}, .gap = 2},
            {.forms = {{12, 100, 0}}, .gap = 2, .right = true},
            {.forms = {{9, 70, 0}}, .gap = 1},
        };
        int end = 0;

        fit(items, COUNT_OF(items), width);
        for (size_t i = 0; i < COUNT_OF(items); i++) {
            if (items[i].form < 0)
                continue;
            assert_true(items[i].column >= end + (end > 0 ? items[i].gap : 0));
            end = items[i].column + items[i].width;
        }
        assert_true(end <= width);
        assert_true(items[2].form == -1);
        if (items[4].form == 0) /* what is right of it ends at the edge */
            assert_int_equal(end, width);
    }
}

/* --- numbers ---------------------------------------------------------------------------------- */

static void times_have_one_width(void **state)
{
    static const struct {
        uint64_t ns;
        const char *shown;
    } CASES[] = {
        {0, "0 ms"},
        {499 * NS_PER_US, "0 ms"},
        {120 * NS_PER_MS, "120 ms"},
        {999 * NS_PER_MS, "999 ms"},
        {999600 * NS_PER_US, "1.00 s"},
        {2340 * NS_PER_MS, "2.34 s"},
        {9996 * NS_PER_MS, "10.0 s"},
        {45600 * NS_PER_MS, "45.6 s"},
        {59960 * NS_PER_MS, "1m 00s"},
        {83 * NS_PER_S, "1m 23s"},
        {3599600 * NS_PER_MS, "1h 00m"},
        {43380 * NS_PER_S, "12h 03m"},
        {273600 * NS_PER_S, "3d 04h"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++)
        assert_string_equal(format_time(CASES[i].ns).text, CASES[i].shown);
    for (uint64_t ns = 1; ns < 99 * 86400 * NS_PER_S; ns += ns / 7 + 1)
        assert_true(strlen(format_time(ns).text) <= 7);
    assert_true(strlen(format_time(UINT64_MAX).text) < FORMAT_SIZE);
}

static void other_numbers(void **state)
{
    (void)state;
    assert_string_equal(format_percent(0.234).text, "23.4");
    assert_string_equal(format_percent(1).text, "100.0");
    assert_string_equal(format_percent(12).text, "1200");
    assert_string_equal(format_percent_floor(0.99999).text, "99.9");
    assert_string_equal(format_percent_floor(1).text, "100.0");
    assert_string_equal(format_percent_floor(0.999).text, "99.9");
    assert_string_equal(format_rate(999.6).text, "1.00 kHz");
    assert_string_equal(format_rate(250).text, "250 Hz");
    assert_string_equal(format_rate(12345).text, "12.3 kHz");
    assert_string_equal(format_rate(999.7e3).text, "1.00 MHz");
    assert_string_equal(format_count(999999).text, "999999");
    assert_string_equal(format_count(1234567).text, "1.23 M");
    assert_string_equal(format_count(123456789012).text, "123 G");
    assert_string_equal(format_age(9 * NS_PER_S).text, "9 s");
    assert_string_equal(format_age(273600 * NS_PER_S).text, "3d04h");
    for (uint64_t count = 1; count < 999 * 1000000000ull; count += count / 9 + 1)
        assert_true(strlen(format_count(count).text) <= 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(text_is_clipped, free_grid),
        cmocka_unit_test_teardown(wide_characters_stay_whole, free_grid),
        cmocka_unit_test_teardown(marks_stay_on_their_character, free_grid),
        cmocka_unit_test_teardown(bad_bytes_are_replaced, free_grid),
        cmocka_unit_test_teardown(ascii_stands_in, free_grid),
        cmocka_unit_test(every_glyph_has_both_forms),
        cmocka_unit_test_teardown(cut_text_has_an_ellipsis, free_grid),
        cmocka_unit_test_teardown(pen_measures_what_it_draws, free_grid),
        cmocka_unit_test_teardown(bars_fill_by_eighths, free_grid),
        cmocka_unit_test(least_important_goes_first),
        cmocka_unit_test(items_stay_within_and_apart),
        cmocka_unit_test(times_have_one_width),
        cmocka_unit_test(other_numbers),
    };

    if (!setlocale(LC_ALL, "C.UTF-8"))
        return 77; /* no UTF-8 here to test with */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
