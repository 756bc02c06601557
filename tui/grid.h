/*
 * grid - a rectangle of character cells with styles: what a view draws into, and a screen shows.
 *
 * Everything drawn is clipped at the edges. A wide character takes two cells and is never there by
 * half: where it does not fit, or where its half is overwritten, stands a blank. A grid belongs to
 * one thread; drawing into it allocates nothing.
 */
#ifndef TUI_GRID_H
#define TUI_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define GRID_SIDE_MAX 2000 /* columns or rows; a larger terminal is used up to here */
#define GRID_CELL_TEXT 14

struct grid_cell {
    char text[GRID_CELL_TEXT]; /* a character and its marks, UTF-8, padded with zeros */
    uint8_t columns;           /* 1 or 2; 0: the right half of the cell before it */
    uint8_t style;             /* enum style, see theme.h */
};

struct grid {
    int columns, rows;
    bool utf8;      /* text may be sent as UTF-8 */
    bool symbols;   /* so may bars, dots and arrows; implies utf8 */
    int cursor_row; /* where the terminal's cursor stands; -1: it is not seen */
    int cursor_column;
    struct grid_cell *cells; /* by row, then column */
    size_t room;             /* cells allocated */
};

/* Gives `grid` (zeroed before its first use, freed with grid_free()) a size, and blanks it. False
   when out of memory: it then has no cells. */
bool grid_resize(struct grid *grid, int columns, int rows);
void grid_free(struct grid *grid);

/* Blanks all of it, and hides the cursor. */
void grid_clear(struct grid *grid);

/* The cell at a place within the grid. */
struct grid_cell *grid_at(const struct grid *grid, int row, int column);

/* Draws `text` from (row, column) in at most `width` columns; returns the columns it took. */
int grid_text(struct grid *grid, int row, int column, int width, uint8_t style, const char *text);

/* Blanks `width` columns in a style. */
void grid_fill(struct grid *grid, int row, int column, int width, uint8_t style);

/* Sets these bits in the style of `width` columns, and leaves their text. */
void grid_add_style(struct grid *grid, int row, int column, int width, uint8_t bits);

/* Writes a row as plain text, without blanks at its end; returns its bytes, without the
   terminator. Text beyond `size` is cut at a whole cell. */
size_t grid_row_text(const struct grid *grid, int row, char *text, size_t size);

/* Writes all of it as plain text, a line a row. */
void grid_write(const struct grid *grid, FILE *file);

#endif
