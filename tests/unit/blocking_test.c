/* blocking: what stopping a thread costs it is counted, and it is left as long to run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "sample/blocking.h"
#include "stoppable.h"

static struct blocking blocking;
static struct kernel_thread worker;
static struct sampler_counts counts;

static bool stop(void)
{
    return blocking_stop(&blocking, &worker, &counts);
}

static int begin(void **state)
{
    (void)state;
    if (!stoppable_begin())
        return -1;
    blocking = (struct blocking){.wanted = true, .pid = GET(pid)};
    counts = (struct sampler_counts){0};
    return kernel_thread_open(&worker, GET(pid), GET(worker)) ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    kernel_thread_close(&worker);
    stoppable_kill();
    stopper_release(&blocking.stopper);
    UNTIL(!blocking_tend(&blocking, &counts));
    stoppable_free();
    return 0;
}

static void a_hold_is_counted(void **state)
{
    uint64_t before_ns, stood_ns, until_ns;

    (void)state;
    before_ns = clock_now_ns();
    UNTIL(stop());
    stood_ns = clock_now_ns();
    stands_still();
    until_ns = clock_now_ns();
    blocking_release(&blocking, &counts);
    assert_in_range(counts.stopped_ns, until_ns - stood_ns, clock_now_ns() - before_ns);
    assert_true(blocking.rest_ns >= until_ns + (until_ns - stood_ns));
    assert_int_equal(counts.unstopped, 0);
}

static void so_is_that_of_one_that_was_late(void **state)
{
    uint64_t looked_ns, stood_ns, until_ns;

    (void)state;
    before_interrupt = let_worker_vfork;
    assert_false(stop());
    before_interrupt = NULL;
    assert_int_equal(counts.unstopped, 1);
    looked_ns = clock_now_ns();
    assert_true(blocking_tend(&blocking, &counts));
    assert_int_equal(counts.stopped_ns, 0);
    end_vfork();
    UNTIL(state_of(GET(worker)) == 't');
    stood_ns = clock_now_ns();
    stands_still();
    until_ns = clock_now_ns();
    assert_false(blocking_tend(&blocking, &counts));
    assert_in_range(counts.stopped_ns, until_ns - stood_ns, clock_now_ns() - looked_ns);
    assert_true(blocking.rest_ns >= until_ns + (until_ns - stood_ns));
    goes_on();
}

int main(void)
{
#define ON_A_TARGET(test) cmocka_unit_test_setup_teardown(test, begin, end)
    const struct CMUnitTest tests[] = {
        ON_A_TARGET(a_hold_is_counted),
        ON_A_TARGET(so_is_that_of_one_that_was_late),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
