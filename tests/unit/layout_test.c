/* layout: each version's row is chosen, what the target tells of itself is laid over it, and
   nonsense is refused with a sentence that says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "python/layout.h"
#include "recording.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* The shape of the tables, as layout.c tells it. */
enum { DEBUG_VERSIONS = 3 };
struct debug_field {
    uint16_t field;
    uint16_t at[DEBUG_VERSIONS];
};
#include "python/layout_tables.h"

enum { FIRST_WITH_HEAD = 5, GIL_BASE = 4096, GC_BASE = 8192 };

static void put(unsigned char *head, size_t at, uint64_t word)
{
    memcpy(head + at, &word, sizeof word);
}

static uint32_t field_of(const struct layout *layout, size_t offset)
{
    uint32_t value;

    memcpy(&value, (const char *)layout + offset, sizeof value);
    return value;
}

/* What make_head() tells at a place of the head: small enough for the smallest structure. Two
   fields may share a place. */
static uint32_t made_up(size_t at)
{
    return (uint32_t)(1 + at / 8);
}

/* The head of a runtime of the `column`-th version that has one, with offsets that no version has.
 */
static void make_head(unsigned char *head, size_t column)
{
    memset(head, 0, LAYOUT_HEAD_BYTES);
    memcpy(head, "xdebugpy", 8);
    put(head, 8, (uint64_t)LAYOUTS[FIRST_WITH_HEAD + column].version << 16 | 0x05f0);
    put(head, 16, LAYOUTS[FIRST_WITH_HEAD + column].free_threaded);
    put(head, DEBUG_GIL_BASE[column], GIL_BASE);
    put(head, DEBUG_GC_BASE[column], GC_BASE);
    for (size_t i = 0; i < COUNT(DEBUG_FIELDS); i++) {
        const struct debug_field *field = &DEBUG_FIELDS[i];
        uint64_t told = made_up(field->at[column]);

        if (field->field == offsetof(struct layout, gil.locked) ||
            field->field == offsetof(struct layout, gil.last_holder))
            told += GIL_BASE;
        if (field->field == offsetof(struct layout, interpreter.gc_collecting) ||
            field->field == offsetof(struct layout, interpreter.gc_frame))
            told -= GC_BASE; /* wraps around, and comes back */
        if (field->at[column] != 0)
            put(head, field->at[column], told);
    }
}

static bool choose(struct layout *layout, uint32_t version_hex, const unsigned char *head,
                   size_t length, struct error *error)
{
    /* With no byte more than told, so that a sanitizer sees it when one is read. */
    unsigned char *copy = malloc(length > 0 ? length : 1);
    bool ok;

    assert_non_null(copy);
    memcpy(copy, head, length);
    error->code = ERROR_NONE;
    ok = layout_select(layout, version_hex, copy, length, error);
    free(copy);
    assert_int_equal(ok, error->code == ERROR_NONE);
    return ok;
}

static void early_versions_are_chosen_by_their_number(void **state)
{
    static const unsigned char NO_HEAD[64];
    struct layout layout;
    struct error error;

    (void)state;
    for (size_t i = 0; i < FIRST_WITH_HEAD; i++) {
        assert_true(choose(&layout, LAYOUTS[i].version << 16 | 0x02f0, NO_HEAD, sizeof NO_HEAD, &error));
        assert_memory_equal(&layout, &LAYOUTS[i], sizeof layout);
        assert_int_equal(layout.version, 0x0308 + i);
    }
}

static void those_that_do_not_tell_their_version_are_listed(void **state)
{
    (void)state;
    for (size_t i = 0; i < FIRST_WITH_HEAD; i++) {
        assert_int_equal(layout_silent(i)->version, 0x030c - i);
        assert_int_equal(layout_has_frame_objects(layout_silent(i)), layout_silent(i)->version <= 0x030a);
    }
    assert_null(layout_silent(FIRST_WITH_HEAD));
}

