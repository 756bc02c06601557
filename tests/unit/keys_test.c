/* keys: each does one thing, is told on the help screen and in the man page, and edits text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/tui/fake_picture.h"
#include "tui/actions.h"
#include "tui/app.h"
#include "tui/editor.h"
#include "tui/keys.h"
#include "tui/state.h"

static void keys_have_names(void **state)
{
    static const struct {
        int key;
        const char *symbol, *word;
    } CASES[] = {
        {'q', "q", "q"},           {KEY_OF_SPACE, "Space", "Space"}, {KEY_OF_UP, "↑", "Up"},
        {KEY_OF_TAB, "Tab", "Tab"}, {KEY_CTRL('L'), "Ctrl-L", "Ctrl-L"}, {KEY_OF_F1, "F1", "F1"},
        {KEY_OF_LEFT, "←", "Left"}, {KEY_OF_ESCAPE, "Esc", "Esc"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char name[KEY_NAME_SIZE];

        key_word(CASES[i].key, true, name);
        assert_string_equal(name, CASES[i].symbol);
        key_word(CASES[i].key, false, name);
        assert_string_equal(name, CASES[i].word);
    }
    for (int key = KEY_OF_NAMED + 1; key < KEY_OF_LAST; key++) {
        char name[KEY_NAME_SIZE];

        key_word(key, false, name);
        assert_true(strlen(name) >= 2); /* none is nameless */
    }
}

static void only_characters_are_text(void **state)
{
    (void)state;
    assert_true(key_is_text('a'));
    assert_true(key_is_text(' '));
    assert_true(key_is_text(0x8A08)); /* 計 */
    assert_false(key_is_text(0x7F));
    assert_false(key_is_text(KEY_OF_ESCAPE));
    assert_false(key_is_text(KEY_OF_UP));
    assert_false(key_is_text(KEY_OF_NONE));
    assert_false(key_is_text(0x202E)); /* turns the direction of writing */
}

static void every_key_has_one_action(void **state)
{
    size_t count;
    const struct action *actions = actions_table(&count);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        assert_non_null(actions[i].run);
        assert_true(actions[i].help && *actions[i].help);
        assert_int_not_equal(actions[i].keys[0], KEY_OF_NONE);
        for (size_t k = 0; k < ACTION_KEYS && actions[i].keys[k]; k++)
            assert_ptr_equal(action_of_key(actions[i].keys[k]), &actions[i]);
        if (actions[i].on)
            assert_non_null(actions[i].label_on);
        if (actions[i].label)
            assert_true(actions[i].priority > 0);
    }
    assert_null(action_of_key('Z'));
}

/* All keys that the issue and the design name. */
static void promised_keys_exist(void **state)
{
    static const int PROMISED[] = {
        'q', KEY_CTRL('C'), 's', 'S', 'R', 'I', 'p', ' ', 'r', '/', 'c', 't', KEY_OF_LEFT,
        KEY_OF_RIGHT, '+', '-', 'x', KEY_OF_TAB, KEY_OF_BACK_TAB, KEY_OF_ENTER, 'm', 'b', KEY_OF_UP,
        KEY_OF_DOWN, 'j', 'k', KEY_OF_PAGE_UP, KEY_OF_PAGE_DOWN, KEY_OF_HOME, KEY_OF_END, 'g', 'G',
        'w', 'h', '?', KEY_OF_F1, KEY_OF_ESCAPE,
    };

    (void)state;
    for (size_t i = 0; i < sizeof PROMISED / sizeof PROMISED[0]; i++)
        assert_non_null(action_of_key(PROMISED[i]));
}

static void name_file(const struct app_description *description, char *name, size_t size)
{
    (void)description;
    snprintf(name, size, "view.txt");
}

/* The text of the whole help screen, over all its pages. */
static char *read_help(int columns)
{
    struct error error;
    struct app *app = app_new(name_file, &error);
    struct fake_picture *fake = fake_picture_new(20, 4);
    struct grid grid = {.utf8 = true, .symbols = true};
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    int top = -1;

    assert_true(grid_resize(&grid, columns, APP_ROWS_MIN));
    app_picture(app, fake_picture_at(fake, 0));
    app_key(app, '?');
    app_draw(app, &grid, 0);
    while (app->help_scroll.top != top) {
        grid_write(&grid, stream);
        top = app->help_scroll.top;
        app_key(app, KEY_OF_PAGE_DOWN);
        app_draw(app, &grid, 0);
    }
    fclose(stream);
    grid_free(&grid);
    app_free(app);
    fake_picture_free(fake);
    return text;
}

static void help_tells_every_key(void **state)
{
    size_t count;
    const struct action *actions = actions_table(&count);
    char *help = read_help(200);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        char name[KEY_NAME_SIZE];

        assert_non_null(strstr(help, actions[i].help));
        for (size_t k = 0; k < ACTION_KEYS && actions[i].keys[k]; k++) {
            key_word(actions[i].keys[k], true, name);
            assert_non_null(strstr(help, name));
        }
    }
    free(help);
}

