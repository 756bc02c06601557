/* burst: many stacks from one reading, made up; at rest, and while calls are made and end between any two
   of its pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "made_up.h"
#include "running.h"
#include "sample/burst.h"
#include "sample/record.h"
#include "walk_fixture.h"

enum { SAMPLES = 8, DEPTH = 12, RUNS = 1000 };

enum { DEEP = RUNNING_DEEP, DEEP_SECOND = RUNNING_DEEP_SECOND, DEEP_RUNS = 100 };

static const struct walk_extra NOTHING;

static void open_known(struct fixture *fixture, uint32_t version, size_t depth)
{
    open_fixture(fixture, version, depth);
    assert_int_equal(read_stack(fixture), WALK_WHOLE); /* now its places are known */
}

static void at_rest(uint32_t version)
{
    struct fixture fixture;
    struct burst *burst = burst_new();
    struct walk_stack stack;
    size_t fresh;

    assert_non_null(burst);
    open_known(&fixture, version, DEPTH);
    fixture.made_up->calls = 0;
    assert_int_equal(burst_read(burst, fixture.walk, &NOTHING, SAMPLES), SAMPLES);
    assert_int_equal(fixture.made_up->calls, 1);
    for (int i = 0; i < SAMPLES; i++) {
        assert_int_equal(burst_next(burst, &stack, &fresh), BURST_WHOLE);
        assert_int_equal(stack.depth, DEPTH);
        for (size_t j = 0; j < DEPTH; j++)
            assert_int_equal(stack.frames[j].code.value, MADE_UP_CODE(DEPTH - j));
        /* What stands still is not followed again. */
        assert_int_equal(fresh, i == 0 ? DEPTH : 1);
    }
    assert_int_equal(burst_next(burst, &stack, &fresh), BURST_OVER);
    close_fixture(&fixture);
    burst_free(burst);
}

static void stacks_at_rest_are_whole(void **state)
{
    (void)state;
    each_version(at_rest);
}

static unsigned copies; /* of the data stack that were read */

static void count_copies(struct made_up *made_up, const struct piece *piece)
{
    copies += piece->address.value == MADE_UP_CHUNK + made_up->layout.chunk.data;
}

static void at_rest_again(uint32_t version)
{
    struct fixture fixture;
    struct burst *burst = burst_new();

    assert_non_null(burst);
    open_known(&fixture, version, DEPTH);
    fixture.made_up->hook = count_copies;
    for (int run = 0; run < 2; run++) {
        struct walk_stack stack;
        size_t fresh;

        copies = 0;
        assert_int_equal(burst_read(burst, fixture.walk, &NOTHING, SAMPLES), SAMPLES);
        assert_int_equal(copies, 1 + (run == 0 ? SAMPLES : SAMPLES / 4));
        for (int i = 0; i < SAMPLES; i++) {
            assert_int_equal(burst_next(burst, &stack, &fresh), BURST_WHOLE);
            assert_int_equal(stack.depth, DEPTH);
            assert_int_equal(stack.frames[0].code.value, MADE_UP_CODE(DEPTH));
            /* Between the same copies, the same thread state tells nothing new. */
            assert_true(i == 0 || fresh == (run == 0 || i % 4 == 0 ? 1 : 0));
        }
        assert_int_equal(burst_next(burst, &stack, &fresh), BURST_OVER);
    }
    close_fixture(&fixture);
    burst_free(burst);
}

static void stacks_of_which_few_are_torn_share_copies(void **state)
{
    (void)state;
    each_version(at_rest_again);
}

/* None of its stacks is torn: those of the next burst share copies. */
static void read_as_it_stands(struct fixture *fixture, struct burst *burst)
{
    struct walk_stack stack;
    size_t fresh;

    burst_read(burst, fixture->walk, &NOTHING, SAMPLES);
    while (burst_next(burst, &stack, &fresh) != BURST_OVER)
        ;
}

/* Runs it once from so many calls, and adds up how many stacks there were, and how many of them whole. */
static void run_once(struct fixture *fixture, struct burst *burst, size_t depth, size_t *count,
                     size_t *whole)
{
    enum burst_result result;
    struct walk_stack stack;
    size_t fresh, i = 0;

    running_begin(depth);
    fixture->made_up->hook = running_go_on;
    burst_read(burst, fixture->walk, &NOTHING, SAMPLES);
    fixture->made_up->hook = NULL;
    for (; (result = burst_next(burst, &stack, &fresh)) != BURST_OVER; i++) {
        running_assert_stood(&stack, result == BURST_WHOLE);
        *whole += result == BURST_WHOLE;
    }
    *count += i;
}

