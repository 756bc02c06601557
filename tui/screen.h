/*
 * screen - the terminal: shows grids, gives keys, follows size and signals, and is put back as it
 * was.
 *
 * The only one that uses curses, terminfo.c apart. There is one terminal, so there is at most one
 * screen; main thread. setlocale() must have been called. What is shown and has not changed is not
 * sent again.
 */
#ifndef TUI_SCREEN_H
#define TUI_SCREEN_H

#include <poll.h>
#include <stdbool.h>

#include "base/error.h"
#include "tui/grid.h"
#include "tui/theme.h"

struct screen;

/* Takes the terminal: standard output, with keys from standard input if that is a terminal, else
   from /dev/tty. THEME_AUTO follows
   TACHYON_TOP_THEME (a name of theme.h), NO_COLOR, and the terminal's background. NULL:
   ERROR_TERMINAL (none, of no known type, or smaller than columns × rows), and it is as it was. */
struct screen *screen_open(enum theme theme, int columns, int rows, struct error *error);

/* Puts the terminal back as it was; NULL is fine. */
void screen_close(struct screen *screen);

/* Gives `grid` the size and the characters of the terminal; false when out of memory. */
bool screen_fit(const struct screen *screen, struct grid *grid);

/* Shows a grid that screen_fit() made, drawn with the styles of theme.h. */
void screen_show(struct screen *screen, const struct grid *grid);

/* Sends all of it again with the next screen_show(). */
void screen_redraw(struct screen *screen);

/* What to poll for: keys and signals. */
#define SCREEN_FDS 2
void screen_poll_fds(const struct screen *screen, struct pollfd fds[SCREEN_FDS]);

/* The next key (keys.h) that was pressed, or character that was pasted; KEY_OF_NONE when there is
   none now. */
int screen_key(struct screen *screen);

enum screen_event {
    SCREEN_QUIT = 1,    /* a signal asked to end, or the terminal is gone */
    SCREEN_CHANGED = 2, /* another size or other colours: screen_fit(), draw and show again */
    SCREEN_STOP = 4,    /* Ctrl-Z: screen_stop() is due */
};

/* What signals and the terminal asked for since the last call: bits of enum screen_event. To be
   called after each poll and after the keys were read. */
unsigned screen_events(struct screen *screen);

/* Gives the terminal back and stops the program, as Ctrl-Z asks; comes back when it is continued, with what was
   asked for since. */
unsigned screen_stop(struct screen *screen);

#endif
