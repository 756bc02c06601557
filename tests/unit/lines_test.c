/* lines: CPython's own tables give the lines that CPython gives; broken ones end where they break.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "python/lines.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define ROOM 512u

struct vector {
    const char *name;
    enum line_form form;
    uint32_t first_line;
    const unsigned char *table;
    size_t length;
    const struct line_run *runs;
    size_t count;
};

#include "lines_vectors.h"

static void tables_give_what_cpython_gives(void **state)
{
    uint32_t units;
    struct line_run runs[ROOM];

    (void)state;
    for (size_t i = 0; i < COUNT(VECTORS); i++) {
        const struct vector *vector = &VECTORS[i];
        const size_t count =
            lines_read(vector->form, vector->table, vector->length, vector->first_line, runs, ROOM,
                       &units);

        if (count != vector->count)
            fail_msg("%s: %zu runs, not %zu", vector->name, count, vector->count);
        for (size_t k = 0; k < count; k++)
            if (runs[k].unit != vector->runs[k].unit || runs[k].line != vector->runs[k].line)
                fail_msg("%s: run %zu is {%u, %u}, not {%u, %u}", vector->name, k, runs[k].unit,
                         runs[k].line, vector->runs[k].unit, vector->runs[k].line);
    }
}

static void every_unit_has_the_line_of_its_run(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(VECTORS); i++) {
        const struct vector *vector = &VECTORS[i];

        for (size_t k = 0; k < vector->count; k++) {
            const uint32_t first = vector->runs[k].unit;
            const uint32_t end = k + 1 < vector->count ? vector->runs[k + 1].unit : first + 3;

            for (uint32_t unit = first; unit < end; unit++)
                assert_int_equal(lines_find(vector->runs, vector->count, unit),
                                 vector->runs[k].line);
        }
    }
}

static void before_the_first_run_there_is_no_line(void **state)
{
    static const struct line_run RUNS[] = {{4, 10}, {6, 0}, {7, 11}};

    (void)state;
    assert_int_equal(lines_find(RUNS, 3, 3), 0);
    assert_int_equal(lines_find(RUNS, 3, 5), 10);
    assert_int_equal(lines_find(RUNS, 3, 6), 0);
    assert_int_equal(lines_find(RUNS, 3, UINT32_MAX), 11);
    assert_int_equal(lines_find(RUNS, 0, 0), 0);
}

/* A table that is cut gives the beginning of what the whole gives; where its form does not tell the end, the
   last run is that of the last pair, which may be one of several that belong together. Each is copied to a
   place that has no byte more, so that a sanitizer sees it when one is read. */
static void a_cut_table_gives_its_beginning(void **state)
{
    uint32_t units;
    struct line_run runs[ROOM];

    (void)state;
    for (size_t i = 0; i < COUNT(VECTORS); i++) {
        const struct vector *vector = &VECTORS[i];

        for (size_t length = 0; length < vector->length; length++) {
            unsigned char *cut = malloc(length > 0 ? length : 1);
            size_t count;

            assert_non_null(cut);
            memcpy(cut, vector->table, length);
            count = lines_read(vector->form, cut, length, vector->first_line, runs, ROOM,
                       &units);
            free(cut);
            assert_true(count <= vector->count);
            if (vector->form == LINES_LNOTAB)
                count--;
            else
                assert_true(count == vector->count || units <= vector->runs[count].unit);
            assert_memory_equal(runs, vector->runs, count * sizeof *runs);
        }
    }
}

static void there_are_never_more_runs_than_room(void **state)
{
    uint32_t units;
    const struct vector *vector = &VECTORS[0];
    struct line_run runs[ROOM];

    (void)state;
    for (size_t i = 0; i < COUNT(VECTORS); i++)
        if (VECTORS[i].count > vector->count)
            vector = &VECTORS[i];
    for (size_t room = 0; room < vector->count; room++) {
        memset(runs, 0xee, sizeof runs);
        assert_int_equal(lines_read(vector->form, vector->table, vector->length, vector->first_line, runs, room,
                                    &units),
                         room);
        assert_memory_equal(runs, vector->runs, room * sizeof *runs);
        assert_int_equal(units, vector->runs[room].unit); /* what did not fit is not known */
        assert_int_equal(runs[room].unit, 0xeeeeeeee);
    }
}

static void what_makes_no_sense_ends_the_table(void **state)
{
    uint32_t units;
    static const struct {
        unsigned char table[12];
        size_t length, count;
    } BROKEN[] = {
        {{0x00}, 1, 0},             /* no first byte of an entry */
        {{0xe8, 0x02, 0x02}, 3, 1}, /* nor behind one */
        {{0xe8, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x3f}, 9, 0}, /* a number without end */
        {{0xe8, 0x41}, 2, 0},                                           /* a number that is cut */
        {{0xe8, 0x29}, 2, 0},                               /* a line below zero: 10 - 20 */
        {{0xe8, 0x7e, 0x7f, 0x7f, 0x7f, 0x7f, 0x03}, 7, 0}, /* one of more than 10^9 */
        {{0xf0, 0x00, 0x00}, 3, 0},                         /* a long entry without its columns */
        {{0xd0, 0x00}, 2, 0},                               /* one line, one column short */
    };
    static const unsigned char UP[] = {2, 5, 0, 0xec}, NOWHERE[] = {2, 5, 0, 0x80, 4, 0x81};
    struct line_run runs[4];

    (void)state;
    for (size_t i = 0; i < COUNT(BROKEN); i++)
        assert_int_equal(lines_read(LINES_LOCATIONS, BROKEN[i].table, BROKEN[i].length, 10, runs, 4, &units),
                         BROKEN[i].count);
    /* Above line 0: of 3.8, the run in which that is; of 3.10, where -128 stands for no line. */
    assert_int_equal(lines_read(LINES_LNOTAB, UP, sizeof UP, 10, runs, 4, &units), 1);
    assert_int_equal(units, 1);
    assert_int_equal(lines_read(LINES_RANGES, UP, sizeof UP, 10, runs, 4, &units), 1);
    assert_int_equal(units, 1);
    assert_int_equal(lines_read(LINES_RANGES, NOWHERE, sizeof NOWHERE, 200, runs, 4, &units), 2);
    assert_int_equal(units, 3);
    assert_int_equal(runs[1].line, 78); /* 200 + 5 - 127 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_give_what_cpython_gives),
        cmocka_unit_test(every_unit_has_the_line_of_its_run),
        cmocka_unit_test(before_the_first_run_there_is_no_line),
        cmocka_unit_test(a_cut_table_gives_its_beginning),
        cmocka_unit_test(there_are_never_more_runs_than_room),
        cmocka_unit_test(what_makes_no_sense_ends_the_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
