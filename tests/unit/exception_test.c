/* exception: what a thread raises and handles, on stacks of each version that are made up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "made_up.h"
#include "sample/walk.h"
#include "walk_fixture.h"

enum { NONE = 0x1000, EXCEPTION = 0x2000 }; /* what is handled is never followed */

static bool has_exception(struct fixture *fixture)
{
    assert_int_equal(read_stack(fixture), WALK_WHOLE);
    return fixture->stack.exception;
}

/* Puts what is handled at `item`, and where the next item is. */
static void handle(struct made_up *made_up, uint64_t item, uint64_t value, uint64_t previous)
{
    made_up_word(made_up, item + made_up->layout.handled.value, value);
    made_up_word(made_up, item + made_up->layout.handled.previous, previous);
}

static void in_exceptions(uint32_t version)
{
    struct fixture fixture;
    struct made_up *made_up;
    uint64_t raised, last;

    open_fixture(&fixture, version, 2);
    made_up = fixture.made_up;
    raised = MADE_UP_THREAD + made_up->layout.thread.raised;
    last = MADE_UP_THREAD + made_up->layout.thread.handled_last;
    made_up_word(made_up, MADE_UP_THREAD + made_up->layout.thread.handled, last);
    for (unsigned known = 0; known <= 1; known++) {
        assert_false(has_exception(&fixture));
        made_up_word(made_up, raised, EXCEPTION);
        assert_true(has_exception(&fixture));
        made_up_word(made_up, raised, 0);
        handle(made_up, last, EXCEPTION, 0);
        assert_int_equal(has_exception(&fixture), known); /* or it may be None */
        handle(made_up, last, NONE, 0);
        assert_false(has_exception(&fixture));
        walk_room_set_none(fixture.room, remote_at(NONE));
    }
    close_fixture(&fixture);
}

static void exceptions_raised_and_handled_are_told(void **state)
{
    (void)state;
    each_version(in_exceptions);
}

/* What runs in a generator is in the exceptions of those that called it, too; it is read with the stack. */
static void in_exceptions_of_generators(uint32_t version)
{
    const uint64_t frame = MADE_UP_HEAP + 0x4000;
    struct fixture fixture;
    struct made_up *made_up;
    uint64_t last, item;

    open_fixture(&fixture, version, 2);
    made_up = fixture.made_up;
    walk_room_set_none(fixture.room, remote_at(NONE));
    last = MADE_UP_THREAD + made_up->layout.thread.handled_last;
    item = frame - made_up->layout.handled.before_frame;
    made_up_frame(made_up, frame, MADE_UP_CODE(3), made_up->top, OWNER_GENERATOR);
    made_up_set_top(made_up, frame, made_up->next_slot);
    made_up_word(made_up, MADE_UP_THREAD + made_up->layout.thread.handled, item);
    for (unsigned i = 0; i < 8; i++) {
        static const uint64_t VALUES[] = {EXCEPTION, NONE};

        handle(made_up, last, i & 4 ? EXCEPTION : 0, 0);
        handle(made_up, item, i & 1 ? VALUES[i >> 1 & 1] : 0, last);
        made_up->calls = 0;
        assert_int_equal(has_exception(&fixture), (i & 4) != 0 || (i & 3) == 1);
        if (i > 0)
            assert_int_equal(made_up->calls, 1);
    }
    close_fixture(&fixture);
}

static void exceptions_handled_in_generators_are_told(void **state)
{
    (void)state;
    each_version(in_exceptions_of_generators);
}

static void in_exceptions_elsewhere(uint32_t version)
{
    const uint64_t item = MADE_UP_HEAP + 0x4000;
    struct fixture fixture;
    struct made_up *made_up;

    open_fixture(&fixture, version, 2);
    made_up = fixture.made_up;
    walk_room_set_none(fixture.room, remote_at(NONE));
    made_up_word(made_up, MADE_UP_THREAD + made_up->layout.thread.handled, item);
    handle(made_up, item, EXCEPTION, 0);
    assert_true(has_exception(&fixture));
    handle(made_up, item, NONE, item); /* in a circle */
    assert_false(has_exception(&fixture));
    handle(made_up, item, NONE, MADE_UP_END);
    assert_false(has_exception(&fixture));
    close_fixture(&fixture);
}

static void exceptions_handled_elsewhere_are_told(void **state)
{
    (void)state;
    each_version(in_exceptions_elsewhere);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exceptions_raised_and_handled_are_told),
        cmocka_unit_test(exceptions_handled_in_generators_are_told),
        cmocka_unit_test(exceptions_handled_elsewhere_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
