/* app: what keys do to the rows of a view: their order, the selected one, what part is seen, the filter. */
#include "tests/unit/app_fixture.h"

#include <stdio.h>
#include <string.h>

/* --- order and selection ---------------------------------------------------------------------- */

static void every_column_sorts(void **state)
{
    char first[ROW_SIZE];

    (void)state;
    assert_shows("sort SELF% ▼");
    snprintf(first, sizeof first, "%s", row_text(3));
    static const char *const NEXT[] = {"TOTAL% ▼", "SELF ▼", "TREND ▼", "FUNCTION ▲",
                                       "FILE:LINE ▲", "SELF% ▼"}; /* those that there is room for */
    for (size_t i = 0; i < sizeof NEXT / sizeof NEXT[0]; i++) {
        press('s');
        assert_shows(NEXT[i]);
    }
    assert_string_equal(row_text(3), first);
    press('S');
    assert_shows("FILE:LINE ▲");
    press('R');
    assert_shows("FILE:LINE ▼");
    press('I');
    assert_shows("FILE:LINE ▲");

    press('x'); /* without trends, they are no column to sort by */
    assert_hides("TREND");
    type("sssss");
    assert_shows("FUNCTION ▲");

    press(KEY_OF_TAB);
    assert_shows("sort CPU% ▼");
    press('S');
    assert_shows("sort STATE ▼");
    press(KEY_OF_BACK_TAB);
    assert_shows("FUNCTION ▲"); /* each view has its own order */
}

static void selection_stays_on_its_row(void **state)
{
    (void)state;
    assert_int_equal(selected_row(), -1);
    press(KEY_OF_DOWN);
    press('j');
    press('j');
    int row = selected_row();
    assert_int_equal(row, FIRST_ROW + 2);
    assert_non_null(strstr(row_text(row), "Async"));

    press('R'); /* it is far down now, and still in sight */
    assert_non_null(strstr(row_text(selected_row()), "Async"));
    press('R');
    for (int i = 0; i < 7; i++) {
        press('s');
        assert_non_null(strstr(row_text(selected_row()), "Async"));
    }
    for (uint64_t tick = 0; tick < 300; tick += 3) {
        take_picture(tick);
        assert_non_null(strstr(row_text(selected_row()), "Async"));
    }
    for (int rows = 40; rows >= APP_ROWS_MIN; rows--) {
        set_size(100, rows);
        assert_non_null(strstr(row_text(selected_row()), "Async"));
    }
    press(KEY_OF_ESCAPE);
    assert_int_equal(selected_row(), -1);
}

/* Scrolled down, the selected row keeps its place on the screen while the others move around it. */
static void selection_keeps_its_place(void **state)
{
    (void)state;
    screen(); /* only now there are pages */
    press(KEY_OF_PAGE_DOWN);
    press(KEY_OF_PAGE_DOWN);
    for (int i = 0; i < 9; i++)
        press(KEY_OF_UP);
    int row = selected_row();
    assert_int_equal(row, FIRST_ROW + 9);

    /* Two functions above it vanish: it has another index, and stands still. */
    char before[ROW_SIZE];
    snprintf(before, sizeof before, "%.40s", strstr(row_text(row), "function_"));
    for (size_t i = 2; i < 4; i++) {
        memset(picture->pairs[i].self, 0, sizeof picture->pairs[i].self);
        memset(picture->pairs[i].total, 0, sizeof picture->pairs[i].total);
    }
    app_picture(app, picture);
    assert_int_equal(selected_row(), row);
    char after[ROW_SIZE];
    snprintf(after, sizeof after, "%.40s", strstr(row_text(row), "function_"));
    assert_string_equal(after, before);
}

static void lost_selection_goes_to_its_neighbour(void **state)
{
    (void)state;
    press(KEY_OF_DOWN);
    press(KEY_OF_DOWN);
    press(KEY_OF_DOWN);
    int row = selected_row();
    assert_non_null(strstr(row_text(row), "Async"));

    /* The function is gone from the window. */
    memset(&picture->pairs[5].total, 0, sizeof picture->pairs[5].total);
    memset(&picture->pairs[5].self, 0, sizeof picture->pairs[5].self);
    app_picture(app, picture);
    assert_hides("Async");
    assert_int_equal(selected_row(), row);

    press(KEY_OF_END);
    picture->pair_count = 6;
    app_picture(app, picture);
    assert_int_equal(selected_row(), FIRST_ROW + 3);
    picture->pair_count = 0;
    app_picture(app, picture);
    assert_int_equal(selected_row(), -1);
    assert_shows("no functions seen in the last 10 s");
    press(KEY_OF_DOWN);
    press(KEY_OF_END);
    assert_int_equal(selected_row(), -1);
}

