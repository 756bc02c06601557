/* foresight: what is read ahead of its turn is what was to be read, is used once and for nothing else, and is offered rarely where
   it is in vain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "memory/process.h"
#include "sample/foresight.h"

enum { TURN = 2 }; /* pieces of what is read when its turn comes */

static char stack[2][64]; /* what is read, of this process itself, */
static char gil[16];      /* and what a round begins with */

static struct piece piece_of(const void *bytes, size_t length)
{
    return (struct piece){remote_at((uintptr_t)bytes), length};
}

struct fixture {
    struct reader *reader;
    struct foresight foresight;
    struct piece pieces[TURN];
    size_t bytes;
    char into[sizeof stack];
};

static int begin(void **state)
{
    static struct fixture fixture;
    struct error error;

    fixture = (struct fixture){.reader = process_reader_new(getpid(), &error)};
    assert_non_null(fixture.reader);
    for (size_t i = 0; i < TURN; i++)
        fixture.pieces[i] = piece_of(stack[i], sizeof stack[i]);
    fixture.bytes = sizeof stack;
    *state = &fixture;
    return 0;
}

static int end(void **state)
{
    reader_free(((struct fixture *)*state)->reader);
    return 0;
}

/* Whether what is to be read now was read already. Else it is read. */
static bool read_turn(struct fixture *fixture)
{
    uint64_t took_ns;

    if (foresight_take(&fixture->foresight, fixture->pieces, TURN, fixture->bytes, fixture->into, &took_ns))
        return true;
    assert_int_equal(reader_gather(fixture->reader, fixture->pieces, TURN, fixture->into), fixture->bytes);
    foresight_note(&fixture->foresight, fixture->pieces, TURN);
    return false;
}

/* A round begins with the GIL. */
static void begin_round(struct fixture *fixture)
{
    char bytes[sizeof gil];

    foresight_offer(&fixture->foresight, fixture->reader, fixture->into);
    assert_true(reader_read(fixture->reader, remote_at((uintptr_t)gil), bytes, sizeof bytes));
    assert_memory_equal(bytes, gil, sizeof gil);
}

/* A round of one reading: whether it was made ahead. */
static bool make_round(struct fixture *fixture)
{
    begin_round(fixture);
    return read_turn(fixture);
}

static void test_it_is_read_with_what_the_round_begins_with(void **state)
{
    struct fixture *fixture = *state;

    assert_false(make_round(fixture));
    for (char round = 1; round < 10; round++) {
        memset(gil, round, sizeof gil);
        memset(stack, 100 + round, sizeof stack);
        reader_watch(fixture->reader);
        assert_true(make_round(fixture));
        assert_memory_equal(fixture->into, stack, sizeof stack);
        assert_true(reader_holds(fixture->reader));
    }
}

static void test_it_is_used_once(void **state)
{
    struct fixture *fixture = *state;

    make_round(fixture);
    assert_true(make_round(fixture));
    memset(stack, 77, sizeof stack);
    assert_false(read_turn(fixture));
    assert_memory_equal(fixture->into, stack, sizeof stack);
}

static void test_what_was_dropped_is_not_used(void **state)
{
    struct fixture *fixture = *state;

    make_round(fixture);
    begin_round(fixture);
    memset(stack, 78, sizeof stack);
    foresight_drop(&fixture->foresight);
    assert_false(read_turn(fixture));
    assert_memory_equal(fixture->into, stack, sizeof stack);
}

static void test_another_reading_is_made(void **state)
{
    struct fixture *fixture = *state;

    make_round(fixture);
    fixture->pieces[1].length--;
    fixture->bytes--;
    assert_false(make_round(fixture));
}

/* A buffer that grew may be another. */
static void test_another_buffer_is_filled(void **state)
{
    struct fixture *fixture = *state;
    char other[sizeof stack];
    uint64_t took_ns;

    make_round(fixture);
    begin_round(fixture);
    assert_false(foresight_take(&fixture->foresight, fixture->pieces, TURN, fixture->bytes, other, &took_ns));
}

/* What cannot be read then is read when its turn comes, or tells why it cannot; the round's own reading is whole. */
static void test_what_cannot_be_read_harms_nothing(void **state)
{
    struct fixture *fixture = *state;
    uint64_t took_ns;

    fixture->pieces[1] = piece_of((const void *)8, 8);
    fixture->bytes = sizeof stack[0] + 8;
    foresight_begin(&fixture->foresight);
    foresight_note(&fixture->foresight, fixture->pieces, TURN);
    begin_round(fixture);
    assert_int_equal(fixture->foresight.reading.bytes, sizeof stack[0]);
    assert_false(
        foresight_take(&fixture->foresight, fixture->pieces, TURN, fixture->bytes, fixture->into, &took_ns));
}

/* How many of so many rounds read ahead, if what is read is another thing each time. */
static unsigned count_vain(struct fixture *fixture, unsigned rounds)
{
    unsigned offered = 0;

    for (unsigned i = 0; i < rounds; i++) {
        begin_round(fixture);
        offered += fixture->foresight.offered;
        fixture->pieces[1].length = sizeof stack[1] - (i + 1) % 2;
        fixture->bytes = sizeof stack - (i + 1) % 2;
        assert_false(read_turn(fixture));
    }
    return offered;
}

static void test_what_is_in_vain_becomes_rare(void **state)
{
    struct fixture *fixture = *state;
    unsigned rounds = 0;

    make_round(fixture);
    assert_in_range(count_vain(fixture, 640), 10, 20);
    while (!make_round(fixture))
        assert_true(++rounds < 100);
    for (rounds = 0; rounds < 100; rounds++)
        assert_true(make_round(fixture));
    assert_in_range(count_vain(fixture, 7), 2, 3);
}

/* As where one thread of many has the GIL for some rounds, and then another. */
static void test_one_in_vain_now_and_then_is_only_that(void **state)
{
    struct fixture *fixture = *state;

    make_round(fixture);
    for (unsigned round = 1; round < 100; round++) {
        const bool is_another = round % 4 == 0;

        fixture->pieces[1].length -= is_another;
        fixture->bytes -= is_another;
        assert_int_equal(make_round(fixture), !is_another);
    }
}

/* Without a reading, too. */
static void test_a_round_without_a_reading_is_in_vain(void **state)
{
    struct fixture *fixture = *state;
    unsigned offered = 0;

    make_round(fixture);
    for (unsigned i = 0; i < 640; i++) {
        begin_round(fixture);
        offered += fixture->foresight.offered;
    }
    assert_in_range(offered, 10, 20);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_it_is_read_with_what_the_round_begins_with),
        TEST(test_it_is_used_once),
        TEST(test_what_was_dropped_is_not_used),
        TEST(test_another_reading_is_made),
        TEST(test_another_buffer_is_filled),
        TEST(test_what_cannot_be_read_harms_nothing),
        TEST(test_what_is_in_vain_becomes_rare),
        TEST(test_one_in_vain_now_and_then_is_only_that),
        TEST(test_a_round_without_a_reading_is_in_vain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
