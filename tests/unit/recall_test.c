/* recall: what is not read again next to each thread state: the lower part of a deep stack that is as it was when the
   stack was proven last. Made-up programs go on between any two pieces of a reading. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "made_up.h"
#include "running.h"
#include "sample/burst.h"
#include "sample/plan.h"
#include "sample/recall.h"
#include "walk_fixture.h"

enum { READS = 60, DEEP = RUNNING_DEEP };

static const struct walk_extra NOTHING;

/* --- deep stacks, one after the other ------------------------------------------------------- */

/* What was read once, and what it proved. */
static void read_deep(struct fixture *fixture, size_t *whole, size_t *recalled)
{
    enum walk_result result;

    running.reads = 0;
    fixture->made_up->hook = running_go_on;
    result = walk_read(fixture->walk, &NOTHING, &fixture->stack);
    fixture->made_up->hook = NULL;
    if (result == WALK_TRUNCATED)
        return;
    running_assert_stood(&fixture->stack, true);
    *whole += 1;
    *recalled += fixture->stack.rest_of != 0;
}

/* One that returns to at least so many calls, and is read again and again. */
static void deep_down_to(uint32_t version, size_t least, unsigned share, size_t *whole, size_t *recalled)
{
    struct fixture fixture;

    running_open_deep(&fixture, version);
    running_begin(DEEP);
    running.share = share;
    running.least = least;
    running.most = DEEP + 8;
    for (unsigned i = 0; i < READS; i++)
        read_deep(&fixture, whole, recalled);
    close_fixture(&fixture);
}

static void deep(uint32_t version)
{
    size_t whole = 0, recalled = 0;

    srand(version);
    for (int run = 0; run < 20; run++) {
        deep_down_to(version, DEEP - 4, 20, &whole, &recalled);
        deep_down_to(version, 1, 40, &whole, &recalled);
    }
    assert_true(whole > 20 * READS);
    assert_true(recalled > whole / 4);
}

static void deep_stacks_read_in_part_stood_so(void **state)
{
    (void)state;
    each_version(deep);
}

/* At rest, the lower part is read once, and no frame of it followed. */
static void deep_at_rest(uint32_t version)
{
    struct fixture fixture;

    running_open_deep(&fixture, version);
    for (int i = 0; i < 3; i++) {
        fixture.made_up->calls = 0;
        assert_int_equal(read_stack(&fixture), WALK_WHOLE);
        assert_int_equal(fixture.made_up->calls, 1);
        assert_int_equal(fixture.stack.depth, DEEP);
        assert_int_equal(fixture.stack.fresh, 1);
        for (size_t j = 0; j < DEEP; j++)
            assert_int_equal(fixture.stack.frames[j].code.value, MADE_UP_CODE(DEEP - j));
    }
    close_fixture(&fixture);
}

static void a_deep_stack_at_rest_is_not_followed_again(void **state)
{
    (void)state;
    each_version(deep_at_rest);
}

/* After a torn reading, what crosses the end of a chunk next to the top may have taken turns with others; this one does so
   further down. */
static void deep_and_wary(uint32_t version)
{
    struct fixture fixture;

    running_open_deep(&fixture, version);
    for (int i = 0; i < 3; i++) {
        plan_be_wary(fixture.walk);
        assert_int_equal(read_stack(&fixture), WALK_WHOLE);
        assert_int_equal(fixture.stack.depth, DEEP);
        assert_in_range(fixture.stack.fresh, 1, RECALL_GUARDS + 1);
    }
    close_fixture(&fixture);
}

static void the_end_of_a_chunk_far_from_the_top_is_no_doubt(void **state)
{
    (void)state;
    each_version(deep_and_wary);
}

/* Walks of many threads with a deep stack each: what they keep is bounded, and those that keep nothing are told as well. */
static void many_deep(uint32_t version)
{
    enum { WALKS_MAX = 4096 };
    static struct walk *walks[WALKS_MAX];
    struct fixture fixture;
    struct walk_stack stack;
    size_t count = 0, keep = 0;

    running_open_deep(&fixture, version);
    for (; count < WALKS_MAX; count++) {
        walks[count] = walk_new(&fixture.made_up->reader, &fixture.made_up->layout, fixture.room,
                                remote_at(MADE_UP_THREAD));
        assert_non_null(walks[count]);
        for (int i = 0; i < 2; i++) {
            assert_int_equal(walk_read(walks[count], &NOTHING, &stack), WALK_WHOLE);
            assert_int_equal(stack.depth, DEEP);
        }
        keep += stack.rest_of != 0;
    }
    assert_true(keep > 100 && keep < WALKS_MAX);
    assert_true(keep <= RECALL_BYTES_MAX / (DEEP * MADE_UP_FRAME_BYTES));
    /* What one gives back is another's. */
    walk_free(walks[0]);
    for (int i = 0; i < 2; i++)
        assert_int_equal(walk_read(walks[count - 1], &NOTHING, &stack), WALK_WHOLE);
    assert_int_not_equal(stack.rest_of, 0);
    while (count-- > 1)
        walk_free(walks[count]);
    close_fixture(&fixture);
}