static void what_a_target_tells_replaces_the_row(void **state)
{
    unsigned char head[LAYOUT_HEAD_BYTES];
    struct layout layout;
    struct error error;

    (void)state;
    for (size_t column = 0; column < DEBUG_VERSIONS; column++) {
        const struct layout *row = &LAYOUTS[FIRST_WITH_HEAD + column];

        make_head(head, column);
        assert_true(choose(&layout, 0, head, sizeof head, &error));
        assert_int_equal(layout.version, row->version);
        for (size_t i = 0; i < COUNT(DEBUG_FIELDS); i++) {
            const struct debug_field *field = &DEBUG_FIELDS[i];

            if (field->field == offsetof(struct layout, frame.size) ||
                field->field == offsetof(struct layout, code.size))
                continue; /* these grow to hold the members, which are all mixed up here */
            assert_int_equal(field_of(&layout, field->field), field->at[column] != 0 && field_of(row, field->field) != LAYOUT_NONE
                                                                  ? made_up(field->at[column])
                                                                  : field_of(row, field->field));
        }
        /* The member behind the one that is told goes with it. */
        assert_int_equal(layout.thread.datastack_top - layout.thread.datastack_chunk,
                         row->thread.datastack_top - row->thread.datastack_chunk);
        assert_memory_equal(layout.frame.owners, row->frame.owners, sizeof row->frame.owners);
        assert_int_equal(layout.module_dict, row->module_dict);
    }
}

/* A real target of the release that a row was made from tells what the row tells: with a wrong
   member in the table, one of them would differ. */
static void real_targets_tell_what_their_rows_do(void **state)
{
    static const char *const RECORDINGS[] = {"3.13.15", "3.14.8", "3.15.0"};

    (void)state;
    for (size_t i = 0; i < COUNT(RECORDINGS); i++) {
        struct recording *recording = malloc(sizeof *recording);
        size_t length;
        unsigned char *bytes = recording_load(RECORDINGS[i], &length);

        assert_non_null(recording);
        assert_non_null(bytes);
        assert_true(recording_parse(bytes, length, recording));
        assert_int_equal(recording->layout.version, LAYOUTS[FIRST_WITH_HEAD + i].version);
        for (size_t k = 0; k < COUNT(DEBUG_FIELDS); k++) {
            const size_t field = DEBUG_FIELDS[k].field;
            const uint32_t told = field_of(&recording->layout, field);
            const uint32_t row = field_of(&LAYOUTS[FIRST_WITH_HEAD + i], field);

            if (told != row)
                fail_msg("%s: field %zu of the table is %u, and %u in the row", RECORDINGS[i], k,
                         told, row);
        }
        free(bytes);
        free(recording);
    }
}

static void other_versions_are_refused_by_name(void **state)
{
    static const struct {
        uint32_t version_hex;
        const char *version, *why;
    } REFUSED[] = {
        {0x030711f0, "3.7", "too old"},     {0x02071200, "2.7", "too old"},
        {0x040000f0, "4.0", "too new"},
        {0xffffffff, "255.255", "too new"},
    };
    unsigned char head[LAYOUT_HEAD_BYTES];
    struct layout layout;
    struct error error;

    (void)state;
    for (size_t i = 0; i < COUNT(REFUSED); i++) {
        memset(head, 0, sizeof head);
        assert_false(choose(&layout, REFUSED[i].version_hex, head, sizeof head, &error));
        assert_int_equal(error.code, ERROR_VERSION);
        assert_non_null(strstr(error.text, REFUSED[i].version));
        assert_non_null(strstr(error.text, REFUSED[i].why));
        assert_non_null(strstr(error.text, LAYOUT_VERSIONS));

        /* The head's own word goes before what is said of it. */
        make_head(head, 0);
        put(head, 8, REFUSED[i].version_hex);
        assert_false(choose(&layout, 0x030d00f0, head, sizeof head, &error));
        assert_int_equal(error.code, ERROR_VERSION);
        assert_non_null(strstr(error.text, REFUSED[i].why));
    }
}

