/* app: what keys do to the live view, on a target that does not exist. Those for its rows, app_rows_test.c has. */
#include "tests/unit/app_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- what is shown ---------------------------------------------------------------------------- */

static void one_thread_is_shown(void **state)
{
    (void)state;
    press(KEY_OF_TAB);
    assert_shows("MainThread");
    assert_hides("Enter ");
    press(KEY_OF_ENTER); /* nothing is selected */
    assert_shows("MainThread");
    press(KEY_OF_DOWN);
    press(KEY_OF_DOWN);
    char name[64];
    assert_int_equal(sscanf(row_text(selected_row()), "▶ %*s %63s", name), 1);
    assert_shows("Enter Its functions");
    press(KEY_OF_ENTER);
    assert_shows("FUNCTION");
    char shown[128];
    snprintf(shown, sizeof shown, "thread %s", name);
    assert_shows(shown);

    press(KEY_OF_RIGHT);
    assert_hides(shown);
    press(KEY_OF_LEFT);
    assert_shows(shown);
    for (int i = 0; i < 6; i++)
        press(KEY_OF_RIGHT);
    assert_shows(shown); /* all the way round */
    press('t');
    assert_hides("thread ");
    press('t');
    assert_shows(shown);
    take_picture(104);
    assert_shows(shown); /* a new picture changes nothing in that */

    struct app_description description;
    app_describe(app, &description);
    assert_int_not_equal(description.functions.thread, SNAPSHOT_ALL_THREADS);
}

/* The way back to all threads is always on the key line. */
static void one_thread_is_left(void **state)
{
    (void)state;
    set_size(60, 12);
    press('t');
    assert_shows("t All threads");
    assert_shows("thread ");
    set_size(80, 24);
    assert_shows("t All threads");
}

static void vanished_thread_is_left(void **state)
{
    (void)state;
    press('t');
    assert_shows("thread ");
    for (size_t i = 0; i < picture->thread_count; i++)
        picture->threads[i].ident += 7; /* their places were given to others */
    app_picture(app, picture);
    assert_shows("The thread ended long ago");
    struct app_description description;
    app_describe(app, &description);
    assert_int_equal(description.functions.thread, SNAPSHOT_ALL_THREADS);
}

static void mode_and_span_change(void **state)
{
    struct app_description description;

    (void)state;
    assert_shows("mode wall");
    assert_shows("window 10 s");
    press('m');
    assert_shows("mode cpu");
    press('m');
    assert_shows("mode gil");
    press('b');
    assert_shows("since start 35 s");
    app_describe(app, &description);
    assert_int_equal(description.functions.mode, MODE_GIL);
    assert_int_equal(description.functions.span, SPAN_START);
    assert_int_equal(description.threads.span, SPAN_START);
    press('m');
    assert_shows("mode exception");
    press('m');
    press('b');
    assert_shows("mode wall");
    assert_shows("window 10 s");
}

static void modes_are_for_functions(void **state)
{
    (void)state;
    press(KEY_OF_TAB);
    press('m');
    assert_shows("modes are for functions");
    press(KEY_OF_TAB);
    assert_shows("mode wall");
}

/* --- time ------------------------------------------------------------------------------------- */

static void frozen_is_frozen(void **state)
{
    (void)state;
    press('p');
    assert_false(app_wants_picture(app));
    now_ns += 12 * NS_PER_S;
    assert_shows("❚❚ FROZEN 12 s");
    assert_shows("p Go on");
    assert_true(app_draw_again_ns(app) <= now_ns + NS_PER_S);

    /* All that the issue names works on the same picture. */
    char before[ROW_SIZE];
    snprintf(before, sizeof before, "%s", row_text(FIRST_ROW));
    press('R');
    assert_string_not_equal(row_text(FIRST_ROW), before);
    press('R');
    assert_string_equal(row_text(FIRST_ROW), before);
    type("/Model.s\n");
    assert_shows("1 row");
    press('c');
    press(KEY_OF_PAGE_DOWN);
    press(KEY_OF_PAGE_DOWN);
    assert_shows("20–38 of 40");
    set_size(60, 12);
    assert_shows("FROZEN");
    set_size(200, 50);
    press(KEY_OF_TAB);
    assert_shows("MainThread");
    type("w");
    press(KEY_OF_ENTER);
    assert_int_equal(app_requests(app), APP_SAVE);
    type("r");
    assert_int_equal(app_requests(app), APP_RESET);
    assert_shows("this picture stays");
    assert_false(app_wants_picture(app));

    press(' ');
    assert_true(app_wants_picture(app));
    assert_shows("● LIVE");
}

