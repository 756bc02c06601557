/* engine: how far apart rounds are while it rides, what they cost, and where the thread is held. When auto rides is in
   engine_auto_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "engine_fixture.h"
#include "sample/cpu_hold.h"

/* A thread to ride with, which sleeps on a CPU. */
struct sleeper {
    pthread_t thread;
    pid_t tid;
    int cpu; /* -1: on any */
    struct kernel_thread kernel;
    sem_t wake;
};

static void *sleep_until_woken(void *argument)
{
    struct sleeper *sleeper = argument;
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET((size_t)(sleeper->cpu < 0 ? 0 : sleeper->cpu), &set);
    if (sleeper->cpu >= 0)
        sched_setaffinity(0, sizeof set, &set);
    __atomic_store_n(&sleeper->tid, gettid(), __ATOMIC_RELEASE);
    while (sem_wait(&sleeper->wake) != 0)
        ;
    return NULL;
}

static void put_to_sleep(struct sleeper *sleeper, int cpu)
{
    *sleeper = (struct sleeper){.cpu = cpu};
    sem_init(&sleeper->wake, 0, 0);
    assert_int_equal(pthread_create(&sleeper->thread, NULL, sleep_until_woken, sleeper), 0);
    while (__atomic_load_n(&sleeper->tid, __ATOMIC_ACQUIRE) == 0)
        sched_yield();
    assert_true(kernel_thread_open(&sleeper->kernel, getpid(), sleeper->tid));
}

/* Whether these, and no others, are where this thread may run. */
static bool may_run_on(const cpu_set_t *expected)
{
    cpu_set_t set;

    assert_int_equal(sched_getaffinity(0, sizeof set, &set), 0);
    return CPU_EQUAL(&set, expected);
}

/* This thread goes to another CPU than its. */
static void leave(struct sleeper *sleeper)
{
    assert_true(cpu_hold_off(kernel_thread_cpu(&sleeper->kernel)));
    cpu_hold_end();
}

static void wake_up(struct sleeper *sleepers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        kernel_thread_close(&sleepers[i].kernel);
        sem_post(&sleepers[i].wake);
        pthread_join(sleepers[i].thread, NULL);
        sem_destroy(&sleepers[i].wake);
    }
}

static void ride_and_probe(struct sleeper *sleeper, cpu_set_t *before)
{
    struct kernel_thread *thread = &sleeper->kernel;
    cpu_set_t set;

    begin(ENGINE_AUTO);
    rounds(400, 10);
    leave(sleeper);
    engine_begin(&engine, now_ns += INTERVAL_NS);
    assert_true(engine_ride(&engine, thread));
    assert_int_equal(sched_getaffinity(0, sizeof set, &set), 0);
    assert_int_equal(CPU_COUNT(&set), 1);
    assert_true(CPU_ISSET(kernel_thread_cpu(thread), &set));
    engine_end(&engine, now_ns, 1, 0);

    /* What a ride costs, within the budget: no more often than that, once a second's budget is used up. */
    engine.cost_ns = 100000;
    assert_int_equal(engine_interval_ns(&engine), INTERVAL_NS);
    assert_in_range(engine.credit_ns, 1, NS_PER_S / 50);
    engine.credit_ns = 0;
    assert_in_range(engine_interval_ns(&engine), 4999999, 5000001);
    engine.cost_ns = 1000;
    assert_int_equal(engine_interval_ns(&engine), INTERVAL_NS);
    /* One that took very long does not make it blind. */
    engine.cost_ns = NS_PER_S;
    assert_int_equal(engine_interval_ns(&engine), NS_PER_S);
    engine.cost_ns = 100000;
    engine.cost_rounds = 32;
    engine_begin(&engine, now_ns += INTERVAL_NS);
    engine.cpu_before_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID) - NS_PER_S;
    engine.stays = 1;
    engine_end(&engine, now_ns, 1, 0);
    assert_in_range(engine.cost_ns, 100001, 130000); /* as eight or ten of them */

    /* Rounds in which nobody has the GIL are made elsewhere, and take nothing from the target. */
    engine.cost_ns = 100000;
    for (int i = 0; i < 64; i++) {
        engine_begin(&engine, now_ns += INTERVAL_NS);
        engine_end(&engine, now_ns, 1, 0);
        assert_true(may_run_on(before) || engine.probing);
    }
    assert_true(engine.riding);
    assert_int_equal(engine_interval_ns(&engine), INTERVAL_NS);

    /* A probe that is torn is ridden along with after all. */
    for (int i = 0; i < 100 && !engine.probing; i++) {
        assert_true(i == 0 || engine_ride(&engine, thread));
        assert_false(engine_probed(&engine, true));
        engine_end(&engine, now_ns, 1, 0);
        engine_begin(&engine, now_ns += INTERVAL_NS);
    }
    assert_true(engine.probing);
    assert_false(engine_ride(&engine, thread));
    assert_int_not_equal(sched_getcpu(), kernel_thread_cpu(thread));
    assert_true(engine_probed(&engine, true));
    assert_false(engine_probed(&engine, true));
    assert_true(engine_ride(&engine, thread));
    engine_end(&engine, now_ns, 1, 0);

    /* From elsewhere all is well again. */
    for (int i = 0; i < 128 * 200 && engine.riding; i++) {
        engine_begin(&engine, now_ns += INTERVAL_NS);
        assert_int_equal(engine_ride(&engine, thread), !engine.probing);
        assert_false(engine_probed(&engine, false));
        engine_end(&engine, now_ns, 1, 0);
    }
    assert_false(engine.riding);
    assert_true(may_run_on(before));
}

