/* engine: when it rides and when no more, how far apart rounds are then, and where the thread is held. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "sample/engine.h"

enum { INTERVAL_NS = 1000000 };

static struct engine engine;
static uint64_t now_ns;

static void begin(enum engine_kind kind)
{
    const struct engine_options options = {kind, 0.02, INTERVAL_NS};

    engine_init(&engine, &options);
    now_ns = NS_PER_S;
}

/* Rounds of one sample each, every so many of which is truncated (0: none). */
static void rounds(unsigned count, unsigned truncated_every)
{
    for (unsigned i = 1; i <= count; i++) {
        engine_begin(&engine, now_ns += INTERVAL_NS);
        engine_end(&engine, now_ns, 1, truncated_every != 0 && i % truncated_every == 0);
    }
}

static void auto_rides_where_too_much_is_torn(void **state)
{
    (void)state;
    begin(ENGINE_AUTO);
    rounds(2000, 0);
    assert_false(engine.riding);
    rounds(2000, 200); /* half of what is too much */
    assert_false(engine.riding);
    rounds(400, 10);
    assert_true(engine.riding);
}

static void few_samples_decide_after_a_while(void **state)
{
    (void)state;
    begin(ENGINE_AUTO);
    for (int i = 0; i < 20; i++) { /* at 10 Hz */
        engine_begin(&engine, now_ns += NS_PER_S / 10);
        engine_end(&engine, now_ns, 1, i % 5 == 0);
    }
    assert_true(engine.riding);
}

static void others_do_as_they_are_told(void **state)
{
    (void)state;
    begin(ENGINE_REMOTE);
    rounds(2000, 2);
    assert_false(engine.riding);
    assert_int_equal(engine_interval_ns(&engine), INTERVAL_NS);
    begin(ENGINE_RIDE);
    rounds(2000, 0);
    assert_true(engine.riding);
}

/* A thread to ride with, which sleeps on its CPU. */
static sem_t wake;
static pid_t tid;

static void *sleep_until_woken(void *argument)
{
    __atomic_store_n(&tid, gettid(), __ATOMIC_RELEASE);
    while (sem_wait(&wake) != 0)
        ;
    return argument;
}

static void ride_and_probe(struct kernel_thread *thread, cpu_set_t *before)
{
    cpu_set_t set;
    unsigned probes = 0;

    begin(ENGINE_AUTO);
    rounds(400, 10);
    engine_begin(&engine, now_ns += INTERVAL_NS);
    assert_true(engine_ride(&engine, thread));
    assert_int_equal(sched_getaffinity(0, sizeof set, &set), 0);
    assert_int_equal(CPU_COUNT(&set), 1);
    assert_true(CPU_ISSET(kernel_thread_cpu(thread), &set));
    engine_end(&engine, now_ns, 1, 0);

    /* What a ride costs, within the budget: no more often than that. */
    engine.cost_ns = 100000;
    assert_in_range(engine_interval_ns(&engine), 4999999, 5000001);
    engine.cost_ns = 1000;
    assert_int_equal(engine_interval_ns(&engine), INTERVAL_NS);

    /* Rounds in which nobody has the GIL are made elsewhere, and take nothing from the target. */
    engine.cost_ns = 100000;
    for (int i = 0; i < 64; i++) {
        engine_begin(&engine, now_ns += INTERVAL_NS);
        engine_end(&engine, now_ns, 1, 0);
        assert_int_equal(sched_getaffinity(0, sizeof set, &set), 0);
        assert_true(CPU_EQUAL(&set, before) || engine.probing);
    }
    assert_true(engine.riding);
    assert_int_equal(engine_interval_ns(&engine), INTERVAL_NS);
    probes = engine.probes;

    /* A probe that is torn is ridden along with after all. */
    for (int i = 0; i < 2 * 128 && !engine.probing; i++) {
        engine_begin(&engine, now_ns += INTERVAL_NS);
        assert_false(!engine.probing && engine_probed(&engine, true));
        if (!engine.probing)
            engine_end(&engine, now_ns, 1, 0);
    }
    assert_true(engine.probing);
    assert_false(engine_ride(&engine, thread));
    assert_true(engine_probed(&engine, true));
    assert_false(engine_probed(&engine, true));
    assert_true(engine_ride(&engine, thread));
    engine_end(&engine, now_ns, 1, 0);
    engine.probes_torn = engine.probes = 0;
    probes = 0;

    /* From elsewhere all is well again, but for one. */
    for (int i = 0; i < 128 * 200 && engine.riding; i++) {
        engine_begin(&engine, now_ns += INTERVAL_NS);
        probes += engine.probing;
        assert_int_equal(engine_ride(&engine, thread), !engine.probing);
        assert_false(engine_probed(&engine, false));
        engine_end(&engine, now_ns, 1, 0);
    }
    assert_false(engine.riding);
    assert_true(CPU_COUNT(before) == 1 || probes == 64);
    assert_int_equal(sched_getaffinity(0, sizeof set, &set), 0);
    assert_true(CPU_EQUAL(&set, before));
}

static void it_is_held_where_the_thread_is(void **state)
{
    struct kernel_thread thread;
    pthread_t sleeper;
    cpu_set_t before;

    (void)state;
    assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
    if (CPU_COUNT(&before) == 1)
        skip(); /* nothing is elsewhere */
    sem_init(&wake, 0, 0);
    assert_int_equal(pthread_create(&sleeper, NULL, sleep_until_woken, NULL), 0);
    while (__atomic_load_n(&tid, __ATOMIC_ACQUIRE) == 0)
        sched_yield();
    assert_true(kernel_thread_open(&thread, getpid(), tid));
    ride_and_probe(&thread, &before);
    kernel_thread_close(&thread);
    sem_post(&wake);
    pthread_join(sleeper, NULL);
    sem_destroy(&wake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(auto_rides_where_too_much_is_torn),
        cmocka_unit_test(few_samples_decide_after_a_while),
        cmocka_unit_test(others_do_as_they_are_told),
        cmocka_unit_test(it_is_held_where_the_thread_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
