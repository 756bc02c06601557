/* A stack that is read along with something else: it is taken once, if it is what is asked for, and proven as any
   other. */
#include <setjmp.h>
#include <stdarg.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "walk_fixture.h"

/* What else is read. */
static void read_a_word(struct fixture *fixture)
{
    uint64_t word;

    assert_true(reader_read_word(&fixture->made_up->reader, remote_at(MADE_UP_THREAD), &word));
    walk_note_ahead(fixture->walk);
}

static void read_ahead(struct fixture *fixture)
{
    assert_true(walk_read_ahead(fixture->walk));
    read_a_word(fixture);
    fixture->made_up->calls = 0;
}

static void of_that_moment(uint32_t version)
{
    struct fixture fixture;

    open_fixture(&fixture, version, 5);
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    read_ahead(&fixture);
    made_up_push(fixture.made_up, MADE_UP_CODE(6));
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    ASSERT_CODES(&fixture, 5, 4, 3, 2, 1);
    assert_int_equal(fixture.made_up->calls, 0);
    /* It is taken once. */
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    ASSERT_CODES(&fixture, 6, 5, 4, 3, 2, 1);
    assert_true(fixture.made_up->calls > 0);
    close_fixture(&fixture);
}

static void it_is_taken_as_it_was_read(void **state)
{
    (void)state;
    each_version(of_that_moment);
}

/* The function on top returns, and another is called, just when the thread state is read. */
static void call_another(struct made_up *made_up, const struct piece *piece)
{
    if (piece->address.value == MADE_UP_THREAD && piece->length > sizeof(uint64_t))
        made_up_word(made_up, made_up->top + made_up->layout.frame.code, MADE_UP_CODE(10));
}

static void torn_once(uint32_t version)
{
    struct fixture fixture;

    open_fixture(&fixture, version, 5);
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    fixture.made_up->hook = call_another;
    read_ahead(&fixture);
    fixture.made_up->hook = NULL;
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    ASSERT_CODES(&fixture, 10, 4, 3, 2, 1);
    assert_int_equal(fixture.stack.retries, 1);
    assert_true(fixture.stack.torn);
    assert_int_equal(fixture.made_up->calls, 1);
    close_fixture(&fixture);
}

static void a_torn_one_is_read_again(void **state)
{
    (void)state;
    each_version(torn_once);
}

static void not_as_asked(uint32_t version)
{
    static struct walk_extra extra;
    struct fixture fixture;
    struct walk *other;

    open_fixture(&fixture, version, 5);
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    extra.count = extra.bytes = 0;
    walk_extra_add(&extra, (struct piece){remote_at(MADE_UP_HEAP), 8});
    read_ahead(&fixture);
    made_up_push(fixture.made_up, MADE_UP_CODE(6));
    assert_int_equal(walk_read(fixture.walk, &extra, &fixture.stack), WALK_WHOLE);
    ASSERT_CODES(&fixture, 6, 5, 4, 3, 2, 1);
    assert_non_null(fixture.stack.extra);

    read_ahead(&fixture);
    made_up_push(fixture.made_up, MADE_UP_CODE(7));
    walk_forget_ahead(fixture.walk);
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    ASSERT_CODES(&fixture, 7, 6, 5, 4, 3, 2, 1);

    /* Its room was used for another thread. */
    other = walk_new(&fixture.made_up->reader, &fixture.made_up->layout, fixture.room, remote_at(MADE_UP_THREAD));
    assert_non_null(other);
    read_ahead(&fixture);
    extra.count = extra.bytes = 0;
    assert_int_equal(walk_read(other, &extra, &fixture.stack), WALK_WHOLE);
    made_up_push(fixture.made_up, MADE_UP_CODE(8));
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    ASSERT_CODES(&fixture, 8, 7, 6, 5, 4, 3, 2, 1);
    walk_free(other);

    /* It ended, and the next has its address, as a rule. */
    read_ahead(&fixture);
    made_up_push(fixture.made_up, MADE_UP_CODE(9));
    walk_free(fixture.walk);
    fixture.walk =
        walk_new(&fixture.made_up->reader, &fixture.made_up->layout, fixture.room, remote_at(MADE_UP_THREAD));
    assert_non_null(fixture.walk);
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    ASSERT_CODES(&fixture, 9, 8, 7, 6, 5, 4, 3, 2, 1);
    close_fixture(&fixture);
}

static void what_is_asked_for_otherwise_is_read_anew(void **state)
{
    (void)state;
    each_version(not_as_asked);
}

static void lost_place(uint32_t version)
{
    struct fixture fixture;

    open_fixture(&fixture, version, 5);
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    assert_true(walk_read_ahead(fixture.walk));
    fixture.made_up->fail_with = ESRCH;
    assert_int_equal(reader_gather(&fixture.made_up->reader, &(struct piece){remote_at(MADE_UP_THREAD), 8}, 1,
                                   (char[8]){0}), 0);
    walk_note_ahead(fixture.walk);
    fixture.made_up->fail_with = 0;
    fixture.made_up->calls = 0;
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    ASSERT_CODES(&fixture, 5, 4, 3, 2, 1);
    assert_int_equal(fixture.made_up->calls, 1);
    close_fixture(&fixture);
}

static void what_could_not_be_read_is_read_anew(void **state)
{
    (void)state;
    each_version(lost_place);
}

static void slow(uint32_t version)
{
    struct fixture fixture;

    open_fixture(&fixture, version, 5);
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    for (int i = 0; i < 8; i++) {
        read_ahead(&fixture);
        assert_int_equal(read_stack(&fixture), WALK_WHOLE);
        assert_int_equal(fixture.made_up->calls, 0);
    }
    assert_true(walk_read_ahead(fixture.walk));
    fixture_now_ns += 1000000;
    read_a_word(&fixture);
    fixture.made_up->calls = 0;
    assert_int_equal(read_stack(&fixture), WALK_WHOLE);
    assert_int_equal(fixture.made_up->calls, 1);
    close_fixture(&fixture);
}

static void one_that_took_too_long_proves_nothing(void **state)
{
    (void)state;
    each_version(slow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_taken_as_it_was_read),
        cmocka_unit_test(a_torn_one_is_read_again),
        cmocka_unit_test(what_is_asked_for_otherwise_is_read_anew),
        cmocka_unit_test(what_could_not_be_read_is_read_anew),
        cmocka_unit_test(one_that_took_too_long_proves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