static void it_is_held_where_the_thread_is(void **state)
{
    static struct sleeper sleeper; /* its thread goes on where the test fails */
    cpu_set_t before;

    (void)state;
    assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
    if (CPU_COUNT(&before) == 1)
        skip(); /* nothing is elsewhere */
    put_to_sleep(&sleeper, -1);
    ride_and_probe(&sleeper, &before);
    wake_up(&sleeper, 1);
}

/* The CPUs that this thread may run on, and the first two of them; skips the test where there is one: nothing is elsewhere. */
static void find_two(cpu_set_t *set, int cpus[2])
{
    size_t count = 0;

    assert_int_equal(sched_getaffinity(0, sizeof *set, set), 0);
    if (CPU_COUNT(set) == 1)
        skip();
    for (int i = 0; i < CPU_SETSIZE && count < 2; i++)
        if (CPU_ISSET((size_t)i, set))
            cpus[count++] = i;
}

/* One thread looks at several targets, and is where that is which it reads, each time. */
static void it_rides_with_several_targets(void **state)
{
    const struct engine_options options = {ENGINE_RIDE, 0.02, INTERVAL_NS};
    static struct sleeper sleepers[2];
    struct engine engines[2];
    cpu_set_t before, set;
    int cpus[2];

    (void)state;
    find_two(&before, cpus);
    for (size_t i = 0; i < 2; i++) {
        put_to_sleep(&sleepers[i], cpus[i]);
        engine_init(&engines[i], &options);
    }
    leave(&sleepers[0]);
    for (int round = 0; round < 8; round++)
        for (size_t i = 0; i < 2; i++) {
            engine_begin(&engines[i], now_ns += INTERVAL_NS);
            assert_true(engine_ride(&engines[i], &sleepers[i].kernel));
            assert_int_equal(sched_getaffinity(0, sizeof set, &set), 0);
            assert_int_equal(CPU_COUNT(&set), 1);
            assert_true(CPU_ISSET((size_t)cpus[i], &set));
            engine_end(&engines[i], now_ns, 1, 0);
        }
    engine_leave();
    assert_true(may_run_on(&before));
    wake_up(sleepers, 2);
}

static bool tries_to_ride(struct kernel_thread *thread)
{
    bool rode;

    engine_begin(&engine, now_ns += INTERVAL_NS);
    rode = engine_ride(&engine, thread);
    engine_end(&engine, now_ns, 1, !rode);
    return rode;
}

/* A round of a target that does not ride is not made on the CPU of another, which would pay for it. */
static void only_what_rides_is_moved(void **state)
{
    static struct sleeper sleeper;
    const struct engine_options options = {ENGINE_AUTO, 0.02, INTERVAL_NS};
    struct engine other;
    cpu_set_t before, set;

    (void)state;
    assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
    if (CPU_COUNT(&before) == 1)
        skip(); /* nothing is elsewhere */
    put_to_sleep(&sleeper, -1);
    begin(ENGINE_RIDE);
    engine_init(&other, &options);
    for (int i = 0; i < 4; i++) {
        leave(&sleeper);
        assert_true(tries_to_ride(&sleeper.kernel));
        assert_int_equal(sched_getaffinity(0, sizeof set, &set), 0);
        assert_int_equal(CPU_COUNT(&set), 1);
        engine_begin(&other, now_ns);
        assert_true(may_run_on(&before));
        engine_end(&other, now_ns, 1, 0);
        assert_int_equal(other.stays, 0);
    }
    wake_up(&sleeper, 1);
}

