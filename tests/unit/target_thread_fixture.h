/*
 * target_thread_fixture - a thread of this process that sleeps until it is woken, with a Python stack that is made up, and
 * rounds of it into a sink that keeps the last sample.
 */
#ifndef TESTS_TARGET_THREAD_FIXTURE_H
#define TESTS_TARGET_THREAD_FIXTURE_H

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "made_up.h"
#include "sample/target_thread.h"

enum { ROUND_NS = 1000000, RECORD_ROOM = 64 * 1024 };

/* Keeps the last sample, unless it is full. */
struct memory_sink {
    struct sink sink;
    bool full;
    unsigned functions, samples, ends;
    union {
        struct record_header header;
        struct record_sample sample;
        struct record_thread thread;
        unsigned char bytes[RECORD_ROOM];
    } last, reserved;
};

struct fixture {
    pthread_t sleeper;
    bool joined;
    sem_t wake;
    pid_t tid;
    struct made_up *made_up;
    struct memory_sink sink;
    struct pending *pending;
    struct walk_room *room;
    struct code_table *codes;
    struct target_thread *thread;
    struct sampler_counts counts;
    struct gil_now gil;
    struct engine *engine; /* NULL: it is not ridden with */
    bool native_markers;
    bool pass; /* rounds in which it sleeps, or waits for the GIL */
    bool leave_out; /* and not even go there once it was passed */
    uint32_t at_once; /* so many rounds in one; 0: one */
    uint64_t rounds;
    unsigned passes;
    uint64_t now_ns;
};

int open_fixture(void **state);
int close_fixture(void **state);

#define THREAD_TEST(name) cmocka_unit_test_setup_teardown(name, open_fixture, close_fixture)

/* A round, ROUND_NS after the last; as target_thread_round(). */
bool go_round(struct fixture *fixture);

/* Goes on until what is held back was put. */
const struct record_sample *held_sample(struct fixture *fixture);

#endif
