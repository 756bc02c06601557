/* walk: stacks of each version, made up; at rest, while they change between two pieces of a read,
   and made to hurt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <string.h>

#include <cmocka.h>

#include "made_up.h"
#include "sample/record.h"
#include "sample/walk.h"
#include "walk_fixture.h"

/* Whether the stack is these codes' numbers, leaf first. */
static void assert_codes(const struct fixture *fixture, const uint64_t *numbers, size_t count)
{
    assert_int_equal(fixture->stack.depth, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(fixture->stack.frames[i].code.value, MADE_UP_CODE(numbers[i]));
}

#define ASSERT_CODES(fixture, ...)                                                                 \
    assert_codes(fixture, (const uint64_t[]){__VA_ARGS__},                                         \
                 sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t))

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

static void over_two_chunks(uint32_t version)
{
    struct fixture fixture;
    struct made_up *made_up;
    const struct layout *layout;

    open_fixture(&fixture, version, 2);
    made_up = fixture.made_up;
    layout = &made_up->layout;
    made_up_word(made_up, MADE_UP_CHUNK + layout->chunk.top, 32);
    made_up_word(made_up, MADE_UP_SECOND_CHUNK + layout->chunk.previous, MADE_UP_CHUNK);
    made_up_word(made_up, MADE_UP_SECOND_CHUNK + layout->chunk.size, 16384);
    made_up_word(made_up, MADE_UP_THREAD + layout->thread.datastack_chunk, MADE_UP_SECOND_CHUNK);
    made_up->next_slot = MADE_UP_SECOND_CHUNK + layout->chunk.data;
    made_up_push(made_up, MADE_UP_CODE(3));
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    ASSERT_CODES(&fixture, 3, 2, 1);
    close_fixture(&fixture);
}

