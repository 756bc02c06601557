/* native_id: where a C library keeps the ids of threads is found by what is a task of the process. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "made_up.h"
#include "sample/native_id.h"

enum { ODD_OFFSET = 0x64, GLIBC_OFFSET = 0x2d0 };

/* Where the structures of two threads are. */
#define FIRST MADE_UP_HEAP
#define SECOND (MADE_UP_HEAP + 0x1000)

static const struct thread_found FOUND[] = {{.ident = FIRST}, {.ident = SECOND}, {.ident = FIRST}};

static struct made_up *memory;
static struct task_ids tasks;
static struct native_ids ids;
static pthread_t thread;
static pthread_barrier_t barrier; /* passed when it runs, and when it may end */
static int32_t other_tid;

static void *stay(void *unused)
{
    (void)unused;
    other_tid = (int32_t)syscall(SYS_gettid);
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    return NULL;
}

static int begin(void **state)
{
    (void)state;
    memory = made_up_new(MADE_UP_FIRST);
    assert_non_null(memory);
    tasks = (struct task_ids){.pid = getpid()};
    ids = (struct native_ids){.tasks = &tasks, .reader = &memory->reader};
    assert_int_equal(pthread_barrier_init(&barrier, NULL, 2), 0);
    assert_int_equal(pthread_create(&thread, NULL, stay, NULL), 0);
    pthread_barrier_wait(&barrier);
    return 0;
}

static int end(void **state)
{
    (void)state;
    pthread_barrier_wait(&barrier);
    pthread_join(thread, NULL);
    pthread_barrier_destroy(&barrier);
    made_up_free(memory);
    return 0;
}

static void put(uint64_t ident, uint32_t offset, int32_t value)
{
    memcpy(made_up_at(memory, ident + offset), &value, sizeof value);
}

static pid_t own_id(uint64_t ident)
{
    struct thread_found found = {.ident = ident};

    native_id_find(&ids, &found);
    return (pid_t)found.native_id;
}

static void an_odd_offset_is_found(void **state)
{
    (void)state;
    put(FIRST, ODD_OFFSET, (int32_t)getpid());
    put(SECOND, ODD_OFFSET, other_tid);
    /* The same in both, as the process's id is in some: it is nobody's own. */
    put(FIRST, 8, (int32_t)getpid());
    put(SECOND, 8, (int32_t)getpid());
    native_ids_begin(&ids, FOUND, 3);
    assert_int_equal(own_id(FIRST), getpid());
    assert_int_equal(own_id(SECOND), other_tid);
    assert_int_equal(ids.offset, ODD_OFFSET);
    assert_true(ids.sure);
    put(SECOND, ODD_OFFSET, INT32_MAX);
    assert_int_equal(own_id(SECOND), 0);
    assert_int_equal(own_id(MADE_UP_END), 0);
}

static void known_offsets_go_before_others(void **state)
{
    (void)state;
    put(FIRST, 8, (int32_t)getpid()); /* by chance */
    put(FIRST, GLIBC_OFFSET, (int32_t)getpid());
    native_ids_begin(&ids, FOUND, 1);
    assert_int_equal(own_id(FIRST), getpid());
    assert_int_equal(ids.offset, GLIBC_OFFSET);
    assert_false(ids.sure);
    /* A second thread makes it sure. */
    put(SECOND, GLIBC_OFFSET, other_tid);
    native_ids_begin(&ids, FOUND, 3);
    assert_int_equal(own_id(SECOND), other_tid);
    assert_int_equal(ids.offset, GLIBC_OFFSET);
    assert_true(ids.sure);
}

static void where_there_is_none_none_is_told(void **state)
{
    (void)state;
    put(FIRST, ODD_OFFSET, INT32_MAX);
    native_ids_begin(&ids, FOUND, 3);
    assert_int_equal(own_id(FIRST), 0);
    assert_int_equal(ids.offset, 0);
}

/* As in a process that C code forked off: Python tells the ids of the parent's threads, of which one is there. */
static void what_is_no_task_is_corrected(void **state)
{
    static const int32_t LEFT_BEHIND[] = {0, -1}; /* with glibc, and with musl */

    (void)state;
    ids.told = true;
    put(FIRST, GLIBC_OFFSET, (int32_t)getpid());
    for (size_t i = 0; i < sizeof LEFT_BEHIND / sizeof LEFT_BEHIND[0]; i++) {
        struct thread_found found[] = {{.ident = FIRST, .mark = INT32_MAX, .native_id = INT32_MAX},
                                       {.ident = SECOND, .mark = INT32_MAX - 1, .native_id = INT32_MAX - 1}};

        put(SECOND, GLIBC_OFFSET, LEFT_BEHIND[i]);
        native_ids_begin(&ids, found, 2);
        native_id_find(&ids, &found[0]);
        assert_int_equal(found[0].native_id, INT32_MAX);
        assert_true(native_id_correct(&ids, &found[0]));
        assert_int_equal(found[0].native_id, getpid());
        assert_int_equal(found[0].mark, INT32_MAX);
        assert_false(native_id_correct(&ids, &found[0])); /* once is enough */
        assert_false(native_id_correct(&ids, &found[1]));
    }
    assert_true(ids.mistold);
}

static void what_is_right_is_not_corrected(void **state)
{
    const uint64_t own = (uint64_t)getpid();
    /* The second one's state stayed when its thread ended, whose structure is by now one of another thread. */
    struct thread_found found[] = {{.ident = FIRST, .mark = own, .native_id = own},
                                   {.ident = SECOND, .mark = INT32_MAX, .native_id = INT32_MAX}};

    (void)state;
    ids.told = true;
    put(FIRST, GLIBC_OFFSET, (int32_t)getpid());
    put(SECOND, GLIBC_OFFSET, other_tid);
    native_ids_begin(&ids, found, 2);
    assert_false(native_id_correct(&ids, &found[0]));
    assert_false(native_id_correct(&ids, &found[1]));
    assert_int_equal(found[1].native_id, INT32_MAX);
    assert_false(ids.mistold);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_odd_offset_is_found, begin, end),
        cmocka_unit_test_setup_teardown(known_offsets_go_before_others, begin, end),
        cmocka_unit_test_setup_teardown(where_there_is_none_none_is_told, begin, end),
        cmocka_unit_test_setup_teardown(what_is_no_task_is_corrected, begin, end),
        cmocka_unit_test_setup_teardown(what_is_right_is_not_corrected, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
