/* recall: entry frames, which are read next to each thread state, in the case that who called through C changes there:
   a made-up program goes on between any two pieces of a reading. */
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
#include "sample/recall.h"
#include "walk_fixture.h"

enum { SAMPLES = 16, RUNS = 400, READS = 60, BASE = 2 };

static const struct walk_extra NOTHING;

/* A program that calls, from one of two generators, a function through C: the function's frame and the entry
   frame stand at the same addresses each time, and only what the entry frame says tells whose call it is. */
static struct {
    unsigned step; /* 0: at the base; 1: in a generator; 2: in the function */
    unsigned which;
    unsigned left; /* so many steps before the next thread state is read */
} through_c;

/* To leave the function and the generator, call the same by the other, and come back takes eight: what goes on so
   fast within one collection no proof can see. */
enum { STEPS_MAX = 3 };

static const uint64_t ENTRY = MADE_UP_C_STACK + 0x1000;

static void step_in(struct made_up *made_up)
{
    const uint64_t base = made_up->top;

    if (through_c.step == 0) {
        const uint64_t generator = MADE_UP_HEAP + through_c.which * 0x8000u;
        const uint64_t code = MADE_UP_CODE(20 + through_c.which);

        made_up_frame(made_up, generator, code, base, OWNER_GENERATOR);
        running_push_truth(code);
        made_up_set_top(made_up, generator, made_up->next_slot);
    } else {
        made_up_frame(made_up, ENTRY, 0, base, OWNER_ENTRY);
        made_up->top = ENTRY;
        made_up_push(made_up, MADE_UP_CODE(30));
        running_push_truth(MADE_UP_CODE(30));
    }
    through_c.step++;
}

static void step_out(struct made_up *made_up)
{
    const struct layout *layout = &made_up->layout;
    const uint64_t frame = made_up->top;
    uint64_t previous;

    memcpy(&previous, made_up_at(made_up, frame + layout->frame.previous), sizeof previous);
    if (through_c.step == 2) {
        memcpy(&previous, made_up_at(made_up, ENTRY + layout->frame.previous), sizeof previous);
        made_up->next_slot = frame;
    }
    if (layout->frame.stack_top == LAYOUT_NONE)
        made_up_word(made_up, frame + layout->frame.code, 0);
    made_up_mark(made_up, frame, false);
    made_up_mark(made_up, previous, true);
    made_up_set_top(made_up, previous, made_up->next_slot);
    running_pop_truth();
    if (--through_c.step == 0)
        through_c.which ^= 1u;
}

static void go_through_c(struct made_up *made_up, const struct piece *piece)
{
    const size_t reads = running.reads;

    for (; through_c.left > 0 && rand() % (int)running.share == 0; through_c.left--)
        if (through_c.step == 0 || (through_c.step == 1 && rand() % 2 == 0))
            step_in(made_up);
        else
            step_out(made_up);
    running_note(made_up, piece);
    if (running.reads != reads)
        through_c.left = STEPS_MAX;
}

/* Calls through C as deep as it goes, from the one or the other generator, whose places are known then. */
static void open_through_c(struct fixture *fixture, uint32_t version)
{
    open_fixture(fixture, version, BASE);
    running_begin(BASE);
    through_c.step = through_c.which = 0;
    for (unsigned i = 0; i < 2; i++) {
        step_in(fixture->made_up);
        step_in(fixture->made_up);
        assert_int_equal(read_stack(fixture), WALK_WHOLE);
        assert_int_equal(fixture->stack.depth, BASE + 2);
        step_out(fixture->made_up);
        step_out(fixture->made_up);
    }
}

static void singly(uint32_t version)
{
    size_t whole = 0;

    srand(version);
    for (int run = 0; run < RUNS; run++) {
        struct fixture fixture;

        open_through_c(&fixture, version);
        running.share = run % 2 == 0 ? 3 : 8;
        for (unsigned i = 0; i < READS; i++) {
            enum walk_result result;

            running.reads = 0;
            fixture.made_up->hook = go_through_c;
            result = walk_read(fixture.walk, &NOTHING, &fixture.stack);
            fixture.made_up->hook = NULL;
            if (result == WALK_WHOLE)
                running_assert_stood(&fixture.stack, true);
            whole += result == WALK_WHOLE;
        }
        close_fixture(&fixture);
    }
    assert_true(whole > RUNS * READS / 10);
}

