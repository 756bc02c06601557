#include "tui/pen.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tui/utf8.h"

struct pen pen_at(struct grid *grid, int row, int column, int width)
{
    int end = column + width < grid->columns ? column + width : grid->columns;

    return (struct pen){
        .grid = grid,
        .row = row,
        .column = column,
        .end = end,
        .utf8 = grid->utf8,
        .symbols = grid->symbols,
    };
}

struct pen pen_to_measure(const struct grid *grid)
{
    return (struct pen){.end = INT_MAX, .utf8 = grid->utf8, .symbols = grid->symbols};
}

int pen_room(const struct pen *pen)
{
    return pen->end > pen->column ? pen->end - pen->column : 0;
}

int pen_columns(const struct pen *pen, const char *text)
{
    return utf8_columns(text, pen->utf8);
}

void pen_space(struct pen *pen, int columns)
{
    pen->column += columns;
}

void pen_text(struct pen *pen, enum style style, const char *text)
{
    if (pen->grid)
        pen->column += grid_text(pen->grid, pen->row, pen->column, pen_room(pen),
                                 (uint8_t)style, text);
    else
        pen_space(pen, pen_columns(pen, text));
}

void pen_format(struct pen *pen, enum style style, const char *format, ...)
{
    char text[256];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    pen_text(pen, style, text);
}

void pen_glyph(struct pen *pen, enum style style, enum glyph glyph)
{
    pen_text(pen, style, glyph_text(glyph, pen->symbols));
}

/* The last part of `text` that takes at most `width` columns. */
static const char *tail_of_width(const char *text, int width, bool utf8)
{
    int excess = utf8_columns(text, utf8) - width;

    while (excess > 0)
        excess -= utf8_shown(utf8_next(&text), utf8).columns;
    while (*text) { /* marks of the character that was left out */
        const char *next = text;

        if (utf8_shown(utf8_next(&next), utf8).columns > 0)
            break;
        text = next;
    }
    return text;
}

/* The longest tail of a path that begins with '/' and fits; NULL when not even its last does. */
static const char *path_tail(const char *path, int width, bool utf8)
{
    for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/'))
        if (utf8_columns(slash, utf8) <= width)
            return slash;
    return NULL;
}

static void draw_part(struct pen *pen, enum style style, const char *text, int width)
{
    struct pen part = *pen;

    if (part.end > part.column + width)
        part.end = part.column + width;
    pen_text(&part, style, text);
    pen->column = part.column;
}

void pen_cut(struct pen *pen, enum style style, const char *text, int width, enum cut cut)
{
    if (width > pen_room(pen))
        width = pen_room(pen);
    if (pen_columns(pen, text) <= width) {
        pen_text(pen, style, text);
        return;
    }
    if (!pen->grid) {
        pen_space(pen, width);
        return;
    }

    int room = width - pen_columns(pen, glyph_text(GLYPH_ELLIPSIS, pen->symbols));
    int head = cut == CUT_END ? room : cut == CUT_MIDDLE ? room / 2 : 0;
    const char *tail = "";

    if (room <= 0)
        return;
    if (cut == CUT_PATH)
        tail = path_tail(text, room, pen->utf8);
    if (cut == CUT_MIDDLE || !tail)
        tail = tail_of_width(text, room - head, pen->utf8);
    if (head > 0)
        draw_part(pen, style, text, head);
    pen_glyph(pen, style, GLYPH_ELLIPSIS);
    pen_text(pen, style, tail);
}

void pen_right(struct pen *pen, enum style style, const char *text)
{
    int columns = pen_columns(pen, text);

    if (pen->grid && pen_room(pen) > columns)
        pen_space(pen, pen_room(pen) - columns);
    pen_text(pen, style, text);
}

int pen_elastic(struct pen *pen, int least, int most)
{
    int extra = most > least ? most - least : 0;

    if (!pen->grid) {
        pen->wish += extra;
        return least < most ? least : most;
    }
    int granted = extra < pen->stretch ? extra : pen->stretch;
    pen->stretch -= granted;
    return (least < most ? least : most) + granted;
}

static double within_one(double share)
{
    return share > 0 ? share < 1 ? share : 1 : 0;
}

void pen_bar(struct pen *pen, enum style style, int width, double share)
{
    int eighths = (int)(within_one(share) * width * 8 + 0.5);

    if (share > 0 && eighths == 0)
        eighths = 1;
    for (int i = 0; i < width; i++, eighths -= 8) {
        if (eighths >= 8)
            pen_glyph(pen, style, GLYPH_BAR_8);
        else if (eighths > 0)
            pen_glyph(pen, style, (enum glyph)(GLYPH_BAR_1 + eighths - 1));
        else
            pen_text(pen, style, " ");
    }
}

void pen_spark(struct pen *pen, enum style style, double share)
{
    int eighths = (int)(within_one(share) * 8 + 0.5);

    if (share > 0 && eighths == 0)
        eighths = 1;
    if (eighths == 0)
        pen_text(pen, style, " ");
    else
        pen_glyph(pen, style, (enum glyph)(GLYPH_SPARK_1 + eighths - 1));
}
