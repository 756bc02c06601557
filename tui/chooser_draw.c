#include "tui/chooser.h"

#include <stdio.h>
#include <string.h>

#include "tui/chooser_columns.h"
#include "tui/chooser_state.h"
#include "tui/fit.h"
#include "tui/keys.h"
#include "tui/pen.h"

#define MARK_WIDTH 3  /* the selected row's sign, that of a marked one, and a blank */
#define ROWS_ABOVE 3  /* the title, a blank line, the columns */
#define ROWS_BELOW 2  /* of the selected one, and the keys */
#define COLUMNS_MIN 60
#define ROWS_MIN 12

static void draw_title(const struct chooser *chooser, struct grid *grid)
{
    struct pen pen = pen_at(grid, 0, 0, grid->columns);
    struct pen right = pen;
    char marks[32];

    pen_text(&pen, STYLE_TITLE, "tachyon-top");
    pen_format(&pen, STYLE_STRONG, "  %zu", chooser->pythons);
    pen_format(&pen, STYLE_TEXT, " Python process%s here", chooser->pythons == 1 ? "" : "es");
    if (chooser->filter_text[0] != '\0') {
        pen_text(&pen, STYLE_LABEL, "   filter ");
        pen_cut(&pen, STYLE_MESSAGE, chooser->filter_text, 20, CUT_END);
    }
    snprintf(marks, sizeof marks, "%zu marked", chooser->mark_count);
    if (chooser->mark_count > 0)
        pen_right(&right, STYLE_MESSAGE, marks);
}

bool chooser_has_column(const struct chooser *chooser, unsigned column)
{
    for (size_t i = 0; column == CHOOSER_CONTAINER && i < chooser->count; i++)
        if (chooser->rows[i]->python->container[0] != '\0')
            return true;
    return column != CHOOSER_CONTAINER;
}

static void lay_out(const struct chooser *chooser, int width,
                    struct fit_item items[CHOOSER_COLUMN_COUNT])
{
    memset(items, 0, CHOOSER_COLUMN_COUNT * sizeof *items);
    for (size_t i = 0; i < CHOOSER_COLUMN_COUNT; i++) {
        if (!chooser_has_column(chooser, (unsigned)i))
            continue;
        memcpy(items[i].forms, CHOOSER_COLUMNS[i].forms, sizeof CHOOSER_COLUMNS[i].forms);
        items[i].gap = CHOOSER_COLUMNS[i].gap;
    }
    fit(items, CHOOSER_COLUMN_COUNT, width - MARK_WIDTH);
}

static void draw_titles(const struct chooser *chooser, struct grid *grid, int row,
                        const struct fit_item *items)
{
    grid_fill(grid, row, 0, grid->columns, STYLE_COLUMN);
    for (size_t i = 0; i < CHOOSER_COLUMN_COUNT; i++) {
        const bool sorted = i == chooser->sort;
        const enum style style = sorted ? STYLE_SORTED : STYLE_COLUMN;
        struct pen pen = pen_at(grid, row, MARK_WIDTH + items[i].column, items[i].width);

        if (items[i].form < 0)
            continue;
        if (CHOOSER_COLUMNS[i].right)
            pen_space(&pen, pen_room(&pen) - pen_columns(&pen, CHOOSER_COLUMNS[i].title) - sorted);
        if (sorted && CHOOSER_COLUMNS[i].right)
            pen_glyph(&pen, style, chooser->descending ? GLYPH_FALLING : GLYPH_RISING);
        pen_text(&pen, style, CHOOSER_COLUMNS[i].title);
        if (sorted && !CHOOSER_COLUMNS[i].right)
            pen_glyph(&pen, style, chooser->descending ? GLYPH_FALLING : GLYPH_RISING);
    }
}

static void draw_row(const struct chooser *chooser, struct grid *grid, int row, size_t index,
                     const struct fit_item *items)
{
    const struct listed *listed = chooser->rows[index];
    struct pen mark = pen_at(grid, row, 0, MARK_WIDTH);

    for (size_t i = 0; i < CHOOSER_COLUMN_COUNT; i++) {
        struct pen pen = pen_at(grid, row, MARK_WIDTH + items[i].column, items[i].width);

        if (items[i].form >= 0)
            CHOOSER_COLUMNS[i].draw(&pen, listed);
    }
    if (index == chooser->cursor)
        pen_glyph(&mark, STYLE_STRONG, GLYPH_SELECTED);
    else
        pen_space(&mark, 1);
    if (chooser_find_mark(chooser, listed) < chooser->mark_count)
        pen_text(&mark, STYLE_MESSAGE, "*");
    if (index == chooser->cursor)
        grid_add_style(grid, row, 0, grid->columns, STYLE_ON_SELECTION);
}