static void what_is_kept_of_deep_stacks_is_bounded(void **state)
{
    (void)state;
    each_version(many_deep);
}

static struct {
    unsigned reads; /* of the lower part, */
    unsigned upper; /* and of what is next to the top */
} seen;

static bool is_lower(const struct piece *piece)
{
    return piece->address.value - MADE_UP_CHUNK < 0x4000 && piece->length > 4096;
}

/* A frame deep down becomes another one's. */
static void swap_caller(struct made_up *made_up)
{
    made_up_word(made_up, MADE_UP_CHUNK + made_up->layout.chunk.data + 5 * MADE_UP_FRAME_BYTES +
                              made_up->layout.frame.code,
                 MADE_UP_CODE(777));
    running.now.codes[DEEP - 6] = MADE_UP_CODE(777);
}

static void swap_before_lower(struct made_up *made_up, const struct piece *piece)
{
    if (is_lower(piece) && seen.reads++ == 0)
        swap_caller(made_up);
    running_note(made_up, piece);
}

/* Reads a deep stack that is known, while something happens; tells whether it was the one that stood. */
static void read_deep_while(uint32_t version, made_up_hook *hook)
{
    struct fixture fixture;

    running_open_deep(&fixture, version);
    running_begin(DEEP);
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    memset(&seen, 0, sizeof seen);
    fixture.made_up->hook = hook;
    assert_int_equal(walk_read(fixture.walk, &NOTHING, &fixture.stack), WALK_WHOLE);
    fixture.made_up->hook = NULL;
    assert_true(seen.reads > 0);
    running_assert_stood(&fixture.stack, true);
    assert_int_equal(fixture.stack.frames[DEEP - 6].code.value, MADE_UP_CODE(777));
    close_fixture(&fixture);
}

static void other_caller(uint32_t version)
{
    read_deep_while(version, swap_before_lower);
}

static void another_caller_in_the_lower_part_is_seen(void **state)
{
    (void)state;
    each_version(other_caller);
}

static void call_again(struct made_up *made_up, unsigned from)
{
    for (unsigned i = 0; i < RUNNING_DEEP_SECOND; i++)
        running_end_call(made_up);
    for (unsigned i = 0; i < RUNNING_DEEP_SECOND; i++) {
        made_up_push(made_up, MADE_UP_CODE(from + 1 + i));
        running_push_truth(MADE_UP_CODE(from + 1 + i));
    }
}

/* The lower part is read as it was known, while other calls stand on it; and as the known ones stand there again,
   it is another one. */
static void swap_behind_lower(struct made_up *made_up, const struct piece *piece)
{
    const bool is_upper = piece->address.value - MADE_UP_SECOND_CHUNK < 0x4000;

    if (is_upper && ++seen.upper == 1)
        call_again(made_up, 300);
    if (is_upper && seen.upper == 2) {
        swap_caller(made_up);
        call_again(made_up, RUNNING_DEEP_FIRST);
    }
    seen.reads += is_lower(piece);
    running_note(made_up, piece);
}

static void other_calls(uint32_t version)
{
    read_deep_while(version, swap_behind_lower);
}

static void what_stands_on_the_lower_part_has_to_stand_in_front_of_it(void **state)
{
    (void)state;
    each_version(other_calls);
}

/* The same function was called by a generator, and is by the generator's caller; all below it on the data stack is
   as it was. */
static void without_generator(uint32_t version)
{
    enum { DEPTH = 40 };
    struct fixture fixture;
    struct made_up *made_up;
    uint64_t caller;

    open_fixture(&fixture, version, DEPTH);
    made_up = fixture.made_up;
    caller = made_up->top;
    call_generators(&fixture, 100, 1);
    walk_set_held(fixture.walk, true); /* else it is read of woven places, and nothing is taken for known */
    made_up_push(made_up, MADE_UP_CODE(101));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(read_stack(&fixture), WALK_WHOLE);
        assert_int_equal(fixture.stack.depth, DEPTH + 2);
    }
    assert_int_equal(fixture.stack.fresh, 1);
    made_up_word(made_up, made_up->top + made_up->layout.frame.previous, caller);
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    assert_int_equal(fixture.stack.depth, DEPTH + 1);
    close_fixture(&fixture);
}

