/* merge: samples of equal stacks come together, those of others do not, and what is full says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sample/merge.h"

static const uint64_t STACK[] = {1, 2, 3};
static const uint64_t OTHER[] = {1, 2, 4};
static const struct record_frame FRAMES[] = {{7, 70}, {8, 80}, {9, 90}};

static struct merge_key key_of(const uint64_t *stack)
{
    return (struct merge_key){.hash = 5, .stack = stack, .depth = 3, .state = THREAD_HAS_GIL};
}

static void equal_stacks_come_together(void **state)
{
    struct merge *merge = merge_new();
    uint64_t copy[3];
    const struct merge_key key = key_of(copy);
    struct merged *merged;

    (void)state;
    assert_non_null(merge);
    memcpy(copy, STACK, sizeof copy);
    assert_null(merge_find(merge, &key));
    merged = merge_add(merge, &key, FRAMES, 3);
    assert_non_null(merged);
    memset(copy, 0, sizeof copy); /* it keeps nothing of ours */
    assert_ptr_equal(merge_find(merge, &(struct merge_key){.hash = 5, .stack = STACK, .depth = 3,
                                                           .state = THREAD_HAS_GIL}),
                     merged);
    assert_int_equal(merge_count(merge), 1);
    assert_int_equal(merged->depth, 3);
    assert_memory_equal(merged->frames, FRAMES, sizeof FRAMES);
    merge_free(merge);
}

/* Also where they have the same hash. */
static void others_do_not(void **state)
{
    struct merge *merge = merge_new();
    const struct merge_key key = key_of(STACK);
    struct merge_key others[7];

    (void)state;
    assert_non_null(merge);
    for (size_t i = 0; i < 7; i++)
        others[i] = key;
    others[0].stack = OTHER;
    others[1].depth = 2;
    others[2].state = THREAD_IDLE;
    others[3].flags = SAMPLE_TRUNCATED;
    others[4].collector = 1;
    others[5].thread = (struct target_thread *)&others;
    others[6].hash++;
    assert_non_null(merge_add(merge, &key, FRAMES, 3));
    for (size_t i = 0; i < 7; i++) {
        assert_null(merge_find(merge, &others[i]));
        assert_non_null(merge_add(merge, &others[i], FRAMES, (uint16_t)(i % 3)));
    }
    for (size_t i = 0; i < 7; i++)
        assert_ptr_equal(merge_find(merge, &others[i]), merge_at(merge, i + 1));
    merge_free(merge);
}

/* What was found in a series before is compared in all that may be another in a later key of it; else in full. */
static void a_series_tells_what_need_not_be_compared(void **state)
{
    static const uint64_t ELSEWHERE[] = {9, 2, 3}, ABOVE[] = {9, 2, 4};
    struct merge *merge = merge_new();
    struct merge_key key = key_of(STACK);
    struct merged *merged;

    (void)state;
    assert_non_null(merge);
    key.series = 1;
    merged = merge_add(merge, &key, FRAMES, 3);
    key.stack = ELSEWHERE; /* which no caller does: it shows that the first is not looked at */
    key.same = 1;
    assert_ptr_equal(merge_find(merge, &key), merged);
    key.same = UINT16_MAX; /* of a deeper one */
    assert_ptr_equal(merge_find(merge, &key), merged);
    key.same = 1;
    key.stack = ABOVE;
    assert_null(merge_find(merge, &key));
    key.stack = ELSEWHERE;
    key.series = 2;
    assert_null(merge_find(merge, &key));
    key.series = 0;
    assert_null(merge_find(merge, &key));
    key.stack = STACK;
    key.series = 2;
    assert_ptr_equal(merge_find(merge, &key), merged); /* and so it is of that series, too */
    key.stack = ELSEWHERE;
    assert_ptr_equal(merge_find(merge, &key), merged);
    merge_free(merge);
}

static void what_is_full_says_so(void **state)
{
    static const struct record_frame DEEP[RECORD_DEPTH_MAX];
    static const uint64_t DEEP_STACK[RECORD_DEPTH_MAX];
    struct merge *merge = merge_new();
    struct merge_key key = key_of(STACK);
    size_t count = 0;

    (void)state;
    assert_non_null(merge);
    for (; merge_add(merge, &key, FRAMES, 3) != NULL; count++)
        key.hash++;
    assert_int_equal(count, MERGE_STACKS_MAX);
    merge_clear(merge);
    assert_int_equal(merge_count(merge), 0);
    assert_null(merge_find(merge, &(struct merge_key){.hash = 5, .stack = STACK, .depth = 3,
                                                      .state = THREAD_HAS_GIL}));
    key.stack = DEEP_STACK;
    key.depth = RECORD_DEPTH_MAX;
    for (count = 0; merge_add(merge, &key, DEEP, RECORD_DEPTH_MAX) != NULL; count++)
        key.hash++;
    assert_int_equal(count, MERGE_FRAMES_MAX / RECORD_DEPTH_MAX);
    merge_free(merge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_stacks_come_together),
        cmocka_unit_test(others_do_not),
        cmocka_unit_test(a_series_tells_what_need_not_be_compared),
        cmocka_unit_test(what_is_full_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
