/*
 * tally_fixture - a tally with one process, two threads and three functions, and questions to its
 * pictures.
 */
#ifndef TESTS_TALLY_FIXTURE_H
#define TESTS_TALLY_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "records.h"
#include "tally/picture.h"
#include "tally/snapshot.h"

#define START_MS 100000u /* of the counting: on the edge of a bucket and of a second */
#define MS NS_PER_MS

/* The functions; with one process, a picture has them at the places of their numbers. */
enum { MAIN = FUNCTION_FIRST, WORK, HELP, UNKNOWN = 99 };

struct fixture {
    struct tally *tally;
    struct picture picture;
};

int fixture_set_up(void **state);
int fixture_tear_down(void **state);

#define TALLY_TEST(test) cmocka_unit_test_setup_teardown(test, fixture_set_up, fixture_tear_down)

/* Feeds the definitions of a process, its threads 0 "MainThread" and 1 "worker", and its
   functions. */
void define_process(struct tally *tally, uint16_t process);

/* Gives the fixture an empty tally of other limits, in which only process 0 is known. */
void use_limits(struct fixture *fixture, const struct tally_limits *limits);

/* On MainThread: work 60 ms below main, of which 50 with the GIL and 40 on a CPU. On worker: work
   30 ms and help 10 ms, idle. */
void feed_two_threads(struct fixture *fixture);

/* The same, and another row of the thread that is MainThread: "again", 2, with 5 ms of help. */
void feed_another_row_of_main(struct fixture *fixture);

/* Takes the fixture's picture anew. */
void take(struct fixture *fixture);

/* The same, and fills a table of threads from it. */
void ask_threads(struct fixture *fixture, struct thread_table *table,
                 const struct thread_query *query);

/* What the picture has of a pair; all zeros when it has none. */
struct picture_pair pair(const struct fixture *fixture, uint32_t thread, uint32_t function);

/* The wall time of a function on thread 0. */
uint64_t self_ms(const struct fixture *fixture, uint32_t function, enum tally_span span);
uint64_t total_ms(const struct fixture *fixture, uint32_t function, enum tally_span span);

#endif
