/* walk: stacks of each version, made up; at rest, and while they change between two pieces of a read. Those made to
   hurt, walk_hurt_test.c has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "made_up.h"
#include "sample/walk.h"
#include "walk_fixture.h"

static void at_rest(uint32_t version)
{
    struct fixture fixture;

    open_fixture(&fixture, version, 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(read_stack(&fixture), WALK_WHOLE);
        ASSERT_CODES(&fixture, 3, 2, 1);
        assert_false(fixture.stack.cut);
        assert_int_equal(fixture.stack.retries, 0);
    }
    fixture.made_up->calls = 0; /* the places are known: one read is enough */
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    assert_int_equal(fixture.made_up->calls, 1);
    made_up_push(fixture.made_up, MADE_UP_CODE(4));
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    ASSERT_CODES(&fixture, 4, 3, 2, 1);
    close_fixture(&fixture);
}

static void a_stack_at_rest_is_whole(void **state)
{
    (void)state;
    each_version(at_rest);
}

/* A function called by C code: its _PyCFrame is named before what it holds is set, so that it still
   names what stood in the same place, and the new frame there does not have its caller yet. */
static void where_a_loop_begins(uint32_t version)
{
    const uint64_t loop = MADE_UP_C_STACK + 0x200, entry = MADE_UP_C_STACK + 0x300;
    struct fixture fixture;
    struct made_up *made_up;
    uint64_t caller, frame, caller_at;

    open_fixture(&fixture, version, 2);
    made_up = fixture.made_up;
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    if (made_up->layout.thread.cframe != LAYOUT_NONE) {
        caller = made_up->top;
        frame = made_up->next_slot;
        if (made_up->layout.frame.is_entry == LAYOUT_NONE)
            made_up_frame(made_up, entry, 0, 0, OWNER_ENTRY);
        made_up_frame(made_up, frame, MADE_UP_CODE(3),
                      made_up->layout.frame.is_entry == LAYOUT_NONE ? entry : 0, OWNER_THREAD);
        made_up_mark(made_up, frame, false);
        made_up_cframe(made_up, loop, frame, MADE_UP_C_STACK);
        made_up_word(made_up, MADE_UP_THREAD + made_up->layout.thread.datastack_top,
                     frame + MADE_UP_FRAME_BYTES);
        for (int i = 0; i < 3; i++) {
            assert_int_equal(read_stack(&fixture), WALK_TRUNCATED);
            if (i > 0) /* where loops stand is known by now */
                ASSERT_CODES(&fixture, 2, 1);
        }
        /* Now it has. */
        caller_at = made_up->layout.frame.is_entry == LAYOUT_NONE ? entry : frame;
        made_up_word(made_up, caller_at + made_up->layout.frame.previous, caller);
        assert_int_equal(read_stack(&fixture), WALK_WHOLE);
        ASSERT_CODES(&fixture, 3, 2, 1);
    }
    close_fixture(&fixture);
}

static void a_caller_that_is_not_set_yet_is_not_made_up(void **state)
{
    (void)state;
    each_version(where_a_loop_begins);
}

/* A function called in the same loop by generator 3, which generator 2 waits for: the compiler of a CPython 3.12.1 lets it
   be named as the top (cframe.current_frame) some instructions before .previous is set, which until then is that of the
   call made in the same slot before, of which generator 2 was the caller. */
static void where_a_call_begins(uint32_t version)
{
    struct fixture fixture;
    struct made_up *made_up;
    const uint64_t second = MADE_UP_HEAP, third = MADE_UP_HEAP + 0x400;
    uint64_t frame;

    open_fixture(&fixture, version, 1);
    made_up = fixture.made_up;
    if (made_up->layout.thread.cframe != LAYOUT_NONE) {
        frame = made_up->next_slot;
        made_up_frame(made_up, second, MADE_UP_CODE(2), made_up->top, OWNER_GENERATOR);
        made_up_frame(made_up, third, MADE_UP_CODE(3), second, OWNER_GENERATOR);
        made_up_frame(made_up, frame, MADE_UP_CODE(4), second, OWNER_THREAD);
        made_up_mark(made_up, frame, false);
        made_up_word(made_up, frame + made_up->layout.frame.instruction, MADE_UP_CODE(4) + made_up->layout.code.units - 2);
        made_up_set_top(made_up, frame, frame + MADE_UP_FRAME_BYTES);
        for (int i = 0; i < 3; i++)
            assert_int_equal(read_stack(&fixture), WALK_TRUNCATED);
        made_up_frame(made_up, frame, MADE_UP_CODE(4), third, OWNER_THREAD);
        assert_int_equal(read_stack(&fixture), WALK_WHOLE);
        ASSERT_CODES(&fixture, 4, 3, 2, 1);
    }
    close_fixture(&fixture);
}