/* The head of a runtime that tells what a row has, as a real one of its version does. */
static void make_true_head(unsigned char *head, size_t column)
{
    const struct layout *row = &LAYOUTS[FIRST_WITH_HEAD + column];

    memset(head, 0, LAYOUT_HEAD_BYTES);
    memcpy(head, "xdebugpy", 8);
    put(head, 8, (uint64_t)row->version << 16 | 0x05f0);
    put(head, DEBUG_GIL_BASE[column], GIL_BASE);
    for (size_t i = 0; i < COUNT(DEBUG_FIELDS); i++) {
        const struct debug_field *field = &DEBUG_FIELDS[i];
        const bool in_gil = field->field == offsetof(struct layout, gil.locked) ||
                            field->field == offsetof(struct layout, gil.last_holder);

        if (field->at[column] != 0)
            put(head, field->at[column], field_of(row, field->field) + (in_gil ? GIL_BASE : 0));
    }
}

/* One to come whose structures are those of the newest that is known, but for where their members are. */
static void a_later_version_is_a_guess_at_the_newest(void **state)
{
    const struct layout *newest = &LAYOUTS[FIRST_WITH_HEAD + DEBUG_VERSIONS - 1];
    unsigned char head[LAYOUT_HEAD_BYTES];
    struct layout layout;
    struct error error;

    (void)state;
    make_true_head(head, DEBUG_VERSIONS - 1);
    assert_true(choose(&layout, 0, head, sizeof head, &error));
    assert_false(layout.is_guess);
    put(head, 8, 0x031000a1);
    for (size_t i = 0; i < COUNT(DEBUG_FIELDS); i++)
        if (DEBUG_FIELDS[i].field == offsetof(struct layout, interpreter.id))
            put(head, DEBUG_FIELDS[i].at[DEBUG_VERSIONS - 1], 640);
    assert_true(choose(&layout, 0, head, sizeof head, &error));
    assert_true(layout.is_guess);
    assert_int_equal(layout.version, newest->version);
    assert_int_equal(layout.interpreter.id, 640);
    assert_int_equal(layout.thread.next, newest->thread.next);

    /* Without a head there is nothing to go by. */
    assert_false(choose(&layout, 0x031000a1, head, 0, &error));
    assert_int_equal(error.code, ERROR_VERSION);
}

/* One that tells them in another order, so that what is read is of other members. */
static void a_guess_that_makes_no_sense_is_refused(void **state)
{
    static const struct {
        size_t field;
        uint64_t told;
    } WRONG[] = {
        {offsetof(struct layout, thread.next), 9},           /* where no pointer stands */
        {offsetof(struct layout, frame.previous), 0},        /* where the code does */
        {offsetof(struct layout, code.name), 116},
        {offsetof(struct layout, thread.thread_id), UINT64_C(1) << 40},
    };
    unsigned char head[LAYOUT_HEAD_BYTES];
    struct layout layout;
    struct error error;

    (void)state;
    for (size_t i = 0; i < COUNT(WRONG); i++) {
        make_true_head(head, DEBUG_VERSIONS - 1);
        put(head, 8, 0x031000f0);
        assert_true(choose(&layout, 0, head, sizeof head, &error));
        for (size_t k = 0; k < COUNT(DEBUG_FIELDS); k++)
            if (DEBUG_FIELDS[k].field == WRONG[i].field)
                put(head, DEBUG_FIELDS[k].at[DEBUG_VERSIONS - 1], WRONG[i].told);
        assert_false(choose(&layout, 0, head, sizeof head, &error));
        assert_int_equal(error.code, ERROR_VERSION);
        assert_non_null(strstr(error.text, "3.16"));
        assert_non_null(strstr(error.text, "too new"));
    }
}

