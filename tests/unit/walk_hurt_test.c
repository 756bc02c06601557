/* walk: stacks of each version, made to hurt: too deep, in circles, leading nowhere, dead; and reads that take long or
   fail. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "made_up.h"
#include "sample/record.h"
#include "sample/walk.h"
#include "walk_fixture.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stack_too_deep_is_cut_at_the_root),
        cmocka_unit_test(a_chain_in_a_circle_proves_nothing),
        cmocka_unit_test(a_chain_that_leads_nowhere_proves_nothing),
        cmocka_unit_test(chunks_of_garbage_do_no_harm),
        cmocka_unit_test(dead_frames_are_not_shown),
        cmocka_unit_test(a_chain_that_ends_early_proves_nothing),
        cmocka_unit_test(a_read_that_took_long_proves_nothing),
        cmocka_unit_test(without_a_thread_state_it_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
