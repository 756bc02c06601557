/* tally: threads come and go for days, and neither room nor memory runs out. */
#include "tally_fixture.h"

#include <malloc.h>
#include <string.h>

#include "tally/snapshot.h"

static uint64_t sum_of_pairs_ms(const struct picture *picture, enum tally_span span)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < picture->pair_count; i++)
        sum += picture->pairs[i].self[span].ns[MODE_WALL];
    return sum / MS;
}

/* Where the thread of a name is, or SIZE_MAX. */
static size_t thread_named(const struct picture *picture, const char *name)
{
    for (size_t i = 0; i < picture->thread_count; i++)
        if (picture->threads[i].name && strcmp(picture->threads[i].name, name) == 0)
            return i;
    return SIZE_MAX;
}

static size_t threads_of_tid(const struct picture *picture, int32_t tid)
{
    size_t count = 0;

    for (size_t i = 0; i < picture->thread_count; i++)
        count += picture->threads[i].name && picture->threads[i].tid == tid;
    return count;
}

/* A thread that answers one request in 3 ms of a half second, and ends. */
#define REQUEST_MS 500u

static uint64_t request_end_ms(uint32_t thread)
{
    return START_MS + (uint64_t)thread * REQUEST_MS + 3;
}

static void feed_request(struct fixture *fixture, uint32_t thread)
{
    feed(fixture->tally, make_thread(0, thread, THREAD_IDLE, "request"));
    feed(fixture->tally, SAMPLE(.thread = thread, .time_ms = request_end_ms(thread), .wall_ms = 3,
                                .FRAMES({WORK, 10 + thread % 3}, {MAIN, 1})));
    feed(fixture->tally, make_thread(0, thread, THREAD_ENDED, "request"));
}

static void use_room_for(struct fixture *fixture, uint32_t threads, uint32_t pairs)
{
    use_limits(fixture, &(struct tally_limits){10, threads, pairs, 10 * NS_PER_S});
    feed(fixture->tally, make_function(0, MAIN, "main", "a.py", 1));
    feed(fixture->tally, make_function(0, WORK, "work", "a.py", 2));
}

/* Many times as many threads as there is room for: none is dropped, those of the window are still
   there, and the others are in the one that stands for them. */
static void requests_fit(struct fixture *fixture, uint32_t threads, uint32_t room_threads,
                         uint32_t room_pairs)
{
    const struct picture *picture = &fixture->picture;
    struct thread_table table = {0};
    struct error error;
    uint64_t samples = 0, all_ms = 0;
    size_t ended;

    use_room_for(fixture, room_threads, room_pairs);
    for (uint32_t i = 0; i < threads; i++)
        feed_request(fixture, i);
    take(fixture);
    assert_int_equal(picture->dropped, 0);
    assert_true(picture->thread_count <= room_threads);
    assert_true(picture->pair_count <= room_pairs);
    assert_int_equal(sum_of_pairs_ms(picture, SPAN_START), threads * 3);
    assert_int_equal(sum_of_pairs_ms(picture, SPAN_WINDOW), 20 * 3);
    for (size_t i = 0; i < picture->thread_count; i++) {
        samples += picture->threads[i].all[SPAN_START].samples;
        all_ms += picture->threads[i].all[SPAN_START].ns[MODE_WALL] / MS;
    }
    assert_int_equal(samples, threads);
    assert_int_equal(all_ms, threads * 3);
    for (uint32_t i = threads - 20; i < threads; i++)
        assert_int_equal(threads_of_tid(picture, 1000 + (int32_t)i), 1);

    ended = thread_named(picture, "‹ended›");
    assert_true(ended < picture->thread_count);
    assert_int_equal(picture->threads[ended].state, THREAD_ENDED);
    assert_int_equal(picture->threads[ended].all[SPAN_WINDOW].samples, 0);
    /* Each of three lines has a third of 3 ms of nearly every thread. */
    assert_true(pair(fixture, (uint32_t)ended, WORK).hot_line_ns > threads / 2 * MS);

    /* Places that are free, or of threads without samples in the window, make no rows. */
    assert_true(thread_table_fill(&table, picture, &(struct thread_query){.thread = SNAPSHOT_ALL_THREADS}, &error));
    assert_int_equal(table.count, 20);
    thread_table_free(&table);
}

static void test_threads_run_out(void **state)
{
    requests_fit(*state, 1000, 50, 1000);
}

static void test_pairs_run_out(void **state)
{
    requests_fit(*state, 1000, 1000, 100);
}

static void test_folded_threads_are_unknown(void **state)
{
    struct fixture *fixture = *state;

    use_room_for(fixture, 50, 200);
    for (uint32_t i = 0; i < 60; i++)
        feed_request(fixture, i);
    feed(fixture->tally, SAMPLE(.thread = 5, .time_ms = request_end_ms(60), .wall_ms = 1));
    take(fixture);
    assert_int_equal(fixture->picture.dropped, 1);
}