static void a_caller_that_is_not_set_yet_in_the_same_loop_is_not_made_up(void **state)
{
    (void)state;
    each_version(where_a_call_begins);
}

static void without_frames(uint32_t version)
{
    struct fixture fixture;

    open_fixture(&fixture, version, 0);
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    assert_int_equal(fixture.stack.depth, 0);
    made_up_set_top(fixture.made_up, 0, fixture.made_up->next_slot);
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    assert_int_equal(fixture.stack.depth, 0);
    close_fixture(&fixture);
}

static void a_thread_without_python_frames_has_an_empty_stack(void **state)
{
    (void)state;
    each_version(without_frames);
}

static void in_generators(uint32_t version)
{
    struct fixture fixture;

    open_fixture(&fixture, version, 2);
    call_generators(&fixture, 3, 5);
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    ASSERT_CODES(&fixture, 7, 6, 5, 4, 3, 2, 1);
    close_fixture(&fixture);
}

static void frames_in_places_not_known_are_found(void **state)
{
    (void)state;
    each_version(in_generators);
}

/* Three calls, the last of them in a second chunk. */
static void open_over_two_chunks(struct fixture *fixture, uint32_t version)
{
    struct made_up *made_up;
    const struct layout *layout;

    open_fixture(fixture, version, 2);
    made_up = fixture->made_up;
    layout = &made_up->layout;
    made_up_word(made_up, MADE_UP_CHUNK + layout->chunk.top, 32);
    made_up_word(made_up, MADE_UP_SECOND_CHUNK + layout->chunk.previous, MADE_UP_CHUNK);
    made_up_word(made_up, MADE_UP_SECOND_CHUNK + layout->chunk.size, 16384);
    made_up_word(made_up, MADE_UP_THREAD + layout->thread.datastack_chunk, MADE_UP_SECOND_CHUNK);
    made_up->next_slot = MADE_UP_SECOND_CHUNK + layout->chunk.data;
    made_up_push(made_up, MADE_UP_CODE(3));
    assert_int_equal(read_stack(fixture), WALK_WHOLE);
}

static void over_two_chunks(uint32_t version)
{
    struct fixture fixture;

    open_over_two_chunks(&fixture, version);
    ASSERT_CODES(&fixture, 3, 2, 1);
    close_fixture(&fixture);
}

static void a_stack_may_stand_in_several_chunks(void **state)
{
    (void)state;
    each_version(over_two_chunks);
}

/* Two other calls stand in the place of the last two, from the second piece of a copy until the chunk on top was read
   behind the thread state; so they would if the chunks were read but once in a copy. */
static void take_turns(struct made_up *made_up, const struct piece *piece)
{
    static unsigned calls, index;
    const struct layout *layout = &made_up->layout;
    const uint64_t caller = MADE_UP_CHUNK + layout->chunk.data + MADE_UP_FRAME_BYTES;
    const uint64_t callee = MADE_UP_SECOND_CHUNK + layout->chunk.data;
    bool others;

    (void)piece;
    index = made_up->calls == calls ? index + 1 : 0;
    calls = made_up->calls;
    others = index > 0 && index <= (layout->thread.cframe != LAYOUT_NONE ? 4 : 3);
    made_up_word(made_up, caller + layout->frame.code, MADE_UP_CODE(others ? 12 : 2));
    made_up_word(made_up, callee + layout->frame.code, MADE_UP_CODE(others ? 13 : 3));
}

static void across_chunks_by_turns(uint32_t version)
{
    struct fixture fixture;

    open_over_two_chunks(&fixture, version);
    fixture.made_up->hook = take_turns;
    assert_int_equal(read_stack(&fixture), WALK_TRUNCATED);
    ASSERT_CODES(&fixture, 1);
    close_fixture(&fixture);
}

static void calls_that_take_turns_across_chunks_are_not_mixed(void **state)
{
    (void)state;
    each_version(across_chunks_by_turns);
}

/* The leaf calls and returns at every read, so that no two copies of it are alike. */
static void churn(struct made_up *made_up, const struct piece *piece)
{
    static uint64_t number;
    const uint64_t leaf = MADE_UP_CHUNK + made_up->layout.chunk.data + 2 * MADE_UP_FRAME_BYTES;

    (void)piece;
    made_up_word(made_up, leaf + made_up->layout.frame.code, MADE_UP_CODE(100 + ++number % 100));
}

