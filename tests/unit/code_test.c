/* code: code objects that are made up: their names and lines, what becomes of an address that is used
   again, and objects that are damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "made_up.h"
#include "python/code.h"

enum { FIRST_VERSION = MADE_UP_FIRST, LAST_VERSION = MADE_UP_LAST, UNITS = 20, MS = 1000000 };

#define CODE MADE_UP_CODES

static struct made_up *memory;
static struct code_table *table;
static struct code_function told; /* the last that was announced */
static unsigned announced;
static bool full;

static bool announce(void *context, const struct code_function *function)
{
    (void)context;
    if (full)
        return false;
    told = *function;
    announced++;
    return true;
}

static void in_version(uint32_t version, void (*test)(void))
{
    struct error error;

    announced = 0;
    full = false;
    memory = made_up_new(version);
    assert_non_null(memory);
    made_up_code(memory, CODE, "first", 10, UNITS);
    table = code_table_new(&memory->reader, &memory->layout, 2, announce, NULL, &error);
    assert_non_null(table);
    test();
    code_table_free(table);
    made_up_free(memory);
}

static void each_version(void (*test)(void))
{
    for (uint32_t version = FIRST_VERSION; version <= LAST_VERSION; version++)
        in_version(version, test);
}

/* Whether the code says where it ends, or its line table does: not before 3.10. */
static bool tells_its_end(void)
{
    return memory->layout.code.line_form != LINES_LNOTAB;
}

static enum code_result find(uint64_t unit, uint64_t now_ns, struct code_place *place)
{
    return code_find(table, remote_at(CODE),
                     remote_at(CODE + memory->layout.code.units + 2 * unit), now_ns, place);
}

/* All bytes of these pieces; false where they cannot be read. */
static bool gather(const struct piece *pieces, size_t count, unsigned char *into)
{
    size_t length = 0;

    for (size_t i = 0; i < count; i++)
        length += pieces[i].length;
    return reader_gather(&memory->reader, pieces, count, into) == length;
}

static uint64_t took_ns; /* each time, while the program ran */

/* Reads what identifies the code object, as is done with a stack, in front of which there was another of the name
   `before` where that is given; whether it is what is known. */
static bool see_after(const char *before, uint64_t address, uint64_t now_ns)
{
    struct code_sight sight;
    struct piece pieces[CODE_PIECES];
    unsigned char ahead[CODE_SEEN_BYTES_MAX], bytes[CODE_SEEN_BYTES_MAX];
    size_t count;
    bool could_read;

    code_next_stack(table);
    count = code_pieces(table, remote_at(address), pieces);
    if (before != NULL)
        made_up_code(memory, CODE, before, 10, UNITS);
    could_read = gather(pieces, code_pieces_ahead(table), ahead);
    if (before != NULL)
        made_up_code(memory, CODE, "first", 10, UNITS);
    sight = (struct code_sight){pieces, count, ahead, bytes, took_ns};
    return could_read && gather(pieces, count, bytes) && code_see(table, remote_at(address), &sight, now_ns);
}

static bool see_at(uint64_t address, uint64_t now_ns)
{
    return see_after(NULL, address, now_ns);
}

static bool see(uint64_t now_ns)
{
    return see_at(CODE, now_ns);
}

/* Sees it until it is known. */
static void know(uint64_t now_ns)
{
    assert_true(see(now_ns) || see(now_ns));
}

static void names_and_lines(void)
{
    struct code_place place;

    assert_int_equal(find(3, 0, &place), CODE_UNSEEN);
    assert_false(see(0)); /* it was not known before */
    assert_int_equal(find(3, 0, &place), CODE_UNSEEN);
    assert_true(see(0));
    assert_int_equal(find(3, 0, &place), CODE_FOUND);
    assert_int_equal(place.function, 2);
    assert_int_equal(place.line, 10);
    assert_int_equal(announced, 1);
    assert_string_equal(told.name, "first");
    assert_string_equal(told.file, "file.py");
    assert_int_equal(told.first_line, 10);
    assert_int_equal(find(UNITS - 1, 0, &place), CODE_FOUND);
    assert_int_equal(place.line, 10);
    /* Behind the function, and nowhere. */
    assert_int_equal(find(UNITS, 0, &place), CODE_FOUND);
    assert_int_equal(place.line, tells_its_end() ? 0 : 10);
    assert_int_equal(code_find(table, remote_at(CODE), remote_at(0), 0, &place), CODE_FOUND);
    assert_int_equal(place.line, 0);
    assert_int_equal(announced, 1);
}

