/*
 * records - builds the records that tests feed to what reads them.
 *
 * Each call gives a record that holds until the next call of any of them. Times are in
 * milliseconds, as a test likes to read them.
 */
#ifndef TESTS_RECORDS_H
#define TESTS_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sample/record.h"
#include "tally/tally.h"

struct sample_args {
    uint16_t process;
    uint32_t thread;
    uint64_t time_ms, wall_ms, cpu_ms;
    uint32_t rounds; /* 0 means 1 */
    enum thread_state state;
    uint8_t flags;
    const struct record_frame *frames; /* leaf first */
    size_t depth;
};

struct round_args {
    uint16_t process;
    uint64_t time_ms, wall_ms, cpu_ms;
    bool gil_held, gc_running;
    uint64_t rounds; /* counted since the start, this one included */
};

const void *make_process(uint16_t process, int32_t pid, const char *command);
const void *make_thread(uint16_t process, uint32_t thread, enum thread_state state,
                        const char *name);
const void *make_function(uint16_t process, uint32_t function, const char *name, const char *file,
                          uint32_t first_line);
const void *make_sample(const struct sample_args *args);
const void *make_round(const struct round_args *args);
const void *make_end(uint16_t process, uint64_t time_ms, const char *text);

/* The length that a record's header tells. */
size_t record_length(const void *record);

/* Feeds a record to a tally. */
void feed(struct tally *tally, const void *record);

/* The frames of a sample, leaf first: `.FRAMES({FUNCTION, LINE}, …)` among the other arguments. */
#define FRAMES(...)                                                                                \
    frames = (const struct record_frame[]){__VA_ARGS__},                                           \
    .depth = sizeof((const struct record_frame[]){__VA_ARGS__}) / sizeof(struct record_frame)

#define SAMPLE(...) make_sample(&(const struct sample_args){__VA_ARGS__})
#define ROUND(...) make_round(&(const struct round_args){__VA_ARGS__})

/* The record made last, to be changed. */
#define CHANGED(type, record) ((struct type *)(uintptr_t)(record))

#endif
