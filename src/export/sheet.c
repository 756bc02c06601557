#include "export/sheet.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clean.h"
#include "export/text.h"
#include "sample/record.h"

#define WIDTH_MAX 60 /* columns of text that a wider cell no longer pushes apart */
#define HEAD_WIDTH 100
#define HEAD_GAP 3
#define BARS 8
/* A path and a line, also when each byte of the path was bad and became the three of U+FFFD. */
#define CELL_SIZE (3 * RECORD_FILE_MAX + 32)

static const void *row_at(const struct sheet *sheet, size_t index)
{
    return (const char *)sheet->rows + index * sheet->row_size;
}

static bool shown(const struct sheet_column *column, enum sheet_format format)
{
    return (column->formats & 1u << format) != 0;
}

static size_t clean(char out[CELL_SIZE], const char *text)
{
    return clean_utf8(out, CELL_SIZE, text, strlen(text));
}

/* Numbers in a row as text: bars of which the highest is full, or the numbers between spaces. */
static void format_series(char *out, const struct cell *cell, int decimals, bool bars)
{
    static const char *const BAR[BARS] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    double highest = 0;
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < cell->count; i++)
        if (cell->series[i] > highest)
            highest = cell->series[i];
    for (size_t i = 0; i < cell->count && used < CELL_SIZE - 64; i++) {
        double number = cell->series[i];
        int step = highest > 0 ? (int)(number / highest * (BARS - 1) + 0.5) : 0;
        int wrote;

        if (bars)
            wrote = snprintf(out + used, CELL_SIZE - used, "%s", number > 0 ? BAR[step] : " ");
        else
            wrote =
                snprintf(out + used, CELL_SIZE - used, "%s%.*f", i ? " " : "", decimals, number);
        used += wrote > 0 ? (size_t)wrote : 0;
    }
}

/* A value as text and for CSV. */
static void format_cell(char out[CELL_SIZE], const struct cell *cell, int decimals, bool bars)
{
    size_t used;

    out[0] = '\0';
    switch (cell->kind) {
    case CELL_NONE:
        break;
    case CELL_TEXT:
        clean(out, cell->text);
        break;
    case CELL_COUNT:
        snprintf(out, CELL_SIZE, "%" PRIu64, cell->count);
        break;
    case CELL_NUMBER:
        snprintf(out, CELL_SIZE, "%.*f", decimals, cell->number);
        break;
    case CELL_FLAG:
        strcpy(out, cell->count ? "yes" : "no");
        break;
    case CELL_PLACE:
        used = clean(out, cell->text);
        snprintf(out + used, CELL_SIZE - used, ":%" PRIu64, cell->count);
        break;
    case CELL_SERIES:
        format_series(out, cell, decimals, bars);
        break;
    }
}

/* --- text ----------------------------------------------------------------------------------- */

static void format_text_cell(char out[CELL_SIZE], const struct sheet_column *column,
                             const void *row)
{
    union cell_room room;
    struct cell cell = column->value(row, &room);

    format_cell(out, &cell, column->text_decimals, true);
}

/* Writes a text in its column. Blanks are owed until something follows them, so that no line ends
   in any. */
static void write_padded(FILE *stream, const char *text, size_t width, bool left, size_t *owed)
{
    size_t own = text_width(text), fill = own < width ? width - own : 0;

    if (!left)
        *owed += fill;
    if (text[0]) {
        fprintf(stream, "%*s%s", (int)*owed, "", text);
        *owed = 0;
    }
    *owed += 2 + (left ? fill : 0);
}

static void measure(const struct sheet *sheet, size_t widths[SHEET_COLUMNS_MAX], char *buffer)
{
    for (size_t i = 0; i < sheet->column_count; i++) {
        const struct sheet_column *column = &sheet->columns[i];

        widths[i] = text_width(column->title);
        for (size_t r = 0; shown(column, SHEET_TEXT) && r < sheet->row_count; r++) {
            size_t width;

            format_text_cell(buffer, column, row_at(sheet, r));
            width = text_width(buffer);
            width = width < WIDTH_MAX ? width : WIDTH_MAX;
            widths[i] = width > widths[i] ? width : widths[i];
        }
    }
}

static void write_titles(const struct sheet *sheet, FILE *stream, const size_t *widths)
{
    size_t owed = 0;

    for (size_t i = 0; i < sheet->column_count; i++) {
        const struct sheet_column *column = &sheet->columns[i];

        if (shown(column, SHEET_TEXT))
            write_padded(stream, column->title, widths[i], column->left, &owed);
    }
    putc('\n', stream);
}

