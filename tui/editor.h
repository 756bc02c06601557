/*
 * editor - one line of text being typed: what is in it, where the cursor is, how it is shown.
 */
#ifndef TUI_EDITOR_H
#define TUI_EDITOR_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/pen.h"

#define EDITOR_SIZE 1024

struct editor {
    char text[EDITOR_SIZE]; /* UTF-8, terminated */
    size_t cursor;          /* in bytes, before a character */
};

/* Begins with a text, the cursor at its end; a text beyond the size is cut. */
void editor_set(struct editor *editor, const char *text);

/* Takes a key; false when it is none for editing. `changed` tells whether the text is another. */
bool editor_key(struct editor *editor, int key, bool *changed);

/* Draws the text in the pen's room, scrolled so that the cursor is seen, and sets the grid's
   cursor. */
void editor_draw(const struct editor *editor, struct pen *pen);

#endif
