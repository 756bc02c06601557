#include "tui/editor.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "tui/keys.h"
#include "tui/utf8.h"

void editor_set(struct editor *editor, const char *text)
{
    snprintf(editor->text, sizeof editor->text, "%s", text);
    editor->cursor = strlen(editor->text);
}

/* Where the character after `at` ends, with the marks on it. */
static size_t after(const struct editor *editor, size_t at)
{
    const char *next = editor->text + at;

    if (*next)
        utf8_next(&next);
    while (*next) {
        const char *mark = next;

        if (utf8_shown(utf8_next(&mark), true).columns > 0)
            break;
        next = mark;
    }
    return (size_t)(next - editor->text);
}

static size_t before(const struct editor *editor, size_t at)
{
    size_t found = 0;

    for (size_t i = 0; i < at; i = after(editor, i))
        found = i;
    return found;
}

static size_t word_before(const struct editor *editor, size_t at)
{
    while (at > 0 && editor->text[at - 1] == ' ')
        at--;
    while (at > 0 && editor->text[at - 1] != ' ')
        at--;
    return at;
}

static bool erase(struct editor *editor, size_t from, size_t to)
{
    memmove(editor->text + from, editor->text + to, strlen(editor->text + to) + 1);
    editor->cursor = from;
    return from != to;
}

static bool insert(struct editor *editor, int key)
{
    char bytes[UTF8_SHOWN_MAX];
    size_t length = utf8_encode((uint32_t)key, bytes);
    char *at = editor->text + editor->cursor;

    if (strlen(editor->text) + length >= sizeof editor->text)
        return false;
    memmove(at + length, at, strlen(at) + 1);
    memcpy(at, bytes, length);
    editor->cursor += length;
    return true;
}

bool editor_key(struct editor *editor, int key, bool *changed)
{
    size_t cursor = editor->cursor;
    size_t end = strlen(editor->text);

    *changed = false;
    switch (key) {
    case KEY_OF_LEFT:
    case KEY_CTRL('B'):
        editor->cursor = before(editor, cursor);
        return true;
    case KEY_OF_RIGHT:
    case KEY_CTRL('F'):
        editor->cursor = after(editor, cursor);
        return true;
    case KEY_OF_HOME:
    case KEY_CTRL('A'):
        editor->cursor = 0;
        return true;
    case KEY_OF_END:
    case KEY_CTRL('E'):
        editor->cursor = end;
        return true;
    case KEY_OF_BACKSPACE:
    case KEY_CTRL('H'):
        *changed = erase(editor, before(editor, cursor), cursor);
        return true;
    case KEY_OF_DELETE:
    case KEY_CTRL('D'):
        *changed = erase(editor, cursor, after(editor, cursor));
        return true;
    case KEY_CTRL('W'):
        *changed = erase(editor, word_before(editor, cursor), cursor);
        return true;
    case KEY_CTRL('U'):
        *changed = erase(editor, 0, cursor);
        return true;
    case KEY_CTRL('K'):
        *changed = erase(editor, cursor, end);
        return true;
    default:
        if (!key_is_text(key))
            return false;
        *changed = insert(editor, key);
        return true;
    }
}

/* The columns of the bytes from `from` to `to`. */
static int columns_between(const struct editor *editor, size_t from, size_t to, bool utf8)
{
    const char *at = editor->text + from;
    int columns = 0;

    while (at < editor->text + to)
        columns += utf8_shown(utf8_next(&at), utf8).columns;
    return columns;
}

void editor_draw(const struct editor *editor, struct pen *pen)
{
    int room = pen_room(pen);
    size_t start = 0;

    while (start < editor->cursor &&
           columns_between(editor, start, editor->cursor, pen->utf8) >= room)
        start = after(editor, start);
    if (pen->grid && room > 0) {
        pen->grid->cursor_row = pen->row;
        pen->grid->cursor_column =
            pen->column + columns_between(editor, start, editor->cursor, pen->utf8);
    }
    pen_text(pen, STYLE_STRONG, editor->text + start);
}
