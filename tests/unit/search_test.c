/* search: memory that is made to look like a CPython again and again does not hold up who looks for one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "made_up.h"
#include "base/clock.h"
#include "python/proof.h"
#include "python/search.h"

enum { VERSION = 0x030c, CANDIDATE_BYTES = 16, CANDIDATES = 20000 };

#define RUNTIME MADE_UP_HEAP
#define INTERPRETER (MADE_UP_HEAP + 0x80000)

static struct made_up *memory;
static uint64_t now_ns;
static uint64_t read_ns; /* what a reading takes */

int __wrap_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
    (void)clock;
    *now = clock_timespec(now_ns);
    return 0;
}

static void take_time(struct made_up *made_up, const struct piece *piece)
{
    (void)made_up;
    (void)piece;
    now_ns += read_ns;
}

static int begin(void **state)
{
    (void)state;
    memory = made_up_new(VERSION);
    assert_non_null(memory);
    memory->hook = take_time;
    now_ns = NS_PER_S;
    return 0;
}

static int end(void **state)
{
    (void)state;
    made_up_free(memory);
    return 0;
}

/* How many readings a search takes of memory in which each other word could name a main interpreter. */
static unsigned search_candidates(void)
{
    const struct piece piece = {remote_at(MADE_UP_HEAP), CANDIDATES * CANDIDATE_BYTES};
    const unsigned before = memory->calls;
    remote_addr address;
    uint32_t version;

    assert_false(search_pieces(&memory->reader, &piece, 1, &address, &version));
    return memory->calls - before;
}

static void a_search_ends_in_time(void **state)
{
    (void)state;
    for (size_t i = 0; i < CANDIDATES; i++) {
        const uint64_t at = MADE_UP_HEAP + i * CANDIDATE_BYTES;

        made_up_word(memory, at, at + 8);
        made_up_word(memory, at + 8, 1);
    }
    read_ns = 0;
    assert_true(search_candidates() > CANDIDATES);
    read_ns = NS_PER_MS;
    assert_true(search_candidates() < CANDIDATES / 4);
}

/* A thread that runs nothing proves nothing, however often it is looked at. */
static unsigned prove_idle(void)
{
    const struct layout *layout = &memory->layout;
    const struct runtime runtime = {.address = remote_at(RUNTIME), .layout = *layout};
    const unsigned before = memory->calls;

    made_up_word(memory, RUNTIME + layout->runtime.interpreters_head, INTERPRETER);
    made_up_word(memory, INTERPRETER + layout->interpreter.threads_head, MADE_UP_THREAD);
    made_up_word(memory, MADE_UP_THREAD + layout->thread.interpreter, INTERPRETER);
    assert_int_equal(proof_find(&runtime, &memory->reader), PROOF_NONE);
    return memory->calls - before;
}

static void a_proof_ends_in_time(void **state)
{
    unsigned patient;

    (void)state;
    read_ns = 0;
    patient = prove_idle();
    read_ns = 30 * NS_PER_MS;
    assert_true(prove_idle() < patient / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_search_ends_in_time, begin, end),
        cmocka_unit_test_setup_teardown(a_proof_ends_in_time, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
