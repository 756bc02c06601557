/* naming: code objects that are replaced while a stack is read, in the memory of each version, made up; and names that are
   put again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "made_up.h"
#include "python/returns.h"
#include "sample/naming.h"

enum { MS = 1000000, UNITS = 8, LOOKS_MAX = 8 };

#define OUTER MADE_UP_CODES
#define INNER (MADE_UP_CODES + MADE_UP_CODE_BYTES)

/* --- code objects that are replaced ------------------------------------------------------------ */

struct fixture {
    struct made_up *made_up;
    struct walk_room *room;
    struct walk *walk;
    struct code_table *codes;
    struct naming naming;
    uint64_t now_ns;
};

static bool announce(void *context, const struct code_function *function)
{
    (void)context;
    (void)function;
    return true;
}

/* What INNER is: a function, in an object of its own version. */
static void put_inner(struct made_up *made_up, const char *name, uint32_t version)
{
    made_up_code(made_up, INNER, name, strcmp(name, "one") == 0 ? 20 : 30, UNITS);
    if (made_up->layout.code.version != LAYOUT_NONE)
        memcpy(made_up_at(made_up, INNER + made_up->layout.code.version), &version, sizeof version);
}

static void open_fixture(struct fixture *fixture, uint32_t version)
{
    const uint64_t codes[] = {OUTER, INNER};
    struct error error;

    *fixture = (struct fixture){.made_up = made_up_new(version), .room = walk_room_new(), .now_ns = MS};
    assert_non_null(fixture->made_up);
    assert_non_null(fixture->room);
    made_up_code(fixture->made_up, OUTER, "outer", 10, UNITS);
    put_inner(fixture->made_up, "one", 1);
    made_up_stack(fixture->made_up, codes, 2);
    fixture->walk = walk_new(&fixture->made_up->reader, &fixture->made_up->layout, fixture->room,
                             remote_at(MADE_UP_THREAD));
    fixture->codes = code_table_new(&fixture->made_up->reader, &fixture->made_up->layout, FUNCTION_FIRST, announce,
                                    NULL, &error);
    assert_non_null(fixture->walk);
    assert_non_null(fixture->codes);
    assert_true(naming_init(&fixture->naming));
}

static void close_fixture(struct fixture *fixture)
{
    naming_free(&fixture->naming);
    code_table_free(fixture->codes);
    walk_free(fixture->walk);
    walk_room_free(fixture->room);
    made_up_free(fixture->made_up);
}

/* Reads the stack and names it; gives how many frames from the root on have a name. */
static size_t look(struct fixture *fixture)
{
    struct walk_extra extra;
    struct walk_stack stack;
    size_t unseen;
    bool untold;

    fixture->now_ns += MS;
    naming_begin(&fixture->naming);
    walk_extra_clear(&extra);
    naming_add_extra(&fixture->naming, fixture->codes, &extra);
    assert_int_equal(walk_read(fixture->walk, &extra, &stack), WALK_WHOLE);
    naming_see(&fixture->naming, fixture->codes, &extra, 0, &stack, true, fixture->now_ns);
    unseen = naming_name(&fixture->naming, fixture->codes, &stack, stack.depth, fixture->now_ns, &untold);
    assert_false(untold);
    return unseen == stack.depth ? stack.depth : stack.depth - 1 - unseen;
}

static void look_until_all_named(struct fixture *fixture, size_t depth)
{
    unsigned looks = 0;

    while (look(fixture) < depth)
        assert_true(++looks < LOOKS_MAX);
}

static void look_until_named(struct fixture *fixture)
{
    look_until_all_named(fixture, 2);
}

static const char *name_before; /* what INNER is at the beginning of each reading */
static unsigned call;           /* which was the last */

/* When the first copy of the stack is made, INNER is one function; when the thread state is read, another came in its
   place. */
static void replace(struct made_up *made_up, const struct piece *piece)
{
    if (made_up->calls != call)
        put_inner(made_up, name_before, 1);
    call = made_up->calls;
    if (piece->address.value == MADE_UP_THREAD)
        put_inner(made_up, "two", 2);
}

static void replace_while_read(struct fixture *fixture, const char *name)
{
    call = 0;
    name_before = name;
    fixture->made_up->hook = replace;
    for (int i = 0; i < LOOKS_MAX; i++)
        assert_int_equal(look(fixture), 1);
    fixture->made_up->hook = NULL;
    look_until_named(fixture);
}

static void a_code_object_that_was_replaced_while_the_stack_was_read_names_nothing(void **state)
{
    (void)state;
    for (uint32_t version = MADE_UP_FIRST; version <= MADE_UP_LAST; version++) {
        struct fixture fixture;

        open_fixture(&fixture, version);
        look_until_named(&fixture);
        put_inner(fixture.made_up, "two", 2);
        look_until_named(&fixture);
        replace_while_read(&fixture, "one");
        if (fixture.made_up->layout.code.version != LAYOUT_NONE)
            replace_while_read(&fixture, "two"); /* which only its version tells from the other */
        close_fixture(&fixture);
    }
}