static void who_called_a_known_frame_is_seen(void **state)
{
    (void)state;
    each_version(without_generator);
}

/* --- where the lower part becomes another one's ---------------------------------------------- */

/* A stack is divided right above some large frames. It returns from these, little by little, and calls functions with
   small ones: more of these than there were frames in the lower part, and guards, stand in the lower part alone. */
enum { LARGE_BYTES = 1024, SMALL_BYTES = 96, LARGE = 8, STAYING = RUNNING_DEEP_FIRST + 2,
       ON_TOP = RECALL_GUARDS + 5, FEW = 8,
       INSTEAD = LARGE * LARGE_BYTES / SMALL_BYTES + FEW };

static void call_with(struct made_up *made_up, uint64_t code, uint64_t frame_bytes)
{
    running_push_truth(code);
    made_up_push(made_up, code);
    made_up->next_slot += frame_bytes - MADE_UP_FRAME_BYTES;
    made_up_set_top(made_up, made_up->top, made_up->next_slot);
}

static void read_as_it_stands(struct fixture *fixture)
{
    running.reads = 0;
    fixture->made_up->hook = running_note;
    assert_int_equal(walk_read(fixture->walk, &NOTHING, &fixture->stack), WALK_WHOLE);
    fixture->made_up->hook = NULL;
    running_assert_stood(&fixture->stack, true);
}

static uint64_t caller_in_lower;
enum { CALLER_AT = FEW + 4 /* from the leaf */, READS_MAX = 200 };

/* When all in front of the thread state is read, in two parts (if ever), the thread returns from the few frames above, and calls
   the same from another one. */
static void swap_when_divided(struct made_up *made_up, const struct piece *piece)
{
    const bool is_state = piece->address.value == MADE_UP_THREAD;

    if (is_state && seen.upper >= 2 && seen.reads++ == 0) {
        running.now.codes[CALLER_AT] = MADE_UP_CODE(777);
        made_up_word(made_up, caller_in_lower + made_up->layout.frame.code, MADE_UP_CODE(777));
    }
    /* What is next to the top is read twice then. */
    seen.upper = is_state ? 0 : seen.upper + (piece->address.value - MADE_UP_SECOND_CHUNK < 0x4000);
    running_note(made_up, piece);
}

static void small_for_large(uint32_t version)
{
    struct fixture fixture;
    struct made_up *made_up;

    running_open_deep(&fixture, version);
    made_up = fixture.made_up;
    running_begin(DEEP);
    while (running.now.depth > STAYING)
        running_end_call(made_up);
    made_up->next_slot += SMALL_BYTES;
    for (uint64_t i = 0; i < LARGE + ON_TOP; i++)
        call_with(made_up, MADE_UP_CODE(300 + i), i < LARGE ? LARGE_BYTES : SMALL_BYTES);
    read_as_it_stands(&fixture);
    while (running.now.depth > STAYING) {
        running_end_call(made_up);
        if (running.now.depth % 12 == 9) /* past where it could be divided anew, but the known stack is still met */
            read_as_it_stands(&fixture);
    }
    for (uint64_t i = 0; i < INSTEAD; i++) {
        if (i == INSTEAD - 1 - CALLER_AT)
            caller_in_lower = made_up->next_slot;
        call_with(made_up, MADE_UP_CODE(400 + i), SMALL_BYTES);
        read_as_it_stands(&fixture);
    }
    memset(&seen, 0, sizeof seen);
    for (int i = 0; i < READS_MAX && seen.reads == 0; i++) {
        seen.upper = 0;
        running.reads = 0;
        made_up->hook = swap_when_divided;
        assert_int_equal(walk_read(fixture.walk, &NOTHING, &fixture.stack), WALK_WHOLE);
        made_up->hook = NULL;
        running_assert_stood(&fixture.stack, true);
    }
    close_fixture(&fixture);
}

static void what_comes_to_stand_in_the_lower_part_is_not_taken_for_guards(void **state)
{
    (void)state;
    each_version(small_for_large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_deep_stack_at_rest_is_not_followed_again),
        cmocka_unit_test(the_end_of_a_chunk_far_from_the_top_is_no_doubt),
        cmocka_unit_test(what_is_kept_of_deep_stacks_is_bounded),
        cmocka_unit_test(another_caller_in_the_lower_part_is_seen),
        cmocka_unit_test(what_stands_on_the_lower_part_has_to_stand_in_front_of_it),
        cmocka_unit_test(who_called_a_known_frame_is_seen),
        cmocka_unit_test(what_comes_to_stand_in_the_lower_part_is_not_taken_for_guards),
        cmocka_unit_test(deep_stacks_read_in_part_stood_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
