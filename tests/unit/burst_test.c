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
#include "sample/burst.h"
#include "sample/record.h"
#include "walk_fixture.h"

enum { SAMPLES = 8, DEPTH = 12, RUNS = 1000, CODES_EACH = 16 };

/* So deep that it is read in two parts: in the first chunk, and in the second. */
enum { DEEP_FIRST = 110, DEEP_SECOND = 90, DEEP = DEEP_FIRST + DEEP_SECOND, DEPTH_MAX = DEEP + 16, DEEP_RUNS = 100 };

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

/* What stood when, leaf first. */
struct truth {
    uint64_t codes[DEPTH_MAX];
    size_t depth;
};

/* A program that calls and returns while it is read. At every other depth it calls the same code object
   each time; at the others it does not come back to one within the time of a collection, as no proof can
   see that. */
static struct {
    struct truth now;
    struct truth read[SAMPLES]; /* when the top was read */
    size_t reads;
    uint64_t calls;
    unsigned share; /* of the pieces in front of which it goes on: one in so many */
    size_t least;   /* how deep it is at least, */
    size_t most;    /* and at most */
} program;

static void call(struct made_up *made_up)
{
    struct truth *now = &program.now;

    memmove(now->codes + 1, now->codes, now->depth * sizeof *now->codes);
    now->codes[0] = MADE_UP_CODE(DEPTH + 1 + now->depth * CODES_EACH +
                                 (now->depth % 2 == 0 ? 0 : program.calls++ % CODES_EACH));
    now->depth++;
    made_up_push(made_up, now->codes[0]);
}

static void end_call(struct made_up *made_up)
{
    const struct layout *layout = &made_up->layout;
    struct truth *now = &program.now;
    const uint64_t frame = made_up->top;
    uint64_t previous;

    memcpy(&previous, made_up_at(made_up, frame + layout->frame.previous), sizeof previous);
    now->depth--;
    memmove(now->codes, now->codes + 1, now->depth * sizeof *now->codes);
    made_up_mark(made_up, frame, false);
    if (layout->frame.stack_top == LAYOUT_NONE)
        made_up_word(made_up, frame + layout->frame.code, 0);
    made_up_mark(made_up, previous, true);
    made_up->next_slot = frame;
    made_up_set_top(made_up, previous, frame);
}

static void go_on(struct made_up *made_up, const struct piece *piece)
{
    const struct layout *layout = &made_up->layout;
    const uint64_t top_at = layout->thread.cframe != LAYOUT_NONE
                                ? MADE_UP_C_STACK + layout->cframe_current_frame
                                : MADE_UP_THREAD + layout->thread.current_frame;

    while (rand() % (int)program.share == 0)
        if (program.now.depth > program.least &&
            (rand() % 2 == 0 || program.now.depth == program.most))
            end_call(made_up);
        else
            call(made_up);
    if (top_at - piece->address.value < piece->length)
        program.read[program.reads++] = program.now;
}

/* Compares from the root on. */
static void assert_root(const struct walk_stack *stack, const struct truth *truth)
{
    assert_true(stack->depth <= truth->depth);
    for (size_t i = 1; i <= stack->depth; i++)
        assert_int_equal(stack->frames[stack->depth - i].code.value, truth->codes[truth->depth - i]);
}

/* Runs it once from so many calls, and adds up how many stacks there were, and how many of them whole. */
static void run_once(struct fixture *fixture, struct burst *burst, size_t depth, size_t *count,
                     size_t *whole)
{
    enum burst_result result;
    struct walk_stack stack;
    size_t fresh, i = 0;

    program.reads = 0;
    program.calls = 0;
    program.now.depth = depth;
    for (size_t j = 0; j < depth; j++)
        program.now.codes[j] = MADE_UP_CODE(depth - j);
    fixture->made_up->hook = go_on;
    burst_read(burst, fixture->walk, &NOTHING, SAMPLES);
    fixture->made_up->hook = NULL;
    for (; (result = burst_next(burst, &stack, &fresh)) != BURST_OVER; i++) {
        const struct truth *truth = &program.read[i];

        assert_root(&stack, truth);
        assert_true(result == BURST_TRUNCATED || stack.depth == truth->depth);
        *whole += result == BURST_WHOLE;
    }
    *count += i;
}

static void running(uint32_t version)
{
    static const unsigned SHARES[] = {2, 5, 20};
    size_t count = 0, whole = 0;

    srand(version);
    for (size_t i = 0; i < sizeof SHARES / sizeof SHARES[0]; i++)
        for (int run = 0; run < RUNS; run++) {
            program.share = SHARES[i];
            struct fixture fixture;
            struct burst *burst = burst_new();

            assert_non_null(burst);
            open_known(&fixture, version, DEPTH);
            program.least = run % 2 == 0 ? DEPTH / 2 : 1;
            program.most = DEPTH + 5;
            run_once(&fixture, burst, DEPTH, &count, &whole);
            close_fixture(&fixture);
            burst_free(burst);
        }
    assert_int_equal(count, RUNS * SAMPLES * 3);
    assert_true(whole > count / 10);
    assert_true(whole < count);
}

