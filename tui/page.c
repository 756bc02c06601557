#include "tui/page.h"

#include <stdio.h>
#include <string.h>

#include "tui/keys.h"
#include "tui/pen.h"

#define NAME_WIDTH 14   /* of keys, columns and words */
#define SCROLL_END 9999 /* a line below the last */

/* --- scrolling -------------------------------------------------------------------------------- */

bool scroll_key(struct scroll *scroll, int key)
{
    const int page = scroll->page > 1 ? scroll->page : 1;
    int top = scroll->top;

    switch (key) {
    case KEY_OF_UP:
    case 'k':
        top--;
        break;
    case KEY_OF_DOWN:
    case 'j':
        top++;
        break;
    case KEY_OF_PAGE_UP:
        top -= page;
        break;
    case KEY_OF_PAGE_DOWN:
    case KEY_OF_SPACE:
        top += page;
        break;
    case KEY_OF_HOME:
    case 'g':
        top = 0;
        break;
    case KEY_OF_END:
    case 'G':
        top = SCROLL_END;
        break;
    default:
        return false;
    }
    scroll->top = top < 0 ? 0 : top;
    return true;
}

void scroll_fit(struct scroll *scroll, int lines, int rows)
{
    scroll->page = rows;
    scroll->most = lines > rows ? lines - rows : 0;
    if (scroll->top > scroll->most)
        scroll->top = scroll->most;
}

void scroll_draw_keys(const struct scroll *scroll, struct grid *grid, int row)
{
    struct pen pen = pen_at(grid, row, 1, grid->columns - 2);
    struct pen right = pen;
    char text[64];

    snprintf(text, sizeof text, "%d–%d of %d", scroll->top + 1, scroll->top + scroll->page,
             scroll->most + scroll->page);
    if (scroll->most > 0)
        pen_right(&right, STYLE_DIM, text);

    pen_text(&pen, STYLE_KEY, "Esc");
    pen_text(&pen, STYLE_TEXT, " Close  ");
    pen_glyph(&pen, STYLE_KEY, GLYPH_UP);
    pen_text(&pen, STYLE_KEY, " ");
    pen_glyph(&pen, STYLE_KEY, GLYPH_DOWN);
    pen_text(&pen, STYLE_KEY, " PgUp PgDn");
    pen_text(&pen, STYLE_TEXT, " Scroll");
}

/* --- text ------------------------------------------------------------------------------------- */

/* A pen for the next line, or one that draws nowhere when the line is not seen. */
static struct pen next_line(struct page *page)
{
    int at = page->line++ - page->top;

    if (at < 0 || at >= page->rows)
        return pen_to_measure(page->grid);
    return pen_at(page->grid, page->row + at, page->column, page->columns);
}

void page_title(struct page *page, const char *title)
{
    if (page->line > 0)
        next_line(page);
    struct pen pen = next_line(page);
    pen_text(&pen, STYLE_TITLE, title);
}

/* The end of the part of `text` that fits in `width`, cut between words where there are any. */
static size_t line_length(const struct pen *pen, const char *text, int width)
{
    size_t fits = 0;

    for (size_t i = 0; i <= strlen(text); i++) {
        char part[256];

        if (text[i] != 0 && text[i] != ' ')
            continue;
        if (i >= sizeof part)
            break;
        memcpy(part, text, i);
        part[i] = 0;
        if (pen_columns(pen, part) > width && fits > 0)
            break;
        fits = i;
    }
    return fits;
}

/* Writes `text` beside what the first line's pen has drawn, on as many lines as it needs. */
static void write_text(struct page *page, struct pen *first, const char *text)
{
    struct pen pen = *first;
    int start = page->column + NAME_WIDTH;
    int width = page->columns - NAME_WIDTH - 1;

    while (*text) {
        size_t length = line_length(&pen, text, width);
        char part[256];

        memcpy(part, text, length);
        part[length] = 0;
        pen.column = start;
        pen_text(&pen, STYLE_TEXT, part);
        text += length;
        while (*text == ' ')
            text++;
        if (*text)
            pen = next_line(page);
    }
}

void page_entry(struct page *page, enum style style, const char *name, const char *text)
{
    struct pen pen = next_line(page);

    pen_text(&pen, style, name);
    write_text(page, &pen, text);
}

void page_keys(struct page *page, const int *keys, size_t most, const char *text)
{
    struct pen pen = next_line(page);

    for (size_t i = 0; i < most && keys[i] != 0; i++) {
        char name[KEY_NAME_SIZE];

        key_word(keys[i], pen.symbols, name);
        pen_text(&pen, STYLE_KEY, name);
        pen_space(&pen, 1);
    }
    write_text(page, &pen, text);
}
