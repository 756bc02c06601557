#include "python/lines.h"

#include <stdbool.h>

/* The codes of an entry's first byte, bits 3 to 6; bits 0 to 2 are its length in units, less one. */
enum {
    CODE_ONE_LINE_0 = 10, /* to 12: one line, the delta is code - 10, two bytes of columns follow */
    CODE_NO_COLUMNS = 13, /* a signed delta follows */
    CODE_LONG = 14,       /* a signed delta and three unsigned numbers follow */
    CODE_NONE = 15,       /* no location; below 10: the same line, one byte of columns follows */
};

enum { LINE_MAX_SANE = 0x3fffffff, UNIT_MAX = 1 << 28 };

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

size_t lines_read(const unsigned char *table, size_t length, uint32_t first_line,
                  struct line_run *runs, size_t room, uint32_t *units)
{
    struct cursor cursor = {table, table + length};
    int64_t line = first_line;
    uint32_t unit = 0;
    size_t count = 0;

    while (cursor.at < cursor.end) {
        const unsigned char first = *cursor.at++;
        const unsigned code = first >> 3 & 15;
        uint32_t here;
        int64_t delta;

        if ((first & 0x80) == 0 || !take_delta(&cursor, code, &delta))
            break;
        line += delta;
        if (line < 0 || line > LINE_MAX_SANE || unit > UNIT_MAX)
            break;
        here = code == CODE_NONE ? 0 : (uint32_t)line;
        if (count == 0 || runs[count - 1].line != here) {
            if (count == room)
                break;
            runs[count++] = (struct line_run){unit, here};
        }
        unit += (first & 7u) + 1;
    }
    *units = unit;
    return count;
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