static void under_a_churning_leaf(uint32_t version)
{
    struct fixture fixture;

    open_fixture(&fixture, version, 3);
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    fixture.made_up->hook = churn;
    assert_int_equal(read_stack(&fixture), WALK_TRUNCATED);
    ASSERT_CODES(&fixture, 2, 1);
    assert_true(fixture.stack.retries > 0);
    assert_true(fixture.stack.torn);
    fixture.made_up->hook = NULL;
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    assert_int_equal(fixture.stack.depth, 3);
    close_fixture(&fixture);
}

static void a_torn_stack_keeps_its_proven_root_side(void **state)
{
    (void)state;
    each_version(under_a_churning_leaf);
}

/* A caller that has become another one at every read, below a callee that has ended. */
static void change_caller(struct made_up *made_up, const struct piece *piece)
{
    static uint64_t number;
    static unsigned calls;
    const uint64_t caller = made_up->top - MADE_UP_FRAME_BYTES;

    (void)piece;
    if (calls != made_up->calls)
        made_up_word(made_up, caller + made_up->layout.frame.code, MADE_UP_CODE(10 + ++number % 2));
    calls = made_up->calls;
}

static void above_another_caller(uint32_t version)
{
    struct fixture fixture;
    struct made_up *made_up;

    open_fixture(&fixture, version, 3);
    made_up = fixture.made_up;
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    if (made_up->layout.frame.stack_top != LAYOUT_NONE) { /* else it would have no code now */
        made_up_mark(made_up, made_up->top, false);
        made_up_mark(made_up, made_up->top - MADE_UP_FRAME_BYTES, true);
        made_up->hook = change_caller;
        assert_int_equal(read_stack(&fixture), WALK_TRUNCATED);
        assert_int_equal(fixture.stack.depth, 2);
        assert_true(fixture.stack.frames[0].code.value >= MADE_UP_CODE(10));
        assert_int_equal(fixture.stack.frames[1].code.value, MADE_UP_CODE(1));
    }
    close_fixture(&fixture);
}

static void a_callee_that_ended_is_not_shown_above_another_caller(void **state)
{
    (void)state;
    each_version(above_another_caller);
}

/* As a frame is made in 3.13: it has its code, and the caller of what stood there before (DISPATCH_INLINED() sets that
   last). Who waits for a callee in its own loop is never marked. */
static void with_a_stale_caller(uint32_t version)
{
    struct fixture fixture;
    struct made_up *made_up;

    open_fixture(&fixture, version, 3);
    made_up = fixture.made_up;
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    if (made_up->layout.frame.stack_top != LAYOUT_NONE) {
        made_up_mark(made_up, made_up->top - MADE_UP_FRAME_BYTES, true);
        assert_int_equal(read_stack(&fixture), WALK_TRUNCATED);
        ASSERT_CODES(&fixture, 2, 1);
    }
    close_fixture(&fixture);
}

static void a_caller_that_runs_in_both_copies_did_not_wait(void **state)
{
    (void)state;
    each_version(with_a_stale_caller);
}

/* The caller goes on to its next instruction in every collection, and after the first one its callee has
   returned. */
static void move_on(struct made_up *made_up, const struct piece *piece)
{
    static unsigned calls;
    const uint64_t callee = made_up->top;
    const uint64_t caller = callee - MADE_UP_FRAME_BYTES;
    const uint32_t instruction = made_up->layout.frame.instruction;

    if (piece->address.value != MADE_UP_THREAD)
        return;
    if (calls != made_up->calls - 1) {
        made_up_word(made_up, caller + instruction, MADE_UP_CODE(2) + 64 + made_up->calls);
    } else {
        made_up_mark(made_up, caller, true);
        made_up_set_top(made_up, caller, callee);
    }
    calls = made_up->calls;
}

static void with_a_line_open(uint32_t version)
{
    struct fixture fixture;

    open_fixture(&fixture, version, 3);
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    fixture.made_up->hook = move_on;
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    ASSERT_CODES(&fixture, 3, 2, 1);
    assert_true(remote_is_null(fixture.stack.frames[1].instruction));
    assert_false(remote_is_null(fixture.stack.frames[2].instruction));
    assert_false(fixture.stack.torn);
    fixture.made_up->hook = NULL;
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    ASSERT_CODES(&fixture, 2, 1);
    close_fixture(&fixture);
}

static void a_proven_stack_does_not_give_way_to_one_that_holds_still(void **state)
{
    (void)state;
    each_version(with_a_line_open);
}