/* How many stacks there were in all bursts, and how many of them whole; `rests`: each follows one of the program at rest. */
static void run_all(uint32_t version, bool rests, size_t *count, size_t *whole)
{
    static const unsigned SHARES[] = {2, 5, 20};

    srand(version);
    for (size_t i = 0; i < sizeof SHARES / sizeof SHARES[0]; i++)
        for (int run = 0; run < RUNS; run++) {
            running.share = SHARES[i];
            struct fixture fixture;
            struct burst *burst = burst_new();

            assert_non_null(burst);
            open_known(&fixture, version, DEPTH);
            running.least = run % 2 == 0 ? DEPTH / 2 : 1;
            running.most = DEPTH + 5;
            if (rests)
                read_as_it_stands(&fixture, burst);
            run_once(&fixture, burst, DEPTH, count, whole);
            close_fixture(&fixture);
            burst_free(burst);
        }
}

static void of_depth(uint32_t version)
{
    size_t count = 0, whole = 0;

    run_all(version, false, &count, &whole);
    /* A burst ends early where it is not known whether an entry frame stands as it was read. */
    assert_in_range(count, RUNS * SAMPLES * 3 * 3 / 4, RUNS * SAMPLES * 3);
    assert_true(whole > count / 10);
    assert_true(whole < count);
}

/* The copies around four stacks lie farther apart. */
static void after_rest(uint32_t version)
{
    size_t count = 0, whole = 0;

    run_all(version, true, &count, &whole);
    assert_in_range(count, RUNS * SAMPLES, RUNS * SAMPLES * 3);
    assert_true(whole > 0);
    assert_true(whole < count);
}

/* Each stack is the one that stood when its top was read, and a torn one is its root side. */
static void stacks_of_a_program_that_runs_stood_so(void **state)
{
    (void)state;
    each_version(of_depth);
    each_version(after_rest);
}

/* The calls down to these depths end, and others are made, between any two copies, but not while four thread states
   are read between them: in both copies more of the first calls stand than did so. */
enum { TURN_FROM = 6, TURN_SAME = 9 };

static void turn_to(struct made_up *made_up, size_t others_from)
{
    while (running.now.depth > TURN_FROM)
        running_end_call(made_up);
    for (size_t depth = TURN_FROM; depth < DEPTH; depth++) {
        const uint64_t code = MADE_UP_CODE(depth + 1 + (depth < others_from ? 0 : DEPTH + running.reads));

        running_push_truth(code);
        made_up_push(made_up, code);
    }
}

static void turn_between_copies(struct made_up *made_up, const struct piece *piece)
{
    if (piece->address.value == MADE_UP_CHUNK + made_up->layout.chunk.data)
        turn_to(made_up, TURN_SAME);
    else if (piece->address.value == MADE_UP_THREAD && running.reads % 4 == 0)
        turn_to(made_up, TURN_FROM);
    running_note(made_up, piece);
}

static void turning(uint32_t version)
{
    struct fixture fixture;
    struct burst *burst = burst_new();
    enum burst_result result;
    struct walk_stack stack;
    size_t fresh, count = 0;

    assert_non_null(burst);
    open_known(&fixture, version, DEPTH);
    running_begin(DEPTH);
    read_as_it_stands(&fixture, burst);
    fixture.made_up->hook = turn_between_copies;
    assert_int_equal(burst_read(burst, fixture.walk, &NOTHING, 4), 4);
    fixture.made_up->hook = NULL;
    for (; (result = burst_next(burst, &stack, &fresh)) != BURST_OVER; count++) {
        assert_int_equal(result, BURST_TRUNCATED);
        /* Where frames bear no mark that they run, one torn stack proves as much as two. */
        if (fixture.made_up->layout.frame.stack_top != LAYOUT_NONE)
            running_assert_stood(&stack, false);
    }
    assert_int_equal(count, 4);
    close_fixture(&fixture);
    burst_free(burst);
}

/* A second torn stack proves what both have, but not between the same two copies. */
static void torn_stacks_that_share_copies_prove_no_more_than_one(void **state)
{
    (void)state;
    each_version(turning);
}

