#include "tui/input.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "tui/keys.h"

#define PART_MS 50 /* how long what has begun may take for its next byte, on a slow line */
#define PASTED_PART_MS 1000 /* and in a paste, where an ESC is not the key of that name */
#define PASTE_PAUSE_MS 2000 /* a paste of which nothing came for so long has lost its end */
#define BELL 7

/* --- reading ---------------------------------------------------------------------------------- */

static bool read_within(struct input *input, int wait_ms, int *key)
{
    if (input->put_back == KEY_OF_NONE)
        return input->read(input->from, wait_ms, key);
    *key = input->put_back;
    input->put_back = KEY_OF_NONE;
    return true;
}

static bool read_part(struct input *input, int *key)
{
    return read_within(input, input->pasting ? PASTED_PART_MS : PART_MS, key);
}

/* --- sequences -------------------------------------------------------------------------------- */

/* Of keys that are used here, without the ESC: from terminals that pass for another type, as PuTTY
   and the console of Linux do for xterm, and of cursor keys in the other one of their modes. */
static const struct {
    const char *text;
    int key;
} SEQUENCES[] = {
    {"[A", KEY_OF_UP},      {"[B", KEY_OF_DOWN},     {"[C", KEY_OF_RIGHT},
    {"[D", KEY_OF_LEFT},    {"OA", KEY_OF_UP},       {"OB", KEY_OF_DOWN},
    {"OC", KEY_OF_RIGHT},   {"OD", KEY_OF_LEFT},     {"[5~", KEY_OF_PAGE_UP},
    {"[6~", KEY_OF_PAGE_DOWN},                       {"[3~", KEY_OF_DELETE},
    {"[1~", KEY_OF_HOME},   {"[7~", KEY_OF_HOME},    {"[H", KEY_OF_HOME},
    {"OH", KEY_OF_HOME},    {"[4~", KEY_OF_END},     {"[8~", KEY_OF_END},
    {"[F", KEY_OF_END},     {"OF", KEY_OF_END},      {"[Z", KEY_OF_BACK_TAB},
    {"[11~", KEY_OF_F1},    {"OP", KEY_OF_F1},       {"[[A", KEY_OF_F1},
    {"OM", KEY_OF_ENTER},
};

static int key_of_sequence(const char *text)
{
    for (size_t i = 0; i < sizeof SEQUENCES / sizeof SEQUENCES[0]; i++)
        if (strcmp(SEQUENCES[i].text, text) == 0)
            return SEQUENCES[i].key;
    /* The keypad of a VT100: its characters, each 0x40 further on. */
    if (text[0] == 'O' && text[1] >= 'j' && text[1] <= 'y' && text[2] == '\0')
        return text[1] - 0x40;
    return KEY_OF_NONE;
}

/* Of X10, which has three bytes more. In a paste these may be the mark of its end. */
static bool is_mouse(const struct input *input, const char *text)
{
    return !input->pasting && strncmp(text, "[M", 2) == 0;
}

/* ECMA-48 ends a sequence with a byte from "@" to "~"; the first function keys of the console of
   Linux have a second bracket. */
static bool is_complete(const struct input *input, const char *text, size_t length)
{
    if (length < 2 || strcmp(text, "[[") == 0)
        return false;
    if (is_mouse(input, text))
        return length == 5;
    return text[length - 1] >= '@';
}

/* The terminal puts marks around what is pasted; they are no keys. */
static void follow_paste(struct input *input, const char *text)
{
    if (strcmp(text, "[200~") == 0)
        input->pasting = true;
    if (strcmp(text, "[201~") == 0)
        input->pasting = false;
}

/* Reads the rest of a sequence that begins with ESC and `first`, which alone are Alt and that key.
   What cannot be part of one breaks it off, and is a key again. */
static int read_sequence(struct input *input, int first)
{
    char text[INPUT_TEXT_SIZE] = {(char)first};
    size_t length = 1;

    while (length < sizeof text - 1 && !is_complete(input, text, length)) {
        int key;

        if (!read_part(input, &key)) {
            if (length > 1)
                return KEY_OF_NONE;
            input->put_back = first;
            return KEY_OF_ESCAPE;
        }
        if ((key < KEY_OF_SPACE || key > '~') && !is_mouse(input, text)) {
            input->put_back = key;
            return KEY_OF_NONE;
        }
        text[length++] = (char)key;
    }
    follow_paste(input, text);
    return key_of_sequence(text);
}

/* Reads the rest of "ESC ] 11 ; colour ST", after its ESC ]. It may come late, or have been asked
   for by a program before this one. */
static int read_answer(struct input *input)
{
    char text[INPUT_TEXT_SIZE];
    size_t length = 0;
    int key = KEY_OF_NONE;

    while (length < sizeof text - 1 && read_part(input, &key) && key != BELL &&
           key != KEY_OF_ESCAPE)
        text[length++] = key > 0 && key < 0x7F ? (char)key : '?';
    text[length] = '\0';
    if (length == 0 && key == KEY_OF_NONE) {
        input->put_back = ']';
        return KEY_OF_ESCAPE;
    }
    if (key == KEY_OF_ESCAPE)
        read_part(input, &key); /* its backslash */
    if (strncmp(text, "11;", 3) == 0)
        snprintf(input->answer, sizeof input->answer, "%s", text + 3);
    return KEY_OF_NONE;
}

/* What an ESC begins: the key of that name, or Alt and another key, which is Esc and that key. */
static int read_escape(struct input *input)
{
    int key;

    if (!read_part(input, &key))
        return KEY_OF_ESCAPE;
    if (key == '[' || (key == 'O' && !input->pasting))
        return read_sequence(input, key);
    if (key == ']' && !input->pasting)
        return read_answer(input);
    input->put_back = key;
    return KEY_OF_ESCAPE;
}

/* A key that was read while a text is pasted: what it is of that text. */
static int key_of_paste(struct input *input, int key)
{
    input->pasted_ns = clock_now_ns();
    return key_is_text(key) ? key | KEY_PASTED : KEY_OF_NONE;
}

int input_key(struct input *input)
{
    int key;

    while (read_within(input, 0, &key)) {
        if (input->pasting && clock_now_ns() - input->pasted_ns > PASTE_PAUSE_MS * NS_PER_MS)
            input->pasting = false;
        if (key == KEY_OF_ESCAPE)
            key = read_escape(input);
        if (input->pasting)
            key = key_of_paste(input, key);
        if (key != KEY_OF_NONE)
            return key;
    }
    return KEY_OF_NONE;
}
