#include "python/lines.h"

#include <stdbool.h>

/* The codes of a location's first byte, bits 3 to 6; bits 0 to 2 are its length in units, less one. */
enum {
    CODE_ONE_LINE_0 = 10, /* to 12: one line, the delta is code - 10, two bytes of columns follow */
    CODE_NO_COLUMNS = 13, /* a signed delta follows */
    CODE_LONG = 14,       /* a signed delta and three unsigned numbers follow */
    CODE_NONE = 15,       /* no location; below 10: the same line, one byte of columns follows */
};

enum {
    LINE_MAX_SANE = 0x3fffffff,
    UNIT_MAX = 1 << 28,
    RANGE_WITHOUT_LINE = 0x80, /* -128 */
};

struct cursor {
    const unsigned char *at;
    const unsigned char *end;
};

/* Six bits a byte, least first; bit 6 tells that more follow. */
static bool take_unsigned(struct cursor *cursor, uint32_t *value)
{
    unsigned shift = 0;

    *value = 0;
    while (cursor->at < cursor->end && shift < 32) {
        const unsigned char byte = *cursor->at++;

        *value |= (uint32_t)(byte & 0x3f) << shift;
        if ((byte & 0x40) == 0)
            return true;
        shift += 6;
    }
    return false;
}

/* The lowest bit is the sign. */
static bool take_signed(struct cursor *cursor, int64_t *value)
{
    uint32_t raw;

    if (!take_unsigned(cursor, &raw))
        return false;
    *value = (raw & 1) != 0 ? -(int64_t)(raw >> 1) : (int64_t)(raw >> 1);
    return true;
}

static bool skip(struct cursor *cursor, ptrdiff_t bytes)
{
    if (cursor->end - cursor->at < bytes)
        return false;
    cursor->at += bytes;
    return true;
}

/* Reads what follows the first byte of an entry of kind `code`; false when it is cut short. */
static bool take_delta(struct cursor *cursor, unsigned code, int64_t *delta)
{
    uint32_t unused;

    *delta = 0;
    switch (code) {
    case CODE_NONE:
        return true;
    case CODE_LONG:
        return take_signed(cursor, delta) && take_unsigned(cursor, &unused) &&
               take_unsigned(cursor, &unused) && take_unsigned(cursor, &unused);
    case CODE_NO_COLUMNS:
        return take_signed(cursor, delta);
    default:
        if (code >= CODE_ONE_LINE_0)
            *delta = code - CODE_ONE_LINE_0;
        return skip(cursor, code >= CODE_ONE_LINE_0 ? 2 : 1);
    }
}

/* The runs as they come. */
struct runs {
    struct line_run *runs;
    size_t count;
    size_t room;
};

/* From `unit` on, which is not before that of the last run, the line is this one. False: there is no room. */
static bool put_run(struct runs *runs, uint32_t unit, uint32_t line)
{
    struct line_run *last = runs->count > 0 ? &runs->runs[runs->count - 1] : NULL;

    if (last != NULL && last->unit == unit)
        runs->count--; /* what it said was for nothing */
    if (runs->count > 0 && runs->runs[runs->count - 1].line == line)
        return true;
    if (runs->count == runs->room)
        return false;
    runs->runs[runs->count++] = (struct line_run){unit, line};
    return true;
}

/* Nothing is known of `unit`. */
static void drop_run(struct runs *runs, uint32_t unit)
{
    if (runs->count > 0 && runs->runs[runs->count - 1].unit == unit)
        runs->count--;
}

static bool is_sane(int64_t line, uint32_t unit)
{
    return line >= 0 && line <= LINE_MAX_SANE && unit <= UNIT_MAX;
}

static uint32_t read_locations(struct cursor cursor, uint32_t first_line, struct runs *runs)
{
    int64_t line = first_line;
    uint32_t unit = 0;

    while (cursor.at < cursor.end) {
        const unsigned char first = *cursor.at++;
        const unsigned code = first >> 3 & 15;
        int64_t delta;

        if ((first & 0x80) == 0 || !take_delta(&cursor, code, &delta))
            break;
        line += delta;
        if (!is_sane(line, unit) || !put_run(runs, unit, code == CODE_NONE ? 0 : (uint32_t)line))
            break;
        unit += (first & 7u) + 1;
    }
    return unit;
}

/* Each pair: so many bytes of code, an unsigned byte, are on a line that is so many further, a signed one, or
   on none. */
static uint32_t read_ranges(struct cursor cursor, uint32_t first_line, struct runs *runs)
{
    int64_t line = first_line;
    uint32_t unit = 0;

    for (; cursor.end - cursor.at >= 2; cursor.at += 2) {
        const bool has_line = cursor.at[1] != RANGE_WITHOUT_LINE;

        if (has_line)
            line += (int8_t)cursor.at[1];
        if (!is_sane(line, unit))
            break;
        if (cursor.at[0] >= LAYOUT_UNIT_BYTES && !put_run(runs, unit, has_line ? (uint32_t)line : 0))
            break;
        unit += cursor.at[0] / LAYOUT_UNIT_BYTES;
    }
    return unit;
}

/* Each pair: so many bytes of code on, an unsigned byte, the line is so many further, a signed one. */
static uint32_t read_lnotab(struct cursor cursor, uint32_t first_line, struct runs *runs)
{
    int64_t line = first_line;
    uint32_t byte = 0;

    if (!is_sane(line, 0) || !put_run(runs, 0, first_line))
        return 0;
    for (; cursor.end - cursor.at >= 2; cursor.at += 2) {
        uint32_t unit;

        byte += cursor.at[0];
        line += (int8_t)cursor.at[1];
        unit = (byte + LAYOUT_UNIT_BYTES - 1) / LAYOUT_UNIT_BYTES;
        if (!is_sane(line, unit)) {
            drop_run(runs, unit);
            return unit;
        }
        if (!put_run(runs, unit, (uint32_t)line))
            return unit;
    }
    return UNIT_MAX;
}

size_t lines_read(enum line_form form, const unsigned char *table, size_t length, uint32_t first_line,
                  struct line_run *into, size_t room, uint32_t *units)
{
    const struct cursor cursor = {table, table + length};
    struct runs runs = {into, 0, room};

    switch (form) {
    case LINES_LNOTAB:
        *units = read_lnotab(cursor, first_line, &runs);
        break;
    case LINES_RANGES:
        *units = read_ranges(cursor, first_line, &runs);
        break;
    case LINES_LOCATIONS:
        *units = read_locations(cursor, first_line, &runs);
        break;
    }
    return runs.count;
}

uint32_t lines_find(const struct line_run *runs, size_t count, uint32_t unit)
{
    size_t low = 0;
    size_t high = count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;

        if (runs[middle].unit <= unit)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 ? 0 : runs[low - 1].line;
}
