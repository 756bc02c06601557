#include "tui/keys.h"

#include <stdint.h>
#include <stdio.h>

#include "tui/glyph.h"
#include "tui/utf8.h"

static const struct {
    int key;
    const char *name;
} NAMES[] = {
    {KEY_OF_TAB, "Tab"},         {KEY_OF_ENTER, "Enter"},     {KEY_OF_ESCAPE, "Esc"},
    {KEY_OF_SPACE, "Space"},     {KEY_OF_PAGE_UP, "PgUp"},    {KEY_OF_PAGE_DOWN, "PgDn"},
    {KEY_OF_HOME, "Home"},       {KEY_OF_END, "End"},         {KEY_OF_BACKSPACE, "Backspace"},
    {KEY_OF_DELETE, "Delete"},   {KEY_OF_BACK_TAB, "Shift-Tab"}, {KEY_OF_F1, "F1"},
};

static const struct {
    int key;
    enum glyph glyph;
    const char *word;
} ARROWS[] = {
    {KEY_OF_UP, GLYPH_UP, "Up"},
    {KEY_OF_DOWN, GLYPH_DOWN, "Down"},
    {KEY_OF_LEFT, GLYPH_LEFT, "Left"},
    {KEY_OF_RIGHT, GLYPH_RIGHT, "Right"},
};

void key_word(int key, bool symbols, char name[KEY_NAME_SIZE])
{
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        if (NAMES[i].key == key) {
            snprintf(name, KEY_NAME_SIZE, "%s", NAMES[i].name);
            return;
        }
    }
    for (size_t i = 0; i < sizeof ARROWS / sizeof ARROWS[0]; i++) {
        if (ARROWS[i].key == key) {
            const char *shown = symbols ? glyph_text(ARROWS[i].glyph, true) : ARROWS[i].word;

            snprintf(name, KEY_NAME_SIZE, "%s", shown);
            return;
        }
    }
    if (key > 0 && key < KEY_OF_SPACE)
        snprintf(name, KEY_NAME_SIZE, "Ctrl-%c", key + '@');
    else
        snprintf(name, KEY_NAME_SIZE, "%s", utf8_shown((uint32_t)key, symbols).bytes);
}

static void write_man_text(FILE *file, const char *text)
{
    for (; *text; text++) {
        if (*text == '-' || *text == '\\')
            fputc('\\', file);
        fputs(*text == '\\' ? "e" : (char[]){*text, 0}, file);
    }
}

void keys_write_man(FILE *file, const int *keys, size_t most, const char *help)
{
    fputs(".TP\n.BR ", file);
    for (size_t i = 0; i < most && keys[i] != 0; i++) {
        char name[KEY_NAME_SIZE];

        key_word(keys[i], false, name);
        fputs(i > 0 ? " \", \" " : "", file);
        write_man_text(file, name);
    }
    fputc('\n', file);
    write_man_text(file, help);
    fputc('\n', file);
}

bool key_is_text(int key)
{
    return key >= KEY_OF_SPACE && key < KEY_OF_NAMED && key != 0x7F &&
           utf8_shown((uint32_t)key, true).bytes[0] != 0;
}
