/*
 * page - a text of titles, and of names with what they mean, of which as many lines are seen as
 * there is room for; and the keys that scroll it. The help screens are made of it.
 */
#ifndef TUI_PAGE_H
#define TUI_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/grid.h"
#include "tui/theme.h"

/* How far a text is scrolled, in lines. */
struct scroll {
    int top;  /* the first that is seen; how far down that can be is known when it is drawn */
    int most; /* the last that it can be */
    int page; /* how many are seen at once; 0: it was not drawn yet */
};

/* Scrolls; false when it is no key for that. */
bool scroll_key(struct scroll *scroll, int key);

/* Takes note of how long the text is, and how many rows there are for it. */
void scroll_fit(struct scroll *scroll, int lines, int rows);

/* Draws the line below the text: how to close it and to scroll, and where it is. */
void scroll_draw_keys(const struct scroll *scroll, struct grid *grid, int row);

/* Where the next line goes: lines above the first that is seen, and below the last, are only
 * counted. */
struct page {
    struct grid *grid;
    int row, rows; /* on the grid */
    int column, columns;
    int top;  /* the first line that is seen */
    int line; /* the next one */
};

void page_title(struct page *page, const char *title);

/* A name, with its text beside it on as many lines as that needs. */
void page_entry(struct page *page, enum style style, const char *name, const char *text);

/* The same, with keys (keys.h) as the name: `most` of them, or up to one that is 0. */
void page_keys(struct page *page, const int *keys, size_t most, const char *text);

#endif
