/* thread: one that asks to run soon has a short slice, and is otherwise what it was. */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/thread.h"
#include "base/thread_attributes.h"

enum { SLICE_MAX_NS = 100000, NICEST = 19 };

static int nice_value; /* of the thread that asks: by one more than of this one, which everybody may */

/* Its slice is that of this thread alone. */
static void *ask(void *attributes)
{
    setpriority(PRIO_PROCESS, (id_t)gettid(), nice_value);
    thread_run_soon();
    syscall(SYS_sched_getattr, 0, attributes, sizeof(struct thread_attributes), 0);
    return NULL;
}

static void test_run_soon(void **state)
{
    struct thread_attributes asked = {0}, own = {0};
    struct utsname system;
    unsigned major, minor;
    pthread_t thread;

    (void)state;
    nice_value = getpriority(PRIO_PROCESS, 0) < NICEST ? getpriority(PRIO_PROCESS, 0) + 1 : NICEST;
    if (sched_getscheduler(0) != SCHED_OTHER)
        skip(); /* such a thread is left alone */
    assert_int_equal(pthread_create(&thread, NULL, ask, &asked), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(asked.policy, SCHED_OTHER);
    assert_int_equal(asked.nice, nice_value);
    assert_int_equal(uname(&system), 0);
    assert_int_equal(sscanf(system.release, "%u.%u", &major, &minor), 2);
    if (major < 6 || (major == 6 && minor < 12))
        skip(); /* it does not know that */
    assert_in_range(asked.runtime_ns, 1, SLICE_MAX_NS);
    assert_int_equal(syscall(SYS_sched_getattr, 0, &own, sizeof own, 0), 0);
    assert_true(own.runtime_ns > SLICE_MAX_NS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_run_soon),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
