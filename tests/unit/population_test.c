/* population: a thread that has the GIL and is not known is met; one that had another state before stays the same, also
   while it has none, up to its end; interpreters that come are seen soon, and are not taken for those that were where they
   are. */
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "made_up.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "sample/pending.h"
#include "sample/population.h"

enum { VERSION = 0x030d, RECORD_ROOM = 64 * 1024, STATE_BYTES = 0x800 };

/* Where the second state of the thread is, and the interpreter. */
#define SECOND_STATE (MADE_UP_THREAD + STATE_BYTES)
#define INTERPRETER MADE_UP_HEAP
#define SECOND_INTERPRETER (MADE_UP_HEAP + 0x100000)
#define RUNTIME (MADE_UP_HEAP + 0x200000)

static struct made_up *memory;
static struct runtime runtime;
static struct population *population;
static struct sampler_counts counts;
static struct pending *pending;
static struct code_table *codes;
static unsigned ends; /* told of threads */
static struct record_header *reserved;

static void *reserve(struct sink *sink, size_t length)
{
    static _Alignas(struct record_sample) unsigned char record[RECORD_ROOM];

    (void)sink;
    reserved = length <= sizeof record ? (struct record_header *)(void *)record : NULL;
    return reserved;
}

static void commit(struct sink *sink)
{
    (void)sink;
    ends += reserved->kind == RECORD_THREAD &&
            ((const struct record_thread *)(const void *)reserved)->state == THREAD_ENDED;
}

static bool announce(void *context, const struct code_function *function)
{
    (void)context;
    (void)function;
    return true;
}

static struct sink sink = {reserve, commit};

/* The list begins with that one; so many there have been. */
static void put_interpreters(uint64_t newest, uint64_t next_id)
{
    const uint64_t head = RUNTIME + memory->layout.runtime.interpreters_head;

    made_up_word(memory, head, newest);
    made_up_word(memory, head + 8, INTERPRETER);
    made_up_word(memory, head + 16, next_id);
    made_up_word(memory, newest + memory->layout.interpreter.id, newest == INTERPRETER ? 0 : next_id - 1);
    if (newest != INTERPRETER)
        made_up_word(memory, newest + memory->layout.interpreter.next, INTERPRETER);
}

static int begin(void **state)
{
    static const uint64_t CODES[] = {MADE_UP_CODES};
    struct error error;

    (void)state;
    memory = made_up_new(VERSION);
    population = calloc(1, sizeof *population);
    pending = pending_new();
    assert_true(memory != NULL && population != NULL && pending != NULL);
    made_up_code(memory, CODES[0], "called_by_c", 10, 8);
    made_up_stack(memory, CODES, 1);
    made_up_word(memory, MADE_UP_THREAD + memory->layout.thread.native_thread_id, (uint64_t)gettid());
    made_up_word(memory, MADE_UP_THREAD + memory->layout.thread.interpreter, INTERPRETER);
    memcpy(made_up_at(memory, SECOND_STATE), made_up_at(memory, MADE_UP_THREAD), STATE_BYTES);
    runtime = (struct runtime){.address = remote_at(RUNTIME), .layout = memory->layout};
    put_interpreters(INTERPRETER, 1);
    made_up_word(memory, INTERPRETER + memory->layout.interpreter.threads_head, MADE_UP_THREAD);
    codes = code_table_new(&memory->reader, &memory->layout, FUNCTION_FIRST, announce, NULL, &error);
    assert_non_null(codes);
    assert_true(population_init(population, getpid(), &memory->reader, &runtime));
    population->interpreters[0].address = remote_at(INTERPRETER);
    population->interpreter_count = 1;
    ends = 0;
    return 0;
}

static int end(void **state)
{
    (void)state;
    population_free(population);
    code_table_free(codes);
    pending_free(pending);
    made_up_free(memory);
    free(population);
    return 0;
}