/* `least`: down to how many calls it returns. Gives how many stacks there were. */
static size_t run_deep(uint32_t version, size_t least)
{
    size_t count = 0, whole = 0;

    srand(version);
    running.share = 20;
    running.least = least;
    running.most = DEEP + 4;
    for (int run = 0; run < DEEP_RUNS; run++) {
        struct fixture fixture;
        struct burst *burst = burst_new();

        assert_non_null(burst);
        running_open_deep(&fixture, version);
        run_once(&fixture, burst, DEEP, &count, &whole);
        close_fixture(&fixture);
        burst_free(burst);
    }
    assert_true(whole > count / 10);
    return count;
}

static void deep(uint32_t version)
{
    /* One that is torn ends the burst. */
    assert_in_range(run_deep(version, DEEP - 8), 2 * DEEP_RUNS, DEEP_RUNS * SAMPLES - 1);
    run_deep(version, 1);
}

/* Of one that is deep, what is next to the root is read only around all copies. */
static void deep_stacks_stood_so(void **state)
{
    (void)state;
    each_version(deep);
}

/* Returns from so many calls at the third reading of the thread state, and makes as many of other
   functions, as no thread could in so short a time; and the first again at the sixth. */
static struct {
    unsigned reads;
    size_t depth;
} elsewhere;

static void go_elsewhere(struct made_up *made_up, const struct piece *piece)
{
    const unsigned reads = elsewhere.reads;

    if (piece->address.value != MADE_UP_THREAD)
        return;
    elsewhere.reads++;
    if (reads != 2 && reads != 5)
        return;
    for (size_t i = 0; i < elsewhere.depth; i++)
        running_end_call(made_up);
    for (size_t i = 0; i < elsewhere.depth; i++)
        made_up_push(made_up, MADE_UP_CODE((reads == 2 ? DEEP : 0) + DEEP - elsewhere.depth + i + 1));
}

/* How many stacks there are of a deep thread that returns from so many calls in the middle. */
static size_t stacks_when_elsewhere(uint32_t version, size_t depth)
{
    struct fixture fixture;
    struct burst *burst = burst_new();
    struct walk_stack stack;
    uint64_t began_ns, took_ns;
    size_t fresh, count = 0;

    assert_non_null(burst);
    running_open_deep(&fixture, version);
    running.now.depth = DEEP;
    elsewhere.reads = 0;
    elsewhere.depth = depth;
    fixture.made_up->hook = go_elsewhere;
    began_ns = fixture_now_ns;
    burst_read(burst, fixture.walk, &NOTHING, SAMPLES);
    took_ns = fixture_now_ns - began_ns;
    fixture.made_up->hook = NULL;
    while (burst_next(burst, &stack, &fresh) != BURST_OVER)
        count++;
    /* However few are given, they are as old as they are. */
    assert_true(burst_time_ns(burst) - began_ns <= (count < SAMPLES / 2 ? took_ns / 2 : took_ns));
    close_fixture(&fixture);
    burst_free(burst);
    return count;
}

static void returning_from_the_guards(uint32_t version)
{
    /* In between other frames are next to the lower part: it is not known what stood there. */
    assert_true(stacks_when_elsewhere(version, DEEP_SECOND) <= 2);
    assert_int_equal(stacks_when_elsewhere(version, 0), SAMPLES);
}

static void a_lower_part_that_may_have_changed_ends_the_burst(void **state)
{
    (void)state;
    each_version(returning_from_the_guards);
}

/* Returns from all calls above the lower part, and makes others there, right before that is read. */
static void return_in_front(struct made_up *made_up, const struct piece *piece)
{
    if (piece->address.value - MADE_UP_CHUNK >= 0x4000 || elsewhere.reads++ > 0)
        return;
    for (size_t i = 0; i < DEEP_SECOND; i++)
        running_end_call(made_up);
    for (size_t i = 0; i < DEEP_SECOND; i++)
        made_up_push(made_up, MADE_UP_CODE(DEEP + i + 1));
}

