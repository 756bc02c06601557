/* frame objects (to 3.10): what two copies of each prove, and that stacks far apart are read whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "walk_fixture.h"

enum {
    FIRST = MADE_UP_FIRST,
    LAST = 0x030a,
    DEEP = 1000,
    APART = 2304, /* more than frames that share a place */
};

static uint64_t frame_at(unsigned level)
{
    return MADE_UP_CHUNK + level * MADE_UP_FRAME_BYTES;
}

static void assert_calls(const struct fixture *fixture, size_t depth)
{
    assert_int_equal(fixture->stack.depth, depth);
    for (size_t i = 0; i < depth; i++) {
        assert_int_equal(fixture->stack.frames[i].code.value, MADE_UP_CODE(depth - i));
        assert_int_equal(fixture->stack.frames[i].instruction.value, MADE_UP_CODE(depth - i) + 8);
        assert_false(fixture->stack.frames[i].called_c);
    }
}

static void end_call(struct made_up *made_up, uint64_t frame)
{
    made_up_mark(made_up, frame, false);
    made_up_word(made_up, frame, 0); /* .ob_refcnt */
}

static void stacks_at_rest_are_whole(void **state)
{
    (void)state;
    for (uint32_t version = FIRST; version <= LAST; version++) {
        struct fixture fixture;

        open_fixture(&fixture, version, 5);
        assert_int_equal(read_stack(&fixture), WALK_WHOLE);
        assert_calls(&fixture, 5);
        assert_int_equal(fixture.stack.retries, 0);
        assert_int_equal(fixture.stack.live_from, 0);
        /* What it began: the top is not marked yet, or no more. */
        made_up_mark(fixture.made_up, frame_at(4), false);
        assert_int_equal(read_stack(&fixture), WALK_WHOLE);
        assert_calls(&fixture, 5);
        assert_int_equal(fixture.stack.retries, 1);
        close_fixture(&fixture);
    }
}

static void a_thousand_calls_far_apart_are_whole(void **state)
{
    (void)state;
    for (uint32_t version = FIRST; version <= LAST; version++) {
        struct fixture fixture;
        uint64_t previous = 0;

        open_fixture(&fixture, version, 0);
        for (unsigned i = 0; i < DEEP; i++) {
            const uint64_t frame = MADE_UP_HEAP + i * APART;

            made_up_frame(fixture.made_up, frame, MADE_UP_CODE(i + 1), previous, OWNER_THREAD);
            previous = frame;
        }
        made_up_set_top(fixture.made_up, previous, 0);
        assert_int_equal(read_stack(&fixture), WALK_WHOLE);
        assert_calls(&fixture, DEEP);
        /* Where they are known, in as few calls as there can be. */
        fixture.made_up->calls = 0;
        assert_int_equal(read_stack(&fixture), WALK_WHOLE);
        assert_int_equal(fixture.made_up->calls, (2 * DEEP + 1) / READER_PIECES_MAX + 1);
        close_fixture(&fixture);
    }
}

/* An object that waits for its next call: what is below still stood. */
static void a_call_that_ended_is_no_caller(void **state)
{
    (void)state;
    for (uint32_t version = FIRST; version <= LAST; version++) {
        struct fixture fixture;

        open_fixture(&fixture, version, 5);
        end_call(fixture.made_up, frame_at(2));
        assert_int_equal(read_stack(&fixture), WALK_TRUNCATED);
        assert_calls(&fixture, 2);
        /* In the free list it seems to be the last of a chain. */
        made_up_word(fixture.made_up, frame_at(2) + fixture.made_up->layout.frame.previous, 0);
        assert_int_equal(read_stack(&fixture), WALK_TRUNCATED);
        assert_int_equal(fixture.stack.depth, 0);
        close_fixture(&fixture);
    }
}

/* As while a trace function is called. */
static void a_caller_without_a_mark_has_to_stand_twice(void **state)
{
    (void)state;
    for (uint32_t version = FIRST; version <= LAST; version++) {
        struct fixture fixture;

        open_fixture(&fixture, version, 5);
        made_up_mark(fixture.made_up, frame_at(2), false);
        assert_int_equal(read_stack(&fixture), WALK_WHOLE);
        assert_calls(&fixture, 5);
        assert_int_equal(fixture.stack.retries, 1);
        close_fixture(&fixture);
    }
}

