/*
 * terminfo - what is known of the terminal's type. Apart from screen.c, as <term.h> makes macros of
 * many common words. Main thread.
 */
#ifndef TUI_TERMINFO_H
#define TUI_TERMINFO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Whether the terminal's type, which TERM names, is known and can place its cursor; else
   ERROR_TERMINAL. Before curses is started. */
bool terminfo_check(int fd, struct error *error);

/* How many colours a terminal of the type that TERM names has; 0: none, or the type is not known. */
int terminfo_colors(int fd);

/* Appends what a capability ("rmcup") sends, without the delays of old hardware, as far as it fits
   into `size` bytes; gives the new length. After curses was started. */
size_t terminfo_append(const char *name, char *bytes, size_t length, size_t size);

#endif