static void auto_rides_while_it_is_alone(void **state)
{
    static struct sleeper sleeper;
    cpu_set_t before;

    (void)state;
    assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
    put_to_sleep(&sleeper, -1);
    begin(ENGINE_AUTO);
    for (int i = 0; i < 2; i++) {
        engine_set_alone(&engine, true);
        rounds(100, 2);
        assert_true(engine_rides(&engine));
        assert_true(tries_to_ride(&sleeper.kernel));
        engine_set_alone(&engine, false);
        assert_false(engine_rides(&engine));
        assert_false(tries_to_ride(&sleeper.kernel));
        assert_true(may_run_on(&before));
        rounds(2000, 2);
        assert_false(engine_rides(&engine));
    }
    wake_up(&sleeper, 1);

    /* Who asked for it rides with several, too. */
    begin(ENGINE_RIDE);
    engine_set_alone(&engine, false);
    assert_true(engine_rides(&engine));
}

/* Goes to that CPU and is not held there; false when the kernel took it away in the same moment. */
static bool come_to(int cpu)
{
    assert_true(cpu_hold_on(cpu));
    cpu_hold_end();
    return sched_getcpu() == cpu;
}

/* Works for so long, by this thread's own CPU time. */
static void work(uint64_t ns)
{
    const uint64_t until_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID) + ns;

    while (clock_ns(CLOCK_THREAD_CPUTIME_ID) < until_ns)
        ;
}

/* A round that works before it rides, begun on the thread's CPU or elsewhere: what is paid for that. 0: it was taken from there. */
static uint64_t cost_of_a_round(struct sleeper *sleeper, int cpu, bool begins_there, const cpu_set_t *before)
{
    engine_leave();
    begin(ENGINE_RIDE);
    if (begins_there ? !come_to(cpu) : (leave(sleeper), false))
        return 0;
    engine_begin(&engine, now_ns += INTERVAL_NS);
    work(NS_PER_MS);
    if (begins_there != (sched_getcpu() == cpu))
        return 0;
    assert_true(engine_ride(&engine, &sleeper->kernel));
    assert_int_equal(engine.stays, 1);
    assert_true(engine_stayed(&engine));
    if (begins_there != may_run_on(before))
        return 0; /* taken away in the middle of that */
    engine_end(&engine, now_ns, 1, 0);
    return engine.cost_ns;
}

enum { TAKEN_MAX = 100 }; /* times that it is tried anew, as it was taken from where it was to be */

/* To be moved would end its turn there. All that it does there is paid for. */
static void what_is_there_is_not_moved(void **state)
{
    static struct sleeper sleeper;
    uint64_t there_ns = 0, from_elsewhere_ns = 0;
    cpu_set_t before;
    int cpus[2];

    (void)state;
    find_two(&before, cpus);
    put_to_sleep(&sleeper, cpus[1]);
    for (int i = 0; i < TAKEN_MAX && there_ns == 0; i++)
        there_ns = cost_of_a_round(&sleeper, cpus[1], true, &before);
    for (int i = 0; i < TAKEN_MAX && from_elsewhere_ns == 0; i++)
        from_elsewhere_ns = cost_of_a_round(&sleeper, cpus[1], false, &before);
    assert_true(there_ns >= NS_PER_MS);
    assert_in_range(from_elsewhere_ns, 2 * ENGINE_SWITCH_NS, NS_PER_MS - 1);
    engine_leave();
    wake_up(&sleeper, 1);
}

/* A round of auto, which rides: whether it probes, on another CPU than the thread's. */
static bool probes(struct sleeper *sleeper, int cpu)
{
    bool rode;

    engine_begin(&engine, now_ns += INTERVAL_NS);
    if (!engine.probing)
        return false;
    rode = engine_ride(&engine, &sleeper->kernel);
    assert_false(rode);
    assert_int_not_equal(sched_getcpu(), cpu);
    return true;
}