static void a_stack_may_stand_in_several_chunks(void **state)
{
    (void)state;
    each_version(over_two_chunks);
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

static uint64_t deep_leaf;

static void churn_deep(struct made_up *made_up, const struct piece *piece)
{
    static uint64_t number;

    (void)piece;
    made_up_word(made_up, deep_leaf + made_up->layout.frame.code,
                 MADE_UP_CODE(100 + ++number % 100));
}

static void too_deep(uint32_t version)
{
    struct fixture fixture;
    struct made_up *made_up;
    uint64_t previous, frame = MADE_UP_HEAP;
    const size_t depth = RECORD_DEPTH_MAX + 10;

    /* In one large chunk, of the smallest frames. */
    open_fixture(&fixture, version, 0);
    made_up = fixture.made_up;
    previous = made_up->top;
    made_up_word(made_up, MADE_UP_HEAP + made_up->layout.chunk.size, MADE_UP_END - MADE_UP_HEAP);
    made_up_word(made_up, MADE_UP_THREAD + made_up->layout.thread.datastack_chunk, MADE_UP_HEAP);
    frame += made_up->layout.chunk.data;
    for (size_t i = 0; i < depth; i++, frame += made_up->layout.frame.size) {
        made_up_frame(made_up, frame, MADE_UP_CODE(1), previous, OWNER_THREAD);
        previous = frame;
    }
    made_up_set_top(made_up, previous, frame);
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    assert_int_equal(fixture.stack.depth, RECORD_DEPTH_MAX);
    assert_true(fixture.stack.cut); /* the root side is left out, and that is said */
    deep_leaf = previous;
    made_up->hook = churn_deep;
    assert_int_equal(read_stack(&fixture), WALK_TRUNCATED);
    if (fixture.stack.depth > 0) { /* the bottom is known only where it is on the data stack */
        assert_int_equal(fixture.stack.depth, RECORD_DEPTH_MAX - 1); /* and room for what moves */
        assert_true(fixture.stack.cut);
    }
    assert_true(fixture.stack.depth > 0 || version != FIRST_VERSION);
    close_fixture(&fixture);
}

static void a_stack_too_deep_is_cut_at_the_root(void **state)
{
    (void)state;
    each_version(too_deep);
}

static void in_circles(uint32_t version)
{
    for (size_t length = 1; length <= 5; length++) {
        struct fixture fixture;
        const uint64_t first =
            MADE_UP_CHUNK + (uint64_t)24 + (5 - length) * MADE_UP_FRAME_BYTES;

        open_fixture(&fixture, version, 5);
        made_up_frame(fixture.made_up, first, MADE_UP_CODE(9), fixture.made_up->top, OWNER_THREAD);
        assert_int_equal(read_stack(&fixture), WALK_TRUNCATED);
        assert_int_equal(fixture.stack.depth, 0);
        close_fixture(&fixture);
    }
}

static void a_chain_in_a_circle_proves_nothing(void **state)
{
    (void)state;
    each_version(in_circles);
}

static void broken_chains(uint32_t version)
{
    static const uint64_t NOWHERE[] = {1,          8,          MADE_UP_END - 8, MADE_UP_END,
                                       INT64_MAX,  UINT64_MAX, UINT64_MAX - 7,  UINT64_MAX - 64,
                                       MADE_UP_BASE - 8};

    for (size_t i = 0; i < sizeof NOWHERE / sizeof NOWHERE[0]; i++) {
        struct fixture fixture;
        struct made_up *made_up;

        open_fixture(&fixture, version, 3);
        made_up = fixture.made_up;
        /* In the middle of the chain. */
        made_up_word(made_up, made_up->top + made_up->layout.frame.previous, NOWHERE[i]);
        assert_int_equal(read_stack(&fixture), WALK_TRUNCATED);
        assert_int_equal(fixture.stack.depth, 0);
        /* As the top, and as the end of what is used. */
        made_up_set_top(made_up, NOWHERE[i], NOWHERE[i]);
        assert_int_not_equal(read_stack(&fixture), WALK_WHOLE);
        assert_int_equal(fixture.stack.depth, 0);
        /* As the _PyCFrame, and as the chunk. */
        if (made_up->layout.thread.cframe != LAYOUT_NONE)
            made_up_word(made_up, MADE_UP_THREAD + made_up->layout.thread.cframe, NOWHERE[i]);
        made_up_word(made_up, MADE_UP_THREAD + made_up->layout.thread.datastack_chunk, NOWHERE[i]);
        assert_int_not_equal(read_stack(&fixture), WALK_WHOLE);
        close_fixture(&fixture);
    }
}

static void a_chain_that_leads_nowhere_proves_nothing(void **state)
{
    (void)state;
    each_version(broken_chains);
}

static void chunks_of_garbage(uint32_t version)
{
    static const uint64_t SIZES[] = {0, 1, 24, 25, 1 << 20, (1 << 20) + 1, INT64_MAX, UINT64_MAX};

    for (size_t i = 0; i < sizeof SIZES / sizeof SIZES[0]; i++) {
        struct fixture fixture;
        struct made_up *made_up;
        const struct layout *layout;
        enum walk_result result;

        open_fixture(&fixture, version, 2);
        made_up = fixture.made_up;
        layout = &made_up->layout;
        made_up_word(made_up, MADE_UP_CHUNK + layout->chunk.size, SIZES[i]);
        made_up_word(made_up, MADE_UP_CHUNK + layout->chunk.top, UINT64_MAX);
        made_up_word(made_up, MADE_UP_CHUNK + layout->chunk.previous, MADE_UP_CHUNK); /* a circle */
        result = read_stack(&fixture);
        assert_int_not_equal(result, WALK_FAILED);
        if (result == WALK_WHOLE)
            ASSERT_CODES(&fixture, 2, 1);
        close_fixture(&fixture);
    }
}

static void chunks_of_garbage_do_no_harm(void **state)
{
    (void)state;
    each_version(chunks_of_garbage);
}

static void dead_tops(uint32_t version)
{
    struct fixture fixture;
    struct made_up *made_up;
    uint64_t dead;

    open_fixture(&fixture, version, 3);
    made_up = fixture.made_up;
    /* The thread state still names the frame that was just popped. */
    dead = made_up->top;
    made_up_set_top(made_up, dead, dead);
    assert_int_equal(read_stack(&fixture), WALK_TRUNCATED);
    /* A frame that is being cleared has no code; one of a dead frame object is on no chain. */
    made_up_set_top(made_up, dead, made_up->next_slot);
    made_up_frame(made_up, dead, 0, dead - MADE_UP_FRAME_BYTES, OWNER_THREAD);
    assert_int_equal(read_stack(&fixture), WALK_TRUNCATED);
    made_up_frame(made_up, dead, MADE_UP_CODE(3), dead - MADE_UP_FRAME_BYTES, OWNER_OBJECT);
    assert_int_equal(read_stack(&fixture), WALK_TRUNCATED);
    *made_up_at(made_up, dead + made_up->layout.frame.owner) = 0xff;
    assert_int_equal(read_stack(&fixture), WALK_TRUNCATED);
    close_fixture(&fixture);
}

static void dead_frames_are_not_shown(void **state)
{
    (void)state;
    each_version(dead_tops);
}

/* The chain ends early: not at what may be a bottom. */
static void cut_short(uint32_t version)
{
    struct fixture fixture;
    struct made_up *made_up;

    open_fixture(&fixture, version, 3);
    made_up = fixture.made_up;
    made_up_word(made_up, made_up->top - MADE_UP_FRAME_BYTES + made_up->layout.frame.previous, 0);
    if (made_up->layout.frame.is_entry != LAYOUT_NONE)
        assert_int_equal(*made_up_at(made_up, made_up->top - MADE_UP_FRAME_BYTES +
                                                  made_up->layout.frame.is_entry),
                         0);
    assert_int_equal(read_stack(&fixture), WALK_TRUNCATED);
    assert_int_equal(fixture.stack.depth, 0);
    close_fixture(&fixture);
}

static void a_chain_that_ends_early_proves_nothing(void **state)
{
    (void)state;
    each_version(cut_short);
}

static void jump_ahead(struct made_up *made_up, const struct piece *piece)
{
    (void)made_up;
    (void)piece;
    fixture_now_ns += 1000000;
}

static void slow_reads(uint32_t version)
{
    struct fixture fixture;

    open_fixture(&fixture, version, 3);
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    fixture.made_up->hook = jump_ahead;
    assert_int_equal(read_stack(&fixture), WALK_TRUNCATED);
    assert_int_equal(fixture.stack.depth, 0);
    fixture.made_up->hook = NULL;
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    close_fixture(&fixture);
}

static void a_read_that_took_long_proves_nothing(void **state)
{
    (void)state;
    each_version(slow_reads);
}

static void lost_states(uint32_t version)
{
    struct fixture fixture;

    open_fixture(&fixture, version, 3);
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    fixture.made_up->fail_with = ESRCH;
    assert_int_equal(read_stack(&fixture), WALK_FAILED);
    assert_int_equal(errno, ESRCH);
    walk_free(fixture.walk);
    fixture.made_up->fail_with = 0;
    fixture.walk = walk_new(&fixture.made_up->reader, &fixture.made_up->layout, fixture.room,
                            remote_at(MADE_UP_END));
    assert_non_null(fixture.walk);
    assert_int_equal(read_stack(&fixture), WALK_FAILED);
    assert_int_equal(errno, EFAULT);
    close_fixture(&fixture);
}

static void without_a_thread_state_it_fails(void **state)
{
    (void)state;
    each_version(lost_states);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stack_at_rest_is_whole),
        cmocka_unit_test(a_caller_that_is_not_set_yet_is_not_made_up),
        cmocka_unit_test(a_thread_without_python_frames_has_an_empty_stack),
        cmocka_unit_test(frames_in_places_not_known_are_found),
        cmocka_unit_test(a_stack_may_stand_in_several_chunks),
        cmocka_unit_test(a_torn_stack_keeps_its_proven_root_side),
        cmocka_unit_test(a_callee_that_ended_is_not_shown_above_another_caller),
        cmocka_unit_test(a_proven_stack_does_not_give_way_to_one_that_holds_still),
        cmocka_unit_test(a_stack_that_does_not_run_is_whole_when_it_stands),
        cmocka_unit_test(the_data_stack_is_read_next_to_the_thread_state),
        cmocka_unit_test(a_stack_too_deep_is_cut_at_the_root),
        cmocka_unit_test(a_chain_in_a_circle_proves_nothing),
        cmocka_unit_test(a_chain_that_leads_nowhere_proves_nothing),
        cmocka_unit_test(chunks_of_garbage_do_no_harm),
        cmocka_unit_test(dead_frames_are_not_shown),
        cmocka_unit_test(a_chain_that_ends_early_proves_nothing),
        cmocka_unit_test(a_read_that_took_long_proves_nothing),
        cmocka_unit_test(without_a_thread_state_it_fails),
        cmocka_unit_test(calls_by_way_of_c_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
