#include "tui/grid.h"

#include <stdlib.h>
#include <string.h>

#include "tui/utf8.h"

static const struct grid_cell BLANK = {.text = " ", .columns = 1};

static int between(int value, int least, int most)
{
    return value < least ? least : value > most ? most : value;
}

bool grid_resize(struct grid *grid, int columns, int rows)
{
    columns = between(columns, 1, GRID_SIDE_MAX);
    rows = between(rows, 1, GRID_SIDE_MAX);
    size_t cells = (size_t)columns * (size_t)rows;

    if (cells > grid->room) {
        free(grid->cells);
        grid->cells = malloc(cells * sizeof *grid->cells);
        grid->room = grid->cells ? cells : 0;
    }
    grid->columns = grid->cells ? columns : 0;
    grid->rows = grid->cells ? rows : 0;
    grid_clear(grid);
    return grid->cells != NULL;
}

void grid_free(struct grid *grid)
{
    free(grid->cells);
    memset(grid, 0, sizeof *grid);
}

void grid_clear(struct grid *grid)
{
    size_t cells = (size_t)grid->columns * (size_t)grid->rows;

    for (size_t i = 0; i < cells; i++)
        grid->cells[i] = BLANK;
    grid->cursor_row = -1;
    grid->cursor_column = -1;
}

struct grid_cell *grid_at(const struct grid *grid, int row, int column)
{
    return &grid->cells[(size_t)row * (size_t)grid->columns + (size_t)column];
}

/* Makes sure that no wide character reaches over the edge on the left side of `column`. */
static void part_cells(struct grid *grid, int row, int column)
{
    if (column <= 0 || column >= grid->columns || grid_at(grid, row, column)->columns != 0)
        return;
    for (int i = column - 1; i <= column; i++) {
        struct grid_cell *half = grid_at(grid, row, i);
        uint8_t style = half->style;

        *half = BLANK;
        half->style = style;
    }
}

static void put(struct grid *grid, int row, int column, int columns, uint8_t style,
                const char *bytes, size_t length)
{
    struct grid_cell *cell = grid_at(grid, row, column);

    part_cells(grid, row, column);
    part_cells(grid, row, column + columns);
    memset(cell, 0, (size_t)columns * sizeof *cell);
    memcpy(cell->text, bytes, length);
    cell->columns = (uint8_t)columns;
    cell->style = style;
    if (columns == 2)
        cell[1].style = style;
}

/* Adds a mark to the character that ends before `column`, as long as it has room. */
static void put_mark(struct grid *grid, int row, int column, const char *mark)
{
    struct grid_cell *cell = grid_at(grid, row, column - 1);

    if (cell->columns == 0)
        cell--;
    if (strlen(cell->text) + strlen(mark) < GRID_CELL_TEXT)
        strcat(cell->text, mark);
}

int grid_text(struct grid *grid, int row, int column, int width, uint8_t style, const char *text)
{
    int end = column + width < grid->columns ? column + width : grid->columns;
    int at = column;
    uint32_t character;

    if (row < 0 || row >= grid->rows || column < 0)
        return 0;
    while ((character = utf8_next(&text))) {
        struct utf8_shown shown = utf8_shown(character, grid->utf8);

        if (at + shown.columns > end)
            break;
        if (shown.columns == 0 && shown.bytes[0]) {
            if (at > column)
                put_mark(grid, row, at, shown.bytes);
        } else if (grid->utf8) {
            if (shown.columns > 0)
                put(grid, row, at, shown.columns, style, shown.bytes, strlen(shown.bytes));
        } else {
            for (int i = 0; i < shown.columns; i++)
                put(grid, row, at + i, 1, style, &shown.bytes[i], 1);
        }
        at += shown.columns;
    }
    return at - column;
}

void grid_fill(struct grid *grid, int row, int column, int width, uint8_t style)
{
    if (row < 0 || row >= grid->rows)
        return;
    for (int at = between(column, 0, grid->columns); at < column + width && at < grid->columns;
    at++)     put(grid, row, at, 1, style, " ", 1);
}

void grid_add_style(struct grid *grid, int row, int column, int width, uint8_t bits)
{
    if (row < 0 || row >= grid->rows)
        return;
    for (int at = between(column, 0, grid->columns); at < column + width && at < grid->columns;
    at++)     grid_at(grid, row, at)->style |= bits;
}

size_t grid_row_text(const struct grid *grid, int row, char *text, size_t size)
{
    size_t length = 0;
    size_t used = 0; /* up to the last character that is no blank */

    for (int column = 0; column < grid->columns; column++) {
        const struct grid_cell *cell = grid_at(grid, row, column);
        size_t bytes = strlen(cell->text);

        if (length + bytes >= size)
            break;
        memcpy(text + length, cell->text, bytes);
        length += bytes;
        if (cell->columns > 0 && strcmp(cell->text, " ") != 0)
            used = length;
    }
    if (size > 0)
        text[used] = 0;
    return used;
}

void grid_write(const struct grid *grid, FILE *file)
{
    char line[GRID_SIDE_MAX * GRID_CELL_TEXT];

    for (int row = 0; row < grid->rows; row++) {
        grid_row_text(grid, row, line, sizeof line);
        fprintf(file, "%s\n", line);
    }
}
