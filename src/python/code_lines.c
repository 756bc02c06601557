#include "python/code_lines.h"

#include <stdlib.h>
#include <string.h>

enum {
    TABLE_BYTES_MAX = 1 << 20, /* of one location table */
    RUNS_MAX = 1 << 16,        /* of one code object */
    COPIES_MAX = 1024, /* of a function's units, one for each thread that ran them */
};

struct code_lines_room {
    unsigned char bytes[TABLE_BYTES_MAX];
    struct line_run runs[RUNS_MAX];
};

_Static_assert(RUNS_MAX * LAYOUT_UNIT_BYTES <= TABLE_BYTES_MAX, "units find room");

struct code_lines_room *code_lines_room_new(void)
{
    return malloc(sizeof(struct code_lines_room));
}

void code_lines_room_free(struct code_lines_room *room)
{
    free(room);
}

/* Reads the location table, of one that is too long the beginning. */
static bool read_table(struct code_lines *lines, struct code_lines_room *room, struct reader *reader,
                       const struct layout *layout, const struct code_identity *identity, size_t *run_count)
{
    const remote_addr table = remote_at(identity->line_table);
    uint64_t length;

    if (!reader_read_word(reader, remote_plus(table, layout->object.var_size), &length) || length > INT32_MAX)
        return false;
    lines->table_bytes = length;
    if (length > TABLE_BYTES_MAX)
        length = TABLE_BYTES_MAX;
    if (!reader_read(reader, remote_plus(table, layout->bytes.data), room->bytes, (size_t)length))
        return false;
    lines->table_begin_bytes = length < CODE_TABLE_BEGIN_BYTES ? (size_t)length : CODE_TABLE_BEGIN_BYTES;
    memcpy(lines->table_begin, room->bytes, lines->table_begin_bytes);
    *run_count = lines_read(layout->code.line_form, room->bytes, (size_t)length, identity->first_line, room->runs,
                            RUNS_MAX, &lines->known_units);
    return true;
}

static bool keep_runs(struct code_lines *lines, const struct code_lines_room *room, size_t count)
{
    lines->runs = malloc(count > 0 ? count * sizeof *lines->runs : 1);
    if (lines->runs == NULL)
        return false;
    memcpy(lines->runs, room->runs, count * sizeof *lines->runs);
    lines->run_count = (uint32_t)count;
    for (size_t i = 0; i < count; i++)
        lines->has_any |= lines->runs[i].line != 0;
    return true;
}

/* Reads the instructions, of a function that is too long the beginning. */
static bool read_returns(struct code_lines *lines, struct code_lines_room *room, struct reader *reader,
                         const struct layout *layout, remote_addr code, uint32_t unit_count)
{
    const uint32_t units = unit_count < RUNS_MAX ? unit_count : RUNS_MAX;

    if (!returns_are_needed(layout))
        return true;
    return reader_read(reader, remote_plus(code, layout->code.units), room->bytes, (size_t)units * LAYOUT_UNIT_BYTES) &&
           returns_note(&lines->returns, layout, room->bytes, units);
}

bool code_lines_read(struct code_lines *lines, struct code_lines_room *room, struct reader *reader,
                     const struct layout *layout, remote_addr code, const struct code_identity *identity)
{
    size_t run_count;

    code_lines_free(lines);
    lines->has_any = identity->bytecode != 0; /* no such code is the interpreter's own */
    return read_table(lines, room, reader, layout, identity, &run_count) && keep_runs(lines, room, run_count) &&
           read_returns(lines, room, reader, layout, code, identity->unit_count);
}

void code_lines_free(struct code_lines *lines)
{
    free(lines->runs);
    returns_free(&lines->returns);
    *lines = (struct code_lines){.runs = NULL};
}

size_t code_lines_bytes(const struct code_lines *lines)
{
    return lines->run_count * sizeof *lines->runs + returns_bytes(&lines->returns);
}

/* How far behind the beginning of the units an instruction is: of the code object's own, or, in free-threaded builds
   from 3.14 on, of a copy that a thread has to itself (_PyCodeArray, Include/cpython/code.h: their number, then a
   pointer to each). */
static uint64_t offset_of(struct reader *reader, const struct layout *layout, remote_addr code, uint32_t unit_count,
                          remote_addr instruction)
{
    const uint64_t offset = instruction.value - (code.value + layout->code.units);
    const uint64_t length = (uint64_t)unit_count * LAYOUT_UNIT_BYTES;
    uint64_t copies[COPIES_MAX], count;
    remote_addr array;

    if (layout->code.tlbc == LAYOUT_NONE || offset < length ||
        !reader_read_pointer(reader, code, layout->code.tlbc, &array) ||
        !reader_read_word(reader, array, &count))
        return offset;
    if (count > COPIES_MAX)
        count = COPIES_MAX;
    if (!reader_read(reader, remote_plus(array, sizeof count), copies, (size_t)count * sizeof copies[0]))
        return offset;
    for (size_t i = 0; i < count; i++)
        if (copies[i] != 0 && instruction.value - copies[i] < length)
            return instruction.value - copies[i];
    return offset;
}

/* An instruction that is none of the program's lines (a generator's first ones, or the one before the
   first, where a frame of 3.12 and before stands that has not begun) is told as the line that the function
   begins in. */
uint32_t code_lines_find(const struct code_lines *lines, struct reader *reader, const struct layout *layout,
                         remote_addr code, const struct code_identity *identity, remote_addr instruction)
{
    uint64_t offset, unit;
    uint32_t line;

    if (remote_is_null(instruction))
        return 0;
    offset = offset_of(reader, layout, code, identity->unit_count, instruction);
    unit = offset / LAYOUT_UNIT_BYTES;
    if (offset == (uint64_t)-(int64_t)LAYOUT_UNIT_BYTES)
        return identity->first_line;
    if ((identity->unit_count > 0 && unit >= identity->unit_count) || unit >= lines->known_units)
        return 0; /* not in this function, or in a part of it whose lines are not known */
    line = lines_find(lines->runs, lines->run_count, (uint32_t)unit);
    return line != 0 ? line : identity->first_line;
}

bool code_lines_end(const struct code_lines *lines, const struct layout *layout, remote_addr code,
                    remote_addr instruction)
{
    return returns_has(&lines->returns, (instruction.value - (code.value + layout->code.units)) / LAYOUT_UNIT_BYTES);
}
