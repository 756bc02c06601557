/* The help screen of the list of processes: its keys, its columns and its signs, made from the
 * tables of the first two. */
#include "tui/chooser.h"

#include "tui/chooser_columns.h"
#include "tui/chooser_state.h"
#include "tui/keys.h"
#include "tui/page.h"

#define MARGIN 2

void chooser_help_key(struct chooser *chooser, int key)
{
    if (scroll_key(&chooser->help_scroll, key))
        return;
    if (key == KEY_CTRL('C'))
        chooser->requests |= CHOOSER_QUIT;
    else if (key == KEY_CTRL('L'))
        chooser->requests |= CHOOSER_REDRAW;
    else
        chooser->help = false;
}

static void write_keys(struct page *page)
{
    size_t count;
    const struct chooser_key *keys = chooser_keys(&count);

    for (unsigned group = 0; group < CHOOSER_GROUPS; group++) {
        page_title(page, chooser_group_title((enum chooser_group)group));
        for (size_t i = 0; i < count; i++)
            if (keys[i].group == group)
                page_keys(page, keys[i].keys, CHOOSER_KEY_NAMES, keys[i].help);
    }
}

static void write_columns(struct page *page)
{
    page_title(page, "Columns");
    for (size_t i = 0; i < CHOOSER_COLUMN_COUNT; i++)
        page_entry(page, STYLE_LABEL, CHOOSER_COLUMNS[i].title, CHOOSER_COLUMNS[i].help);
}

static void write_signs(struct page *page)
{
    page_title(page, "Rows and signs");
    page_entry(page, STYLE_LABEL, "*", "it is marked: Enter opens all that are, in one view");
    page_entry(page, STYLE_LABEL, "dim",
               "it may not be read; when it is selected, the line below the list tells why");
}

/* Writes all that is seen, and gives the number of lines. */
static int write_help(struct grid *grid, int row, int rows, int top)
{
    struct page page = {.grid = grid,
                        .row = row,
                        .rows = rows,
                        .column = MARGIN,
                        .columns = grid->columns - MARGIN,
                        .top = top};

    write_keys(&page);
    write_columns(&page);
    write_signs(&page);
    return page.line;
}

void chooser_help_draw(struct chooser *chooser, struct grid *grid, int row, int rows)
{
    scroll_fit(&chooser->help_scroll, write_help(grid, row, 0, 0), rows);
    write_help(grid, row, rows, chooser->help_scroll.top);
}
