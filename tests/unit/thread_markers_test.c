/* target_thread: what stands between the frames of a thread's stack: the collector at work, and calls by way of C. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "target_thread_fixture.h"

/* The collector is looked at with the stack: what was said of it before may be over, and it may be at work for another
   thread, which has got the GIL since. */
static void only_a_collector_at_work_is_told(void **state)
{
    struct fixture *fixture = *state;
    const struct layout *layout = &fixture->made_up->layout;
    const uint64_t collecting = MADE_UP_HEAP, gil = MADE_UP_HEAP + 0x1000;

    made_up_word(fixture->made_up, gil + layout->gil.locked, 1);
    made_up_word(fixture->made_up, gil + layout->gil.last_holder, MADE_UP_THREAD);
    fixture->gil = (struct gil_now){.start = remote_at(gil),
                                    .size = 1,
                                    .locked = true,
                                    .holder = remote_at(MADE_UP_THREAD),
                                    .gc_lately = true,
                                    .collecting = remote_at(collecting)};
    assert_true(go_round(fixture));
    assert_int_equal(fixture->sink.last.sample.depth, 2);
    made_up_word(fixture->made_up, collecting, 1);
    assert_true(go_round(fixture));
    assert_int_equal(fixture->sink.last.sample.depth, 3);
    assert_int_equal(fixture->sink.last.sample.frames[0].function, FUNCTION_GC);
    made_up_word(fixture->made_up, gil + layout->gil.last_holder, MADE_UP_THREAD + 0x1000);
    assert_true(go_round(fixture));
    assert_int_equal(fixture->sink.last.sample.depth, 2);
}

/* It is looked for as long as collections come again, and not in programs that make none. */
static void a_collector_is_looked_for_some_rounds(void **state)
{
    uint32_t left = gc_rounds_left(0, false);

    (void)state;
    assert_int_equal(left, 0);
    left = gc_rounds_left(left, true);
    assert_true(left > 0);
    assert_int_equal(gc_rounds_left(left, true), left);
    for (uint32_t i = 0; i < GC_LATELY_ROUNDS; i++) {
        assert_true(left > 0);
        left = gc_rounds_left(left, false);
    }
    assert_int_equal(left, 0);
}

static void assert_last_functions(const struct fixture *fixture, const uint32_t *functions,
                                  size_t count)
{
    const struct record_sample *sample = &fixture->sink.last.sample;

    assert_int_equal(sample->depth, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(sample->frames[i].function, functions[i]);
}

/* It is at work for the thread on whose stack the frame is that it interrupted, whoever has the GIL, and
   what it called stands above it. */
static void the_collector_stands_above_the_frame_that_it_interrupted(void **state)
{
    static const uint32_t OUTER = FUNCTION_FIRST, INNER = FUNCTION_FIRST + 1;
    struct fixture *fixture = *state;
    const uint64_t gc_frame = MADE_UP_HEAP, inner = fixture->made_up->top;

    fixture->gil.gc_frame = remote_at(gc_frame);
    for (int with_gil = 0; with_gil <= 1; with_gil++) {
        fixture->gil.locked = with_gil != 0;
        fixture->gil.holder = remote_at(MADE_UP_THREAD);
        fixture->gil.gc_lately = true;
        fixture->gil.collecting = remote_at(gc_frame - 8);
        fixture->thread->cpu.run.turns--;
        made_up_word(fixture->made_up, gc_frame, inner - MADE_UP_FRAME_BYTES);
        assert_true(go_round(fixture));
        assert_last_functions(fixture, (const uint32_t[]){INNER, FUNCTION_GC, OUTER}, 3);
        fixture->thread->cpu.run.turns--;
        made_up_word(fixture->made_up, gc_frame, inner);
        assert_true(go_round(fixture));
        assert_last_functions(fixture, (const uint32_t[]){FUNCTION_GC, INNER, OUTER}, 3);
        /* On another thread's stack; and not at work. */
        for (unsigned other = 0; other <= 1; other++) {
            fixture->thread->cpu.run.turns--;
            made_up_word(fixture->made_up, gc_frame, other * (MADE_UP_HEAP + 0x1000));
            assert_true(go_round(fixture));
            assert_last_functions(fixture, (const uint32_t[]){INNER, OUTER}, 2);
        }
    }
}

/* Its sample is held for as long as it waits, so it is no matter that the round began before. */
static void a_collection_that_began_since_is_told_of_a_thread_that_waits(void **state)
{
    struct fixture *fixture = *state;

    fixture->gil.gc_frame = remote_at(MADE_UP_HEAP);
    made_up_word(fixture->made_up, MADE_UP_HEAP, fixture->made_up->top);
    assert_true(go_round(fixture));
    assert_int_equal(fixture->sink.last.sample.frames[0].function, FUNCTION_GC);
}

/* Between Python functions only, if asked for; the collector is C code, too. */
static void c_code_between_functions_is_marked(void **state)
{
    static const uint32_t OUTER = FUNCTION_FIRST, INNER = FUNCTION_FIRST + 1;
    struct fixture *fixture = *state;
    struct made_up *made_up = fixture->made_up;
    const uint64_t inner = made_up->top, entry = MADE_UP_C_STACK + 0x200;

    made_up_frame(made_up, entry, 0, inner - MADE_UP_FRAME_BYTES, OWNER_ENTRY);
    made_up_word(made_up, inner + made_up->layout.frame.previous, entry);
    assert_true(go_round(fixture));
    assert_last_functions(fixture, (const uint32_t[]){INNER, OUTER}, 2);
    fixture->native_markers = true;
    fixture->thread->cpu.run.turns--;
    assert_true(go_round(fixture));
    assert_last_functions(fixture, (const uint32_t[]){INNER, FUNCTION_NATIVE, OUTER}, 3);
    fixture->gil.gc_frame = remote_at(MADE_UP_HEAP);
    made_up_word(made_up, MADE_UP_HEAP, inner - MADE_UP_FRAME_BYTES);
    fixture->thread->cpu.run.turns--;
    assert_true(go_round(fixture));
    assert_last_functions(fixture, (const uint32_t[]){INNER, FUNCTION_GC, OUTER}, 3);
    /* A function that called C code which is about to call, or has just returned. */
    made_up_word(made_up, MADE_UP_HEAP, 0);
    made_up_frame(made_up, entry + 0x100, 0, inner, OWNER_ENTRY);
    made_up_mark(made_up, inner, true);
    made_up_set_top(made_up, entry + 0x100, made_up->next_slot);
    fixture->thread->cpu.run.turns--;
    assert_true(go_round(fixture));
    assert_last_functions(fixture, (const uint32_t[]){INNER, FUNCTION_NATIVE, OUTER}, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        THREAD_TEST(only_a_collector_at_work_is_told),
        THREAD_TEST(a_collector_is_looked_for_some_rounds),
        THREAD_TEST(the_collector_stands_above_the_frame_that_it_interrupted),
        THREAD_TEST(a_collection_that_began_since_is_told_of_a_thread_that_waits),
        THREAD_TEST(c_code_between_functions_is_marked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
