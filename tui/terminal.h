/*
 * terminal - whether there is a terminal that the live view can be shown on: its size, its type, its characters.
 *
 * Asks, and changes nothing: curses is not started. Main thread, as what is known of terminal types is curses'.
 */
#ifndef TUI_TERMINAL_H
#define TUI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/finding.h"

/* The size of the terminal open at `fd`; false: it does not tell, or is none. */
bool terminal_size(int fd, int *columns, int *rows);

/* Whether a size is enough; else ERROR_TERMINAL. */
bool terminal_is_enough(int columns, int rows, int least_columns, int least_rows, struct error *error);

/* What there is to say of standard output, or where that is none, of the terminal that this program was
   started from. Where there is none at all, only that is told, as a note; gives the number of findings. */
#define TERMINAL_FINDINGS 3
size_t terminal_examine(int least_columns, int least_rows, struct finding findings[TERMINAL_FINDINGS]);

/* Whether what is written to standard output may have colours: it is a terminal, and nobody asked for none. */
bool terminal_takes_colors(void);

#endif
