/*
 * help - the help screen: keys, columns, the header and the words, made from the tables of each.
 */
#ifndef TUI_HELP_H
#define TUI_HELP_H

#include <stdbool.h>

#include "tui/grid.h"
#include "tui/state.h"

/* Gives a key to the help screen. */
void help_key(struct app *app, int key);

/* Draws what is seen of it into `rows` rows. */
void help_draw(struct app *app, struct grid *grid, int row, int rows);

#endif