static struct thread_round round_at(const struct gil_now *gil, uint64_t now_ns)
{
    return (struct thread_round){
        .sink = &sink,
        .rounds = 1,
        .number = 1,
        .reader = &memory->reader,
        .codes = codes,
        .gil = gil,
        .pending = pending,
        .before_ns = now_ns - NS_PER_MS,
        .now_ns = now_ns,
        .until_ns = UINT64_MAX,
        .counts = &counts,
    };
}

/* Meets the thread that has the GIL, by its state, and took it by another one. */
static struct target_thread *meet_taken_by(uint64_t state, uint64_t taken_by)
{
    const struct gil_now gil = {
        .start = remote_at(1), .size = 1, .locked = true, .holder = remote_at(state), .taken_by = remote_at(taken_by)};
    const uint64_t now_ns = clock_now_ns();
    const struct thread_round round = round_at(&gil, now_ns);
    size_t place;

    population->met_ns = 0; /* there is time for it */
    place = population_meet(population, remote_at(word_at(made_up_at(memory, state), memory->layout.thread.interpreter)),
                            remote_at(state), now_ns - NS_PER_MS, &round);
    return place < population->thread_count ? population->threads[place] : NULL;
}

static struct target_thread *meet(uint64_t state)
{
    return meet_taken_by(state, state);
}

/* The main interpreter's list is the state at this address; 0: it is empty. */
static void put_thread(uint64_t state)
{
    made_up_word(memory, INTERPRETER + memory->layout.interpreter.threads_head, state);
    population->list_wanted = true; /* as a round would see */
}

/* A thread that sleeps, and the second state is of. */
static struct sleeper {
    pthread_t thread;
    sem_t began, wake;
    pid_t tid;
} sleeper;

static void *sleep_until_woken(void *unused)
{
    (void)unused;
    sleeper.tid = gettid();
    sem_post(&sleeper.began);
    while (sem_wait(&sleeper.wake) != 0)
        ;
    return NULL;
}

static void begin_sleeper(void)
{
    sem_init(&sleeper.began, 0, 0);
    sem_init(&sleeper.wake, 0, 0);
    assert_int_equal(pthread_create(&sleeper.thread, NULL, sleep_until_woken, NULL), 0);
    while (sem_wait(&sleeper.began) != 0)
        ;
    made_up_word(memory, SECOND_STATE + memory->layout.thread.native_thread_id, (uint64_t)sleeper.tid);
}

/* The kernel does not have it any more then. */
static void end_sleeper(void)
{
    char path[64];

    sem_post(&sleeper.wake);
    pthread_join(sleeper.thread, NULL);
    snprintf(path, sizeof path, "/proc/self/task/%d", (int)sleeper.tid);
    while (access(path, F_OK) == 0)
        ;
}

/* Brings it up to date at `now_ns`, however long it took before; no GIL was read yet then. */
static void update(uint64_t now_ns)
{
    const struct thread_round round = round_at(NULL, now_ns);

    population->listing_ns = population->naming_ns = 0;
    population_update(population, &round);
}

/* As of a thread of C that calls into Python now and then (PyGILState_Ensure()). */
static void test_a_thread_with_a_new_state_is_met(void **state)
{
    struct target_thread *first, *second;

    (void)state;
    first = meet(MADE_UP_THREAD);
    assert_non_null(first);
    assert_int_equal(first->held.state, THREAD_HAS_GIL);
    second = meet(SECOND_STATE);
    assert_ptr_equal(first, second); /* the same: it has one state in an interpreter */
    assert_int_equal(second->found.address.value, SECOND_STATE);
    /* Those who made two of them beforehand go to and fro. */
    assert_ptr_equal(meet(MADE_UP_THREAD), first);
    assert_int_equal(first->found.address.value, MADE_UP_THREAD);
    assert_int_equal(first->number, 0);
    assert_true(target_thread_has_state(first));
    assert_int_equal(population->thread_count, 1);
    assert_int_equal(ends, 0);
}

