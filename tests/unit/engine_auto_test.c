/* engine: when auto rides and when no more, for programs of which some is torn by chance. No thread is moved. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "engine_fixture.h"

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

static void it_tells_why(void **state)
{
    (void)state;
    begin(ENGINE_AUTO);
    rounds(400, 0);
    assert_int_equal(engine_reason(&engine), REASON_FIRST);
    rounds(800, 0);
    assert_int_equal(engine_reason(&engine), REASON_STEADY);
    begin(ENGINE_AUTO); /* of one that is idle, too */
    for (int i = 0; i < 1200; i++) {
        engine_begin(&engine, now_ns += INTERVAL_NS);
        engine_end(&engine, now_ns, 0, 0);
    }
    assert_int_equal(engine_reason(&engine), REASON_STEADY);
    rounds(1000, 10);
    assert_true(engine.riding);
    assert_int_equal(engine_reason(&engine), REASON_TORN);
    engine_set_alone(&engine, false);
    assert_int_equal(engine_reason(&engine), REASON_COMPANY);
    engine_set_alone(&engine, true);
    assert_int_equal(engine_reason(&engine), REASON_STEADY);
    begin(ENGINE_REMOTE);
    rounds(1200, 1);
    assert_int_equal(engine_reason(&engine), REASON_ASKED);
    begin(ENGINE_RIDE);
    assert_int_equal(engine_reason(&engine), REASON_ASKED);
}

/* xorshift64, for the same rounds in each run. */
static double chance(uint64_t *random)
{
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return (double)(*random >> 11) / (double)(1ULL << 53);
}

/* How many of `most` rounds there are, `apart_ns` apart, of one sample each that is torn by chance, until it rides. */
static unsigned rounds_until_it_rides(double torn, uint64_t apart_ns, unsigned most, uint64_t seed)
{
    uint64_t random = seed * 0x9e3779b97f4a7c15;
    unsigned made = 0;

    begin(ENGINE_AUTO);
    for (int i = 0; i < 8; i++)
        chance(&random); /* near seeds give near numbers at first */
    while (made < most && !engine.riding) {
        engine_begin(&engine, now_ns += apart_ns);
        engine_end(&engine, now_ns, 1, chance(&random) < torn);
        made++;
    }
    return made;
}

enum { SEEDS = 20 };

/* In how many of SEEDS runs of a minute it rides at all. */
static unsigned minutes_in_which_it_rides(double torn, uint64_t apart_ns)
{
    const unsigned minute = (unsigned)(60 * NS_PER_S / apart_ns);
    unsigned count = 0;

    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        rounds_until_it_rides(torn, apart_ns, minute, seed);
        count += engine.riding;
    }
    return count;
}

/* The most rounds that it takes, of SEEDS runs. */
static unsigned most_until_it_rides(double torn, uint64_t apart_ns)
{
    unsigned most = 0;

    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        const unsigned made = rounds_until_it_rides(torn, apart_ns, 1000000, seed);

        most = made > most ? made : most;
    }
    return most;
}

static void what_chance_tears_is_no_reason_to_ride(void **state)
{
    const uint64_t apart_ns[] = {NS_PER_MS / 10, NS_PER_MS, 10 * NS_PER_MS, 100 * NS_PER_MS};

    (void)state;
    for (size_t i = 0; i < sizeof apart_ns / sizeof apart_ns[0]; i++) {
        assert_int_equal(minutes_in_which_it_rides(0.002, apart_ns[i]), 0);
        assert_in_range(minutes_in_which_it_rides(0.005, apart_ns[i]), 0, 1);
    }
}

static void it_rides_as_soon_as_it_is_clear_that_too_much_is_torn(void **state)
{
    (void)state;
    assert_in_range(most_until_it_rides(0.2, NS_PER_MS), 3, 100);
    assert_in_range(most_until_it_rides(0.05, NS_PER_MS), 3, 1000);
    assert_in_range(most_until_it_rides(0.02, NS_PER_MS), 3, 5000);
    /* At 10 Hz it is the number of samples that makes it clear, too. */
    assert_in_range(most_until_it_rides(0.2, 100 * NS_PER_MS), 3, 100);
    assert_in_range(most_until_it_rides(0.05, 100 * NS_PER_MS), 3, 600);
}

/* At 10 Hz, or of a program that is idle mostly. */
static void one_of_few_samples_tells_nothing(void **state)
{
    (void)state;
    begin(ENGINE_AUTO);
    for (int i = 1; i <= 20 * 60; i++) {
        engine_begin(&engine, now_ns += NS_PER_S / 20);
        engine_end(&engine, now_ns, 1, i % 200 == 100);
        assert_false(engine.riding);
    }
    begin(ENGINE_AUTO);
    for (int i = 1; i <= 20000; i++) {
        engine_begin(&engine, now_ns += NS_PER_MS);
        engine_end(&engine, now_ns, i % 50 == 0, i % 5000 == 2500);
        assert_false(engine.riding);
    }
}

