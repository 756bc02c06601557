/* population: names that take long to be read are read a few interpreters at a time, and for a small part of the time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "made_up.h"
#include "base/clock.h"
#include "sample/population.h"

enum { VERSION = 0x030d, INTERPRETERS = 20, INTERPRETER_BYTES = 64, NAMING_MS = 15, AT_ONCE_MS = 50, SPAN_MS = 20000 };

static uint64_t now_ns;
static uint64_t naming_ns;   /* what it takes to read the names of an interpreter, */
static uint64_t named_ns;    /* and what it took in all */
static unsigned namings;
static unsigned named[INTERPRETERS]; /* how often each was */
static bool in_order;        /* the last in the list came first, each time */

int __wrap_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
    (void)clock;
    *now = clock_timespec(now_ns);
    return 0;
}

size_t __wrap_names_read(struct reader *reader, const struct layout *layout, remote_addr interpreter,
                         struct names_trail *trail, struct thread_name *names, size_t room);
size_t __wrap_names_read(struct reader *reader, const struct layout *layout, remote_addr interpreter,
                         struct names_trail *trail, struct thread_name *names, size_t room)
{
    const size_t index = (interpreter.value - MADE_UP_HEAP) / INTERPRETER_BYTES;

    (void)reader;
    (void)layout;
    (void)trail;
    (void)names;
    (void)room;
    in_order &= index == INTERPRETERS - 1 - namings++ % INTERPRETERS;
    named[index]++;
    now_ns += naming_ns;
    named_ns += naming_ns;
    return 0;
}

/* Interpreters without threads, with what is read of one in a few words. */
static struct runtime put_interpreters(struct made_up *memory)
{
    struct runtime runtime = {.address = remote_at(MADE_UP_THREAD), .layout = memory->layout};

    made_up_narrow(&runtime.layout);
    made_up_word(memory, MADE_UP_THREAD, MADE_UP_HEAP);
    for (uint64_t i = 0; i < INTERPRETERS; i++)
        made_up_word(memory, MADE_UP_HEAP + i * INTERPRETER_BYTES,
                     i + 1 < INTERPRETERS ? MADE_UP_HEAP + (i + 1) * INTERPRETER_BYTES : 0);
    return runtime;
}

/* Rounds each millisecond, but when one takes longer; gives the longest. */
static uint64_t make_rounds(struct population *population)
{
    const uint64_t end_ns = now_ns + SPAN_MS * NS_PER_MS;
    uint64_t longest_ns = 0;

    while (now_ns < end_ns) {
        const struct thread_round round = {.now_ns = now_ns, .until_ns = now_ns + 500 * NS_PER_MS};

        population_update(population, &round);
        if (now_ns - round.now_ns > longest_ns)
            longest_ns = now_ns - round.now_ns;
        now_ns += NS_PER_MS;
    }
    return longest_ns;
}

/* The same of a new one, in which reading the names of each takes so long. */
static uint64_t make_rounds_of_new(uint64_t takes_ns)
{
    struct made_up *memory = made_up_new(VERSION);
    struct population population = {0};
    struct runtime runtime;
    uint64_t longest_ns;

    assert_non_null(memory);
    runtime = put_interpreters(memory);
    assert_true(population_init(&population, getpid(), &memory->reader, &runtime));
    now_ns = 10 * NS_PER_S;
    naming_ns = takes_ns;
    named_ns = 0;
    namings = 0;
    in_order = true;
    longest_ns = make_rounds(&population);
    assert_int_equal(population.interpreter_count, INTERPRETERS);
    population_free(&population);
    made_up_free(memory);
    return longest_ns;
}

static void names_are_read_each_second(void **state)
{
    (void)state;
    make_rounds_of_new(0);
    assert_in_range(namings, INTERPRETERS * (SPAN_MS / 1000 - 1), INTERPRETERS * (SPAN_MS / 1000 + 1));
    assert_true(in_order);
}

static void names_that_take_long_leave_time_for_stacks(void **state)
{
    (void)state;
    assert_true(make_rounds_of_new(NAMING_MS * NS_PER_MS) < AT_ONCE_MS * NS_PER_MS);
    assert_true(named_ns < SPAN_MS * NS_PER_MS / 6);
    assert_true(in_order);
    for (size_t i = 0; i < INTERPRETERS; i++)
        assert_true(named[i] > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_read_each_second),
        cmocka_unit_test(names_that_take_long_leave_time_for_stacks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