/* What finds no room has one name, and is counted. */
static void beyond_the_bound(void)
{
    struct code_place place;
    char name[16];

    for (unsigned i = 0; i < CODE_FUNCTIONS_MAX; i++) {
        snprintf(name, sizeof name, "f%u", i);
        made_up_code(memory, CODE, name, 10, UNITS);
        see(0);
    }
    assert_int_equal(code_table_unnamed(table), 0);
    for (unsigned i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "g%u", i);
        made_up_code(memory, CODE, name, 10, UNITS);
        know(0);
        assert_int_equal(find(3, 0, &place), CODE_FOUND);
        assert_string_equal(told.name, "‹more›");
        assert_int_equal(announced, 1);
        assert_int_equal(code_table_unnamed(table), i + 1);
    }
}

static void functions_beyond_the_bound_share_a_name(void **state)
{
    (void)state;
    in_version(LAST_VERSION, beyond_the_bound);
}

/* A thread's own copy of the units, as free-threaded builds have them from 3.14 on. */
static void lines_of_copies(void)
{
    enum { COPIES_FROM = 0x030e, COPY = MADE_UP_HEAP + 0x4000, ARRAY = MADE_UP_HEAP + 0x5000 };
    struct code_place place;

    if (memory->layout.version < COPIES_FROM)
        return;
    know(0);
    assert_int_equal(code_find(table, remote_at(CODE), remote_at(COPY + 6), 0, &place), CODE_FOUND);
    assert_int_equal(place.line, 0);
    memory->layout.code.tlbc = memory->layout.code.unit_count - 8; /* some pointer's room */
    made_up_word(memory, CODE + memory->layout.code.tlbc, ARRAY);
    made_up_word(memory, ARRAY, 3);
    made_up_word(memory, ARRAY + 8, CODE + memory->layout.code.units);
    made_up_word(memory, ARRAY + 16, 0); /* of a thread that did not run them */
    made_up_word(memory, ARRAY + 24, COPY);
    assert_int_equal(code_find(table, remote_at(CODE), remote_at(COPY + 6), 0, &place), CODE_FOUND);
    assert_int_equal(place.line, 10);
    assert_int_equal(find(3, 0, &place), CODE_FOUND);
    assert_int_equal(place.line, 10);
    /* Behind the copy, and where there are fewer. */
    assert_int_equal(code_find(table, remote_at(CODE), remote_at(COPY + 2 * UNITS), 0, &place), CODE_FOUND);
    assert_int_equal(place.line, 0);
    made_up_word(memory, ARRAY, 2);
    assert_int_equal(code_find(table, remote_at(CODE), remote_at(COPY + 6), 0, &place), CODE_FOUND);
    assert_int_equal(place.line, 0);
    made_up_word(memory, ARRAY, UINT64_MAX); /* what there is of so many cannot be read */
    assert_int_equal(code_find(table, remote_at(CODE), remote_at(COPY + 6), 0, &place), CODE_FOUND);
}

static void a_thread_has_a_copy_of_its_own(void **state)
{
    (void)state;
    each_version(lines_of_copies);
}

static void a_function_has_its_name_and_lines(void **state)
{
    (void)state;
    each_version(names_and_lines);
}

