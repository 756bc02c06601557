/* sampler: a thread that stops late is let go, whatever became of the target meanwhile. The targets are made up; the
   thread that one of them stops is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>

#include <cmocka.h>

#include "base/clock.h"
#include "sample/sampler.h"
#include "stoppable.h"

enum {
    ROUND_MS = 1, /* as in target_stand_in.c */
    LATE_LOOKS = 900, /* a millisecond apart, and more than sampler_pause() waits for a round */
};

struct target {
    pid_t stops; /* in its first round, this thread; the worker is late then */
    struct blocking blocking;
    atomic_uint rounds, looks;
    atomic_bool is_late, is_to_end, is_freed;
    bool is_slow;      /* its first round ends the worker's vfork(), and takes until that has stopped, and longer */
    atomic_int tracer; /* of the worker, in the first round */
};

static struct target targets[3];
static struct sampler *sampler;

/* --- what takes the place of target.c ---------------------------------------------------------- */

/* Of those before it, the first is to be looked at again when it is over. */
static void be_slow(void)
{
    const uint64_t over_ns = clock_now_ns() + 2 * ROUND_MS * NS_PER_MS;

    end_vfork();
    UNTIL(state_of(GET(worker)) == 't' && clock_now_ns() > over_ns);
}

bool target_round(struct target *target, struct sampler_counts *counts, struct error *error)
{
    (void)counts;
    if (target->is_slow && atomic_load(&target->rounds) == 0)
        be_slow();
    if (target == &targets[2] && atomic_load(&target->rounds) == 0)
        atomic_store(&target->tracer, tracer_of(GET(worker)));
    if (target->stops != 0 && atomic_load(&target->rounds) == 0) {
        before_interrupt = target->stops == GET(worker) ? let_worker_vfork : NULL;
        if (stopper_stop(&target->blocking.stopper, target->stops) == STOP_LATE)
            atomic_store(&target->is_late, true);
        stopper_release(&target->blocking.stopper);
    }
    atomic_fetch_add(&target->rounds, 1);
    return !atomic_load(&target->is_to_end) || error_set(error, ERROR_GONE, "it ended");
}

bool target_tend(struct target *target, struct sampler_counts *counts)
{
    atomic_fetch_add(&target->looks, 1);
    return blocking_tend(&target->blocking, counts);
}

struct blocking target_blocking(const struct target *target)
{
    return target->blocking;
}

void target_take_over(struct target *target, struct blocking *left)
{
    blocking_take_over(&target->blocking, left);
}

void target_skip(struct target *target, uint64_t away_ns)
{
    (void)target;
    (void)away_ns;
}

void target_free(struct target *target)
{
    if (target == NULL)
        return;
    target->blocking = (struct blocking){0};
    atomic_store(&target->is_freed, true);
}

/* --- tests ------------------------------------------------------------------------------------- */

static int begin(void **state)
{
    struct error error;

    (void)state;
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++)
        targets[i] = (struct target){.stops = 0};
    sampler = sampler_new(0, &error);
    if (sampler == NULL || !stoppable_begin())
        return -1;
    targets[0].stops = GET(worker);
    targets[0].blocking.pid = GET(pid);
    return 0;
}

static int end(void **state)
{
    (void)state;
    stoppable_kill();
    sampler_free(sampler);
    stoppable_free();
    return 0;
}

/* Samples so many of the targets, of which the first one's worker is late by now. */
static void sample(size_t count)
{
    struct error error;

    for (size_t i = 0; i < count; i++)
        assert_non_null(sampler_add(sampler, &targets[i], &error));
    assert_true(sampler_start(sampler, &error));
    UNTIL(atomic_load(&targets[0].is_late));
}

static void end_target(struct target *target)
{
    atomic_store(&target->is_to_end, true);
    UNTIL(atomic_load(&target->is_freed));
}

static void it_is_let_go_after_the_end_of_its_target(void **state)
{
    (void)state;
    sample(2);
    end_target(&targets[0]);
    assert_int_not_equal(tracer_of(GET(worker)), 0);
    end_vfork();
    UNTIL(tracer_of(GET(worker)) == 0);
    goes_on();
    assert_false(atomic_load(&targets[1].is_freed));
}

static void it_is_let_go_after_the_end_of_the_last_target(void **state)
{
    (void)state;
    sample(1);
    end_target(&targets[0]);
    assert_int_not_equal(tracer_of(GET(worker)), 0);
    end_vfork();
    UNTIL(tracer_of(GET(worker)) == 0);
    goes_on();
}

/* No other thread of a process may be seized while one is late: who execs would wait for ever (stop.h). */
static void it_is_known_when_its_process_comes_again(void **state)
{
    struct error error;

    (void)state;
    sample(1);
    end_target(&targets[0]);
    targets[1].blocking.pid = GET(pid);
    targets[1].stops = GET(pid);
    targets[2].blocking.pid = GET(pid) + 1; /* another one's */
    assert_non_null(sampler_add(sampler, &targets[2], &error));
    assert_non_null(sampler_add(sampler, &targets[1], &error));
    UNTIL(atomic_load(&targets[1].rounds) > 0);
    assert_true(atomic_load(&targets[1].is_late));
    assert_int_equal(tracer_of(GET(pid)), 0);
    end_vfork();
    UNTIL(tracer_of(GET(worker)) == 0);
    goes_on();
}

static void it_is_let_go_between_the_rounds_of_others(void **state)
{
    (void)state;
    targets[1].is_slow = true;
    sample(3);
    UNTIL(atomic_load(&targets[2].rounds) > 0);
    assert_int_equal(atomic_load(&targets[2].tracer), 0);
    goes_on();
}

/* A while after the sampler was to rest. */
static void *end_vfork_later(void *argument)
{
    const unsigned looks = atomic_load(&targets[0].looks) + LATE_LOOKS;

    UNTIL(atomic_load(&targets[0].looks) >= looks);
    end_vfork();
    return argument;
}

static void a_pause_waits_for_it(void **state)
{
    pthread_t thread;

    (void)state;
    sample(2);
    assert_int_equal(pthread_create(&thread, NULL, end_vfork_later, NULL), 0);
    sampler_pause(sampler);
    assert_int_equal(tracer_of(GET(worker)), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    goes_on();
    sampler_resume(sampler);
    UNTIL(atomic_load(&targets[1].rounds) > 1);
}

static void a_pause_does_not_wait_for_ever(void **state)
{
    unsigned rounds;

    (void)state;
    sample(2);
    sampler_pause(sampler);
    assert_int_not_equal(tracer_of(GET(worker)), 0);
    sampler_resume(sampler);
    rounds = atomic_load(&targets[1].rounds);
    UNTIL(atomic_load(&targets[1].rounds) > rounds);
    end_vfork();
    UNTIL(tracer_of(GET(worker)) == 0);
    goes_on();
}

int main(void)
{
#define ON_A_TARGET(test) cmocka_unit_test_setup_teardown(test, begin, end)
    const struct CMUnitTest tests[] = {
        ON_A_TARGET(it_is_let_go_after_the_end_of_its_target),
        ON_A_TARGET(it_is_let_go_after_the_end_of_the_last_target),
        ON_A_TARGET(it_is_known_when_its_process_comes_again),
        ON_A_TARGET(it_is_let_go_between_the_rounds_of_others),
        ON_A_TARGET(a_pause_waits_for_it),
        ON_A_TARGET(a_pause_does_not_wait_for_ever),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
