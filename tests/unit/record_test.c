/* record_check: whole records within the bounds pass, whatever is not is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "records.h"

static bool passes(const void *record)
{
    return record_check(record, record_length(record));
}

static const void *some_sample(void)
{
    return SAMPLE(.time_ms = 10, .wall_ms = 1, .state = THREAD_HAS_GIL, .FRAMES({2, 10}, {3, 20}));
}

static void test_whole_records_pass(void **state)
{
    (void)state;
    assert_true(passes(make_process(0, 1, "python app.py")));
    assert_true(passes(make_process(0, 1, "")));
    assert_true(passes(make_thread(0, 7, THREAD_ENDED, "worker")));
    assert_true(passes(make_function(0, FUNCTION_FIRST, "f", "a.py", 1)));
    assert_true(passes(some_sample()));
    assert_true(passes(SAMPLE(.time_ms = 10)));
    assert_true(passes(ROUND(.time_ms = 10)));
    assert_true(passes(make_end(0, 10, "it ended")));
}

/* A record cut or grown at any byte: only padding to the alignment passes. */
static void test_other_lengths(void **state)
{
    static _Alignas(RECORD_ALIGNMENT) unsigned char copy[512];
    const void *record = some_sample();
    const size_t whole = record_length(record);

    (void)state;
    memcpy(copy, record, whole);
    for (uint32_t length = 0; length < 2 * whole; length++) {
        struct record_header *header = (void *)copy;

        header->length = length;
        assert_int_equal(record_check(copy, length),
                         length >= whole && length < whole + RECORD_ALIGNMENT);
    }
    CHANGED(record_header, record)->length = (uint32_t)whole;
    assert_false(record_check(record, whole - 1));
    assert_false(record_check(record, whole + 1));
}

static void test_short_records_of_each_kind(void **state)
{
    static _Alignas(RECORD_ALIGNMENT) unsigned char zeros[sizeof(struct record_header)];
    struct record_header *header = (void *)zeros;

    (void)state;
    header->length = sizeof *header;
    for (unsigned kind = 0; kind < 300; kind++) {
        header->kind = (uint16_t)kind;
        assert_false(record_check(zeros, sizeof zeros));
    }
}

static void test_unaligned(void **state)
{
    static _Alignas(RECORD_ALIGNMENT) unsigned char shifted[512];
    const void *record = some_sample();

    (void)state;
    memcpy(shifted + 4, record, record_length(record));
    assert_false(record_check(shifted + 4, record_length(record)));
}

static void test_kinds(void **state)
{
    const void *record = some_sample();

    (void)state;
    CHANGED(record_header, record)->kind = 0;
    assert_false(passes(record));
    CHANGED(record_header, record)->kind = RECORD_END + 1;
    assert_false(passes(record));
    CHANGED(record_header, record)->kind = UINT16_MAX;
    assert_false(passes(record));
}

static void test_bounds_of_definitions(void **state)
{
    char name[RECORD_NAME_MAX + 2], file[RECORD_FILE_MAX + 2];

    (void)state;
    memset(name, 'n', sizeof name);
    memset(file, 'f', sizeof file);
    name[RECORD_NAME_MAX + 1] = file[RECORD_FILE_MAX + 1] = '\0';
    assert_false(passes(make_thread(0, 0, THREAD_IDLE, name)));
    assert_false(passes(make_function(0, 2, name, "a.py", 1)));
    assert_false(passes(make_function(0, FUNCTION_FIRST, "f", file, 1)));
    assert_false(passes(make_process(0, 1, file)));
    assert_false(passes(make_end(0, 1, file)));
    name[RECORD_NAME_MAX] = file[RECORD_FILE_MAX] = '\0';
    assert_true(passes(make_thread(0, 0, THREAD_IDLE, name)));
    assert_true(passes(make_function(0, FUNCTION_FIRST, name, file, 1)));
    assert_true(passes(make_process(0, 1, file)));
    assert_true(passes(make_end(0, 1, file)));

    assert_false(passes(make_thread(0, 0, THREAD_STATES, "t")));
    assert_false(passes(make_function(0, FUNCTION_NATIVE, "f", "a.py", 1)));
}

static void test_bounds_of_samples(void **state)
{
    static struct record_frame frames[RECORD_DEPTH_MAX];
    const void *record;

    (void)state;
    assert_true(passes(SAMPLE(.frames = frames, .depth = RECORD_DEPTH_MAX)));
    assert_false(passes(SAMPLE(.state = THREAD_ENDED)));
    assert_false(passes(SAMPLE(.flags = SAMPLE_TRUNCATED)));
    assert_true(passes(SAMPLE(.flags = SAMPLE_TRUNCATED, .FRAMES({FUNCTION_MOVING, 0}))));

    record = some_sample();
    CHANGED(record_sample, record)->rounds = 0;
    assert_false(passes(record));
    record = some_sample();
    CHANGED(record_sample, record)->depth = 1;
    assert_false(passes(record));
    CHANGED(record_sample, record)->depth = UINT16_MAX;
    assert_false(passes(record));
}

static void test_bounds_of_times(void **state)
{
    const void *record;

    (void)state;
    record = some_sample();
    CHANGED(record_sample, record)->time_ns = RECORD_TIME_MAX_NS;
    assert_true(passes(record));
    CHANGED(record_sample, record)->time_ns++;
    assert_false(passes(record));
    record = ROUND(.time_ms = 1);
    CHANGED(record_round, record)->time_ns = UINT64_MAX;
    assert_false(passes(record));
    record = ROUND(.time_ms = 1);
    assert_true(passes(record));
    CHANGED(record_round, record)->stopped = 2;
    assert_false(passes(record));
    record = ROUND(.time_ms = 1);
    CHANGED(record_round, record)->reason = REASONS;
    assert_false(passes(record));
    record = make_end(0, 1, "");
    CHANGED(record_end, record)->time_ns = UINT64_MAX;
    assert_false(passes(record));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_records_pass),
        cmocka_unit_test(test_other_lengths),
        cmocka_unit_test(test_short_records_of_each_kind),
        cmocka_unit_test(test_unaligned),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_bounds_of_definitions),
        cmocka_unit_test(test_bounds_of_samples),
        cmocka_unit_test(test_bounds_of_times),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
