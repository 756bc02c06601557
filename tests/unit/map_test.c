/* map: finds what was put, and nothing that was taken out, however keys collide. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tally/map.h"

#define KEYS 500u

/* Keys of many kinds: that count up, that differ only in their upper half, and that are large. */
static uint64_t key_of(uint32_t i)
{
    return i % 3 == 0 ? i : i % 3 == 1 ? (uint64_t)i << 32 : UINT64_MAX - i;
}

static void test_empty(void **state)
{
    struct map map = {0};

    (void)state;
    assert_int_equal(map_get(&map, 0), MAP_NONE);
    map_remove(&map, 0);
    map_clear(&map);
    map_free(&map);
}

/* Puts and takes out at random, and compares with an array all along. */
static void test_against_an_array(void **state)
{
    static uint32_t values[KEYS];
    struct map map = {0};
    uint32_t random = 1, count = 0;

    (void)state;
    for (uint32_t i = 0; i < KEYS; i++)
        values[i] = MAP_NONE;
    for (uint32_t step = 0; step < 50000; step++) {
        const uint32_t i = (random = random * 1103515245 + 12345) >> 8 & 511;

        if (i >= KEYS)
            continue;
        if (values[i] == MAP_NONE) {
            assert_true(map_reserve(&map));
            map_put(&map, key_of(i), values[i] = step);
            count++;
        } else {
            map_remove(&map, key_of(i));
            values[i] = MAP_NONE;
            count--;
        }
        assert_int_equal(map.count, count);
        if (step % 100 == 0)
            for (uint32_t k = 0; k < KEYS; k++)
                assert_int_equal(map_get(&map, key_of(k)), values[k]);
    }
    assert_true(map.room <= 4 * KEYS); /* what is taken out leaves nothing behind */
    map_free(&map);
}

static void test_clear(void **state)
{
    struct map map = {0};

    (void)state;
    for (uint32_t i = 0; i < KEYS; i++) {
        assert_true(map_reserve(&map));
        map_put(&map, key_of(i), i);
    }
    map_clear(&map);
    assert_int_equal(map.count, 0);
    for (uint32_t i = 0; i < KEYS; i++)
        assert_int_equal(map_get(&map, key_of(i)), MAP_NONE);
    assert_true(map_reserve(&map));
    map_put(&map, 5, 55);
    assert_int_equal(map_get(&map, 5), 55);
    map_free(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_against_an_array),
        cmocka_unit_test(test_clear),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
