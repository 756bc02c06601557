/* Any bytes as changes to the memory of a thread: the first tells the version, and whether the target
   runs while it is read; then come patches, of two bytes where and eight what. */
#include "fuzz.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "made_up.h"
#include "python/runtime.h"
#include "sample/record.h"
#include "sample/walk.h"

enum { VERSIONS = 8, ROUNDS = 3 };

static const uint32_t VERSION[VERSIONS] = {0x030b, 0x030c, 0x030d, 0x030e, 0x030f, 0x0308, 0x0309, 0x030a};

/* Changes a byte at each piece that is read, as a target that runs does. */
static bool runs;
static void run(struct made_up *made_up, const struct piece *piece)
{
    static uint32_t at;

    if (runs) {
        at = at * 1664525u + 1013904223u + (uint32_t)piece->length;
        made_up->bytes[at % 4096 + (MADE_UP_CHUNK - MADE_UP_BASE)] ^= (unsigned char)(at >> 24);
    }
}

static void check_stack(const struct walk_stack *stack, enum walk_result result)
{
    REQUIRE(stack->depth <= RECORD_DEPTH_MAX);
    REQUIRE(result != WALK_TRUNCATED || stack->depth < RECORD_DEPTH_MAX);
    REQUIRE(result != WALK_FAILED || errno != 0);
    for (size_t i = 0; result != WALK_FAILED && i < stack->depth; i++)
        REQUIRE(!remote_is_null(stack->frames[i].code));
}

static void check_lists(struct made_up *made_up)
{
    static struct thread_found found[64];
    const struct runtime runtime = {.address = remote_at(MADE_UP_THREAD),
                                    .layout = made_up->layout};
    const struct interpreter interpreter = {.first_thread = remote_at(MADE_UP_THREAD)};
    bool whole;

    REQUIRE(runtime_threads(&runtime, &made_up->reader, &interpreter, found, 64, &whole) <= 64);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
    struct made_up *made_up;
    struct walk_room *room;
    struct walk *walk;

    if (length < 1)
        return 0;
    made_up = made_up_new(VERSION[(data[0] & 0x7f) % VERSIONS]);
    room = walk_room_new();
    REQUIRE(made_up != NULL && room != NULL);
    walk = walk_new(&made_up->reader, &made_up->layout, room, remote_at(MADE_UP_THREAD));
    REQUIRE(walk != NULL);
    walk_room_set_none(room, remote_at(MADE_UP_HEAP));
    made_up->hook = run;
    runs = (data[0] & 0x80) != 0;
    /* Over a stack that makes sense, in words from the thread state. */
    made_up_stack(made_up, (const uint64_t[]){MADE_UP_CODE(1), MADE_UP_CODE(2), MADE_UP_CODE(3)},
                  3);
    for (size_t i = 1; i + 10 <= length; i += 10) {
        uint16_t place;
        uint64_t word;

        memcpy(&place, data + i, sizeof place);
        memcpy(&word, data + i + 2, sizeof word);
        made_up_word(made_up, MADE_UP_THREAD + (uint64_t)place * 8,
                     word);
    }
    for (int i = 0; i < ROUNDS; i++) {
        static const struct walk_extra nothing;
        struct walk_stack stack;
        const enum walk_result result = walk_read(walk, &nothing, &stack);

        check_stack(&stack, result);
    }
    check_lists(made_up);
    walk_free(walk);
    walk_room_free(room);
    made_up_free(made_up);
    return 0;
}
