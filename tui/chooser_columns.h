/*
 * chooser_columns - the columns of the list of processes: one row each here, for drawing and sorting.
 */
#ifndef TUI_CHOOSER_COLUMNS_H
#define TUI_CHOOSER_COLUMNS_H

#include <stdbool.h>

#include "discover/listing.h"
#include "tui/fit.h"
#include "tui/pen.h"

/* In order from the left. */
enum {
    CHOOSER_PID,
    CHOOSER_USER,
    CHOOSER_PYTHON,
    CHOOSER_CPU,
    CHOOSER_THREADS,
    CHOOSER_CONTAINER,
    CHOOSER_COMMAND,
    CHOOSER_COLUMN_COUNT
};

/* All that is listed here is a Python: listed->python is set. */
struct chooser_column {
    const char *title;
    const char *help;         /* a sentence without its full stop */
    struct fit_form forms[2]; /* widths by importance, widest first */
    int gap;                  /* blank columns before it */
    bool right;               /* aligned right */
    bool descending;          /* the order when it is chosen */
    int (*compare)(const struct listed *a, const struct listed *b); /* as of qsort(3), ascending */
    /* Draws the cell of a process in the pen's room. */
    void (*draw)(struct pen *pen, const struct listed *listed);
};

extern const struct chooser_column CHOOSER_COLUMNS[CHOOSER_COLUMN_COUNT];

/* Whether a process may not be attached to. */
bool chooser_refused(const struct listed *listed);

#endif
