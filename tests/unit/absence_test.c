/* absence: which time the sampler takes for one in which nobody looked; the targets are stand-ins. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "sample/sampler.h"
#include "sample/target.h"

enum { LONG_MS = 150, MANY = 10, AWAY_MS = 1500, DEADLINE_S = 30 };

/* What its rounds do. */
struct target {
    unsigned round_ms;      /* each */
    unsigned once_ms;       /* and one of them, */
    unsigned once;          /* which comes after so many others */
    unsigned rounds;        /* there were */
    uint64_t skipped_ns;
};

static void sleep_ms(unsigned ms)
{
    const struct timespec time = {ms / 1000, (long)(ms % 1000) * (long)NS_PER_MS};

    nanosleep(&time, NULL);
}

bool target_round(struct target *target, struct sampler_counts *counts, struct error *error)
{
    (void)counts;
    (void)error;
    sleep_ms(target->rounds == target->once ? target->once_ms : target->round_ms);
    __atomic_add_fetch(&target->rounds, 1, __ATOMIC_SEQ_CST);
    return true;
}

void target_skip(struct target *target, uint64_t away_ns)
{
    target->skipped_ns += away_ns;
}

bool target_tend(struct target *target, struct sampler_counts *counts)
{
    (void)target;
    (void)counts;
    return false;
}

struct blocking target_blocking(const struct target *target)
{
    (void)target;
    return (struct blocking){.wanted = false};
}

void target_take_over(struct target *target, struct blocking *left)
{
    (void)target;
    (void)left;
}

void target_free(struct target *target)
{
    (void)target; /* the test's */
}

/* Lets a sampler go round some targets until the last had so many rounds. */
static void sample(struct target *targets, size_t count, unsigned rounds)
{
    const uint64_t deadline_ns = clock_now_ns() + DEADLINE_S * NS_PER_S;
    struct error error;
    struct sampler *sampler = sampler_new(0, &error);

    assert_non_null(sampler);
    for (size_t i = 0; i < count; i++)
        assert_non_null(sampler_add(sampler, &targets[i], &error));
    assert_true(sampler_start(sampler, &error));
    while (__atomic_load_n(&targets[count - 1].rounds, __ATOMIC_SEQ_CST) < rounds) {
        assert_true(clock_now_ns() < deadline_ns);
        sleep_ms(1);
    }
    assert_true(sampler_stop(sampler));
    sampler_free(sampler);
}

/* A round of all may take more than a second: it was looked at all the time. */
static void long_rounds_are_no_absence(void **state)
{
    struct target targets[MANY];

    (void)state;
    for (size_t i = 0; i < MANY; i++)
        targets[i] = (struct target){.round_ms = LONG_MS, .once_ms = LONG_MS};
    sample(targets, MANY, 3);
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(targets[i].skipped_ns, 0);
}

/* As when this program is stopped while it reads. */
static void an_absence_within_a_round_is_skipped_by_all(void **state)
{
    struct target targets[] = {{.once = 3, .once_ms = AWAY_MS}, {.once = UINT32_MAX}};

    (void)state;
    sample(targets, 2, 8);
    assert_in_range(targets[0].skipped_ns, AWAY_MS * NS_PER_MS, DEADLINE_S * NS_PER_S);
    assert_int_equal(targets[0].skipped_ns, targets[1].skipped_ns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(long_rounds_are_no_absence),
        cmocka_unit_test(an_absence_within_a_round_is_skipped_by_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
