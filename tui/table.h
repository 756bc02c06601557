/*
 * table - the rows of the view: their order, the selected one, what part is seen, and how they
 * look.
 */
#ifndef TUI_TABLE_H
#define TUI_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "tui/grid.h"
#include "tui/state.h"

/* Rows of the view, filled anew when something changed. */
size_t table_count(struct app *app);

/* The rows as they were filled last; 0 before the first picture. */
size_t table_rows(const struct app *app);

/* Moves the selection by so many rows, or begins one; it ends at the first and last row. */
void table_move(struct app *app, long rows);
void table_move_to_start(struct app *app);
void table_move_to_end(struct app *app);
void table_deselect(struct app *app);

/* Sorts by the next (1) or previous (-1) column that can be sorted by. */
void table_sort_step(struct app *app, int step);

/* The title of the column the view is sorted by. */
const char *table_sort_title(const struct app *app);

/* The selected thread of the threads view, or process of the processes view; false when none is selected. */
bool table_selected_thread(struct app *app, uint32_t *thread);
bool table_selected_process(struct app *app, uint32_t *process);

/* Draws titles and rows into `rows` rows of the grid. */
void table_draw(struct app *app, struct grid *grid, int row, int rows);

/* The rows that are seen, as table_draw() left them: the first counted from 1; 0 when there is
   none. */
size_t table_first_seen(const struct app *app);
size_t table_last_seen(const struct app *app);

#endif