static void a_lower_part_that_did_not_stand_proves_nothing(void **state)
{
    struct fixture fixture;
    struct burst *burst = burst_new();
    struct walk_stack stack;
    size_t fresh;

    (void)state;
    assert_non_null(burst);
    running_open_deep(&fixture, LAST_VERSION);
    running.now.depth = DEEP;
    elsewhere.reads = 0;
    fixture.made_up->hook = return_in_front;
    assert_int_equal(burst_read(burst, fixture.walk, &NOTHING, SAMPLES), SAMPLES);
    fixture.made_up->hook = NULL;
    assert_int_equal(burst_next(burst, &stack, &fresh), BURST_OVER);
    /* As a whole, and no more than a few at first. */
    assert_in_range(burst_read(burst, fixture.walk, &NOTHING, SAMPLES), 1, SAMPLES - 1);
    assert_int_equal(burst_next(burst, &stack, &fresh), BURST_WHOLE);
    assert_int_equal(stack.depth, DEEP);
    close_fixture(&fixture);
    burst_free(burst);
}

/* A stack in many places: what changes most is far from every other thread state, so that is not used. */
static void in_many_places(uint32_t version)
{
    struct fixture fixture;
    struct burst *burst = burst_new();
    struct walk_stack stack;
    size_t fresh, count = 0;

    assert_non_null(burst);
    open_known(&fixture, version, 2);
    call_generators(&fixture, 3, 5);
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    assert_int_equal(burst_read(burst, fixture.walk, &NOTHING, SAMPLES), SAMPLES);
    for (; burst_next(burst, &stack, &fresh) == BURST_WHOLE; count++) {
        assert_int_equal(stack.depth, 7);
        assert_int_equal(fresh, 7);
    }
    assert_int_equal(count, SAMPLES / 2);
    close_fixture(&fixture);
    burst_free(burst);
}

static void of_a_stack_in_many_places_every_other_reading_is_used(void **state)
{
    (void)state;
    each_version(in_many_places);
}

/* What one stack lets be read the next time changes nothing of those that were read with it. */
static void where_loops_are_far_apart(uint32_t version)
{
    struct fixture fixture;
    struct burst *burst = burst_new();
    struct walk_stack stack;
    size_t fresh, count = 0;

    assert_non_null(burst);
    open_known(&fixture, version, 3);
    if (fixture.made_up->layout.thread.cframe != LAYOUT_NONE) {
        made_up_cframe(fixture.made_up, MADE_UP_C_STACK + 0x3000, fixture.made_up->top, MADE_UP_C_STACK);
        made_up_mark(fixture.made_up, fixture.made_up->top, false);
        read_stack(&fixture);
        /* Begun anew there, so that it does not hold the loop that it was entered from. */
        made_up_cframe(fixture.made_up, MADE_UP_C_STACK + 0x9000, fixture.made_up->top,
                       MADE_UP_C_STACK + 0x8000);
        read_stack(&fixture);
        made_up_cframe(fixture.made_up, MADE_UP_C_STACK + 0x9000, fixture.made_up->top,
                       MADE_UP_C_STACK + 0x6000);
        assert_int_equal(burst_read(burst, fixture.walk, &NOTHING, SAMPLES), SAMPLES);
        for (; burst_next(burst, &stack, &fresh) == BURST_TRUNCATED; count++)
            assert_int_equal(stack.depth, 0);
        assert_int_equal(count, SAMPLES);
    }
    close_fixture(&fixture);
    burst_free(burst);
}

static void what_is_read_next_changes_nothing_that_was_read(void **state)
{
    (void)state;
    each_version(where_loops_are_far_apart);
}

/* Lets time go by in the middle of the reading. */
static void dawdle(struct made_up *made_up, const struct piece *piece)
{
    (void)made_up;
    (void)piece;
    fixture_now_ns += 1000000;
}

static void a_burst_that_took_long_proves_nothing(void **state)
{
    struct fixture fixture;
    struct burst *burst = burst_new();

    (void)state;
    assert_non_null(burst);
    open_known(&fixture, LAST_VERSION, 3);
    assert_int_equal(burst_read(burst, fixture.walk, &NOTHING, SAMPLES), SAMPLES); /* how long one takes */
    fixture.made_up->hook = dawdle;
    assert_int_equal(burst_read(burst, fixture.walk, &NOTHING, SAMPLES), 0);
    fixture.made_up->hook = NULL;
    assert_in_range(burst_read(burst, fixture.walk, &NOTHING, SAMPLES), 1, SAMPLES);
    close_fixture(&fixture);
    burst_free(burst);
}

/* Each piece takes some time. */
static void take_time(struct made_up *made_up, const struct piece *piece)
{
    (void)made_up;
    (void)piece;
    fixture_now_ns += 100000;
}

