/*
 * pen - draws along one row of a grid, from a place to a place, or only measures what it would
 * draw.
 *
 * So that an element's width is never written down beside what it draws: the same function is run
 * once with a pen that has no grid, to learn its width, and once with one that has.
 */
#ifndef TUI_PEN_H
#define TUI_PEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/glyph.h"
#include "tui/grid.h"
#include "tui/theme.h"

struct pen {
    struct grid *grid; /* NULL: measure only */
    int row;
    int column;        /* where the next character goes */
    int end;           /* the first column that is not ours */
    bool utf8, symbols;
    int stretch;       /* columns that elastic parts get above their least */
    int wish;          /* columns above their least that elastic parts would like; measured */
};

/* A pen for `width` columns of a row, cut to the grid. */
struct pen pen_at(struct grid *grid, int row, int column, int width);

/* A pen that measures for `grid`: afterwards its `column` is the width, and its `wish` is set. */
struct pen pen_to_measure(const struct grid *grid);

/* Columns left. */
int pen_room(const struct pen *pen);

/* Columns that a text would take. */
int pen_columns(const struct pen *pen, const char *text);

void pen_space(struct pen *pen, int columns);
void pen_text(struct pen *pen, enum style style, const char *text);
void pen_format(struct pen *pen, enum style style, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void pen_glyph(struct pen *pen, enum style style, enum glyph glyph);

/* What is left out of a text that does not fit; an ellipsis stands for it. */
enum cut { CUT_END, CUT_MIDDLE, CUT_PATH };

/* Draws `text` in at most `width` columns; of a path, whole components at its end are kept. */
void pen_cut(struct pen *pen, enum style style, const char *text, int width, enum cut cut);

/* Draws `text` so that it ends where the pen's room ends. */
void pen_right(struct pen *pen, enum style style, const char *text);

/* The width of a part that takes `least` columns, and up to `most` when there is room. */
int pen_elastic(struct pen *pen, int least, int most);

/* A bar of `width` columns, filled for `share` of it (0 to 1). */
void pen_bar(struct pen *pen, enum style style, int width, double share);

/* One column whose height is `share` (0 to 1) of a cell; something is seen for all above 0. */
void pen_spark(struct pen *pen, enum style style, double share);

#endif