/* A probe on the thread's CPU would show nothing, also where it is there by itself. */
static void probes_are_made_elsewhere(void **state)
{
    static struct sleeper sleeper;
    cpu_set_t before;
    bool probed = false, came = false;
    int cpus[2];

    (void)state;
    find_two(&before, cpus);
    put_to_sleep(&sleeper, cpus[1]);
    begin(ENGINE_AUTO);
    rounds(400, 10);
    assert_true(engine_rides(&engine));
    for (int i = 0; i < TAKEN_MAX * 100 && !(probed && came); i++) {
        came = come_to(cpus[1]);
        probed = probes(&sleeper, cpus[1]);
        if (probed) {
            /* It is torn, and ridden along with: it comes to that CPU twice. */
            assert_true(engine_probed(&engine, true));
            assert_true(engine_ride(&engine, &sleeper.kernel));
            assert_true(!came || engine.stays == 2);
        } else {
            engine_ride(&engine, &sleeper.kernel);
        }
        engine_end(&engine, now_ns, 1, 0);
        engine_leave();
        assert_true(may_run_on(&before));
    }
    assert_true(probed && came);
    wake_up(&sleeper, 1);
}

/* What the switches of this round are counted as, without the time that it took. */
static uint64_t switches_ns(void)
{
    engine.cost_ns = engine.cost_rounds = 0;
    engine.cpu_before_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    engine_end(&engine, now_ns, 2, 0);
    return engine.cost_ns;
}

/* Where there is no GIL, a round goes to the CPU of each thread that runs, and takes switches from each. */
static void each_cpu_that_it_comes_to_is_paid_for(void **state)
{
    static struct sleeper sleepers[2];
    cpu_set_t before;
    int cpus[2];

    (void)state;
    find_two(&before, cpus);
    for (size_t i = 0; i < 2; i++)
        put_to_sleep(&sleepers[i], cpus[i]);
    begin(ENGINE_RIDE);
    leave(&sleepers[0]);
    engine_begin(&engine, now_ns += INTERVAL_NS);
    assert_true(engine_ride(&engine, &sleepers[0].kernel));
    assert_true(engine_ride(&engine, &sleepers[0].kernel)); /* as what is read once more */
    assert_int_equal(engine.stays, 1);
    assert_true(engine_ride(&engine, &sleepers[1].kernel));
    assert_true(switches_ns() >= 4 * ENGINE_SWITCH_NS);

    /* It wakes up where it was last, before it goes to the others. */
    engine_begin(&engine, now_ns += INTERVAL_NS);
    assert_true(engine_ride(&engine, &sleepers[0].kernel));
    assert_true(engine_ride(&engine, &sleepers[1].kernel));
    assert_true(switches_ns() >= 6 * ENGINE_SWITCH_NS);
    engine_leave();

    /* From elsewhere nothing is taken. */
    engine_begin(&engine, now_ns += INTERVAL_NS);
    assert_int_equal(switches_ns(), 0);
    wake_up(sleepers, 2);
}

static void run_on(const cpu_set_t *set)
{
    assert_int_equal(sched_setaffinity(0, sizeof *set, set), 0);
}

static void run_on_one(int cpu)
{
    cpu_set_t one;

    CPU_ZERO(&one);
    CPU_SET((size_t)cpu, &one);
    run_on(&one);
}

/* One that sleeps on a CPU that is not this thread's any more; gives the one that is. `before` are all that were. */
static int sleep_apart(struct sleeper *sleeper, cpu_set_t *before)
{
    int cpus[2];

    find_two(before, cpus);
    put_to_sleep(sleeper, cpus[1]);
    run_on_one(cpus[0]);
    return cpus[0];
}

/* How long it is remote, though all is torn, until it rides or tries to. */
static uint64_t remote_ns(void)
{
    const uint64_t since_ns = now_ns;

    while (!engine.riding && now_ns - since_ns < 300 * NS_PER_S) {
        engine_begin(&engine, now_ns += INTERVAL_NS);
        engine_end(&engine, now_ns, 1, 1);
    }
    return now_ns - since_ns;
}

