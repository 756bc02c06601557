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

static size_t count_threads(const struct interpreter *interpreter, size_t most)
{
    const struct runtime runtime = {.layout = memory->layout};

    return runtime_count_threads(&runtime, &memory->reader, interpreter->first_thread, most);
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
    interpreter = put_threads(5);
    assert_int_equal(count_threads(&interpreter, ROOM), 5);
    assert_int_equal(count_threads(&interpreter, 3), 3);
    assert_int_equal(count_threads(&interpreter, 0), 0);
    for (size_t back = 0; back < 5; back++) {
        interpreter = put_threads(5);
        made_up_word(memory, FIRST + 4 * GAP + memory->layout.thread.next, FIRST + back * GAP);
        assert_true(read_threads(&interpreter, ROOM, &whole) < ROOM);
        assert_false(whole);
        assert_in_range(count_threads(&interpreter, 100 * ROOM), 5, ROOM);
    }
}

static void a_list_of_threads_tells_whether_it_is_whole(void **state)
{
    (void)state;
    each_version(thread_lists);
}

/* Where interpreters are, as near to each other as the test's memory is small. */
#define PLACE(number) (MADE_UP_HEAP + 64u * (number))
#define GIL MADE_UP_CHUNK

/* A runtime with so many interpreters at PLACE(0), PLACE(1), …, newest first, of which none has a thread. */
static struct runtime put_interpreters(size_t count)
{
    struct runtime runtime = {.address = remote_at(MADE_UP_THREAD), .layout = memory->layout};

    made_up_narrow(&runtime.layout);
    made_up_word(memory, MADE_UP_THREAD, PLACE(0));
    made_up_word(memory, MADE_UP_THREAD + 8, PLACE(count - 1));
    for (size_t i = 0; i < count; i++) {
        made_up_word(memory, PLACE(i), i + 1 < count ? PLACE(i + 1) : 0);
        made_up_word(memory, PLACE(i) + 8, count - 1 - i);
        made_up_word(memory, PLACE(i) + 16, 0);
        made_up_word(memory, PLACE(i) + 24, 0);
    }
    return runtime;
}

static void interpreter_lists(void)
{
    static const uint64_t PLACES[] = {PLACE(0), PLACE(1)};
    const struct runtime runtime = put_interpreters(2);
    struct interpreter interpreters[ROOM];
    bool whole;

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

/* The main one is the last in the list, and is where everything is as a rule. */
static void more_than_room(void)
{
    enum { COUNT = 2 * ROOM };
    const struct runtime runtime = put_interpreters(COUNT);
    struct interpreter interpreters[ROOM];
    bool whole;

    for (size_t i = ROOM - 2; i < COUNT - 1; i++) { /* two threads in each from the last one on that there is room for */
        made_up_word(memory, PLACE(i) + 16, FIRST);
        made_up_word(memory, FIRST + runtime.layout.thread.next, FIRST + GAP);
    }
    assert_int_equal(runtime_interpreters(&runtime, &memory->reader, interpreters, ROOM, &whole), ROOM);
    assert_false(whole);
    for (size_t i = 0; i < ROOM; i++)
        assert_int_equal(interpreters[i].address.value, PLACE(i < ROOM - 1 ? i : COUNT - 1));
    assert_int_equal(interpreters[ROOM - 1].id, 0);
    assert_int_equal(runtime_count_threads_beyond(&runtime, &memory->reader, interpreters, ROOM, 1000),
                     2 * (COUNT - ROOM));
    assert_int_equal(runtime_count_threads_beyond(&runtime, &memory->reader, interpreters, ROOM, 5), 5);
    made_up_word(memory, PLACE(COUNT - 2), PLACE(ROOM)); /* a circle */
    made_up_word(memory, FIRST + runtime.layout.thread.next, 0);
    assert_int_equal(runtime_count_threads_beyond(&runtime, &memory->reader, interpreters, ROOM, 1000), 1000);
    made_up_word(memory, MADE_UP_THREAD + 8, 0); /* it is not named (yet) */
    assert_int_equal(runtime_interpreters(&runtime, &memory->reader, interpreters, ROOM, &whole), ROOM);
    assert_int_equal(interpreters[ROOM - 1].address.value, PLACE(ROOM - 1));
}

static void the_main_interpreter_has_a_place(void **state)
{
    (void)state;
    each_version(more_than_room);
}

/* From 3.13 on, one that is idle has no thread. */
static void threads_of_any(void)
{
    enum { COUNT = 5 };

    for (size_t i = 0; i < COUNT; i++) {
        struct runtime runtime = put_interpreters(COUNT);

        assert_false(runtime_still_there(&runtime, &memory->reader));
        made_up_word(memory, PLACE(i) + 16, FIRST);
        made_up_word(memory, FIRST + runtime.layout.thread.interpreter, PLACE(i));
        assert_true(runtime_still_there(&runtime, &memory->reader));
        runtime.layout.runtime.interpreters_head = MADE_UP_BYTES; /* it is shutting down */
        assert_false(runtime_still_there(&runtime, &memory->reader));
    }
}

static void an_interpreter_without_threads_is_not_the_end(void **state)
{
    (void)state;
    each_version(threads_of_any);
}

/* The main one is asked: one that is new has none yet. */
static void gil_of_the_main_one(void)
{
    struct runtime runtime = put_interpreters(3);

    runtime.layout.gil.enabled = 8;
    if (runtime.layout.interpreter.gil == LAYOUT_NONE)
        return;
    made_up_word(memory, PLACE(0) + 24, GIL + 64);
    made_up_word(memory, PLACE(2) + 24, GIL);
    made_up_word(memory, GIL + 8, 1);
    assert_true(runtime_has_gil(&runtime, &memory->reader));
    made_up_word(memory, GIL + 8, 0);
    made_up_word(memory, GIL + 64 + 8, 1);
    assert_false(runtime_has_gil(&runtime, &memory->reader));
}

static void whether_there_is_a_gil_the_main_interpreter_tells(void **state)
{
    (void)state;
    each_version(gil_of_the_main_one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_of_threads_tells_whether_it_is_whole),
        cmocka_unit_test(a_list_of_interpreters_tells_whether_it_is_whole),
        cmocka_unit_test(the_main_interpreter_has_a_place),
        cmocka_unit_test(an_interpreter_without_threads_is_not_the_end),
        cmocka_unit_test(whether_there_is_a_gil_the_main_interpreter_tells),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
