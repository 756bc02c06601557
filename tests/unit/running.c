#include "running.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CODES_EACH = 16, CODES_FROM = 13 };

struct running running;

void running_begin(size_t depth)
{
    running.reads = 0;
    running.calls = 0;
    running.now.depth = depth;
    for (size_t i = 0; i < depth; i++)
        running.now.codes[i] = MADE_UP_CODE(depth - i);
}

void running_push_truth(uint64_t code)
{
    struct running_truth *now = &running.now;

    memmove(now->codes + 1, now->codes, now->depth * sizeof *now->codes);
    now->codes[0] = code;
    now->depth++;
}

void running_pop_truth(void)
{
    struct running_truth *now = &running.now;

    now->depth--;
    memmove(now->codes, now->codes + 1, now->depth * sizeof *now->codes);
}

void running_call(struct made_up *made_up)
{
    const size_t depth = running.now.depth;
    const uint64_t code =
        MADE_UP_CODE(CODES_FROM + depth * CODES_EACH + (depth % 2 == 0 ? 0 : running.calls++ % CODES_EACH));

    running_push_truth(code);
    made_up_push(made_up, code);
}

void running_end_call(struct made_up *made_up)
{
    const struct layout *layout = &made_up->layout;
    const uint64_t frame = made_up->top;
    uint64_t previous;

    memcpy(&previous, made_up_at(made_up, frame + layout->frame.previous), sizeof previous);
    running_pop_truth();
    made_up_mark(made_up, frame, false);
    if (layout->frame.stack_top == LAYOUT_NONE)
        made_up_word(made_up, frame + layout->frame.code, 0);
    made_up_mark(made_up, previous, true);
    made_up->next_slot = frame;
    made_up_set_top(made_up, previous, frame);
}

void running_note(struct made_up *made_up, const struct piece *piece)
{
    const struct layout *layout = &made_up->layout;
    const uint64_t top_at = layout->thread.cframe != LAYOUT_NONE
                                ? MADE_UP_C_STACK + layout->cframe_current_frame
                                : MADE_UP_THREAD + layout->thread.current_frame;

    /* So that a stack tells which reading it is of. */
    if (piece->address.value == MADE_UP_THREAD)
        made_up_word(made_up, MADE_UP_THREAD + layout->thread.thread_id, running.reads);
    if (top_at - piece->address.value < piece->length)
        running.read[running.reads++ % RUNNING_READS_MAX] = running.now;
}

void running_go_on(struct made_up *made_up, const struct piece *piece)
{
    while (rand() % (int)running.share == 0)
        if (running.now.depth > running.least &&
            (rand() % 2 == 0 || running.now.depth == running.most))
            running_end_call(made_up);
        else
            running_call(made_up);
    running_note(made_up, piece);
}

void running_assert_stood(const struct walk_stack *stack, bool whole)
{
    const struct running_truth *truth = &running.read[stack->ident % RUNNING_READS_MAX];

    assert_in_range(stack->ident, 0, running.reads - 1);
    assert_true(stack->depth <= truth->depth);
    assert_true(!whole || stack->depth == truth->depth);
    for (size_t i = 1; i <= stack->depth; i++)
        assert_int_equal(stack->frames[stack->depth - i].code.value, truth->codes[truth->depth - i]);
}

void running_open_deep(struct fixture *fixture, uint32_t version)
{
    struct made_up *made_up;
    const struct layout *layout;

    open_fixture(fixture, version, RUNNING_DEEP_FIRST);
    made_up = fixture->made_up;
    layout = &made_up->layout;
    made_up_word(made_up, MADE_UP_CHUNK + layout->chunk.top,
                 (made_up->next_slot - MADE_UP_CHUNK - layout->chunk.data) / 8);
    made_up_word(made_up, MADE_UP_SECOND_CHUNK + layout->chunk.previous, MADE_UP_CHUNK);
    made_up_word(made_up, MADE_UP_SECOND_CHUNK + layout->chunk.size, 16384);
    made_up_word(made_up, MADE_UP_THREAD + layout->thread.datastack_chunk, MADE_UP_SECOND_CHUNK);
    made_up->next_slot = MADE_UP_SECOND_CHUNK + layout->chunk.data;
    for (unsigned i = 0; i < RUNNING_DEEP_SECOND; i++)
        made_up_push(made_up, MADE_UP_CODE(RUNNING_DEEP_FIRST + 1 + i));
    assert_int_equal(read_stack(fixture), WALK_WHOLE);
    assert_int_equal(fixture->stack.depth, RUNNING_DEEP);
}