/* What was so long ago counts neither for riding nor against it. */
static void samples_of_a_minute_ago_do_not_count(void **state)
{
    (void)state;
    begin(ENGINE_AUTO);
    for (int i = 1; i <= 10 * 60; i++) { /* a sample a second */
        engine_begin(&engine, now_ns += NS_PER_S);
        engine_end(&engine, now_ns, 1, i % 60 == 30);
    }
    assert_false(engine.riding);
    assert_in_range(engine.samples, 0, 61);
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

/* A program whose thread has the GIL in some rounds, of which some are torn where they are read from elsewhere. */
struct program {
    uint64_t apart_ns;
    double has_gil, torn;
    uint64_t random;
};

/* As if it was moved, which takes long where a CPU is busy. */
static void round_of(struct program *program)
{
    const bool has_gil = chance(&program->random) < program->has_gil;
    const bool torn = has_gil && chance(&program->random) < program->torn;

    engine_begin(&engine, now_ns += program->apart_ns);
    if (has_gil && engine.riding)
        engine.rode = !engine.probing || engine_probed(&engine, torn);
    engine_end(&engine, now_ns, has_gil, torn && !engine.rode);
}

/* The same program, from when it is ridden along with. */
static struct program ridden_along_with(uint64_t apart_ns, uint64_t seed)
{
    struct program program = {apart_ns, 1, 1, seed * 0x9e3779b97f4a7c15};

    begin(ENGINE_AUTO);
    while (!engine.riding)
        round_of(&program);
    return program;
}

/* How long it takes until it is remote again, where nothing is torn any more. */
static uint64_t calm_ns(uint64_t apart_ns, double has_gil)
{
    struct program program = ridden_along_with(apart_ns, 1);
    const uint64_t since_ns = now_ns;

    program.has_gil = has_gil;
    program.torn = 0;
    while (engine.riding && now_ns - since_ns < 60 * NS_PER_S)
        round_of(&program);
    return now_ns - since_ns;
}

/* How often it is remote again in five minutes, where so much goes on to be torn. */
static unsigned times_remote(uint64_t apart_ns, double torn, uint64_t seed)
{
    struct program program = ridden_along_with(apart_ns, seed);
    const uint64_t until_ns = now_ns + 300 * NS_PER_S;
    unsigned count = 0;

    program.torn = torn;
    while (now_ns < until_ns) {
        const bool rode = engine.riding;

        round_of(&program);
        count += rode && !engine.riding;
    }
    return count;
}

enum { HZ_363_NS = 2754821 }; /* what riding at 1 kHz comes to within its budget */

static void it_is_remote_soon_after_the_end_of_a_churn(void **state)
{
    (void)state;
    assert_in_range(calm_ns(HZ_363_NS, 1), NS_PER_S, 4 * NS_PER_S);
    assert_in_range(calm_ns(NS_PER_MS / 20, 1), NS_PER_S, 4 * NS_PER_S);
    assert_in_range(calm_ns(100 * NS_PER_MS, 1), NS_PER_S, 11 * NS_PER_S);
    /* A probe of a round in which nobody has the GIL is made in the next one. */
    assert_in_range(calm_ns(HZ_363_NS, 0.1), NS_PER_S, 8 * NS_PER_S);
}

static void rounds_for(struct program *program, double torn, uint64_t for_ns)
{
    const uint64_t until_ns = now_ns + for_ns;

    program->torn = torn;
    while (now_ns < until_ns)
        round_of(program);
}

/* A program that churns by turns is remote in between, and is not taken for one that was remote too early. */
static void it_is_remote_soon_after_each_churn(void **state)
{
    struct program program = ridden_along_with(NS_PER_MS, 1);

    (void)state;
    for (int i = 0; i < 20; i++) {
        rounds_for(&program, 0.3, 6 * NS_PER_S);
        assert_true(engine.riding);
        rounds_for(&program, 0, 6 * NS_PER_S);
        assert_false(engine.riding);
    }
}

static void it_goes_on_riding_while_some_is_torn(void **state)
{
    const uint64_t apart_ns[] = {HZ_363_NS, 100 * NS_PER_MS};

    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++)
        for (size_t i = 0; i < sizeof apart_ns / sizeof apart_ns[0]; i++) {
            assert_in_range(times_remote(apart_ns[i], 0.02, seed), 0, 6);
            assert_in_range(times_remote(apart_ns[i], 0.03, seed), 0, 4);
            assert_int_equal(times_remote(apart_ns[i], 0.2, seed), 0);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(auto_rides_where_too_much_is_torn),
        cmocka_unit_test(it_tells_why),
        cmocka_unit_test(what_chance_tears_is_no_reason_to_ride),
        cmocka_unit_test(it_rides_as_soon_as_it_is_clear_that_too_much_is_torn),
        cmocka_unit_test(one_of_few_samples_tells_nothing),
        cmocka_unit_test(samples_of_a_minute_ago_do_not_count),
        cmocka_unit_test(others_do_as_they_are_told),
        cmocka_unit_test(it_is_remote_soon_after_the_end_of_a_churn),
        cmocka_unit_test(it_is_remote_soon_after_each_churn),
        cmocka_unit_test(it_goes_on_riding_while_some_is_torn),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
