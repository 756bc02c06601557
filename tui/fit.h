/*
 * fit - lays items side by side in a width: what is least important shrinks or goes first.
 *
 * The header's lines, the columns of a table and the key line are all laid out by it.
 */
#ifndef TUI_FIT_H
#define TUI_FIT_H

#include <stdbool.h>
#include <stddef.h>

#define FIT_FORMS 3

/* One way to show an item. While the items do not fit, the form with the lowest priority of all
   gives way to its item's next one, or to nothing. */
struct fit_form {
    int width;    /* at least; 0 ends the list */
    int priority;
    int wish;     /* columns above its width that it would like */
};

struct fit_item {
    struct fit_form forms[FIT_FORMS]; /* widest first */
    int gap;                          /* blank columns before it, unless it is the first */
    bool right;                       /* it and those after it stand at the right edge */

    /* the answer */
    int form;                         /* -1: left out */
    int column;                       /* from the left edge */
    int width;
    int extra;                        /* how much of it is above the form's width */
};

/* Fills the answers for `count` items in `width` columns. What is left over goes, a column each in
   turn, to those that wish for more, then to the gap before the first item on the right. */
void fit(struct fit_item *items, size_t count, int width);

#endif