static void lost_selection_comes_back(void **state)
{
    (void)state;
    press(KEY_OF_DOWN);
    press(KEY_OF_DOWN);
    press(KEY_OF_DOWN);
    assert_non_null(strstr(row_text(selected_row()), "Async"));

    const struct picture_pair kept = picture->pairs[5];
    memset(&picture->pairs[5].total, 0, sizeof picture->pairs[5].total);
    memset(&picture->pairs[5].self, 0, sizeof picture->pairs[5].self);
    app_picture(app, picture);
    assert_hides("Async");
    picture->pairs[5] = kept;
    app_picture(app, picture);
    assert_non_null(strstr(row_text(selected_row()), "Async"));

    /* Nor does a filter lose it that hides it while it is typed. */
    type("/decode");
    assert_hides("Async");
    for (int i = 0; i < 6; i++)
        press(KEY_OF_BACKSPACE);
    assert_non_null(strstr(row_text(selected_row()), "Async"));
}

static void columns_out_of_sight_are_not_sorted_by(void **state)
{
    (void)state;
    set_size(60, 12);
    screen();
    press('s');
    assert_non_null(strstr(row_text(3), "▼TOTAL%"));
    press('s');
    assert_non_null(strstr(row_text(3), "FUNCTION▲"));
}

static void rows_scroll(void **state)
{
    (void)state;
    assert_shows("1–19 of 40");
    press(KEY_OF_PAGE_DOWN);
    assert_int_equal(selected_row(), FIRST_ROW + 18);
    assert_shows("1–19 of 40");
    press(KEY_OF_PAGE_DOWN);
    assert_shows("20–38 of 40");
    press(KEY_OF_PAGE_DOWN);
    assert_shows("22–40 of 40");
    assert_int_equal(selected_row(), FIRST_ROW + 18);
    press(KEY_OF_UP);
    assert_shows("22–40 of 40");
    press(KEY_OF_HOME);
    assert_shows("1–19 of 40");
    assert_int_equal(selected_row(), FIRST_ROW);
    press('G');
    press('g');
    press(KEY_OF_UP);
    assert_int_equal(selected_row(), FIRST_ROW);
    set_size(100, 50);
    assert_shows("40 rows");
}

/* --- the filter ------------------------------------------------------------------------------- */

static void filter_works_while_typed(void **state)
{
    (void)state;
    press('/');
    assert_shows("Filter: ");
    type("deco");
    assert_shows("decode_utf8");
    assert_hides("Model.save");
    type("x");
    assert_shows("no functions match the filter");
    press(KEY_OF_BACKSPACE);
    press(KEY_OF_ENTER);
    assert_hides("Filter: ");
    assert_shows("filter deco");
    assert_hides("Model.save");
    assert_shows("1 row");
    assert_shows("c Clear");

    press('/'); /* what is there can be changed; Esc leaves it as it was */
    type("!!");
    assert_shows("no functions match");
    press(KEY_OF_ESCAPE);
    assert_shows("decode_utf8");
    assert_shows("filter deco");

    press('c');
    assert_shows("Model.save");
    assert_shows("filter –");
    assert_hides("c Clear");
}

static void filter_takes_expressions(void **state)
{
    (void)state;
    type("//^(Model|Session)\\./");
    assert_shows("Model.save");
    assert_shows("Session.execute");
    assert_hides("decode_utf8");

    /* One that is no expression is told, and the filter before stays. */
    press(KEY_OF_BACKSPACE);
    type("(/");
    assert_shows("not a regular expression");
    assert_shows("Model.save");
    assert_hides("decode_utf8");
    press(KEY_OF_ENTER);
    assert_shows("Filter: "); /* it cannot be kept */
    press(KEY_OF_ESCAPE);
    assert_shows("decode_utf8");
}

static void filter_restores_the_selection(void **state)
{
    (void)state;
    press(KEY_OF_DOWN);
    press(KEY_OF_DOWN);
    assert_non_null(strstr(row_text(selected_row()), "Model.save"));
    type("/decode");
    assert_non_null(strstr(row_text(selected_row()), "decode_utf8"));
    press(KEY_OF_ESCAPE);
    assert_non_null(strstr(row_text(selected_row()), "Model.save"));
}

static void keys_are_text_while_typed(void **state)
{
    (void)state;
    type("/q p");
    assert_int_equal(app_requests(app), 0);
    assert_true(app_wants_picture(app));
    press(KEY_OF_DOWN); /* but rows can be selected */
    press(KEY_CTRL('C'));
    assert_int_equal(app_requests(app), APP_QUIT);
    press(KEY_OF_ESCAPE);

    press('/');
    press(0x8A08); /* 計 */
    assert_shows("計算する");
    assert_hides("decode_utf8");
    assert_true(grid.cursor_row == grid.rows - 1 && grid.cursor_column > 0);
    press(KEY_OF_ENTER);
    screen();
    assert_int_equal(grid.cursor_row, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_column_sorts),
        TEST(selection_stays_on_its_row),
        TEST(selection_keeps_its_place),
        TEST(lost_selection_goes_to_its_neighbour),
        TEST(lost_selection_comes_back),
        TEST(columns_out_of_sight_are_not_sorted_by),
        TEST(rows_scroll),
        TEST(filter_works_while_typed),
        TEST(filter_takes_expressions),
        TEST(filter_restores_the_selection),
        TEST(keys_are_text_while_typed),
    };

    return use_utf8() ? cmocka_run_group_tests(tests, NULL, NULL) : 77;
}
