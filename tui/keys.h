/*
 * keys - the program's own key codes: a character as Unicode numbers it, which may have been
 * pasted, or one of the names below.
 */
#ifndef TUI_KEYS_H
#define TUI_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define KEY_CTRL(letter) ((letter) & 0x1F)

enum key {
    KEY_OF_NONE = 0,
    KEY_OF_TAB = 9,
    KEY_OF_ENTER = 10,
    KEY_OF_ESCAPE = 27,
    KEY_OF_SPACE = 32,
    KEY_OF_NAMED = 0x110000, /* beyond Unicode: what follows is no character */
    KEY_OF_UP,
    KEY_OF_DOWN,
    KEY_OF_LEFT,
    KEY_OF_RIGHT,
    KEY_OF_PAGE_UP,
    KEY_OF_PAGE_DOWN,
    KEY_OF_HOME,
    KEY_OF_END,
    KEY_OF_BACKSPACE,
    KEY_OF_DELETE,
    KEY_OF_BACK_TAB,
    KEY_OF_F1,
    KEY_OF_LAST,
};

#define KEY_PASTED 0x200000 /* added to a character that was pasted: it is text, and no key */

#define KEY_NAME_SIZE 16

/* Writes what a key is called: "q", "Space", "PgUp", "Ctrl-L"; arrows as signs when `symbols`. */
void key_word(int key, bool symbols, char name[KEY_NAME_SIZE]);

/* Writes keys, `most` of them or up to one that is 0, with what they do, as an entry of a man page. */
void keys_write_man(FILE *file, const int *keys, size_t most, const char *help);

/* Whether it is a character that can be typed into a text. */
bool key_is_text(int key);

#endif