static void write_text_row(const struct sheet *sheet, const void *row, FILE *stream,
                           const size_t *widths, char *buffer)
{
    size_t owed = 0;

    for (size_t i = 0; i < sheet->column_count; i++) {
        const struct sheet_column *column = &sheet->columns[i];

        if (!shown(column, SHEET_TEXT))
            continue;
        format_text_cell(buffer, column, row);
        write_padded(stream, buffer, widths[i], column->left, &owed);
    }
    putc('\n', stream);
}

/* The head, several items a line. */
static void write_text_head(const struct sheet *sheet, FILE *stream, char *buffer)
{
    size_t column = 0;

    for (size_t i = 0; i < sheet->item_count; i++) {
        const struct sheet_item *item = &sheet->items[i];
        size_t width;

        format_cell(buffer, &item->value, item->decimals, true);
        if (item->value.kind == CELL_NONE)
            strcpy(buffer, "-");
        width = strlen(item->key) + 1 + text_width(buffer);
        if (column > 0 && column + HEAD_GAP + width > HEAD_WIDTH) {
            putc('\n', stream);
            column = 0;
        }
        fprintf(stream, "%*s%s %s", column > 0 ? HEAD_GAP : 0, "", item->key, buffer);
        column += width + (column > 0 ? HEAD_GAP : 0);
    }
    fputs("\n\n", stream);
}

static bool write_text(const struct sheet *sheet, FILE *stream, char *buffer)
{
    size_t widths[SHEET_COLUMNS_MAX];

    write_text_head(sheet, stream, buffer);
    measure(sheet, widths, buffer);
    write_titles(sheet, stream, widths);
    for (size_t r = 0; r < sheet->row_count; r++)
        write_text_row(sheet, row_at(sheet, r), stream, widths, buffer);
    return true;
}

/* --- CSV ------------------------------------------------------------------------------------ */

static bool begins_formula(const char *text)
{
    return text[0] != '\0' && strchr("=+-@", text[0]) != NULL;
}

/* A field of clean text. Quoted also for what other programs take for a separator or a comment. */
static void write_csv_text(FILE *stream, const char *text)
{
    const char *guard = begins_formula(text) ? "'" : "";

    if (!strpbrk(text, "\",;") && text[0] != ' ' && text[0] != '#') {
        fprintf(stream, "%s%s", guard, text);
        return;
    }
    fprintf(stream, "\"%s", guard);
    for (; *text; text++) {
        if (*text == '"')
            putc('"', stream);
        putc(*text, stream);
    }
    putc('"', stream);
}

/* A value in a comment line. A program that knows no comments cuts the line at its separators, so
   what follows one must begin neither a formula nor a quoted field: " becomes '. */
static void write_csv_comment(FILE *stream, const char *text)
{
    bool at_start = false;

    for (; *text; text++) {
        if (at_start && begins_formula(text))
            putc('\'', stream);
        putc(*text == '"' ? '\'' : *text, stream);
        if (*text == ',' || *text == ';')
            at_start = true;
        else if (*text != ' ')
            at_start = false;
    }
}

static bool write_csv(const struct sheet *sheet, FILE *stream, char *buffer)
{
    const char *separator = "";

    for (size_t i = 0; i < sheet->item_count; i++) {
        const struct sheet_item *item = &sheet->items[i];

        fprintf(stream, "# %s: ", item->key);
        format_cell(buffer, &item->value, item->decimals, false);
        write_csv_comment(stream, buffer);
        putc('\n', stream);
    }
    for (size_t i = 0; i < sheet->column_count; i++)
        if (shown(&sheet->columns[i], SHEET_CSV)) {
            fprintf(stream, "%s%s", separator, sheet->columns[i].key);
            separator = ",";
        }
    putc('\n', stream);
    for (size_t r = 0; r < sheet->row_count; r++) {
        separator = "";
        for (size_t i = 0; i < sheet->column_count; i++) {
            const struct sheet_column *column = &sheet->columns[i];
            union cell_room room;
            struct cell cell;

            if (!shown(column, SHEET_CSV))
                continue;
            cell = column->value(row_at(sheet, r), &room);
            format_cell(buffer, &cell, column->file_decimals, false);
            fputs(separator, stream);
            if (cell.kind == CELL_TEXT)
                write_csv_text(stream, buffer);
            else
                fputs(buffer, stream);
            separator = ",";
        }
        putc('\n', stream);
    }
    return true;
}