static void neither_calling_nor_running(uint32_t version)
{
    struct fixture fixture;

    /* Of a function that returns, and clears much, or is traced. */
    open_fixture(&fixture, version, 3);
    made_up_mark(fixture.made_up, fixture.made_up->top, false);
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    ASSERT_CODES(&fixture, 3, 2, 1);
    assert_int_equal(fixture.stack.live_from, 0); /* so that what is read with it can name it */
    close_fixture(&fixture);
}

static void a_stack_that_does_not_run_is_whole_when_it_stands(void **state)
{
    (void)state;
    each_version(neither_calling_nor_running);
}

static uint64_t piece_before;       /* the one read last */
static uint64_t piece_before_state; /* and that when the thread state was */

static void note_order(struct made_up *made_up, const struct piece *piece)
{
    (void)made_up;
    if (piece->address.value == MADE_UP_THREAD)
        piece_before_state = piece_before;
    piece_before = piece->address.value;
}

static void next_to_the_state(uint32_t version)
{
    struct fixture fixture;
    struct made_up *made_up;
    uint64_t previous;

    open_fixture(&fixture, version, 2);
    made_up = fixture.made_up;
    previous = made_up->top;
    for (unsigned i = 0; i < 3; i++) { /* each is looked up when others are known */
        const uint64_t frame = MADE_UP_HEAP + i * 0x8000;

        made_up_frame(made_up, frame, MADE_UP_CODE(3 + i), previous, OWNER_GENERATOR);
        if (made_up->layout.frame.is_entry != LAYOUT_NONE)
            *made_up_at(made_up, frame + made_up->layout.frame.is_entry) = 0;
        made_up_set_top(made_up, frame, made_up->next_slot);
        previous = frame;
        assert_int_equal(read_stack(&fixture), WALK_WHOLE);
        made_up->hook = note_order;
        assert_int_equal(read_stack(&fixture), WALK_WHOLE);
        made_up->hook = NULL;
        assert_int_equal(piece_before_state, MADE_UP_CHUNK + made_up->layout.chunk.data);
    }
    close_fixture(&fixture);
}

static void the_data_stack_is_read_next_to_the_thread_state(void **state)
{
    (void)state;
    each_version(next_to_the_state);
}

/* Calls a function by way of C, which enters the interpreter's loop anew. */
static void push_by_c(struct made_up *made_up, uint64_t code)
{
    static uint64_t entry = MADE_UP_C_STACK + 0x200;
    uint64_t loop;

    if (made_up->layout.thread.cframe != LAYOUT_NONE) {
        memcpy(&loop, made_up_at(made_up, MADE_UP_THREAD + made_up->layout.thread.cframe), sizeof loop);
        made_up_cframe(made_up, loop + 0x400, 0, loop);
    }
    if (made_up->layout.frame.is_entry == LAYOUT_NONE) {
        made_up_frame(made_up, entry, 0, made_up->top, OWNER_ENTRY);
        made_up->top = entry;
        entry = entry == MADE_UP_C_STACK + 0x200 ? entry + 0x100 : entry - 0x100;
    }
    made_up_push(made_up, code);
    if (made_up->layout.frame.is_entry != LAYOUT_NONE)
        *made_up_at(made_up, made_up->top + made_up->layout.frame.is_entry) = 1;
}

/* 1 calls 2 by way of C, 2 calls 3, 3 calls 4 by way of C. */
static void by_way_of_c(uint32_t version)
{
    static const bool CALLED_C[] = {false, true, false, true};
    struct fixture fixture;

    open_fixture(&fixture, version, 1);
    push_by_c(fixture.made_up, MADE_UP_CODE(2));
    made_up_push(fixture.made_up, MADE_UP_CODE(3));
    push_by_c(fixture.made_up, MADE_UP_CODE(4));
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    ASSERT_CODES(&fixture, 4, 3, 2, 1);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(fixture.stack.frames[i].called_c, CALLED_C[i]);
    close_fixture(&fixture);
}

/* What is kept of a torn stack tells it, too. */
static void torn_by_way_of_c(uint32_t version)
{
    struct fixture fixture;

    open_fixture(&fixture, version, 1);
    push_by_c(fixture.made_up, MADE_UP_CODE(2));
    made_up_push(fixture.made_up, MADE_UP_CODE(3));
    fixture.made_up->hook = churn;
    assert_int_equal(read_stack(&fixture), WALK_TRUNCATED);
    ASSERT_CODES(&fixture, 2, 1);
    assert_true(fixture.stack.frames[1].called_c);
    close_fixture(&fixture);
}

