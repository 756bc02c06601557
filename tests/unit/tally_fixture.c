#include "tally_fixture.h"

#include <stdlib.h>

void define_process(struct tally *tally, uint16_t process)
{
    feed(tally, make_process(process, 4242 + process, "python app.py"));
    feed(tally, make_thread(process, 0, THREAD_IDLE, "MainThread"));
    feed(tally, make_thread(process, 1, THREAD_IDLE, "worker"));
    feed(tally, make_function(process, MAIN, "main", "/app/main.py", 1));
    feed(tally, make_function(process, WORK, "work", "/app/work.py", 10));
    feed(tally, make_function(process, HELP, "help", "/app/work.py", 50));
}

int fixture_set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct error error;

    if (!fixture)
        return -1;
    fixture->tally = tally_new(&TALLY_DEFAULTS, &error);
    if (!fixture->tally)
        return -1;
    define_process(fixture->tally, 0);
    tally_reset(fixture->tally, START_MS * MS);
    *state = fixture;
    return 0;
}

int fixture_tear_down(void **state)
{
    struct fixture *fixture = *state;

    picture_free(&fixture->picture);
    tally_free(fixture->tally);
    free(fixture);
    return 0;
}

void use_limits(struct fixture *fixture, const struct tally_limits *limits)
{
    struct error error;

    tally_free(fixture->tally);
    fixture->tally = tally_new(limits, &error);
    assert_non_null(fixture->tally);
    feed(fixture->tally, make_process(0, 1, "limited"));
    tally_reset(fixture->tally, START_MS * MS);
}

void take(struct fixture *fixture)
{
    struct error error;

    assert_true(picture_take(&fixture->picture, fixture->tally, &error));
}

struct picture_pair pair(const struct fixture *fixture, uint32_t thread, uint32_t function)
{
    const struct picture *picture = &fixture->picture;

    for (size_t i = 0; i < picture->pair_count; i++)
        if (picture->pairs[i].thread == thread && picture->pairs[i].function == function)
            return picture->pairs[i];
    return (struct picture_pair){0};
}

uint64_t self_ms(const struct fixture *fixture, uint32_t function, enum tally_span span)
{
    return pair(fixture, 0, function).self[span].ns[MODE_WALL] / MS;
}

uint64_t total_ms(const struct fixture *fixture, uint32_t function, enum tally_span span)
{
    return pair(fixture, 0, function).total[span].ns[MODE_WALL] / MS;
}

void feed_two_threads(struct fixture *fixture)
{
    feed(fixture->tally, SAMPLE(.time_ms = START_MS + 50, .wall_ms = 50, .cpu_ms = 40, .rounds = 50,
                                .state = THREAD_HAS_GIL, .FRAMES({WORK, 11}, {MAIN, 3})));
    feed(fixture->tally, SAMPLE(.time_ms = START_MS + 60, .wall_ms = 10, .rounds = 10,
                                .state = THREAD_WAIT_GIL, .FRAMES({WORK, 12}, {MAIN, 3})));
    feed(fixture->tally, SAMPLE(.thread = 1, .time_ms = START_MS + 30, .wall_ms = 30, .rounds = 30,
                                .FRAMES({WORK, 13})));
    feed(fixture->tally, SAMPLE(.thread = 1, .time_ms = START_MS + 40, .wall_ms = 10, .rounds = 10,
                                .FRAMES({HELP, 51})));
}

void ask_threads(struct fixture *fixture, struct thread_table *table,
                 const struct thread_query *query)
{
    struct error error;

    take(fixture);
    assert_true(thread_table_fill(table, &fixture->picture, query, &error));
}

void feed_another_row_of_main(struct fixture *fixture)
{
    struct record_thread *again = CHANGED(record_thread, make_thread(0, 2, THREAD_IDLE, "again"));

    again->tid = 1000;
    feed(fixture->tally, again);
    feed_two_threads(fixture);
    feed(fixture->tally, SAMPLE(.thread = 2, .time_ms = START_MS + 70, .wall_ms = 5, .FRAMES({HELP, 51})));
}