/* --- JSON ----------------------------------------------------------------------------------- */

/* NULL: out of memory. */
static json_t *json_cell(const struct cell *cell, int decimals, char *buffer)
{
    json_t *array;

    switch (cell->kind) {
    case CELL_NONE:
        return json_null();
    case CELL_TEXT:
        clean(buffer, cell->text);
        return json_string(buffer);
    case CELL_COUNT:
        return json_integer((json_int_t)cell->count);
    case CELL_NUMBER:
        return json_real(text_rounded(cell->number, decimals));
    case CELL_FLAG:
        return json_boolean(cell->count);
    case CELL_PLACE:
        format_cell(buffer, cell, decimals, false);
        return json_string(buffer);
    case CELL_SERIES:
        array = json_array();
        for (size_t i = 0; array && i < cell->count; i++)
            if (json_array_append_new(array, json_real(text_rounded(cell->series[i], decimals)))) {
                json_decref(array);
                return NULL;
            }
        return array;
    }
    return NULL;
}

/* Writes an object and forgets it; false when it could not be made. */
static bool write_object(FILE *stream, json_t *object, bool complete, size_t flags)
{
    /* A failure to write is the stream's to remember. */
    if (complete)
        json_dumpf(object, stream, JSON_REAL_PRECISION(12) | flags);
    json_decref(object);
    return complete;
}

/* A key and its value, without braces. */
static bool write_json_item(const struct sheet_item *item, FILE *stream, char *buffer)
{
    json_t *object = json_object();
    json_t *value = json_cell(&item->value, item->decimals, buffer);
    bool complete = json_object_set_new(object, item->key, value) == 0;

    return write_object(stream, object, complete, JSON_EMBED);
}

static bool write_json_row(const struct sheet *sheet, const void *row, FILE *stream, char *buffer)
{
    json_t *object = json_object();
    bool complete = object != NULL;

    for (size_t i = 0; complete && i < sheet->column_count; i++) {
        const struct sheet_column *column = &sheet->columns[i];
        union cell_room room;
        struct cell cell;

        if (!shown(column, SHEET_JSON))
            continue;
        cell = column->value(row, &room);
        complete = json_object_set_new(object, column->key,
                                       json_cell(&cell, column->file_decimals, buffer)) == 0;
    }
    return write_object(stream, object, complete, 0);
}

/* Row by row, so that a table of any length is not in memory twice. */
static bool write_json(const struct sheet *sheet, FILE *stream, char *buffer)
{
    fputs("{", stream);
    for (size_t i = 0; i < sheet->item_count; i++) {
        fputs("\n ", stream);
        if (!write_json_item(&sheet->items[i], stream, buffer))
            return false;
        putc(',', stream);
    }
    fputs("\n \"rows\": [", stream);
    for (size_t r = 0; r < sheet->row_count; r++) {
        fputs(r ? ",\n  " : "\n  ", stream);
        if (!write_json_row(sheet, row_at(sheet, r), stream, buffer))
            return false;
    }
    fputs("\n ]\n}\n", stream);
    return true;
}

/* --- all three ------------------------------------------------------------------------------ */

static const struct {
    const char *ending;
    bool (*write)(const struct sheet *sheet, FILE *stream, char *buffer);
} FORMATS[SHEET_FORMATS] = {
    [SHEET_TEXT] = {"", write_text},
    [SHEET_CSV] = {".csv", write_csv},
    [SHEET_JSON] = {".json", write_json},
};

enum sheet_format sheet_format_of(const char *path)
{
    size_t length = path ? strlen(path) : 0;

    for (enum sheet_format format = SHEET_TEXT + 1; format < SHEET_FORMATS; format++) {
        size_t ending = strlen(FORMATS[format].ending);

        if (length > ending && strcasecmp(path + length - ending, FORMATS[format].ending) == 0)
            return format;
    }
    return SHEET_TEXT;
}

bool sheet_write(const struct sheet *sheet, enum sheet_format format, FILE *stream,
                 struct error *error)
{
    char *buffer = malloc(CELL_SIZE);
    bool written = buffer && FORMATS[format].write(sheet, stream, buffer);

    free(buffer);
    return written || error_set(error, ERROR_MEMORY, "out of memory");
}