static void calls_by_way_of_c_are_told(void **state)
{
    (void)state;
    each_version(by_way_of_c);
    each_version(torn_by_way_of_c);
}

/* A round begins with a reading of something else, with which what is foreseen is read in so long. Gives how often it was
   collected again. */
static unsigned read_foreseen(struct fixture *fixture, uint64_t took_ns, unsigned calls)
{
    struct made_up *made_up = fixture->made_up;
    uint64_t word;

    made_up->foreseen_ns = took_ns;
    walk_room_foresee(fixture->room, &made_up->reader);
    assert_true(reader_read_word(&made_up->reader, remote_at(MADE_UP_THREAD), &word));
    made_up->calls = 0;
    assert_int_equal(read_stack(fixture), WALK_WHOLE);
    ASSERT_CODES(fixture, 3, 2, 1);
    assert_int_equal(made_up->calls, calls);
    return fixture->stack.retries;
}

/* What is cold in the caches at the beginning of a round differs by half as much again; one that takes three times as long
   was interrupted, also if the first one was for much longer. */
static void foreseen(uint32_t version)
{
    enum { WARM_NS = 8000, COLD_NS = 16000, SLOW_NS = 50000, LONG_NS = 4000000 };
    struct fixture fixture;

    open_fixture(&fixture, version, 3);
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    read_foreseen(&fixture, WARM_NS, 1); /* what the last round read is not known yet */
    read_foreseen(&fixture, LONG_NS, 0);
    assert_int_equal(read_foreseen(&fixture, WARM_NS, 0), 0);
    assert_int_equal(read_foreseen(&fixture, SLOW_NS, 1), 1);
    for (int i = 0; i < 100; i++)
        assert_int_equal(read_foreseen(&fixture, (WARM_NS + COLD_NS) / 2, 0), 0);
    for (int i = 0; i < 100; i++)
        assert_int_equal(read_foreseen(&fixture, i % 2 == 0 ? WARM_NS : COLD_NS, 0), 0);
    assert_int_equal(read_foreseen(&fixture, SLOW_NS, 1), 1);
    assert_int_equal(read_foreseen(&fixture, COLD_NS, 0), 0);
    close_fixture(&fixture);
}

static void what_is_foreseen_is_not_read_again(void **state)
{
    (void)state;
    each_version(foreseen);
}

/* It is read from another CPU now: what it was before is not told. */
static void forgotten(uint32_t version)
{
    struct fixture fixture;
    uint64_t word;

    open_fixture(&fixture, version, 3);
    read_stack(&fixture);
    read_foreseen(&fixture, 1000, 1);
    read_foreseen(&fixture, 1000, 0);
    walk_room_foresee(fixture.room, &fixture.made_up->reader);
    assert_true(reader_read_word(&fixture.made_up->reader, remote_at(MADE_UP_THREAD), &word));
    made_up_push(fixture.made_up, MADE_UP_CODE(4));
    walk_forget_foreseen(fixture.walk);
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    ASSERT_CODES(&fixture, 4, 3, 2, 1);
    close_fixture(&fixture);
}

static void what_was_foreseen_from_elsewhere_is_forgotten(void **state)
{
    (void)state;
    each_version(forgotten);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stack_at_rest_is_whole),
        cmocka_unit_test(a_caller_that_is_not_set_yet_is_not_made_up),
        cmocka_unit_test(a_caller_that_is_not_set_yet_in_the_same_loop_is_not_made_up),
        cmocka_unit_test(a_thread_without_python_frames_has_an_empty_stack),
        cmocka_unit_test(frames_in_places_not_known_are_found),
        cmocka_unit_test(a_stack_may_stand_in_several_chunks),
        cmocka_unit_test(calls_that_take_turns_across_chunks_are_not_mixed),
        cmocka_unit_test(a_torn_stack_keeps_its_proven_root_side),
        cmocka_unit_test(a_callee_that_ended_is_not_shown_above_another_caller),
        cmocka_unit_test(a_caller_that_runs_in_both_copies_did_not_wait),
        cmocka_unit_test(a_proven_stack_does_not_give_way_to_one_that_holds_still),
        cmocka_unit_test(a_stack_that_does_not_run_is_whole_when_it_stands),
        cmocka_unit_test(the_data_stack_is_read_next_to_the_thread_state),
        cmocka_unit_test(calls_by_way_of_c_are_told),
        cmocka_unit_test(what_is_foreseen_is_not_read_again),
        cmocka_unit_test(what_was_foreseen_from_elsewhere_is_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