/* They tell their offsets in the same places as others of their version, and have a row of their own. */
static void free_threaded_builds_have_their_rows(void **state)
{
    unsigned char head[LAYOUT_HEAD_BYTES];
    struct layout layout;
    struct error error;

    (void)state;
    for (size_t column = 0; column < DEBUG_VERSIONS; column++) {
        const struct layout *row = &LAYOUTS[FIRST_WITH_HEAD + DEBUG_VERSIONS + column];

        assert_true(row->free_threaded);
        make_head(head, column);
        put(head, 16, 1);
        assert_true(choose(&layout, 0, head, sizeof head, &error));
        assert_int_equal(layout.version, row->version);
        assert_true(layout.free_threaded);
        assert_int_equal(layout.code.unit_count, row->code.unit_count);
        assert_int_not_equal(layout.code.unit_count, LAYOUTS[FIRST_WITH_HEAD + column].code.unit_count);
        assert_int_not_equal(layout.gil.enabled, LAYOUT_NONE);
    }
}

static void a_later_version_without_a_head_is_refused(void **state)
{
    unsigned char head[LAYOUT_HEAD_BYTES] = {0};
    struct layout layout;
    struct error error;

    (void)state;
    assert_false(choose(&layout, 0x030e08f0, head, sizeof head, &error));
    assert_int_equal(error.code, ERROR_READ);
    assert_non_null(strstr(error.text, "3.14"));
}

static void a_head_that_is_cut_is_refused(void **state)
{
    unsigned char head[LAYOUT_HEAD_BYTES];
    struct layout layout;
    struct error error;

    (void)state;
    for (size_t column = 0; column < DEBUG_VERSIONS; column++) {
        const uint32_t version_hex = LAYOUTS[FIRST_WITH_HEAD + column].version << 16;
        size_t last = 0;

        make_head(head, column);
        for (size_t i = 0; i < COUNT(DEBUG_FIELDS); i++)
            if (DEBUG_FIELDS[i].at[column] > last)
                last = DEBUG_FIELDS[i].at[column];
        for (size_t length = 0; length < last + 8; length++) {
            assert_false(choose(&layout, version_hex, head, length, &error));
            assert_int_equal(error.code, ERROR_READ);
        }
        assert_true(choose(&layout, version_hex, head, last + 8, &error));
    }
}

static void offsets_that_make_no_sense_are_refused(void **state)
{
    static const uint64_t NONSENSE[] = {(8u << 20) + 8193, UINT32_MAX, UINT64_C(1) << 32, INT64_MAX,
                                        UINT64_C(0xffffffffffff0000)};
    unsigned char head[LAYOUT_HEAD_BYTES];
    struct layout layout;
    struct error error;

    (void)state;
    for (size_t column = 0; column < DEBUG_VERSIONS; column++) {
        for (size_t i = 0; i < COUNT(DEBUG_FIELDS) * COUNT(NONSENSE); i++) {
            const size_t at = DEBUG_FIELDS[i / COUNT(NONSENSE)].at[column];

            if (at == 0 || field_of(&LAYOUTS[FIRST_WITH_HEAD + column],
                                    DEBUG_FIELDS[i / COUNT(NONSENSE)].field) == LAYOUT_NONE)
                continue;
            make_head(head, column);
            put(head, at, NONSENSE[i % COUNT(NONSENSE)]);
            assert_false(choose(&layout, 0, head, sizeof head, &error));
            assert_int_equal(error.code, ERROR_READ);
            assert_non_null(strstr(error.text, "make no sense"));
        }
        make_head(head, column); /* the GIL begins behind its members */
        put(head, DEBUG_GIL_BASE[column], UINT32_MAX);
        assert_false(choose(&layout, 0, head, sizeof head, &error));
        assert_int_equal(error.code, ERROR_READ);
    }
}