static void a_generator_ends_no_chain(void **state)
{
    (void)state;
    for (uint32_t version = FIRST; version <= LAST; version++) {
        struct fixture fixture;

        open_fixture(&fixture, version, 2);
        made_up_frame(fixture.made_up, frame_at(0), MADE_UP_CODE(1), 0, OWNER_GENERATOR);
        assert_int_equal(read_stack(&fixture), WALK_TRUNCATED);
        assert_int_equal(fixture.stack.depth, 0);
        close_fixture(&fixture);
    }
}

/* A coroutine's object has neither a caller nor a generator before it first runs, and after it ended, and bears the
   mark in the middle of that: with what is read of it at such moments it seems to be the first call of the thread. */
static bool runs_now;

static void run_in_between(struct made_up *made_up, const struct piece *piece)
{
    if (piece->address.value != MADE_UP_THREAD)
        return;
    runs_now = !runs_now;
    made_up_mark(made_up, frame_at(0), runs_now);
}

static void what_does_not_run_in_both_copies_ends_no_chain(void **state)
{
    (void)state;
    for (uint32_t version = FIRST; version <= LAST; version++) {
        for (unsigned depth = 1; depth <= 2; depth++) {
            struct fixture fixture;

            open_fixture(&fixture, version, depth);
            made_up_mark(fixture.made_up, frame_at(0), false);
            assert_int_equal(read_stack(&fixture), WALK_TRUNCATED);
            assert_int_equal(fixture.stack.depth, 0);
            fixture.made_up->hook = run_in_between;
            assert_int_equal(read_stack(&fixture), WALK_TRUNCATED);
            assert_int_equal(fixture.stack.depth, 0);
            close_fixture(&fixture);
        }
    }
}

/* The function on top returns and is called by another one just when the thread state is read. */
static void change_caller(struct made_up *made_up, const struct piece *piece)
{
    static bool by_other;

    if (piece->address.value != MADE_UP_THREAD)
        return;
    by_other = !by_other;
    made_up_word(made_up, frame_at(4) + made_up->layout.frame.previous, frame_at(by_other ? 2 : 3));
}

static void a_changing_caller_tears_the_stack(void **state)
{
    (void)state;
    for (uint32_t version = FIRST; version <= LAST; version++) {
        struct fixture fixture;

        open_fixture(&fixture, version, 5);
        fixture.made_up->hook = change_caller;
        assert_int_equal(read_stack(&fixture), WALK_TRUNCATED);
        assert_true(fixture.stack.torn);
        assert_in_range(fixture.stack.depth, 3, 4); /* those that stood */
        assert_int_equal(fixture.stack.frames[fixture.stack.depth - 1].code.value, MADE_UP_CODE(1));
        close_fixture(&fixture);
    }
}

/* A caller goes on to another call whenever the thread state is read. */
static void go_on(struct made_up *made_up, const struct piece *piece)
{
    if (piece->address.value == MADE_UP_THREAD)
        *made_up_at(made_up, frame_at(1) + made_up->layout.frame.instruction) ^= 2;
}

static void above_a_caller_that_went_on_the_top_has_no_line(void **state)
{
    (void)state;
    for (uint32_t version = FIRST; version <= LAST; version++) {
        struct fixture fixture;

        open_fixture(&fixture, version, 5);
        fixture.made_up->hook = go_on;
        assert_int_equal(read_stack(&fixture), WALK_WHOLE);
        assert_int_equal(fixture.stack.depth, 5);
        for (size_t i = 0; i < 5; i++)
            assert_int_equal(fixture.stack.frames[i].instruction.value == 0, i == 0 || i == 3);
        close_fixture(&fixture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stacks_at_rest_are_whole),
        cmocka_unit_test(a_thousand_calls_far_apart_are_whole),
        cmocka_unit_test(a_call_that_ended_is_no_caller),
        cmocka_unit_test(a_caller_without_a_mark_has_to_stand_twice),
        cmocka_unit_test(a_generator_ends_no_chain),
        cmocka_unit_test(what_does_not_run_in_both_copies_ends_no_chain),
        cmocka_unit_test(a_changing_caller_tears_the_stack),
        cmocka_unit_test(above_a_caller_that_went_on_the_top_has_no_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