/* Auto tries again after a second, and less often the more often that failed. */
static void a_cpu_that_is_not_ours_may_be_later(void **state)
{
    static struct sleeper sleeper;
    const uint64_t moment_ns = NS_PER_S / 10; /* until it is clear again that so much is torn */
    uint64_t wait_ns = NS_PER_S;
    cpu_set_t before;
    int our_cpu;

    (void)state;
    our_cpu = sleep_apart(&sleeper, &before);
    begin(ENGINE_AUTO);
    remote_ns();
    for (int i = 0; i < 10; i++) {
        assert_false(tries_to_ride(&sleeper.kernel));
        assert_int_equal(engine_reason(&engine), REASON_NO_CPU);
        assert_in_range(remote_ns(), wait_ns, wait_ns + moment_ns);
        wait_ns = clock_least(2 * wait_ns, 60 * NS_PER_S);
    }
    run_on(&before);
    assert_true(tries_to_ride(&sleeper.kernel));
    engine_leave();
    run_on_one(our_cpu);
    assert_false(tries_to_ride(&sleeper.kernel));
    assert_in_range(remote_ns(), NS_PER_S, NS_PER_S + moment_ns);
    run_on(&before);
    wake_up(&sleeper, 1);
}

/* Who asked for it tries in each round, and tells that it does not ride meanwhile. */
static void what_was_asked_for_and_is_not_to_be_had_is_told(void **state)
{
    static struct sleeper sleeper;
    cpu_set_t before;

    (void)state;
    sleep_apart(&sleeper, &before);
    begin(ENGINE_RIDE);
    assert_true(engine_rides(&engine));
    for (int i = 0; i < 8; i++) {
        assert_false(tries_to_ride(&sleeper.kernel));
        assert_true(engine_is_kept_off(&engine));
        assert_int_equal(engine_reason(&engine), REASON_NO_CPU);
        assert_false(engine_rides(&engine));
    }
    run_on(&before);
    assert_true(tries_to_ride(&sleeper.kernel));
    assert_true(engine_rides(&engine));
    assert_false(engine_is_kept_off(&engine));
    engine_leave();
    wake_up(&sleeper, 1);
}

/* A sampler's thread, which is not the first of its program. */
struct rider {
    struct sleeper sleepers[2];
    sem_t rode, goes_on;
    bool rode_with[2];
    cpu_set_t home; /* where it may run when it is held no more */
};

static void *ride_with_both(void *argument)
{
    struct rider *rider = argument;

    rider->rode_with[0] = tries_to_ride(&rider->sleepers[0].kernel);
    sem_post(&rider->rode);
    while (sem_wait(&rider->goes_on) != 0)
        ;
    rider->rode_with[1] = tries_to_ride(&rider->sleepers[1].kernel);
    engine_leave();
    sched_getaffinity(0, sizeof rider->home, &rider->home);
    return NULL;
}

/* As when a CPU is put into its cpuset while it is held on another. */
static void cpus_that_came_since_it_is_held_are_ours(void **state)
{
    static struct rider rider;
    cpu_set_t before;
    pthread_t thread;
    int cpus[2];

    (void)state;
    find_two(&before, cpus);
    for (size_t i = 0; i < 2; i++)
        put_to_sleep(&rider.sleepers[i], cpus[i]);
    sem_init(&rider.rode, 0, 0);
    sem_init(&rider.goes_on, 0, 0);
    begin(ENGINE_RIDE);
    run_on_one(cpus[0]);
    assert_int_equal(pthread_create(&thread, NULL, ride_with_both, &rider), 0);
    while (sem_wait(&rider.rode) != 0)
        ;
    run_on(&before);
    sem_post(&rider.goes_on);
    pthread_join(thread, NULL);
    assert_true(rider.rode_with[0] && rider.rode_with[1]);
    assert_true(CPU_EQUAL(&rider.home, &before));
    wake_up(rider.sleepers, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_held_where_the_thread_is),
        cmocka_unit_test(it_rides_with_several_targets),
        cmocka_unit_test(only_what_rides_is_moved),
        cmocka_unit_test(auto_rides_while_it_is_alone),
        cmocka_unit_test(what_is_there_is_not_moved),
        cmocka_unit_test(probes_are_made_elsewhere),
        cmocka_unit_test(each_cpu_that_it_comes_to_is_paid_for),
        cmocka_unit_test(a_cpu_that_is_not_ours_may_be_later),
        cmocka_unit_test(what_was_asked_for_and_is_not_to_be_had_is_told),
        cmocka_unit_test(cpus_that_came_since_it_is_held_are_ours),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