/* What is copied of a structure reaches to the end of all that is decoded from the copy. */
static void members_lie_within_what_is_copied(void **state)
{
    static const struct {
        size_t member, size;
        uint32_t most;
    } MEMBERS[] = {
        {offsetof(struct layout, thread.interpreter), offsetof(struct layout, thread.size),
         LAYOUT_THREAD_BYTES_MAX},
        {offsetof(struct layout, thread.datastack_chunk), offsetof(struct layout, thread.size),
         LAYOUT_THREAD_BYTES_MAX - 8},
        {offsetof(struct layout, frame.code), offsetof(struct layout, frame.size),
         LAYOUT_FRAME_BYTES_MAX},
        {offsetof(struct layout, code.line_table), offsetof(struct layout, code.size),
         LAYOUT_CODE_BYTES_MAX},
    };
    unsigned char head[LAYOUT_HEAD_BYTES];
    struct layout layout;
    struct error error;

    (void)state;
    for (size_t i = 0; i < COUNT(MEMBERS) * DEBUG_VERSIONS; i++) {
        const size_t column = i % DEBUG_VERSIONS;
        const uint32_t most = MEMBERS[i / DEBUG_VERSIONS].most;

        for (size_t k = 0; k < COUNT(DEBUG_FIELDS); k++) {
            if (DEBUG_FIELDS[k].field != MEMBERS[i / DEBUG_VERSIONS].member)
                continue;
            make_head(head, column);
            put(head, DEBUG_FIELDS[k].at[column], most - 8);
            assert_true(choose(&layout, 0, head, sizeof head, &error));
            assert_true(field_of(&layout, MEMBERS[i / DEBUG_VERSIONS].size) >= most);
            put(head, DEBUG_FIELDS[k].at[column], most - 7);
            assert_false(choose(&layout, 0, head, sizeof head, &error));
            assert_int_equal(error.code, ERROR_READ);
        }
    }
}

/* A target that tells tiny structures does not move the members that it cannot tell. */
static void members_that_are_not_told_lie_within_too(void **state)
{
    unsigned char head[LAYOUT_HEAD_BYTES];
    struct layout layout;
    struct error error;

    (void)state;
    for (size_t column = 0; column < DEBUG_VERSIONS; column++) {
        make_head(head, column);
        for (size_t k = 0; k < COUNT(DEBUG_FIELDS); k++)
            if (DEBUG_FIELDS[k].at[column] != 0 &&
                DEBUG_FIELDS[k].field >= offsetof(struct layout, frame) &&
                DEBUG_FIELDS[k].field < offsetof(struct layout, object))
                put(head, DEBUG_FIELDS[k].at[column], 0);
        assert_true(choose(&layout, 0, head, sizeof head, &error));
        assert_true(layout.code.size >= layout.code.unit_count + 4);
        if (layout.frame.stack_top != LAYOUT_NONE)
            assert_true(layout.frame.size >= layout.frame.stack_top + 4);
    }
}

static void the_version_is_read_from_the_head(void **state)
{
    unsigned char head[LAYOUT_HEAD_BYTES];

    (void)state;
    make_head(head, 1);
    assert_int_equal(layout_head_version(head, sizeof head), 0x030e05f0);
    assert_int_equal(layout_head_version(head, 24), 0x030e05f0);
    assert_int_equal(layout_head_version(head, 23), 0);
    head[7] = 'x';
    assert_int_equal(layout_head_version(head, sizeof head), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(early_versions_are_chosen_by_their_number),
        cmocka_unit_test(those_that_do_not_tell_their_version_are_listed),
        cmocka_unit_test(what_a_target_tells_replaces_the_row),
        cmocka_unit_test(real_targets_tell_what_their_rows_do),
        cmocka_unit_test(other_versions_are_refused_by_name),
        cmocka_unit_test(a_later_version_is_a_guess_at_the_newest),
        cmocka_unit_test(a_guess_that_makes_no_sense_is_refused),
        cmocka_unit_test(free_threaded_builds_have_their_rows),
        cmocka_unit_test(a_later_version_without_a_head_is_refused),
        cmocka_unit_test(a_head_that_is_cut_is_refused),
        cmocka_unit_test(offsets_that_make_no_sense_are_refused),
        cmocka_unit_test(members_lie_within_what_is_copied),
        cmocka_unit_test(members_that_are_not_told_lie_within_too),
        cmocka_unit_test(the_version_is_read_from_the_head),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
