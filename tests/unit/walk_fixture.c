#include "walk_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "sample/record.h"

uint64_t fixture_now_ns;

int __wrap_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
    (void)clock;
    fixture_now_ns += 1000;
    *now = (struct timespec){(time_t)(fixture_now_ns / 1000000000),
                             (long)(fixture_now_ns % 1000000000)};
    return 0;
}

void open_fixture(struct fixture *fixture, uint32_t version, size_t depth)
{
    uint64_t codes[RECORD_DEPTH_MAX];

    for (size_t i = 0; i < depth; i++)
        codes[i] = MADE_UP_CODE(i + 1);
    fixture->made_up = made_up_new(version);
    assert_non_null(fixture->made_up);
    made_up_stack(fixture->made_up, codes, depth);
    fixture->room = walk_room_new();
    assert_non_null(fixture->room);
    fixture->walk = walk_new(&fixture->made_up->reader, &fixture->made_up->layout, fixture->room,
                             remote_at(MADE_UP_THREAD));
    assert_non_null(fixture->walk);
}

void close_fixture(struct fixture *fixture)
{
    walk_free(fixture->walk);
    walk_room_free(fixture->room);
    made_up_free(fixture->made_up);
}

enum walk_result read_stack(struct fixture *fixture)
{
    static const struct walk_extra NOTHING;

    return walk_read(fixture->walk, &NOTHING, &fixture->stack);
}

void assert_codes(const struct fixture *fixture, const uint64_t *numbers, size_t count)
{
    assert_int_equal(fixture->stack.depth, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(fixture->stack.frames[i].code.value, MADE_UP_CODE(numbers[i]));
}

void call_generators(struct fixture *fixture, unsigned first, unsigned count)
{
    struct made_up *made_up = fixture->made_up;
    const struct layout *layout = &made_up->layout;
    uint64_t previous = made_up->top;

    for (unsigned i = 0; i < count; i++) {
        const uint64_t frame = MADE_UP_HEAP + i * 0x8000;

        made_up_frame(made_up, frame, MADE_UP_CODE(first + i), previous, OWNER_GENERATOR);
        if (layout->frame.is_entry != LAYOUT_NONE)
            *made_up_at(made_up, frame + layout->frame.is_entry) = 0;
        previous = frame;
    }
    made_up_set_top(made_up, previous, made_up->next_slot);
}

void each_version(version_test *test)
{
    for (uint32_t version = FIRST_VERSION; version <= LAST_VERSION; version++)
        test(version);
}
