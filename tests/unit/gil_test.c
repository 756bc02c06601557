/* gil: who wants the GIL is told by the futex that a thread sleeps in: one of the GIL's own structure, or with musl one
   of a waiter that its condition variable lists. Who has it is who took it last, or to 3.11 the state that its thread
   went to since. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "made_up.h"
#include "sample/gil.h"

/* The structure of the GIL, and stacks of threads that wait. */
#define GIL MADE_UP_HEAP
#define WAITER(number) (MADE_UP_HEAP + 0x1000u * ((number) + 1))

enum { NEXT = 8, BARRIER = 20, WAITERS_KNOWN = 256 };

static struct made_up *memory;

static int end(void **state)
{
    (void)state;
    made_up_free(memory);
    memory = NULL;
    return 0;
}

/* The GIL of a version, which the first of so many waiters is listed in front of the next in. */
static void begin(uint32_t version, bool is_musl, unsigned waiters)
{
    made_up_free(memory);
    memory = made_up_new(version);
    assert_non_null(memory);
    layout_set_musl(&memory->layout, is_musl);
    /* The condition variable stands behind the count of switches. */
    made_up_word(memory, GIL + memory->layout.gil.switches + 16, waiters > 0 ? WAITER(0) : 0);
    for (unsigned i = 0; i < waiters; i++)
        made_up_word(memory, WAITER(i) + NEXT, i + 1 < waiters ? WAITER(i + 1) : 0);
}

static struct gil_now gil_now(void)
{
    const struct interpreter interpreter = {
        .address = remote_at(MADE_UP_BASE), .gil = remote_at(GIL), .gc_collecting = remote_at(GIL)};
    struct gil_shared shared;

    assert_true(gil_read(&interpreter, &memory->layout, &memory->reader, false, &shared));
    return shared.gil;
}

static bool is_wanted(uint64_t futex)
{
    const struct gil_now gil = gil_now();

    return gil_is_wanted(&gil, &memory->reader, futex);
}

static void test_own_structure(void **state)
{
    (void)state;
    for (uint32_t version = MADE_UP_FIRST; version <= MADE_UP_LAST; version++) {
        begin(version, false, 3);
        assert_true(is_wanted(GIL + memory->layout.gil.switches + 8));
        assert_true(is_wanted(GIL + memory->layout.gil.size - 4));
        assert_false(is_wanted(GIL + memory->layout.gil.size));
        assert_false(is_wanted(GIL - 4));
        assert_false(is_wanted(WAITER(0) + BARRIER)); /* of another C library */
    }
}

static void test_musl_lists_them(void **state)
{
    (void)state;
    for (uint32_t version = MADE_UP_FIRST; version <= MADE_UP_LAST; version++) {
        begin(version, true, 3);
        for (unsigned i = 0; i < 3; i++)
            assert_true(is_wanted(WAITER(i) + BARRIER));
        assert_true(is_wanted(GIL + memory->layout.gil.switches + 8));
        assert_false(is_wanted(WAITER(3) + BARRIER)); /* of another condition variable */
        assert_false(is_wanted(WAITER(1)));
        begin(version, true, 0);
        assert_false(is_wanted(WAITER(0) + BARRIER));
    }
}

/* While it is followed, waiters come and go, and their stacks hold something else. */
static void test_lists_that_are_none(void **state)
{
    (void)state;
    begin(MADE_UP_LAST, true, 3);
    made_up_word(memory, WAITER(2) + NEXT, WAITER(1)); /* a circle */
    memory->calls = 0;
    assert_false(is_wanted(WAITER(3) + BARRIER));
    assert_true(memory->calls <= WAITERS_KNOWN + 1);
    made_up_word(memory, WAITER(1) + NEXT, MADE_UP_END + 64);
    assert_true(is_wanted(WAITER(1) + BARRIER));
    assert_false(is_wanted(WAITER(2) + BARRIER));
}

static bool is_holder(uint64_t state)
{
    return remote_equal(gil_now().holder, remote_at(state));
}

static bool is_taken_by(uint64_t state)
{
    return remote_equal(gil_now().taken_by, remote_at(state));
}

/* To 3.11, PyThreadState_Swap() leaves the GIL as it is. */
static void test_current_state_has_it(void **state)
{
    enum { TOOK = 0x1000, CURRENT = 0x2000 };

    (void)state;
    for (uint32_t version = MADE_UP_FIRST; version <= MADE_UP_LAST; version++) {
        const struct layout *layout;

        begin(version, false, 0);
        layout = &memory->layout;
        assert_true((layout->gil.current != LAYOUT_NONE) == (version <= 0x030b));
        made_up_word(memory, GIL + layout->gil.locked, 1);
        made_up_word(memory, GIL + layout->gil.last_holder, TOOK);
        assert_true(is_holder(TOOK));
        if (layout->gil.current == LAYOUT_NONE)
            continue;
        made_up_word(memory, GIL + layout->gil.current, CURRENT);
        assert_true(is_holder(CURRENT));
        assert_true(is_taken_by(TOOK));
        made_up_word(memory, GIL + layout->gil.current, 0); /* just taken, or about to be dropped */
        assert_true(is_holder(TOOK));
        made_up_word(memory, GIL + layout->gil.current, CURRENT);
        made_up_word(memory, GIL + layout->gil.locked, 0); /* PyEval_ReleaseLock() leaves it so */
        assert_true(is_holder(TOOK));
    }
}

/* What is not part of the GIL's structure, nobody waits in. */
static void test_current_state_is_not_waited_in(void **state)
{
    (void)state;
    for (uint32_t version = MADE_UP_FIRST; version <= 0x030b; version++) {
        begin(version, false, 0);
        assert_false(is_wanted(GIL + memory->layout.gil.current));
    }
}

/* Reads a GIL that the target says is at `address`. */
static bool reads_at(uint64_t address)
{
    const struct interpreter interpreter = {
        .address = remote_at(MADE_UP_BASE), .gil = remote_at(address), .gc_collecting = remote_at(GIL)};
    struct gil_shared shared;

    return gil_read(&interpreter, &memory->layout, &memory->reader, false, &shared);
}

/* Where a target says that its GIL is, and what of it is where, may be anything. */
static void test_what_is_told_is_not_believed(void **state)
{
    static const uint64_t NOWHERE[] = {0, 8, UINT64_MAX, UINT64_MAX - 7, UINT64_MAX - 15, UINT64_MAX - 64,
                                       UINT64_MAX - 4096, MADE_UP_END - 8};

    (void)state;
    for (uint32_t version = MADE_UP_FIRST; version <= MADE_UP_LAST; version++) {
        begin(version, false, 0);
        assert_true(reads_at(GIL));
        for (size_t i = 0; i < sizeof NOWHERE / sizeof NOWHERE[0]; i++)
            assert_false(reads_at(NOWHERE[i]));
        memory->layout.gil.enabled = 64;
        assert_true(reads_at(GIL));
        memory->layout.gil.enabled = 8 << 20; /* as far as layout_select() lets it be */
        assert_false(reads_at(GIL));
        memory->layout.gil.enabled = LAYOUT_NONE;
        memory->layout.gil.locked = 8 << 20;
        assert_false(reads_at(GIL));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_own_structure, end),
        cmocka_unit_test_teardown(test_musl_lists_them, end),
        cmocka_unit_test_teardown(test_lists_that_are_none, end),
        cmocka_unit_test_teardown(test_current_state_has_it, end),
        cmocka_unit_test_teardown(test_current_state_is_not_waited_in, end),
        cmocka_unit_test_teardown(test_what_is_told_is_not_believed, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
