/*
 * header_line - what the lines of the header are made of: elements, each drawn as wide as there is room for. The first
 * line is in header_title.c, the others in header.c.
 */
#ifndef TUI_HEADER_LINE_H
#define TUI_HEADER_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/fit.h"
#include "tui/pen.h"
#include "tui/state.h"

/* What an element draws from. */
struct header {
    const struct app *app;
    const struct picture *picture; /* NULL before the first */
    uint64_t now_ns;

    /* of the process that is shown alone, or of all of them */
    bool is_one;                   /* there is one, or one is shown alone */
    const struct picture_process *narrowed; /* the latter; else NULL */
    struct picture_second now;
    const struct picture_history *history;
    const uint32_t *threads_by_state;
    uint64_t unlisted;
};

/* One piece of a line: form 0 is its widest. It draws nothing when it has nothing to tell. */
struct element {
    void (*draw)(struct pen *pen, const struct header *header, int form);
    int priority[FIT_FORMS]; /* of each form, see fit.h; 0 ends the list */
    int gap;
    bool right;
};

/* A line: its elements from left to right. */
struct header_line {
    const struct element *elements;
    size_t count;
};

/* What is looked at, and how well. */
extern const struct header_line HEADER_TITLE;

#endif