/* Nor do these end each other in the lists, which have both. */
static void test_two_states_of_a_thread_are_one(void **state)
{
    uint64_t now_ns = clock_now_ns();

    (void)state;
    made_up_word(memory, SECOND_STATE + memory->layout.thread.next, MADE_UP_THREAD);
    put_thread(SECOND_STATE);
    for (unsigned i = 0; i < 6; i++) {
        update(now_ns += 100 * NS_PER_MS);
        assert_non_null(meet(i % 2 == 0 ? SECOND_STATE : MADE_UP_THREAD));
        assert_int_equal(population->thread_count, 1);
        assert_true(target_thread_has_state(population->threads[0]));
    }
    assert_int_equal(ends, 0);
}

/* Between its calls it has none. */
static void test_a_thread_without_a_state_is_kept(void **state)
{
    uint64_t now_ns = clock_now_ns();
    const struct target_thread *thread;

    (void)state;
    update(now_ns);
    assert_int_equal(population->thread_count, 1);
    thread = population->threads[0];
    for (unsigned i = 0; i < 4; i++) {
        put_thread(0);
        update(now_ns += 100 * NS_PER_MS);
        assert_int_equal(population->thread_count, 1);
        assert_false(target_thread_has_state(thread));
        assert_false(thread->ended);
        update(now_ns += 2000 * NS_PER_MS);
        put_thread(i % 2 == 0 ? SECOND_STATE : MADE_UP_THREAD);
        if (i < 2)
            update(now_ns += 100 * NS_PER_MS);
        else
            meet(i % 2 == 0 ? SECOND_STATE : MADE_UP_THREAD);
        assert_int_equal(population->thread_count, 1);
        assert_ptr_equal(population->threads[0], thread);
        assert_true(target_thread_has_state(thread));
        assert_int_equal(thread->found.address.value, i % 2 == 0 ? SECOND_STATE : MADE_UP_THREAD);
    }
    assert_int_equal(thread->number, 0);
    assert_int_equal(ends, 0);
}

/* Where a state stood is another thread's now. */
static void test_a_state_of_another_thread_is_not_taken_over(void **state)
{
    struct target_thread *first;

    (void)state;
    first = meet(MADE_UP_THREAD);
    begin_sleeper();
    memcpy(made_up_at(memory, MADE_UP_THREAD), made_up_at(memory, SECOND_STATE), STATE_BYTES);
    assert_ptr_not_equal(meet(MADE_UP_THREAD), first);
    assert_int_equal(population->thread_count, 2);
    assert_false(target_thread_has_state(first));
    assert_false(first->ended);
    end_sleeper();
}

/* As when a thread that Python started ends: its state goes a moment before. */
static void test_the_end_of_one_without_a_state_is_told(void **state)
{
    const struct gil_now gil = {.start = remote_at(1), .size = 1};
    uint64_t now_ns = clock_now_ns();
    struct thread_round round;

    (void)state;
    begin_sleeper();
    put_thread(SECOND_STATE);
    update(now_ns);
    assert_int_equal(population->thread_count, 1);
    round = round_at(&gil, now_ns += NS_PER_MS);
    assert_true(target_thread_round(population->threads[0], &round));
    put_thread(0);
    update(now_ns += 100 * NS_PER_MS);
    round = round_at(&gil, now_ns);
    assert_true(target_thread_round(population->threads[0], &round));
    assert_int_equal(ends, 0);
    end_sleeper();
    round = round_at(&gil, now_ns += NS_PER_MS);
    assert_true(target_thread_round(population->threads[0], &round));
    assert_int_equal(ends, 1);
    population->list_wanted = true;
    update(now_ns += 100 * NS_PER_MS);
    assert_int_equal(population->thread_count, 0);
    assert_int_equal(ends, 1);
}

