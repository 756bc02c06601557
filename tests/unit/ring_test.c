/* ring: one thread plays both sides; what is put comes out whole, in order, and never too much. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "stream/ring.h"

#define CAPACITY 4096u

static struct ring *new_ring(size_t capacity)
{
    struct error error = {0};
    struct ring *ring = ring_new(capacity, &error);

    assert_non_null(ring);
    return ring;
}

/* Puts a record of `length` bytes, all `fill`; false when the ring is full. */
static bool put(struct ring *ring, size_t length, int fill)
{
    void *record = ring_reserve(ring, length);

    if (!record)
        return false;
    memset(record, fill, length);
    ring_commit(ring);
    return true;
}

/* Takes the oldest record, which has to be of `length` bytes, all `fill`. */
static void take(struct ring *ring, size_t length, int fill)
{
    size_t found = 0;
    const unsigned char *record = ring_peek(ring, &found);

    assert_non_null(record);
    assert_int_equal(found, length);
    assert_int_equal((uintptr_t)record % 8, 0);
    for (size_t i = 0; i < length; i++)
        assert_int_equal(record[i], fill & 0xff);
    ring_release(ring);
}

static void test_empty(void **state)
{
    struct ring *ring = new_ring(CAPACITY);
    size_t length;

    (void)state;
    assert_null(ring_peek(ring, &length));
    ring_free(ring);
    ring_free(NULL);
}

static void test_capacity_is_rounded(void **state)
{
    static const struct {
        size_t asked, record_max;
    } CASES[] = {{0, 1024}, {1, 1024}, {4096, 1024}, {4097, 2048}, {100000, 32768}};

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct ring *ring = new_ring(CASES[i].asked);

        assert_int_equal(ring_record_max(ring), CASES[i].record_max);
        ring_free(ring);
    }
}

static void test_first_in_first_out(void **state)
{
    struct ring *ring = new_ring(CAPACITY);
    size_t length;

    (void)state;
    for (int i = 1; i <= 20; i++)
        assert_true(put(ring, (size_t)i, i));
    for (int i = 1; i <= 20; i++)
        take(ring, (size_t)i, i);
    assert_null(ring_peek(ring, &length));
    ring_free(ring);
}

static void test_lengths_it_refuses(void **state)
{
    struct ring *ring = new_ring(CAPACITY);

    (void)state;
    assert_null(ring_reserve(ring, 0));
    assert_null(ring_reserve(ring, ring_record_max(ring) + 1));
    assert_null(ring_reserve(ring, SIZE_MAX));
    assert_non_null(ring_reserve(ring, ring_record_max(ring)));
    ring_free(ring);
}

static void test_reserved_is_unseen_until_committed(void **state)
{
    struct ring *ring = new_ring(CAPACITY);
    size_t length;

    (void)state;
    assert_non_null(ring_reserve(ring, 100));
    assert_null(ring_peek(ring, &length));
    ring_commit(ring);
    assert_non_null(ring_peek(ring, &length));
    assert_int_equal(length, 100);
    ring_free(ring);
}

static void test_second_reserve_takes_the_first_back(void **state)
{
    struct ring *ring = new_ring(CAPACITY);
    size_t length;

    (void)state;
    assert_non_null(ring_reserve(ring, 700));
    assert_true(put(ring, 10, 'b'));
    take(ring, 10, 'b');
    assert_null(ring_peek(ring, &length));

    /* One that is refused takes back too: the commit then hands over nothing. */
    assert_non_null(ring_reserve(ring, 700));
    assert_null(ring_reserve(ring, SIZE_MAX));
    ring_commit(ring);
    assert_null(ring_peek(ring, &length));
    ring_free(ring);
}

static void test_peek_again_gives_the_same(void **state)
{
    struct ring *ring = new_ring(CAPACITY);
    size_t length;
    const void *first;

    (void)state;
    put(ring, 8, 'a');
    put(ring, 8, 'b');
    first = ring_peek(ring, &length);
    assert_ptr_equal(ring_peek(ring, &length), first);
    take(ring, 8, 'a');
    take(ring, 8, 'b');
    ring_free(ring);
}

static void test_full_then_room_again(void **state)
{
    struct ring *ring = new_ring(CAPACITY);
    int kept = 0;

    (void)state;
    while (put(ring, 56, kept))
        kept++;
    assert_int_equal(kept, CAPACITY / (56 + 8)); /* to the last byte */
    assert_false(put(ring, 1, 0));

    take(ring, 56, 0);
    assert_true(put(ring, 56, kept));
    assert_false(put(ring, 1, 0));
    for (int i = 1; i <= kept; i++)
        take(ring, 56, i);
    ring_free(ring);
}

static long faults_so_far(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt;
}

/* Whoever looks at our memory sees no growth, and a producer at work is not held up by it. */
static void test_its_memory_is_there_from_the_start(void **state)
{
    struct ring *ring = ring_new(8u << 20, NULL);
    const long faults = faults_so_far();

    (void)state;
    for (size_t put = 0; put < 6u << 20; put += 4096) {
        assert_non_null(ring_reserve(ring, 4096));
        ring_commit(ring);
    }
    assert_true(faults_so_far() - faults < 100); /* of 1536 pages */
    ring_free(ring);
}

/* Each length at each place of the block, through many turns of it: the longest record always fits
   an empty ring, also where it has to go around the end. */
static void test_wraps_whole(void **state)
{
    struct ring *ring = new_ring(CAPACITY);
    size_t length;

    (void)state;
    for (size_t step = 1; step <= ring_record_max(ring); step++) {
        assert_true(put(ring, step, (int)step));
        take(ring, step, (int)step);
        assert_true(put(ring, ring_record_max(ring), (int)step + 1));
        take(ring, ring_record_max(ring), (int)step + 1);
    }
    assert_null(ring_peek(ring, &length));
    ring_free(ring);
}

/* A reader that is a few records behind: what waits is not written over. */
static void test_backlog_survives_wrapping(void **state)
{
    struct ring *ring = new_ring(CAPACITY);
    unsigned written = 0, taken = 0;

    (void)state;
    while (taken < 5000) {
        while (put(ring, 1 + written * 37 % 500, (int)written))
            written++;
        assert_true(written - taken > 3);
        for (int i = 0; i < 3; i++, taken++)
            take(ring, 1 + taken * 37 % 500, (int)taken);
    }
    ring_free(ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_capacity_is_rounded),
        cmocka_unit_test(test_first_in_first_out),
        cmocka_unit_test(test_lengths_it_refuses),
        cmocka_unit_test(test_reserved_is_unseen_until_committed),
        cmocka_unit_test(test_second_reserve_takes_the_first_back),
        cmocka_unit_test(test_peek_again_gives_the_same),
        cmocka_unit_test(test_full_then_room_again),
        cmocka_unit_test(test_its_memory_is_there_from_the_start),
        cmocka_unit_test(test_wraps_whole),
        cmocka_unit_test(test_backlog_survives_wrapping),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