/* Each stack is the one that stood when its top was read, and a torn one is its root side. */
static void stacks_of_a_program_that_runs_stood_so(void **state)
{
    (void)state;
    each_version(running);
}

/* Two chunks of the data stack, full of calls. */
static void open_deep(struct fixture *fixture, uint32_t version)
{
    struct made_up *made_up;
    const struct layout *layout;

    open_fixture(fixture, version, DEEP_FIRST);
    made_up = fixture->made_up;
    layout = &made_up->layout;
    made_up_word(made_up, MADE_UP_CHUNK + layout->chunk.top,
                 (made_up->next_slot - MADE_UP_CHUNK - layout->chunk.data) / 8);
    made_up_word(made_up, MADE_UP_SECOND_CHUNK + layout->chunk.previous, MADE_UP_CHUNK);
    made_up_word(made_up, MADE_UP_SECOND_CHUNK + layout->chunk.size, 16384);
    made_up_word(made_up, MADE_UP_THREAD + layout->thread.datastack_chunk, MADE_UP_SECOND_CHUNK);
    made_up->next_slot = MADE_UP_SECOND_CHUNK + layout->chunk.data;
    for (unsigned i = 0; i < DEEP_SECOND; i++)
        made_up_push(made_up, MADE_UP_CODE(DEEP_FIRST + 1 + i));
    assert_int_equal(read_stack(fixture), WALK_WHOLE);
    assert_int_equal(fixture->stack.depth, DEEP);
}

/* `least`: down to how many calls it returns. Gives how many stacks there were. */
static size_t run_deep(uint32_t version, size_t least)
{
    size_t count = 0, whole = 0;

    srand(version);
    program.share = 20;
    program.least = least;
    program.most = DEEP + 4;
    for (int run = 0; run < DEEP_RUNS; run++) {
        struct fixture fixture;
        struct burst *burst = burst_new();

        assert_non_null(burst);
        open_deep(&fixture, version);
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
        end_call(made_up);
    for (size_t i = 0; i < elsewhere.depth; i++)
        made_up_push(made_up, MADE_UP_CODE((reads == 2 ? DEEP : 0) + DEEP - elsewhere.depth + i + 1));
}

/* How many stacks there are of a deep thread that returns from so many calls in the middle. */
static size_t stacks_when_elsewhere(uint32_t version, size_t depth)
{
    struct fixture fixture;
    struct burst *burst = burst_new();
    struct walk_stack stack;
    size_t fresh, count = 0;

    assert_non_null(burst);
    open_deep(&fixture, version);
    program.now.depth = DEEP;
    elsewhere.reads = 0;
    elsewhere.depth = depth;
    fixture.made_up->hook = go_elsewhere;
    burst_read(burst, fixture.walk, &NOTHING, SAMPLES);
    fixture.made_up->hook = NULL;
    while (burst_next(burst, &stack, &fresh) != BURST_OVER)
        count++;
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

/* Changes the lower part in the middle of the reading, and leaves it so. */
static void change_lower(struct made_up *made_up, const struct piece *piece)
{
    if (piece->address.value == MADE_UP_THREAD)
        made_up_word(made_up, MADE_UP_CHUNK + made_up->layout.chunk.data + 5 * MADE_UP_FRAME_BYTES + 120, 77);
}

static void a_lower_part_that_changed_proves_nothing(void **state)
{
    struct fixture fixture;
    struct burst *burst = burst_new();

    (void)state;
    assert_non_null(burst);
    open_deep(&fixture, LAST_VERSION);
    fixture.made_up->hook = change_lower;
    assert_int_equal(burst_read(burst, fixture.walk, &NOTHING, SAMPLES), 0);
    assert_int_equal(burst_read(burst, fixture.walk, &NOTHING, SAMPLES), SAMPLES); /* as a whole */
    fixture.made_up->hook = NULL;
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
    assert_int_equal(burst_read(burst, fixture.walk, &NOTHING, SAMPLES), SAMPLES);
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
        cmocka_unit_test(stacks_of_a_program_that_runs_stood_so),
        cmocka_unit_test(deep_stacks_stood_so),
        cmocka_unit_test(a_lower_part_that_may_have_changed_ends_the_burst),
        cmocka_unit_test(a_lower_part_that_changed_proves_nothing),
        cmocka_unit_test(of_a_stack_in_many_places_every_other_reading_is_used),
        cmocka_unit_test(what_is_read_next_changes_nothing_that_was_read),
        cmocka_unit_test(a_burst_that_took_long_proves_nothing),
        cmocka_unit_test(without_known_places_there_is_no_burst),
        cmocka_unit_test(a_place_that_was_not_read_ends_the_burst),
        cmocka_unit_test(a_reading_that_fails_gives_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