static void used_again(void)
{
    struct code_place place;
    uint64_t now_ns = 1000ull * MS;
    uint32_t first;

    know(now_ns);
    assert_int_equal(find(0, now_ns, &place), CODE_FOUND);
    first = place.function;
    /* Made, run and thrown away, as by exec(): the next is at the same place a moment later, and so are
       its texts. */
    code_next_stack(table);
    assert_int_equal(find(0, now_ns, &place), CODE_UNSEEN);
    made_up_code(memory, CODE, "second", 10, UNITS);
    assert_false(see(now_ns += MS));
    assert_int_equal(find(0, now_ns, &place), CODE_UNSEEN);
    assert_true(see(now_ns += MS));
    assert_int_equal(find(0, now_ns, &place), CODE_FOUND);
    assert_int_not_equal(place.function, first);
    assert_string_equal(told.name, "second");
    /* One that was there for long and seen often is not seen with each stack, if nothing else changes. */
    for (int i = 0; i < 600; i++)
        assert_true(see(now_ns += MS));
    code_next_stack(table);
    assert_int_equal(find(0, now_ns += MS, &place), CODE_UNSEEN);
    for (int i = 0; i < 3000; i++)
        assert_true(see(now_ns += MS));
    code_next_stack(table);
    assert_int_equal(find(0, now_ns += MS, &place), CODE_FOUND);
    assert_in_range(place.until_ns, now_ns, now_ns + CODE_TRUST_IN_CHANGE_NS);
    /* But then; and for longer once the change is over. */
    assert_int_equal(find(0, now_ns + CODE_TRUST_IN_CHANGE_NS, &place), CODE_UNSEEN);
    now_ns += 5000ull * MS;
    assert_true(see(now_ns));
    code_next_stack(table);
    assert_int_equal(find(0, now_ns + CODE_TRUST_NS - 1, &place), CODE_FOUND);
    assert_int_equal(find(0, now_ns + CODE_TRUST_NS, &place), CODE_UNSEEN);
    made_up_code(memory, CODE, "third", 50, UNITS);
    assert_false(see(now_ns));
    assert_true(see(now_ns));
    assert_int_equal(find(0, now_ns, &place), CODE_FOUND);
    assert_string_equal(told.name, "third");
}

/* Another one, that differs in the letters of its name only, was there in front of the stack: which of them was there when
   the stack stood is not known. Where there are versions, these tell. */
static void replaced_in_between(void)
{
    if (memory->layout.code.version != LAYOUT_NONE)
        return;
    know(0);
    assert_true(see_after("first", CODE, 0));
    assert_false(see_after("other", CODE, 0));
    assert_true(see_after("first", CODE, 0));
}

/* Where addresses become other functions', and there are no versions, one may go and come back within a long time. */
static void seen_for_long(void)
{
    const bool has_versions = memory->layout.code.version != LAYOUT_NONE;
    const uint64_t later_ns = 10000ull * MS;
    struct code_place place;

    know(MS);
    took_ns = 50000;
    assert_true(see(MS));
    made_up_code(memory, CODE, "other", 10, UNITS);
    assert_false(see(MS));
    assert_int_equal(see(MS), has_versions);
    assert_int_equal(find(0, MS, &place), has_versions ? CODE_FOUND : CODE_UNSEEN);
    took_ns = 5000;
    assert_true(see(MS));
    took_ns = 50000;
    assert_true(see(later_ns));
    took_ns = 0;
}

/* But one that was never seen as another among so many times is no such function, however slow the machine is. */
static void steady_beside_others(void)
{
    const bool has_versions = memory->layout.code.version != LAYOUT_NONE;
    const uint64_t elsewhere = CODE + MADE_UP_CODE_BYTES;

    know(MS);
    made_up_code(memory, elsewhere, "one", 10, UNITS);
    assert_true(see_at(elsewhere, MS) || see_at(elsewhere, MS));
    made_up_code(memory, elsewhere, "two", 10, UNITS);
    assert_false(see_at(elsewhere, MS));
    took_ns = 50000;
    assert_int_equal(see(MS), has_versions);
    for (int i = 0; i < 100; i++)
        see(MS);
    assert_true(see(MS));
    assert_int_equal(see_at(elsewhere, MS), has_versions);
    made_up_code(memory, CODE, "other", 10, UNITS);
    assert_false(see(MS));
    assert_int_equal(see(MS), has_versions);
    took_ns = 0;
}

static void what_was_always_the_same_needs_no_haste(void **state)
{
    (void)state;
    each_version(steady_beside_others);
}

static void what_took_long_to_see_may_have_been_another(void **state)
{
    (void)state;
    each_version(seen_for_long);
}

static void one_that_was_another_before_is_not_known(void **state)
{
    (void)state;
    each_version(replaced_in_between);
}

/* Two that take each other's place, and are met by turns: neither is trusted. */
static void taking_turns(void)
{
    struct code_place place;
    uint64_t now_ns = 1000ull * MS;

    for (int i = 0; i < 3000; i++) {
        made_up_code(memory, CODE, i % 20 < 10 ? "first" : "second", 10, UNITS);
        see(now_ns += MS);
    }
    code_next_stack(table);
    assert_int_equal(find(0, now_ns, &place), CODE_UNSEEN);
}

