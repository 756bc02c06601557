/*
 * header - the three lines above the view: what is looked at and how well, how busy it is, and what
 * of it is shown.
 */
#ifndef TUI_HEADER_H
#define TUI_HEADER_H

#include <stdint.h>

#include "tui/grid.h"
#include "tui/state.h"

#define HEADER_ROWS 3

void header_draw(const struct app *app, struct grid *grid, uint64_t now_ns);

#endif
