/*
 * prompt - the bottom line when it asks for something: a filter, a file's name, a yes or no.
 */
#ifndef TUI_PROMPT_H
#define TUI_PROMPT_H

#include <stdbool.h>

#include "tui/grid.h"
#include "tui/state.h"

/* Opens a prompt. */
void prompt_filter(struct app *app);
void prompt_save(struct app *app);
void prompt_replace(struct app *app);
void prompt_end(struct app *app); /* whether to end the program that runs, or to kill it when it was asked to */

/* Whether one is open in which a text is typed. */
bool prompt_takes_text(const struct app *app);

/* Gives a key to the prompt that is open; false when it has no use for it. */
bool prompt_key(struct app *app, int key);

void prompt_draw(const struct app *app, struct grid *grid, int row);

#endif