/* What is of no use is not read again and again: as many as one gave, and soon more. */
static void a_burst_is_as_long_as_is_of_use(void **state)
{
    struct fixture fixture;
    struct burst *burst = burst_new();
    struct walk_stack stack;
    size_t fresh, last;

    (void)state;
    assert_non_null(burst);
    open_known(&fixture, LAST_VERSION, 3);
    fixture.made_up->hook = take_time;
    assert_int_equal(burst_read(burst, fixture.walk, &NOTHING, BURST_MAX), BURST_MAX);
    for (int i = 0; i < 5; i++)
        assert_int_equal(burst_next(burst, &stack, &fresh), BURST_WHOLE);
    last = burst_read(burst, fixture.walk, &NOTHING, BURST_MAX);
    assert_int_equal(last, 10);
    while (burst_next(burst, &stack, &fresh) != BURST_OVER)
        ;
    assert_int_equal(burst_read(burst, fixture.walk, &NOTHING, BURST_MAX), 2 * last);
    close_fixture(&fixture);
    burst_free(burst);
}

static void without_known_places_there_is_no_burst(void **state)
{
    struct fixture fixture;
    struct burst *burst = burst_new();

    (void)state;
    assert_non_null(burst);
    open_fixture(&fixture, LAST_VERSION, 3);
    assert_int_equal(burst_read(burst, fixture.walk, &NOTHING, SAMPLES), 0);
    close_fixture(&fixture);
    burst_free(burst);
}

/* A frame in a place that was not read ends the burst, and what was before it stands. */
static struct {
    unsigned left; /* so many readings of the thread state before it calls the generator */
} generator;

static void call_generator(struct made_up *made_up, const struct piece *piece)
{
    const uint64_t frame = MADE_UP_HEAP;

    if (piece->address.value != MADE_UP_THREAD || generator.left-- != 0)
        return;
    made_up_frame(made_up, frame, MADE_UP_CODE(40), made_up->top, OWNER_GENERATOR);
    made_up_set_top(made_up, frame, made_up->next_slot);
}

static void a_place_that_was_not_read_ends_the_burst(void **state)
{
    struct fixture fixture;
    struct burst *burst = burst_new();
    struct walk_stack stack;
    size_t fresh;

    (void)state;
    assert_non_null(burst);
    open_known(&fixture, LAST_VERSION, 3);
    generator.left = 3;
    fixture.made_up->hook = call_generator;
    assert_int_equal(burst_read(burst, fixture.walk, &NOTHING, SAMPLES), SAMPLES);
    fixture.made_up->hook = NULL;
    for (int i = 0; i < 3; i++)
        assert_int_equal(burst_next(burst, &stack, &fresh), BURST_WHOLE);
    assert_int_equal(burst_next(burst, &stack, &fresh), BURST_OVER);
    close_fixture(&fixture);
    burst_free(burst);
}

static void a_reading_that_fails_gives_nothing(void **state)
{
    struct fixture fixture;
    struct burst *burst = burst_new();
    struct walk_stack stack;
    size_t fresh;

    (void)state;
    assert_non_null(burst);
    open_known(&fixture, LAST_VERSION, 3);
    fixture.made_up->fail_with = ESRCH;
    assert_int_equal(burst_read(burst, fixture.walk, &NOTHING, SAMPLES), 0);
    assert_int_equal(burst_next(burst, &stack, &fresh), BURST_OVER);
    close_fixture(&fixture);
    burst_free(burst);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stacks_at_rest_are_whole),
        cmocka_unit_test(stacks_of_which_few_are_torn_share_copies),
        cmocka_unit_test(stacks_of_a_program_that_runs_stood_so),
        cmocka_unit_test(torn_stacks_that_share_copies_prove_no_more_than_one),
        cmocka_unit_test(deep_stacks_stood_so),
        cmocka_unit_test(a_lower_part_that_may_have_changed_ends_the_burst),
        cmocka_unit_test(a_lower_part_that_did_not_stand_proves_nothing),
        cmocka_unit_test(of_a_stack_in_many_places_every_other_reading_is_used),
        cmocka_unit_test(what_is_read_next_changes_nothing_that_was_read),
        cmocka_unit_test(a_burst_that_took_long_proves_nothing),
        cmocka_unit_test(a_burst_is_as_long_as_is_of_use),
        cmocka_unit_test(without_known_places_there_is_no_burst),
        cmocka_unit_test(a_place_that_was_not_read_ends_the_burst),
        cmocka_unit_test(a_reading_that_fails_gives_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
