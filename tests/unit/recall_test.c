/* recall: what is not read again next to each thread state: entry frames, and the lower part of a deep stack that
   is as it was when the stack was proven last. Made-up programs go on between any two pieces of a reading. */
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

enum { SAMPLES = 16, RUNS = 400, READS = 60, DEEP = RUNNING_DEEP, BASE = 2 };

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
        memmove(running.now.codes + 1, running.now.codes, running.now.depth * sizeof *running.now.codes);
        running.now.codes[0] = MADE_UP_CODE(from + 1 + i);
        running.now.depth++;
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

static void push_truth(uint64_t code)
{
    struct running_truth *now = &running.now;

    memmove(now->codes + 1, now->codes, now->depth * sizeof *now->codes);
    now->codes[0] = code;
    now->depth++;
}

static void call_with(struct made_up *made_up, uint64_t code, uint64_t frame_bytes)
{
    push_truth(code);
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

/* --- through C, by one generator or another -------------------------------------------------- */

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

static void pop_code(void)
{
    struct running_truth *now = &running.now;

    now->depth--;
    memmove(now->codes, now->codes + 1, now->depth * sizeof *now->codes);
}

static void step_in(struct made_up *made_up)
{
    const uint64_t base = made_up->top;

    if (through_c.step == 0) {
        const uint64_t generator = MADE_UP_HEAP + through_c.which * 0x8000u;
        const uint64_t code = MADE_UP_CODE(20 + through_c.which);

        made_up_frame(made_up, generator, code, base, OWNER_GENERATOR);
        push_truth(code);
        made_up_set_top(made_up, generator, made_up->next_slot);
    } else {
        made_up_frame(made_up, ENTRY, 0, base, OWNER_ENTRY);
        made_up->top = ENTRY;
        made_up_push(made_up, MADE_UP_CODE(30));
        push_truth(MADE_UP_CODE(30));
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
    pop_code();
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
    pop_code();
    push_truth(MADE_UP_CODE(20));
    push_truth(callee);
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
        cmocka_unit_test(a_deep_stack_at_rest_is_not_followed_again),
        cmocka_unit_test(another_caller_in_the_lower_part_is_seen),
        cmocka_unit_test(what_stands_on_the_lower_part_has_to_stand_in_front_of_it),
        cmocka_unit_test(who_called_a_known_frame_is_seen),
        cmocka_unit_test(what_comes_to_stand_in_the_lower_part_is_not_taken_for_guards),
        cmocka_unit_test(deep_stacks_read_in_part_stood_so),
        cmocka_unit_test(another_caller_through_c_ends_the_burst),
        cmocka_unit_test(calls_through_c_are_told_as_they_stood),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
