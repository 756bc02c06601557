/*
 * focus - the one thread or process that is shown alone: which one keys mean by it, and the way on to others.
 *
 * It stays chosen when all are shown again, and is the one that comes back. Nothing happens where the picture has none.
 */
#ifndef TUI_FOCUS_H
#define TUI_FOCUS_H

#include "tui/state.h"

/* Shows all threads again, or one alone: the selected, else the one that was shown before, else the busiest of the span;
   of that, its functions. */
void focus_toggle_thread(struct app *app);

/* The same of processes: the selected one or that of the selected thread, that before, or the one that is busiest now.
   Nothing where there was never more than one. */
void focus_toggle_process(struct app *app);

/* Shows the functions of the selected thread or process alone; nothing when none is selected. */
void focus_selected(struct app *app);

/* Shows the next (1) or previous (-1) one instead of the thread, or else of the process, that is shown alone: one that
   has something to show, all the way round. */
void focus_step(struct app *app, int step);

#endif