static void the_end_behind_a_frozen_picture_is_told(void **state)
{
    (void)state;
    press('p');
    assert_shows("FROZEN");
    app_target_ended(app);
    assert_shows("The process has ended; p shows its last picture");
    press(KEY_OF_DOWN);
    assert_shows("ended since");
    app_target_ended(app);
    assert_hides("p shows its last picture");
    press('p');
    picture->ended = true;
    app_picture(app, picture);
    assert_shows("ENDED");
}

static void refresh_rate_changes(void **state)
{
    (void)state;
    assert_int_equal(app_refresh_ns(app), NS_PER_S / 4);
    for (int i = 0; i < 10; i++)
        press('+');
    assert_int_equal(app_refresh_ns(app), NS_PER_S / 10);
    assert_shows("10 times a second");
    for (int i = 0; i < 10; i++)
        press('-');
    assert_int_equal(app_refresh_ns(app), 5 * NS_PER_S);
    assert_shows("0.2 times a second");
}

static void messages_go_away(void **state)
{
    struct error error;

    (void)state;
    error_set(&error, ERROR_FILE, "cannot write /x: no such directory");
    app_show_error(app, &error);
    assert_shows("cannot write /x");
    uint64_t again_ns = app_draw_again_ns(app);
    assert_true(again_ns > now_ns && again_ns < now_ns + 10 * NS_PER_S);
    now_ns = again_ns - 1;
    assert_shows("cannot write /x");
    now_ns = again_ns;
    assert_hides("cannot write /x");
    assert_true(app_draw_again_ns(app) == UINT64_MAX);

    app_show_message(app, "news");
    assert_shows("news");
    press(KEY_OF_DOWN); /* any key takes it away */
    assert_hides("news");

    set_size(59, 12); /* and where there is no room for it, nothing is drawn for it again and again */
    app_show_message(app, "more news");
    assert_shows("terminal too small");
    now_ns = app_draw_again_ns(app);
    assert_true(now_ns != UINT64_MAX);
    assert_shows("terminal too small");
    assert_true(app_draw_again_ns(app) == UINT64_MAX);
}

/* --- saving ----------------------------------------------------------------------------------- */

static void view_is_saved(void **state)
{
    (void)state;
    type("/a\n");
    press('w');
    assert_shows("Save as: view-4242-functions.txt");
    press(KEY_CTRL('U'));
    press(KEY_OF_ENTER); /* no name, no file */
    assert_int_equal(app_requests(app), 0);
    type("  ");
    press(KEY_OF_ENTER); /* which blanks are not, either */
    assert_int_equal(app_requests(app), 0);
    press(KEY_CTRL('U'));
    type("/tmp/x.csv");
    press(KEY_OF_ENTER);
    assert_int_equal(app_requests(app), APP_SAVE);
    assert_int_equal(app_requests(app), 0);
    assert_string_equal(app_save_path(app), "/tmp/x.csv");
    assert_false(app_save_replaces(app));

    struct app_description description;
    app_describe(app, &description);
    assert_ptr_equal(description.picture, picture);
    assert_int_equal(description.view, APP_FUNCTIONS);
    assert_string_equal(description.filter_text, "a");
    assert_non_null(description.functions.filter);

    app_saved(app, NULL);
    app_key(app, KEY_OF_ENTER); /* before it was drawn */
    assert_shows("Saved ");
    assert_shows("rows to /tmp/x.csv");
}