static void in_bursts(uint32_t version)
{
    size_t whole = 0, count = 0;

    srand(version);
    for (int run = 0; run < RUNS; run++) {
        struct burst *burst = burst_new();
        struct fixture fixture;

        assert_non_null(burst);
        open_through_c(&fixture, version);
        running.share = run % 2 == 0 ? 8 : 20;
        for (unsigned i = 0; i < READS / SAMPLES; i++) {
            enum burst_result result;
            struct walk_stack stack;
            size_t fresh;

            running.reads = 0;
            fixture.made_up->hook = go_through_c;
            burst_read(burst, fixture.walk, &NOTHING, SAMPLES);
            fixture.made_up->hook = NULL;
            for (; (result = burst_next(burst, &stack, &fresh)) != BURST_OVER; count++) {
                running_assert_stood(&stack, result == BURST_WHOLE);
                whole += result == BURST_WHOLE;
            }
        }
        close_fixture(&fixture);
        burst_free(burst);
    }
    assert_true(count > RUNS);
    assert_true(whole > count / 4);
}

/* Entry frames are of 3.12 on; 3.12 tells the top by a _PyCFrame as well. */
enum { ENTRIES_FROM = 0x030d };

/* A function that is called through C, by the caller of a generator, and then by the generator that it resumes in the
   same loop of the interpreter: both have the same address on the C stack for the entry frame. */
static struct {
    unsigned reads; /* of the thread state */
    unsigned at;    /* before that one it happens, or behind that of the copy in front of it */
    bool in_copy;
    uint64_t caller, resumed;
} by_generator;

static void resume(struct made_up *made_up)
{
    const struct layout *layout = &made_up->layout;
    const uint64_t callee = running.now.codes[0];

    made_up_word(made_up, by_generator.caller + layout->frame.instruction, MADE_UP_CODE(2) + 16);
    made_up_word(made_up, MADE_UP_HEAP + layout->frame.previous, by_generator.caller);
    made_up_word(made_up, ENTRY + layout->frame.previous, MADE_UP_HEAP);
    running_pop_truth();
    running_push_truth(MADE_UP_CODE(20));
    running_push_truth(callee);
}

static void resume_in_between(struct made_up *made_up, const struct piece *piece)
{
    const bool is_state = piece->address.value == MADE_UP_THREAD;
    const bool is_stack = piece->address.value - MADE_UP_CHUNK < 0x4000;

    if (by_generator.resumed == 0 && by_generator.reads == by_generator.at &&
        (by_generator.in_copy ? is_stack : is_state)) {
        by_generator.resumed = 1;
        resume(made_up);
    }
    by_generator.reads += is_state;
    running_note(made_up, piece);
}

static void resumed_in_a_burst(uint32_t version, unsigned at, bool in_copy)
{
    struct burst *burst = burst_new();
    enum burst_result result;
    struct fixture fixture;
    struct walk_stack stack;
    size_t fresh, count = 0;

    assert_non_null(burst);
    open_fixture(&fixture, version, BASE);
    running_begin(BASE);
    through_c.step = through_c.which = 0;
    by_generator.caller = fixture.made_up->top;
    step_in(fixture.made_up);
    step_in(fixture.made_up);
    assert_int_equal(read_stack(&fixture), WALK_WHOLE); /* by the generator: now its place is known */
    step_out(fixture.made_up);
    step_out(fixture.made_up);
    made_up_word(fixture.made_up, MADE_UP_HEAP + fixture.made_up->layout.frame.code, MADE_UP_CODE(20));
    made_up_word(fixture.made_up, MADE_UP_HEAP + fixture.made_up->layout.frame.previous, 0);
    through_c.step = 1;
    step_in(fixture.made_up);
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    assert_int_equal(fixture.stack.depth, BASE + 1);
    by_generator.reads = 0;
    by_generator.resumed = 0;
    by_generator.at = at;
    by_generator.in_copy = in_copy;
    running.reads = 0;
    fixture.made_up->hook = resume_in_between;
    burst_read(burst, fixture.walk, &NOTHING, SAMPLES);
    fixture.made_up->hook = NULL;
    for (; (result = burst_next(burst, &stack, &fresh)) != BURST_OVER; count++)
        running_assert_stood(&stack, result == BURST_WHOLE);
    assert_in_range(count, 1, at + 1);
    close_fixture(&fixture);
    burst_free(burst);
}

static void another_caller_through_c_ends_the_burst(void **state)
{
    (void)state;
    for (uint32_t version = ENTRIES_FROM; version <= LAST_VERSION; version++)
        for (unsigned at = 1; at < 4; at++) {
            resumed_in_a_burst(version, at, false);
            resumed_in_a_burst(version, at, true);
        }
}

static void calls_through_c_are_told_as_they_stood(void **state)
{
    (void)state;
    for (uint32_t version = ENTRIES_FROM; version <= LAST_VERSION; version++) {
        singly(version);
        in_bursts(version);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_caller_through_c_ends_the_burst),
        cmocka_unit_test(calls_through_c_are_told_as_they_stood),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
