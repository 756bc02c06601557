/*
 * stoppable - a process with a worker, which counts turns and does as it is told, and a main thread that sleeps;
 * for tests of who stops its threads.
 *
 * Between it and the test stands its own parent, which ends as it ends. The test is linked with --wrap=ptrace.
 */
#ifndef UNIT_STOPPABLE_H
#define UNIT_STOPPABLE_H

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cmocka.h>

#include "base/clock.h"

enum { STOPPABLE_DEADLINE_S = 20 };

/* What the target's threads are to do. */
enum order { WORK, END_THREAD, VFORK, WORKER_EXECS, MAIN_EXECS };

struct board {
    uint64_t turns;
    uint64_t signals; /* SIGUSR1, taken by the worker */
    pid_t pid, worker;
    enum order order;
};
extern struct board *shared;
extern pid_t parent; /* 0: it was waited for */

#define GET(field) __atomic_load_n(&shared->field, __ATOMIC_SEQ_CST)
#define SET(field, value) __atomic_store_n(&shared->field, value, __ATOMIC_SEQ_CST)

#define UNTIL(condition)                                                                           \
    do {                                                                                           \
        const uint64_t deadline_ns = clock_now_ns() + STOPPABLE_DEADLINE_S * NS_PER_S;             \
        while (!(condition)) {                                                                     \
            assert_true(clock_now_ns() < deadline_ns);                                             \
            sched_yield();                                                                         \
        }                                                                                          \
    } while (0)

/* What to do just before a thread is interrupted, when it is traced already; NULL: nothing. */
extern void (*before_interrupt)(void);

/* Starts one, with .before_interrupt NULL; it works when this returns. False: it could not. */
bool stoppable_begin(void);

/* Kills it. Whoever traces it has to take note of its end, before stoppable_free() waits for its parent. */
void stoppable_kill(void);
void stoppable_free(void);

/* Lets the worker, which was ordered to VFORK, come back from that. */
void end_vfork(void);

/* The worker sleeps in a vfork(): no signal but a deadly one wakes it, and it stops when that is over. */
void let_worker_vfork(void);

char state_of(pid_t tid);
pid_t tracer_of(pid_t tid);

/* It works, and is nobody's. */
void goes_on(void);
void stands_still(void);

#endif