/* What takes the place of a pair that was folded starts from nothing. */
static void test_places_are_clean(void **state)
{
    struct fixture *fixture = *state;
    size_t fresh = 0;

    use_room_for(fixture, 50, 200);
    for (uint32_t i = 0; i < 500; i++)
        feed_request(fixture, i);
    take(fixture);
    for (size_t i = 0; i < fixture->picture.pair_count; i++) {
        const struct picture_pair *found = &fixture->picture.pairs[i];

        if (found->function != WORK ||
            strcmp(fixture->picture.threads[found->thread].name, "‹ended›") == 0)
            continue;
        assert_int_equal(found->self[SPAN_START].ns[MODE_WALL], 3 * MS);
        assert_int_equal(found->hot_line_ns, 3 * MS);
        fresh++;
    }
    assert_true(fresh >= 20);
}

/* Threads that run, or were seen in the window, are not folded: then there is no room. */
static void test_only_old_threads_are_folded(void **state)
{
    struct fixture *fixture = *state;

    use_room_for(fixture, 3, 100);
    feed(fixture->tally, make_thread(0, 0, THREAD_IDLE, "runs"));
    feed_request(fixture, 1);
    feed_request(fixture, 2);
    feed(fixture->tally, make_thread(0, 3, THREAD_IDLE, "one too many"));
    take(fixture);
    assert_int_equal(fixture->picture.dropped, 1);

    /* A new name for one that is known asks for no place, and so folds none. */
    tally_advance(fixture->tally, 2 * START_MS * MS);
    feed(fixture->tally, make_thread(0, 0, THREAD_IDLE, "still runs"));
    take(fixture);
    assert_true(thread_named(&fixture->picture, "‹ended›") == SIZE_MAX);
    feed(fixture->tally, make_thread(0, 3, THREAD_IDLE, "now there is room"));
    take(fixture);
    assert_int_equal(fixture->picture.dropped, 1);
    assert_true(thread_named(&fixture->picture, "‹ended›") < 3);
    assert_true(thread_named(&fixture->picture, "still runs") < 3);
    assert_true(thread_named(&fixture->picture, "now there is room") < 3);
}

static size_t bytes_allocated(void)
{
    const struct mallinfo2 info = mallinfo2();

    return info.uordblks + info.hblkhd;
}

/* All that goes on while a target is watched, for `seconds` from `*second`. */
static void watch(struct fixture *fixture, uint32_t *second, uint32_t seconds)
{
    struct function_table functions = {0};
    const struct function_query query = {.thread = SNAPSHOT_ALL_THREADS};
    struct error error;

    for (const uint32_t end = *second + seconds; *second < end; ++*second) {
        const uint64_t start_ms = START_MS + *second * 1000;

        for (uint32_t ms = 1; ms <= 1000; ms++)
            feed(fixture->tally, SAMPLE(.time_ms = start_ms + ms, .wall_ms = 1, .cpu_ms = 1,
                                        .FRAMES({WORK + ms % 2, ms % 100}, {WORK, 1}, {MAIN, 1})));
        feed(fixture->tally, SAMPLE(.thread = 1, .time_ms = start_ms + 1000, .wall_ms = 1000,
                                    .FRAMES({HELP, 1}, {MAIN, 1})));
        feed(fixture->tally, ROUND(.time_ms = start_ms + 1000, .wall_ms = 1000));
        feed(fixture->tally, make_thread(0, 1, THREAD_IDLE, *second % 2 ? "odd" : "even"));
        feed(fixture->tally, make_thread(0, 2 + *second, THREAD_IDLE, "request"));
        feed(fixture->tally, SAMPLE(.thread = 2 + *second, .time_ms = start_ms + 500, .wall_ms = 5,
                                    .FRAMES({WORK, 1})));
        feed(fixture->tally, make_thread(0, 2 + *second, THREAD_ENDED, "request"));
        take(fixture);
        assert_true(function_table_fill(&functions, &fixture->picture, &query, &error));
        if (*second % 70 == 0)
            tally_reset(fixture->tally, (start_ms + 1000) * MS);
    }
    function_table_free(&functions);
}

static void test_memory_does_not_grow(void **state)
{
    struct fixture *fixture = *state;
    uint32_t second = 0;
    size_t after_a_while;

    use_room_for(fixture, 60, 200);
    feed(fixture->tally, make_thread(0, 0, THREAD_IDLE, "MainThread"));
    feed(fixture->tally, make_thread(0, 1, THREAD_IDLE, "worker"));
    feed(fixture->tally, make_function(0, HELP, "help", "a.py", 3));
    watch(fixture, &second, 300);
    after_a_while = bytes_allocated();
    watch(fixture, &second, 600);
    assert_int_equal(bytes_allocated(), after_a_while);
    assert_int_equal(fixture->picture.dropped, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TALLY_TEST(test_threads_run_out),
        TALLY_TEST(test_pairs_run_out),
        TALLY_TEST(test_folded_threads_are_unknown),
        TALLY_TEST(test_places_are_clean),
        TALLY_TEST(test_only_old_threads_are_folded),
        TALLY_TEST(test_memory_does_not_grow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
