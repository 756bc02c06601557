/*
 * ring under load: one thread writes as fast as it can, another reads, stalls, and resumes.
 *
 * Every attempt of the writer has a number, whether its record found room or not. A record carries
 * its number, how many attempts had been dropped before it, and bytes and a length that follow from
 * its number. So the reader can tell of each record alone that it is whole, that it comes in its
 * order, and that exactly the dropped ones are missing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "stream/ring.h"

#define CAPACITY (64u << 10)
#define RECORDS 2000000u      /* that find room */
#define STALL_EVERY 200000u   /* records read between two stalls */
#define STALL_UNTIL 2000u     /* records dropped in one stall */
#define DEADLINE_SECONDS 300u /* a hang ends the test; it takes seconds */

struct message {
    uint64_t number;
    uint64_t dropped_before;
    unsigned char pattern[];
};

struct writer {
    struct ring *ring;
    _Atomic uint64_t dropped;
    atomic_bool done;
};

/* Well-mixed bits of `number` (the finalizer of SplitMix64). */
static uint64_t mixed(uint64_t number)
{
    number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9u;
    number = (number ^ number >> 27) * 0x94d049bb133111ebu;
    return number ^ number >> 31;
}

/* Mostly short as samples are, now and then as long as the ring takes. */
static size_t length_of(const struct ring *ring, uint64_t number)
{
    const uint64_t bits = mixed(number);
    const size_t most = bits % 64 == 0 ? ring_record_max(ring) : 400;

    return sizeof(struct message) + (size_t)(bits >> 8) % (most - sizeof(struct message) + 1);
}

static void *write_all(void *argument)
{
    struct writer *writer = argument;
    uint64_t dropped = 0;

    for (uint64_t number = 0; number - dropped < RECORDS; number++) {
        const size_t length = length_of(writer->ring, number);
        struct message *message = ring_reserve(writer->ring, length);

        if (!message) {
            atomic_store(&writer->dropped, ++dropped);
            sched_yield();
            continue;
        }
        message->number = number;
        message->dropped_before = dropped;
        memset(message->pattern, (int)(number & 0xff), length - sizeof *message);
        ring_commit(writer->ring);
    }
    atomic_store(&writer->done, true);
    return NULL;
}

static void check(const struct ring *ring, const struct message *message, size_t length,
                  uint64_t taken)
{
    /* Compared first: an assertion for each byte would be most of the time. */
    const unsigned char fill = (unsigned char)(message->number & 0xff);
    size_t wrong = 0;

    assert_int_equal(message->number, taken + message->dropped_before);
    assert_int_equal(length, length_of(ring, message->number));
    for (size_t i = 0; i < length - sizeof *message; i++)
        wrong += message->pattern[i] != fill;
    assert_int_equal(wrong, 0);
}

/* Reads nothing until the writer had to drop STALL_UNTIL more records. */
static void stall(struct writer *writer)
{
    const uint64_t enough = atomic_load(&writer->dropped) + STALL_UNTIL;

    while (atomic_load(&writer->dropped) < enough && !atomic_load(&writer->done))
        sched_yield();
}

static void test_stalls_and_resumes(void **state)
{
    struct error error = {0};
    struct writer writer = {.ring = ring_new(CAPACITY, &error)};
    pthread_t thread;
    uint64_t taken = 0;

    (void)state;
    assert_non_null(writer.ring);
    alarm(DEADLINE_SECONDS);
    assert_int_equal(pthread_create(&thread, NULL, write_all, &writer), 0);
    for (;;) {
        const bool done = atomic_load(&writer.done);
        size_t length;
        const struct message *message = ring_peek(writer.ring, &length);

        if (!message && done)
            break;
        if (!message) {
            sched_yield();
            continue;
        }
        check(writer.ring, message, length, taken);
        ring_release(writer.ring);
        if (++taken % STALL_EVERY == 0)
            stall(&writer);
    }
    pthread_join(thread, NULL);
    alarm(0);
    assert_int_equal(taken, RECORDS);
    /* All stalls but one at the very end lasted until records were dropped. */
    assert_true(atomic_load(&writer.dropped) >= (RECORDS / STALL_EVERY - 1) * STALL_UNTIL);
    ring_free(writer.ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_stalls_and_resumes)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