/* Who has had none for longest makes room for others. */
static void test_a_thread_without_a_state_makes_room(void **state)
{
    /* They have had none for less long. */
    static struct target_thread others = {.found.address = {UINT64_MAX}, .stateless_ns = UINT64_MAX};
    uint64_t now_ns = clock_now_ns();
    const struct target_thread *newest;

    (void)state;
    update(now_ns);
    put_thread(0);
    update(now_ns += 100 * NS_PER_MS);
    assert_false(target_thread_has_state(population->threads[0]));
    population->threads = realloc(population->threads, RUNTIME_THREADS_MAX * sizeof *population->threads);
    population->asleep_ns = realloc(population->asleep_ns, RUNTIME_THREADS_MAX * sizeof *population->asleep_ns);
    assert_true(population->threads != NULL && population->asleep_ns != NULL);
    population->thread_room = RUNTIME_THREADS_MAX;
    while (population->thread_count < RUNTIME_THREADS_MAX)
        population->threads[population->thread_count++] = &others;
    begin_sleeper();
    put_thread(SECOND_STATE);
    others.interpreter = remote_at(INTERPRETER);
    update(now_ns += 100 * NS_PER_MS);
    assert_int_equal(population->thread_count, RUNTIME_THREADS_MAX - 1);
    update(now_ns += 100 * NS_PER_MS);
    newest = population->threads[RUNTIME_THREADS_MAX - 1];
    assert_int_equal(newest->found.address.value, SECOND_STATE);
    assert_int_equal(population->thread_count, RUNTIME_THREADS_MAX);
    end_sleeper();
    population->threads[0] = population->threads[RUNTIME_THREADS_MAX - 1];
    population->thread_count = 1;
}

/* To 3.11 a state just made bears the ids of who makes it. */
static void test_who_makes_a_state_does_not_end(void **state)
{
    struct target_thread *first;

    (void)state;
    runtime.layout.interpreter.gil = LAYOUT_NONE;
    first = meet(MADE_UP_THREAD);
    assert_non_null(first);
    assert_null(meet(SECOND_STATE));
    assert_false(first->ended);
    assert_int_equal(population->thread_count, 1);
}

/* Of a state of another interpreter, who made it may be over: its thread is the one that took the GIL. */
static void test_one_run_by_another_than_its_maker_is_of_who_took_the_gil(void **state)
{
    const int32_t nobody = INT32_MAX;
    struct target_thread *first, *second;

    (void)state;
    population->interpreters[1] = (struct interpreter){.address = remote_at(SECOND_INTERPRETER), .id = 1};
    population->interpreter_count = 2;
    made_up_word(memory, SECOND_STATE + memory->layout.thread.interpreter, SECOND_INTERPRETER);
    made_up_word(memory, SECOND_STATE + memory->layout.thread.native_thread_id, nobody);
    first = meet(MADE_UP_THREAD);
    assert_non_null(first);
    second = meet_taken_by(SECOND_STATE, MADE_UP_THREAD);
    assert_non_null(second);
    assert_int_equal(second->tid, first->tid);
    assert_false(second->ended);
    assert_false(first->ended);
}

static void test_one_that_is_not_bound_yet_is_not_met(void **state)
{
    (void)state;
    made_up_word(memory, MADE_UP_THREAD + memory->layout.thread.native_thread_id, 0);
    assert_null(meet(MADE_UP_THREAD));
    assert_int_equal(population->thread_count, 0);
}

static void test_a_new_interpreter_is_seen_soon(void **state)
{
    uint64_t now_ns = clock_now_ns();

    (void)state;
    update(now_ns);
    assert_int_equal(population->interpreter_count, 1);
    assert_int_equal(population->thread_count, 1);
    put_interpreters(SECOND_INTERPRETER, 2);
    update(now_ns += 100 * NS_PER_MS);
    assert_int_equal(population->interpreter_count, 2);
    /* It went, and another one is where it was. */
    put_interpreters(SECOND_INTERPRETER, 3);
    update(now_ns += 100 * NS_PER_MS);
    assert_int_equal(population->interpreters[0].id, 2);
    /* Nothing else costs a listing. */
    update(now_ns += 100 * NS_PER_MS);
    assert_int_not_equal(population->listed_ns, now_ns);
}