/* Why the selected process may not be read, or all of its command, which the table may have cut. */
static void draw_detail(const struct chooser *chooser, struct grid *grid, int row)
{
    const struct listed *selected = chooser_selected(chooser);
    struct pen pen = pen_at(grid, row, 1, grid->columns - 2);

    if (chooser->message.code != ERROR_NONE) {
        pen_cut(&pen, STYLE_ERROR, chooser->message.text, pen_room(&pen), CUT_MIDDLE);
    } else if (selected != NULL && chooser_refused(selected)) {
        pen_cut(&pen, STYLE_WARM, selected->python->recognized.refusal, pen_room(&pen), CUT_MIDDLE);
    } else if (selected != NULL) {
        pen_cut(&pen, STYLE_DIM, selected->python->command, pen_room(&pen), CUT_MIDDLE);
    }
}

static void draw_keys(const struct chooser *chooser, struct grid *grid, int row)
{
    struct fit_item items[CHOOSER_KEYS_MAX] = {0};
    size_t count;
    const struct chooser_key *keys = chooser_keys(&count);

    if (chooser->is_typing) {
        struct pen pen = pen_at(grid, row, 1, grid->columns - 1);

        pen_text(&pen, STYLE_KEY, "Filter: ");
        editor_draw(&chooser->editor, &pen);
        return;
    }
    for (int draws = 0; draws < 2; draws++) {
        for (size_t i = 0; i < count; i++) {
            char name[KEY_NAME_SIZE];
            struct pen pen = draws ? pen_at(grid, row, 1 + items[i].column, items[i].width)
                                   : pen_to_measure(grid);

            if (keys[i].label == NULL || (draws && items[i].form < 0))
                continue;
            key_word(keys[i].keys[0], pen.symbols, name);
            pen_text(&pen, STYLE_KEY, name);
            pen_space(&pen, 1);
            pen_text(&pen, STYLE_TEXT, keys[i].label);
            if (!draws)
                items[i] = (struct fit_item){
                    .forms = {{pen.column, keys[i].priority, 0}},
                    .gap = 2,
                };
        }
        if (!draws)
            fit(items, count, grid->columns - 2);
    }
}

static void draw_nothing(const struct chooser *chooser, struct grid *grid)
{
    const char *text = chooser->all == NULL       ? "looking …"
                       : chooser->pythons == 0    ? "no Python process runs here"
                                                  : "no process matches the filter (Esc clears it)";
    struct pen pen = pen_at(grid, grid->rows / 2, 0, grid->columns);
    int blank = pen_room(&pen) - pen_columns(&pen, text);

    pen_space(&pen, blank > 0 ? blank / 2 : 0);
    pen_text(&pen, STYLE_DIM, text);
}

/* The columns, the rows, and what there is to tell of the selected one. */
static void draw_list(struct chooser *chooser, struct grid *grid)
{
    struct fit_item items[CHOOSER_COLUMN_COUNT];

    chooser->page = grid->rows - ROWS_ABOVE - ROWS_BELOW;
    chooser_show_cursor(chooser);
    lay_out(chooser, grid->columns, items);
    draw_titles(chooser, grid, ROWS_ABOVE - 1, items);
    for (int i = 0; i < chooser->page && chooser->top + (size_t)i < chooser->count; i++)
        draw_row(chooser, grid, ROWS_ABOVE + i, chooser->top + (size_t)i, items);
    if (chooser->count == 0)
        draw_nothing(chooser, grid);
    draw_detail(chooser, grid, grid->rows - ROWS_BELOW);
}

void chooser_draw(struct chooser *chooser, struct grid *grid)
{
    grid_clear(grid);
    if (grid->columns < COLUMNS_MIN || grid->rows < ROWS_MIN) {
        struct pen pen = pen_at(grid, (grid->rows - 1) / 2, 0, grid->columns);

        pen_cut(&pen, STYLE_ERROR, "terminal too small", pen_room(&pen), CUT_END);
        return;
    }
    draw_title(chooser, grid);
    if (chooser->help) {
        chooser_help_draw(chooser, grid, ROWS_ABOVE - 1, grid->rows - ROWS_ABOVE);
        scroll_draw_keys(&chooser->help_scroll, grid, grid->rows - 1);
    } else {
        draw_list(chooser, grid);
        draw_keys(chooser, grid, grid->rows - 1);
    }
}
