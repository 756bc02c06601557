/* runtime: the target's lists of interpreters and threads: whole, cut, in circles, and too long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "made_up.h"
#include "python/runtime.h"

enum { FIRST_VERSION = 0x030b, LAST_VERSION = 0x030f, ROOM = 16, GAP = 0x1000 };

#define FIRST (MADE_UP_HEAP + GAP)
#define INTERPRETER UINT64_C(0x123456)

static struct made_up *memory;

/* A list of thread states at FIRST, FIRST + GAP, …, newest first. */
static struct interpreter put_threads(size_t count)
{
    const struct layout *layout = &memory->layout;

    for (size_t i = 0; i < count; i++) {
        const uint64_t at = FIRST + i * GAP;

        made_up_word(memory, at + layout->thread.next, i + 1 < count ? at + GAP : 0);
        made_up_word(memory, at + layout->thread.interpreter, INTERPRETER);
        made_up_word(memory, at + layout->thread.native_thread_id, 100 + i);
    }
    return (struct interpreter){.address = remote_at(INTERPRETER),
                                .first_thread = remote_at(count > 0 ? FIRST : 0)};
}

static size_t read_threads(const struct interpreter *interpreter, size_t room, bool *whole)
{
    const struct runtime runtime = {.layout = memory->layout};
    struct thread_found found[ROOM];

    return runtime_threads(&runtime, &memory->reader, interpreter, found, room, whole);
}

static void each_version(void (*test)(void))
{
    for (uint32_t version = FIRST_VERSION; version <= LAST_VERSION; version++) {
        memory = made_up_new(version);
        assert_non_null(memory);
        test();
        made_up_free(memory);
    }
}

static void thread_lists(void)
{
    struct interpreter interpreter;
    bool whole;

    for (size_t count = 0; count <= 5; count++) {
        interpreter = put_threads(count);
        assert_int_equal(read_threads(&interpreter, ROOM, &whole), count);
        assert_true(whole);
    }
    assert_int_equal(read_threads(&interpreter, 3, &whole), 3);
    assert_false(whole);
    /* One in the middle ended, and its memory is another's. */
    made_up_word(memory, FIRST + 2 * GAP + memory->layout.thread.interpreter, 7);
    assert_int_equal(read_threads(&interpreter, ROOM, &whole), 2);
    assert_false(whole);
    /* Or nobody's. */
    interpreter = put_threads(5);
    made_up_word(memory, FIRST + 2 * GAP + memory->layout.thread.next, MADE_UP_END);
    assert_int_equal(read_threads(&interpreter, ROOM, &whole), 3);
    assert_false(whole);
    for (size_t back = 0; back < 5; back++) {
        interpreter = put_threads(5);
        made_up_word(memory, FIRST + 4 * GAP + memory->layout.thread.next, FIRST + back * GAP);
        assert_true(read_threads(&interpreter, ROOM, &whole) < ROOM);
        assert_false(whole);
    }
}

static void a_list_of_threads_tells_whether_it_is_whole(void **state)
{
    (void)state;
    each_version(thread_lists);
}

static void interpreter_lists(void)
{
    static const uint64_t PLACES[] = {MADE_UP_HEAP, MADE_UP_HEAP + 64};
    struct runtime runtime = {.address = remote_at(MADE_UP_THREAD), .layout = memory->layout};
    struct layout *layout = &runtime.layout;
    struct interpreter interpreters[ROOM];
    bool whole;

    /* As near to each other as the test's memory is small: what they hold stands side by side. */
    layout->runtime.interpreters_head = 0;
    layout->interpreter.next = 0;
    layout->interpreter.id = 8;
    layout->interpreter.threads_head = 16;
    if (layout->interpreter.gil != LAYOUT_NONE)
        layout->interpreter.gil = 24;
    made_up_word(memory, MADE_UP_THREAD, PLACES[0]);
    made_up_word(memory, PLACES[0], PLACES[1]);
    assert_int_equal(
        runtime_interpreters(&runtime, &memory->reader, interpreters, ROOM, &whole), 2);
    assert_true(whole);
    made_up_word(memory, PLACES[1], PLACES[0]);
    assert_int_equal(
        runtime_interpreters(&runtime, &memory->reader, interpreters, ROOM, &whole), 2);
    assert_false(whole);
    made_up_word(memory, PLACES[1], MADE_UP_END);
    assert_int_equal(
        runtime_interpreters(&runtime, &memory->reader, interpreters, ROOM, &whole), 2);
    assert_false(whole);
}

static void a_list_of_interpreters_tells_whether_it_is_whole(void **state)
{
    (void)state;
    each_version(interpreter_lists);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_of_threads_tells_whether_it_is_whole),
        cmocka_unit_test(a_list_of_interpreters_tells_whether_it_is_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
