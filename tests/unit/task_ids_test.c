/* task_ids: threads are found by their ids in their own PID namespace, at the cost of a few looks at each. */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "sample/task_ids.h"

enum { THREADS = 64, DEADLINE_S = 30 };

static pthread_t threads[THREADS];
static pid_t thread_ids[THREADS];
static pthread_barrier_t barrier; /* passed when all run, and when they may end */
static unsigned opened;           /* files */

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
    opened++;
    return __real_open(path, flags);
}

static void *stay(void *id)
{
    *(pid_t *)id = (pid_t)syscall(SYS_gettid);
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    return NULL;
}

static void start_threads(void)
{
    assert_int_equal(pthread_barrier_init(&barrier, NULL, THREADS + 1), 0);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, stay, &thread_ids[i]), 0);
    pthread_barrier_wait(&barrier);
}

static void end_threads(void)
{
    pthread_barrier_wait(&barrier);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&barrier);
}

/* As if this process were nested: its only ids are its innermost ones, too. */
static struct task_ids nested_ids(void)
{
    return (struct task_ids){.pid = getpid(), .nested = true};
}

static void all_are_read_once(void **state)
{
    struct task_ids ids = nested_ids();

    (void)state;
    start_threads();
    opened = 0;
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(task_ids_find(&ids, thread_ids[i]), thread_ids[i]);
    assert_in_range(opened, THREADS, 3 * THREADS);
    /* What is none costs no more than that. */
    opened = 0;
    for (pid_t none = -THREADS; none <= 0; none++)
        assert_true(task_ids_find(&ids, none) <= 0);
    for (pid_t none = INT32_MAX; none > INT32_MAX - THREADS; none--)
        assert_int_equal(task_ids_find(&ids, none), 0);
    assert_true(opened <= 2 * THREADS);
    end_threads();
    task_ids_free(&ids);
}

static void those_that_came_are_found_and_those_that_ended_are_not(void **state)
{
    struct task_ids ids = nested_ids();

    (void)state;
    assert_int_equal(task_ids_find(&ids, getpid()), getpid());
    start_threads();
    assert_int_equal(task_ids_find(&ids, thread_ids[0]), 0);
    task_ids_age(&ids);
    assert_int_equal(task_ids_find(&ids, thread_ids[0]), thread_ids[0]);
    end_threads();
    alarm(DEADLINE_S); /* the kernel has one that was joined for a moment longer */
    while (task_ids_find(&ids, thread_ids[0]) != 0)
        ;
    alarm(0);
    task_ids_free(&ids);
}

static void in_our_namespace_they_are_the_same(void **state)
{
    struct task_ids ids = task_ids_of(getpid());

    (void)state;
    opened = 0;
    if (!ids.nested)
        assert_int_equal(task_ids_find(&ids, 42), 42);
    assert_true(ids.nested || opened == 0);
    task_ids_free(&ids);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_are_read_once),
        cmocka_unit_test(those_that_came_are_found_and_those_that_ended_are_not),
        cmocka_unit_test(in_our_namespace_they_are_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