/* One that is made anew for each call looks the same, but for its version. */
static void made_anew(void)
{
    struct code_place place;
    uint64_t now_ns = 1000ull * MS;

    if (memory->layout.code.version == LAYOUT_NONE)
        return;
    for (uint32_t version = 1; version <= 4000; version++) {
        memcpy(made_up_at(memory, CODE + memory->layout.code.version), &version, sizeof version);
        see(now_ns += MS);
        assert_true(version == 1 || find(0, now_ns, &place) == CODE_FOUND);
    }
    code_next_stack(table);
    assert_int_equal(find(0, now_ns, &place), CODE_UNSEEN);
    for (int i = 0; i < 600; i++)
        assert_true(see(now_ns += MS));
    code_next_stack(table);
    assert_int_equal(find(0, now_ns, &place), CODE_FOUND);
}

static void what_is_made_anew_is_not_trusted(void **state)
{
    (void)state;
    each_version(made_anew);
}

static void what_is_met_by_turns_is_not_trusted(void **state)
{
    (void)state;
    each_version(taking_turns);
}

static void an_address_used_again_is_another_function(void **state)
{
    (void)state;
    each_version(used_again);
}

static void assert_unknown(void)
{
    struct code_place place;

    assert_false(see(0));
    assert_false(see(0));
    assert_int_equal(find(0, 0, &place), CODE_UNSEEN);
}

static void damaged(void)
{
    const struct layout *layout = &memory->layout;
    const uint64_t table_at = CODE + 256 + 160;
    struct code_place place;
    uint32_t units = 0;

    made_up_word(memory, CODE + layout->code.line_table, MADE_UP_END);
    assert_unknown();
    made_up_code(memory, CODE, "first", 10, UNITS);
    made_up_word(memory, table_at + layout->object.var_size, UINT64_MAX);
    assert_unknown();
    made_up_code(memory, CODE, "first", 10, UNITS);
    made_up_word(memory, CODE + layout->code.qualname, 8);
    assert_unknown();
    made_up_code(memory, CODE, "first", 10, UNITS);
    if (layout->code.unit_count != LAYOUT_NONE)
        memcpy(made_up_at(memory, CODE + layout->code.unit_count), &units, sizeof units);
    else
        made_up_word(memory, CODE + layout->code.bytecode, 0);
    assert_unknown();
    assert_false(see_at(UINT64_MAX - 4, 0));
    /* A table that ends early: what is behind is not known, and not guessed. */
    made_up_code(memory, CODE, "first", 10, UNITS);
    if (layout->code.line_form != LINES_LOCATIONS)
        return;
    made_up_word(memory, table_at + layout->object.var_size, 2);
    know(0);
    assert_int_equal(find(0, 0, &place), CODE_FOUND);
    assert_int_equal(place.line, 10);
    assert_int_equal(find(12, 0, &place), CODE_FOUND);
    assert_int_equal(place.line, 0);
    /* It was read as what it was not yet, or no more: as much of it is the same. */
    made_up_code(memory, CODE, "first", 10, UNITS);
    assert_false(see(0));
    assert_true(see(0));
    assert_int_equal(find(12, 0, &place), CODE_FOUND);
    assert_int_equal(place.line, 10);
}

static void damaged_objects_are_told(void **state)
{
    (void)state;
    each_version(damaged);
}

static void without_room(void)
{
    struct code_place place;

    know(0);
    full = true;
    assert_int_equal(find(0, 0, &place), CODE_UNTOLD);
    full = false;
    assert_int_equal(find(0, 0, &place), CODE_FOUND);
    assert_int_equal(announced, 1);
}

static void a_function_is_announced_until_it_is_told(void **state)
{
    (void)state;
    each_version(without_room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_function_has_its_name_and_lines),
        cmocka_unit_test(a_thread_has_a_copy_of_its_own),
        cmocka_unit_test(an_address_used_again_is_another_function),
        cmocka_unit_test(one_that_was_another_before_is_not_known),
        cmocka_unit_test(what_took_long_to_see_may_have_been_another),
        cmocka_unit_test(what_was_always_the_same_needs_no_haste),
        cmocka_unit_test(what_is_made_anew_is_not_trusted),
        cmocka_unit_test(what_is_met_by_turns_is_not_trusted),
        cmocka_unit_test(damaged_objects_are_told),
        cmocka_unit_test(a_function_is_announced_until_it_is_told),
        cmocka_unit_test(functions_beyond_the_bound_share_a_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
