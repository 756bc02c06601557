/*
 * columns - the columns of the tables: one row each here, for drawing, sorting, and the help.
 */
#ifndef TUI_COLUMNS_H
#define TUI_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/fit.h"
#include "tui/pen.h"
#include "tui/state.h"

#define COLUMNS_MAX 16
#define COLUMN_NOT_SORTED (-1)

struct column {
    const char *title;
    const char *help;
    struct fit_form forms[2];  /* widths by importance, widest first */
    int gap;                   /* blank columns before it */
    bool right;                /* aligned right */
    int sort;                  /* key to sort by, or COLUMN_NOT_SORTED */
    bool ascending_first;      /* the order when it is chosen */
    bool (*shown)(const struct app *app); /* NULL: always */
    /* Draws the cell of a row (function_row, thread_row, process_row, or a line of output) in the pen's room. */
    void (*draw)(struct pen *pen, const void *row);
};

struct columns {
    const struct column *list;
    size_t count;
};

/* The columns of a view, in order from the left. */
struct columns columns_of(enum app_view view);

#endif
