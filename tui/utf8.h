/*
 * utf8 - text as a terminal shows it: characters, their columns, and what stands for what cannot be
 * shown.
 *
 * Text may come from the target, so nothing is trusted: bytes that are not UTF-8, control
 * characters and characters that would reorder or join what follows are replaced or left out.
 * Widths are those of wcwidth(), so the locale must have been set. Any thread.
 */
#ifndef TUI_UTF8_H
#define TUI_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UTF8_REPLACEMENT 0xFFFDu /* stands for what is no character */
#define UTF8_SHOWN_MAX 8         /* bytes of one shown character, terminated */

/* The character at *at, and steps over it: 0 at the end (and no step), UTF8_REPLACEMENT for a byte
   that is not part of UTF-8. */
uint32_t utf8_next(const char **at);

/* Writes a character as UTF-8, terminated; returns its bytes. */
size_t utf8_encode(uint32_t character, char bytes[UTF8_SHOWN_MAX]);

/* What a terminal is sent for one character. */
struct utf8_shown {
    char bytes[UTF8_SHOWN_MAX]; /* "" when nothing is to be shown */
    int columns;                /* 0: a mark on the character before it, or nothing */
};

/* How `character` is shown. Without `utf8`, ASCII stands for it: what the table of glyphs has, one
   char a column, else "?". */
struct utf8_shown utf8_shown(uint32_t character, bool utf8);

/* Columns that a text takes. */
int utf8_columns(const char *text, bool utf8);

#endif
