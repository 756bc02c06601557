/*
 * walk_fixture - a walk over a stack that is made up (made_up.h), in the layout of each version that has a
 * data stack. What is before them, frame_object_test.c has.
 */
#ifndef TESTS_WALK_FIXTURE_H
#define TESTS_WALK_FIXTURE_H

#include <stddef.h>
#include <stdint.h>

#include "made_up.h"
#include "sample/walk.h"

enum { FIRST_VERSION = 0x030b, LAST_VERSION = 0x030f };

/* The walk takes a read that lasted long for one that proves nothing: here time goes evenly, unless a
   test lets some go by. A test that uses this is linked with --wrap=clock_gettime (base/clock.h). */
extern uint64_t fixture_now_ns;

struct fixture {
    struct made_up *made_up;
    struct walk_room *room;
    struct walk *walk;
    struct walk_stack stack; /* read last */
};

/* A stack of `depth` calls, of MADE_UP_CODE(1) and so on. */
void open_fixture(struct fixture *fixture, uint32_t version, size_t depth);
void close_fixture(struct fixture *fixture);

/* Reads it, with nothing extra. */
enum walk_result read_stack(struct fixture *fixture);

/* Fails unless the stack read last is these codes' numbers, leaf first. */
void assert_codes(const struct fixture *fixture, const uint64_t *numbers, size_t count);

#define ASSERT_CODES(fixture, ...)                                                                 \
    assert_codes(fixture, (const uint64_t[]){__VA_ARGS__},                                         \
                 sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t))

/* Calls `count` generators, of MADE_UP_CODE(first) and so on, far from each other: each has a place of
   its own. */
void call_generators(struct fixture *fixture, unsigned first, unsigned count);

typedef void version_test(uint32_t version);
void each_version(version_test *test);

#endif
