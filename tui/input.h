/*
 * input - keys out of what the terminal sends, where curses does not know them: escape sequences
 * that terminfo has not, text that is pasted, and the terminal's answer to the question for its
 * background.
 *
 * A sequence is one key or none, never the letters that it is made of: they would quit, reset or
 * save. What has begun is waited for, but not for long. Reads through a function that it is given,
 * as curses is the screen's alone. Main thread.
 */
#ifndef TUI_INPUT_H
#define TUI_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#define INPUT_TEXT_SIZE 64 /* of the longest sequence, with room to spare */

/* Reads a key (keys.h; KEY_OF_NONE: one that has no use) that curses made of what was sent; false
   when none comes within `wait_ms`. */
typedef bool input_read(void *from, int wait_ms, int *key);

struct input {
    input_read *read;
    void *from;                   /* what `read` is given */
    int put_back;                 /* read, and to be read again; KEY_OF_NONE: nothing is */
    bool pasting;                 /* what comes is pasted, up to the mark of its end */
    uint64_t pasted_ns;           /* when the last of it came */
    char answer[INPUT_TEXT_SIZE]; /* the colour that was told last, for background_from_answer();
                                     who takes it makes it "" */
};

/* The next key; KEY_OF_NONE when there is none now. Of what is pasted only characters are given,
   with KEY_PASTED: no ends of lines, and nothing that controls. */
int input_key(struct input *input);

#endif