static void saving_asks_before_it_replaces(void **state)
{
    struct error error;

    (void)state;
    press('w');
    press(KEY_OF_ENTER);
    assert_int_equal(app_requests(app), APP_SAVE);
    error_set(&error, ERROR_EXISTS, "it exists");
    app_saved(app, &error);
    assert_shows("The file exists. Replace it?");
    press(KEY_CTRL('C'));
    assert_int_equal(app_requests(app), APP_QUIT);
    press('x');
    press(KEY_OF_ENTER); /* is no yes */
    assert_shows("The file exists. Replace it?");
    assert_int_equal(app_requests(app), 0);
    press('n');
    assert_shows("Save as: view-4242-functions.txt");
    press(KEY_OF_ENTER);
    app_requests(app);
    app_saved(app, &error);
    press(KEY_OF_ESCAPE);
    assert_hides("Replace it?");
    assert_int_equal(app_requests(app), 0);

    press('w');
    press(KEY_OF_ENTER);
    app_requests(app);
    app_saved(app, &error);
    press('y');
    assert_int_equal(app_requests(app), APP_SAVE);
    assert_true(app_save_replaces(app));
    error_set(&error, ERROR_FILE, "cannot write it: disk full");
    app_saved(app, &error);
    assert_shows("cannot write it: disk full");

    press('w'); /* the next file is not replaced unasked */
    press(KEY_OF_ENTER);
    assert_false(app_save_replaces(app));
}

/* However long the path, the reason is seen. */
static void paste(const char *text)
{
    for (; *text; text++)
        press(KEY_PASTED | *text);
}

static void pasted_text_is_no_keys(void **state)
{
    struct error error;

    (void)state;
    paste("qr/wd");
    assert_int_equal(app_requests(app), 0);
    assert_hides("Filter:");
    press('/');
    press('d');
    paste("ec");
    assert_shows("Filter: dec");
    press(KEY_OF_ESCAPE);
    press('h');
    paste("q");
    assert_shows("Esc Close");
    press(KEY_OF_ESCAPE);

    press('w');
    press(KEY_OF_ENTER);
    app_requests(app);
    error_set(&error, ERROR_EXISTS, "it exists");
    app_saved(app, &error);
    paste("yn"); /* answers no question */
    assert_shows("The file exists. Replace it?");
    assert_int_equal(app_requests(app), 0);
}

static void reason_is_seen(void **state)
{
    struct error error;

    (void)state;
    set_size(60, 12);
    error_set(&error, ERROR_FILE, "cannot write %080d: No such file or directory", 0);
    app_show_error(app, &error);
    assert_shows(" cannot write 0");
    assert_shows("0: No such file or directory");
}

static void home_is_known(void **state)
{
    (void)state;
    setenv("HOME", "/home/somebody", 1);
    press('w');
    press(KEY_CTRL('U'));
    type("~/a.json\n");
    assert_string_equal(app_save_path(app), "/home/somebody/a.json");
}

/* --- keys ------------------------------------------------------------------------------------- */

static void quitting_and_redrawing_are_asked_for(void **state)
{
    (void)state;
    press('q');
    assert_int_equal(app_requests(app), APP_QUIT);
    press(KEY_CTRL('L'));
    assert_int_equal(app_requests(app), APP_REDRAW);
    press('h');
    assert_shows("Rows");
    press('q'); /* closes the help only */
    assert_int_equal(app_requests(app), 0);
    assert_shows("FUNCTION");
    press('?');
    press(KEY_CTRL('C'));
    assert_int_equal(app_requests(app), APP_QUIT);
}

/* Keys in no order that anybody would think of do no harm. */
static void any_keys_are_survived(void **state)
{
    uint32_t random = 12345;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        random = random * 1664525 + 1013904223;
        uint32_t choice = random >> 16;
        int key = choice % 3 == 0 ? KEY_OF_NAMED + (int)(choice % 18) : (int)(choice % 0x180);

        press(key);
        app_requests(app);
        if (choice % 5 == 0)
            take_picture(choice % 400);
        if (choice % 7 == 0)
            set_size(40 + (int)(choice % 100), 8 + (int)(choice % 30));
        if (choice % 2 == 0)
            screen();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_thread_is_shown),
        TEST(one_thread_is_left),
        TEST(vanished_thread_is_left),
        TEST(mode_and_span_change),
        TEST(modes_are_for_functions),
        TEST(frozen_is_frozen),
        TEST(the_end_behind_a_frozen_picture_is_told),
        TEST(refresh_rate_changes),
        TEST(messages_go_away),
        TEST(view_is_saved),
        TEST(saving_asks_before_it_replaces),
        TEST(pasted_text_is_no_keys),
        TEST(reason_is_seen),
        TEST(home_is_known),
        TEST(quitting_and_redrawing_are_asked_for),
        TEST(any_keys_are_survived),
    };

    return use_utf8() ? cmocka_run_group_tests(tests, NULL, NULL) : 77;
}