/* --- callers that ended -------------------------------------------------------------------------- */

enum { RETURN_UNIT = 3, LOOKS_TRUSTED = 600 /* after which names are taken from the look before */ };

/* Has the frame stand on an instruction of its code that ends a call. */
static void stand_on_return(struct made_up *made_up, uint64_t frame, uint64_t code, uint32_t opcode)
{
    const uint64_t instruction = code + made_up->layout.code.units + RETURN_UNIT * LAYOUT_UNIT_BYTES;

    *made_up_at(made_up, instruction) = (unsigned char)opcode;
    made_up_word(made_up, frame + made_up->layout.frame.instruction, instruction);
}

static void assert_lines(const struct fixture *fixture, bool outer, bool inner)
{
    assert_int_equal(fixture->naming.memo[0].record.line != 0, outer);
    assert_int_equal(fixture->naming.memo[1].record.line != 0, inner);
}

/* `opcode` ends a call in this version, or none does. */
static void stand_where_calls_end(uint32_t version, uint32_t opcode)
{
    const bool is_told = opcode == LAYOUT_NONE;
    struct fixture fixture;
    struct made_up *made_up;

    open_fixture(&fixture, version);
    made_up = fixture.made_up;
    stand_on_return(made_up, made_up->top - MADE_UP_FRAME_BYTES, OUTER, opcode);
    stand_on_return(made_up, made_up->top, INNER, opcode);
    for (int i = 0; i < LOOKS_TRUSTED; i++)
        look(&fixture);
    assert_lines(&fixture, is_told, true);
    /* What was the top is a caller now. */
    made_up_push(made_up, OUTER);
    look_until_all_named(&fixture, 3);
    assert_lines(&fixture, is_told, is_told);
    close_fixture(&fixture);
}

static void a_caller_that_stands_where_calls_end_has_no_line(void **state)
{
    (void)state;
    for (uint32_t version = 0x030b; version <= MADE_UP_LAST; version++) {
        struct made_up *made_up = made_up_new(version);

        assert_non_null(made_up);
        assert_int_equal(returns_are_needed(&made_up->layout), made_up->layout.frame.stack_top != LAYOUT_NONE);
        stand_where_calls_end(version, made_up->layout.returns.value);
        stand_where_calls_end(version, made_up->layout.returns.constant);
        stand_where_calls_end(version, made_up->layout.returns.generator);
        stand_where_calls_end(version, made_up->layout.returns.watched_value);
        stand_where_calls_end(version, made_up->layout.returns.watched_constant);
        made_up_free(made_up);
    }
}

/* --- names that are put again ------------------------------------------------------------------ */

enum { NAMED = 30, HIDDEN_AT = 20, REST = 10 }; /* from the leaf */

/* Puts a stack of which the frames from `fresh` on are as in the one put before, and compares what stands in the
   sample: the functions 1 to NAMED from the root on, without the hidden one, and the collector above it all. */
static void put_and_compare(struct naming *naming, struct record_frame *frames, uint64_t serial, size_t fresh,
                            bool collected)
{
    struct walk_frame walked[NAMED] = {{.called_c = false}};
    const struct walk_stack stack = {
        .frames = walked, .depth = NAMED, .serial = serial, .rest_of = serial - 1, .fresh = fresh};
    struct record_sample sample = {.depth = 0};
    size_t at = 0;

    for (size_t i = 0; i < NAMED; i++)
        walked[i].address = remote_at(MADE_UP_CHUNK + i);
    naming->kept = NAMED - fresh;
    naming_put(naming, &stack, 0, (struct gc_at){.top = collected}, false, &sample, frames);
    assert_int_equal(sample.depth, NAMED - 1 + collected);
    if (collected)
        assert_int_equal(frames[at++].function, FUNCTION_GC);
    for (size_t i = 0; i < NAMED; i++)
        if (i != HIDDEN_AT)
            assert_int_equal(frames[at++].function, NAMED - i);
}

static void a_collection_and_a_hidden_frame_are_not_put_again(void **state)
{
    struct record_frame *frames = calloc(RECORD_DEPTH_MAX, sizeof *frames);
    struct naming naming = {.memo = NULL};

    (void)state;
    assert_non_null(frames);
    assert_true(naming_init(&naming));
    for (uint32_t i = 0; i < NAMED; i++)
        naming.memo[i].record.function = i == NAMED - 1 - HIDDEN_AT ? CODE_HIDDEN : i + 1;
    put_and_compare(&naming, frames, 1, NAMED, true);
    put_and_compare(&naming, frames, 2, REST, false);
    naming_free(&naming);
    free(frames);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_object_that_was_replaced_while_the_stack_was_read_names_nothing),
        cmocka_unit_test(a_caller_that_stands_where_calls_end_has_no_line),
        cmocka_unit_test(a_collection_and_a_hidden_frame_are_not_put_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
