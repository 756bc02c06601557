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

enum { SAMPLES = 8, DEPTH = 12, DEPTH_MAX = 64, RUNS = 1000, CODES_EACH = 16 };

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

/* A program that calls and returns while it is read. At every other depth it calls the same code object each time; at the
   others it does not come back to one within the time of a collection, as no proof can see that. */
static struct {
    struct truth now;
    struct truth read[SAMPLES]; /* when the top was read */
    size_t reads;
    uint64_t calls;
    unsigned share; /* of the pieces in front of which it goes on: one in so many */
    bool deep;      /* it never returns from the half next to the root */
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
    const size_t least = program.deep ? DEPTH / 2 : 1;

    while (rand() % (int)program.share == 0)
        if (program.now.depth > least && (rand() % 2 == 0 || program.now.depth > DEPTH + 4))
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

/* Runs it once, and adds up how many stacks there were, and how many of them whole. */
static void run_once(uint32_t version, size_t *count, size_t *whole)
{
    struct fixture fixture;
    struct burst *burst = burst_new();
    enum burst_result result;
    struct walk_stack stack;
    size_t fresh, read, i = 0;

    assert_non_null(burst);
    open_known(&fixture, version, DEPTH);
    program.reads = 0;
    program.calls = 0;
    program.now.depth = DEPTH;
    for (size_t j = 0; j < DEPTH; j++)
        program.now.codes[j] = MADE_UP_CODE(DEPTH - j);
    fixture.made_up->hook = go_on;
    read = burst_read(burst, fixture.walk, &NOTHING, SAMPLES);
    fixture.made_up->hook = NULL;
    assert_int_equal(read, SAMPLES);
    for (; (result = burst_next(burst, &stack, &fresh)) != BURST_OVER; i++) {
        const struct truth *truth = &program.read[i];

        assert_root(&stack, truth);
        assert_true(result == BURST_TRUNCATED || stack.depth == truth->depth);
        *whole += result == BURST_WHOLE;
    }
    *count += i;
    close_fixture(&fixture);
    burst_free(burst);
}

static void running(uint32_t version)
{
    static const unsigned SHARES[] = {2, 5, 20};
    size_t count = 0, whole = 0;

    srand(version);
    for (size_t i = 0; i < sizeof SHARES / sizeof SHARES[0]; i++)
        for (int run = 0; run < RUNS; run++) {
            program.share = SHARES[i];
            program.deep = run % 2 == 0;
            run_once(version, &count, &whole);
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
        cmocka_unit_test(a_burst_that_took_long_proves_nothing),
        cmocka_unit_test(without_known_places_there_is_no_burst),
        cmocka_unit_test(a_place_that_was_not_read_ends_the_burst),
        cmocka_unit_test(a_reading_that_fails_gives_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