/* Its own state in it stands where that of the one before stood. */
static void test_interpreters_in_a_row_are_others(void **state)
{
    const uint64_t threads_head = SECOND_INTERPRETER + memory->layout.interpreter.threads_head;
    uint64_t now_ns = clock_now_ns();

    (void)state;
    update(now_ns);
    made_up_word(memory, SECOND_STATE + memory->layout.thread.interpreter, SECOND_INTERPRETER);
    made_up_word(memory, threads_head, SECOND_STATE);
    for (uint64_t next_id = 2; next_id < 5; next_id++) {
        const struct target_thread *newest;
        char where[32];

        put_interpreters(SECOND_INTERPRETER, next_id);
        update(now_ns += 100 * NS_PER_MS);
        assert_int_equal(population->thread_count, 2);
        newest = population->threads[0]->interpreter_id != 0 ? population->threads[0] : population->threads[1];
        assert_int_equal(newest->interpreter_id, next_id - 1);
        assert_int_equal(newest->number, next_id - 1);
        assert_false(newest->ended);
        snprintf(where, sizeof where, " (interp %u)", (unsigned)next_id - 1);
        assert_non_null(strstr(newest->name, where));
    }
}

/* It calls into two interpreters in turn, and its state in one stands where that in the other stood. */
static void test_a_state_that_was_of_another_interpreter_ends_nobody(void **state)
{
    const uint64_t threads_head = SECOND_INTERPRETER + memory->layout.interpreter.threads_head;
    const uint64_t interpreter = SECOND_STATE + memory->layout.thread.interpreter;
    uint64_t now_ns = clock_now_ns();

    (void)state;
    put_interpreters(SECOND_INTERPRETER, 2);
    for (unsigned i = 0; i < 4; i++) {
        made_up_word(memory, interpreter, i % 2 == 0 ? SECOND_INTERPRETER : INTERPRETER);
        made_up_word(memory, threads_head, i % 2 == 0 ? SECOND_STATE : 0);
        put_thread(i % 2 == 0 ? 0 : SECOND_STATE);
        update(now_ns += 100 * NS_PER_MS);
        assert_int_equal(population->thread_count, i == 0 ? 1 : 2);
        assert_int_equal(target_thread_has_state(population->threads[0]), i % 2 == 0);
    }
    assert_int_equal(population->threads[0]->interpreter_id, 1);
    assert_int_equal(ends, 0);
    /* One that has none goes with its interpreter. */
    put_interpreters(INTERPRETER, 2);
    update(now_ns += 100 * NS_PER_MS);
    assert_int_equal(population->thread_count, 1);
    assert_int_equal(population->threads[0]->interpreter_id, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_thread_with_a_new_state_is_met, begin, end),
        cmocka_unit_test_setup_teardown(test_two_states_of_a_thread_are_one, begin, end),
        cmocka_unit_test_setup_teardown(test_a_thread_without_a_state_is_kept, begin, end),
        cmocka_unit_test_setup_teardown(test_a_state_of_another_thread_is_not_taken_over, begin, end),
        cmocka_unit_test_setup_teardown(test_the_end_of_one_without_a_state_is_told, begin, end),
        cmocka_unit_test_setup_teardown(test_a_thread_without_a_state_makes_room, begin, end),
        cmocka_unit_test_setup_teardown(test_who_makes_a_state_does_not_end, begin, end),
        cmocka_unit_test_setup_teardown(test_one_run_by_another_than_its_maker_is_of_who_took_the_gil, begin, end),
        cmocka_unit_test_setup_teardown(test_one_that_is_not_bound_yet_is_not_met, begin, end),
        cmocka_unit_test_setup_teardown(test_a_new_interpreter_is_seen_soon, begin, end),
        cmocka_unit_test_setup_teardown(test_a_state_that_was_of_another_interpreter_ends_nobody, begin, end),
        cmocka_unit_test_setup_teardown(test_interpreters_in_a_row_are_others, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