/* On the narrowest screen no word is lost: what does not fit goes on the next line. */
static void help_wraps(void **state)
{
    char *help = read_help(APP_COLUMNS_MIN);

    (void)state;
    assert_non_null(strstr(help, "deselect, and go back to the top; close;\n"));
    assert_non_null(strstr(help, "\n                cancel; then back to the list\n"));
    assert_null(strstr(help, "…"));
    free(help);
}

static void man_page_tells_every_key(void **state)
{
    char *text = NULL;
    size_t size, count, entries = 0;
    FILE *stream = open_memstream(&text, &size);

    (void)state;
    actions_write_man(stream);
    fclose(stream);
    actions_table(&count);
    for (const char *at = text; (at = strstr(at, ".TP\n")); at++)
        entries++;
    assert_int_equal(entries, count);
    assert_non_null(strstr(text, ".BR q \", \" Ctrl\\-C\nquit; a program that is run"));
    assert_non_null(strstr(text, ".BR \\-\n"));
    for (const char *at = text; *at; at++) /* no line begins with a request of its own */
        assert_false(at[0] == '\n' && at[1] == '\'');
    free(text);
}

/* --- the editor ------------------------------------------------------------------------------- */

static void type(struct editor *editor, const char *text)
{
    bool changed;

    for (; *text; text++)
        assert_true(editor_key(editor, (unsigned char)*text, &changed) && changed);
}

static void press(struct editor *editor, int key)
{
    bool changed;

    assert_true(editor_key(editor, key, &changed));
}

static void editor_edits(void **state)
{
    struct editor editor;
    bool changed;

    (void)state;
    editor_set(&editor, "one two");
    type(&editor, "!");
    assert_string_equal(editor.text, "one two!");
    press(&editor, KEY_OF_HOME);
    type(&editor, ">");
    press(&editor, KEY_OF_RIGHT);
    press(&editor, KEY_OF_DELETE);
    assert_string_equal(editor.text, ">oe two!");
    press(&editor, KEY_OF_END);
    press(&editor, KEY_OF_BACKSPACE);
    press(&editor, KEY_CTRL('W'));
    assert_string_equal(editor.text, ">oe ");
    press(&editor, KEY_OF_LEFT);
    press(&editor, KEY_CTRL('K'));
    assert_string_equal(editor.text, ">oe");
    press(&editor, KEY_CTRL('U'));
    assert_string_equal(editor.text, "");

    press(&editor, KEY_OF_BACKSPACE);
    press(&editor, KEY_OF_DELETE);
    press(&editor, KEY_OF_LEFT);
    press(&editor, KEY_OF_RIGHT);
    assert_string_equal(editor.text, "");
    assert_false(editor_key(&editor, KEY_OF_ENTER, &changed));
    assert_false(editor_key(&editor, KEY_OF_UP, &changed));
}

static void editor_steps_by_whole_characters(void **state)
{
    struct editor editor;

    (void)state;
    editor_set(&editor, "日e\u0301x");
    press(&editor, KEY_OF_LEFT);
    press(&editor, KEY_OF_BACKSPACE);
    assert_string_equal(editor.text, "日x");
    press(&editor, KEY_OF_BACKSPACE);
    assert_string_equal(editor.text, "x");
    press(&editor, 0x8A9E);
    assert_string_equal(editor.text, "語x");
}

static void editor_is_bounded(void **state)
{
    struct editor editor;
    bool changed = true;

    (void)state;
    editor_set(&editor, "");
    for (int i = 0; i < 2 * EDITOR_SIZE; i++)
        assert_true(editor_key(&editor, 0x8A9E, &changed));
    assert_false(changed);
    assert_int_equal(strlen(editor.text), (EDITOR_SIZE - 1) / 3 * 3);
}

static void editor_shows_its_cursor(void **state)
{
    struct grid grid = {.utf8 = true, .symbols = true};
    struct editor editor;
    char text[64];

    (void)state;
    assert_true(grid_resize(&grid, 20, 1));
    editor_set(&editor, "a text that is longer than its room");
    for (size_t i = 0; i < strlen(editor.text); i++) {
        grid_clear(&grid);
        struct pen pen = pen_at(&grid, 0, 5, 10);
        editor_draw(&editor, &pen);
        assert_in_range(grid.cursor_column, 5, 14);
        assert_int_equal(grid_at(&grid, 0, grid.cursor_column)->text[0],
                         editor.text[editor.cursor] ? editor.text[editor.cursor] : ' ');
        press(&editor, KEY_OF_LEFT);
    }
    grid_row_text(&grid, 0, text, sizeof text);
    assert_string_equal(text, "     a text tha");
    grid_free(&grid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_have_names),
        cmocka_unit_test(only_characters_are_text),
        cmocka_unit_test(every_key_has_one_action),
        cmocka_unit_test(promised_keys_exist),
        cmocka_unit_test(help_tells_every_key),
        cmocka_unit_test(help_wraps),
        cmocka_unit_test(man_page_tells_every_key),
        cmocka_unit_test(editor_edits),
        cmocka_unit_test(editor_steps_by_whole_characters),
        cmocka_unit_test(editor_is_bounded),
        cmocka_unit_test(editor_shows_its_cursor),
    };

    if (!setlocale(LC_ALL, "C.UTF-8"))
        return 77; /* no UTF-8 here to test with */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
