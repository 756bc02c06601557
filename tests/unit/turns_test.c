/*
 * Two chains of generators that take turns in the same memory, while they are read: what is told stood as a whole, and no stack
 * is put together of both.
 */
#include "running.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sample/burst.h"

enum {
    LEVELS = 6,      /* of a chain: the first on the data stack, and generators */
    EVENTS = 2 * LEVELS,
    READINGS = 20000,
    SAMPLES = 16,    /* in a burst */
    CODES_OF_ONE = 100,
    STEP = 0x8000,   /* from one generator to the next: each is a place of its own */
    UNIT = 1000,     /* of speed: an event for each piece that is read */
};

static struct turns {
    unsigned events;     /* of its life so far */
    unsigned speed, gone; /* in 1/UNIT events a piece */
} turns;

static uint64_t generator_at(unsigned level)
{
    return MADE_UP_HEAP + (uint64_t)level * STEP;
}

static void call(struct made_up *made_up, unsigned chain, unsigned level)
{
    const struct layout *layout = &made_up->layout;
    const uint64_t code = MADE_UP_CODE(CODES_OF_ONE * (chain + 1) + level);
    const uint64_t frame = generator_at(level);

    running_push_truth(code);
    if (level == 0) {
        made_up_push(made_up, code);
        return;
    }
    made_up_frame(made_up, frame, code, made_up->top, OWNER_GENERATOR);
    if (layout->frame.is_entry != LAYOUT_NONE)
        *made_up_at(made_up, frame + layout->frame.is_entry) = 0;
    made_up_set_top(made_up, frame, made_up->next_slot);
}

static void end_call(struct made_up *made_up, unsigned level)
{
    const uint64_t slots = made_up->next_slot;

    running_end_call(made_up);
    if (level == 0)
        return;
    made_up->next_slot = slots;
    made_up_set_top(made_up, level == 1 ? slots - MADE_UP_FRAME_BYTES : generator_at(level - 1), slots);
}

/* Goes on by as much as happens while a piece is read. */
static void take_turns(struct made_up *made_up, const struct piece *piece)
{
    for (turns.gone += turns.speed + (unsigned)rand() % (turns.speed / 4); turns.gone >= UNIT; turns.gone -= UNIT) {
        const unsigned chain = turns.events / EVENTS % 2;
        const unsigned at = turns.events++ % EVENTS;

        if (at < LEVELS)
            call(made_up, chain, at);
        else
            end_call(made_up, EVENTS - 1 - at);
    }
    running_note(made_up, piece);
}

static void open_turns(struct fixture *fixture, uint32_t version)
{
    turns = (struct turns){.speed = UNIT};
    open_fixture(fixture, version, 1);
    running_begin(1);
    fixture->made_up->hook = take_turns;
}

/* From one that goes through a chain while three pieces are read to one that takes three hundred. */
static void choose_speed(void)
{
    turns.speed = (unsigned)(EVENTS * UNIT / (3 + rand() % (rand() % 2 == 0 ? 30 : 300)));
}

static unsigned whole; /* stacks with generators on them */

/* Below the first frame, each is called by the one before it in its chain. */
static void assert_of_one_chain(const struct walk_stack *stack, bool is_whole)
{
    whole += is_whole && stack->depth > 2;
    for (size_t i = 2; i < stack->depth; i++)
        assert_int_equal(stack->frames[stack->depth - 1 - i].code.value,
                         stack->frames[stack->depth - i].code.value + (MADE_UP_CODE(1) - MADE_UP_CODE(0)));
}

static void read_one(struct fixture *fixture)
{
    enum walk_result result;

    running.reads = 0;
    result = read_stack(fixture);
    assert_int_not_equal(result, WALK_FAILED);
    assert_of_one_chain(&fixture->stack, result == WALK_WHOLE);
    running_assert_stood(&fixture->stack, result == WALK_WHOLE);
}

static void read_one_by_one(uint32_t version)
{
    struct fixture fixture;

    open_turns(&fixture, version);
    whole = 0;
    for (int i = 0; i < READINGS; i++) {
        choose_speed();
        read_one(&fixture);
    }
    assert_true(whole > 0);
    close_fixture(&fixture);
}

static void chains_that_take_turns_are_not_mixed(void **state)
{
    (void)state;
    each_version(read_one_by_one);
}

static void read_in_bursts(uint32_t version)
{
    static const struct walk_extra NOTHING;
    struct burst *burst = burst_new();
    struct fixture fixture;

    assert_non_null(burst);
    open_turns(&fixture, version);
    whole = 0;
    for (int i = 0; i < READINGS; i++) {
        enum burst_result result;
        size_t fresh;

        choose_speed();
        running.reads = 0;
        if (burst_read(burst, fixture.walk, &NOTHING, SAMPLES) == 0)
            read_one(&fixture);
        else
            while ((result = burst_next(burst, &fixture.stack, &fresh)) != BURST_OVER)
                /* It stood at both copies around it, but where these are shared not always in between. */
                assert_of_one_chain(&fixture.stack, result == BURST_WHOLE);
        /* What ends a burst is seen to by a single reading. */
        read_one(&fixture);
    }
    assert_true(whole > 0);
    close_fixture(&fixture);
    burst_free(burst);
}

static void nor_are_they_in_bursts(void **state)
{
    (void)state;
    each_version(read_in_bursts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chains_that_take_turns_are_not_mixed),
        cmocka_unit_test(nor_are_they_in_bursts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
