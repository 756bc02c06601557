/*
 * record_fuzz - records of any content into a tally, and pictures and tables out of it.
 *
 * The input is a row of records, each padded to 8 bytes. Kinds that are none of record.h's ask for
 * what happens between records: the time goes on, the user resets, looks, or filters. The limits
 * are small, so that they are reached. What must hold in each picture, whatever was fed, is
 * asserted.
 */
#include "fuzz.h"

#include <string.h>

#include "sample/record.h"
#include "tally/picture.h"
#include "tally/snapshot.h"
#include "tally/tally.h"

/* Kinds for this file only. */
enum event {
    EVENT_ADVANCE = RECORD_END + 1, /* then the time, 8 bytes */
    EVENT_RESET,                    /* then the time, 8 bytes */
    EVENT_LOOK,
    EVENT_FILTER, /* then what the user typed */
    EVENT_END,
};

static const struct tally_limits LIMITS = {
    .functions = 8,
    .threads = 6,
    .pairs = 24,
    .window_ns = 1000000000,
};

struct watcher {
    struct tally *tally;
    struct picture picture;
    struct function_table functions;
    struct thread_table threads;
    struct filter *filter;
};

static void check_function_rows(const struct function_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct function_row *row = &table->rows[i];

        REQUIRE(row->name && row->file);
        REQUIRE(row->self_share >= 0 && row->self_share <= 1);
        REQUIRE(row->total_share >= 0 && row->total_share <= 1);
        REQUIRE(row->self_error >= 0 && row->total_error >= 0);
        REQUIRE(row->trend_direction >= -1 && row->trend_direction <= 1);
    }
}

static void check_picture(const struct picture *picture)
{
    REQUIRE(picture->function_count <= FUNCTION_FIRST + LIMITS.functions);
    REQUIRE(picture->thread_count <= LIMITS.threads);
    REQUIRE(picture->pair_count <= LIMITS.pairs);
    REQUIRE(picture->span_ns[SPAN_WINDOW] <= picture->window_ns);
    REQUIRE(picture->history.count <= PICTURE_HISTORY);
    for (size_t i = 0; i < picture->pair_count; i++) {
        REQUIRE(picture->pairs[i].function < picture->function_count);
        REQUIRE(picture->pairs[i].thread < picture->thread_count);
        REQUIRE(picture->threads[picture->pairs[i].thread].name);
    }
    for (size_t i = 0; i < picture->thread_count; i++)
        REQUIRE(picture->threads[i].leaf < picture->function_count ||
                picture->threads[i].leaf == UINT32_MAX);
}

static void look(struct watcher *watcher)
{
    struct error error;

    REQUIRE(picture_take(&watcher->picture, watcher->tally, &error));
    check_picture(&watcher->picture);
    for (unsigned i = 0; i < FUNCTION_KEYS * SPANS * MODES; i++) {
        const struct function_query query = {
            .span = i % SPANS,
            .mode = i % MODES,
            .thread = i % 4 == 0 ? i / 4 : SNAPSHOT_ALL_THREADS,
            .filter = watcher->filter,
            .sort = i % FUNCTION_KEYS,
            .ascending = i % 5 == 0,
        };

        REQUIRE(function_table_fill(&watcher->functions, &watcher->picture, &query, &error));
        check_function_rows(&watcher->functions);
    }
    for (unsigned i = 0; i < THREAD_KEYS * SPANS; i++) {
        const struct thread_query query = {
            .span = i % SPANS,
            .thread = i % 4 == 0 ? i : SNAPSHOT_ALL_THREADS,
            .filter = watcher->filter,
            .sort = i % THREAD_KEYS,
            .ascending = i % 3 == 0,
        };

        REQUIRE(thread_table_fill(&watcher->threads, &watcher->picture, &query, &error));
        REQUIRE(watcher->threads.count <= LIMITS.threads);
    }
}

/* Once nothing has come for the length of the window, nothing is in it: all that was added to the
   window's sums has been taken off again. */
static void look_at_an_empty_window(struct watcher *watcher)
{
    static const struct tally_sum NOTHING;
    const struct picture *picture = &watcher->picture;

    tally_advance(watcher->tally, picture->taken_ns + 2 * LIMITS.window_ns);
    look(watcher);
    if (picture->ended || picture->taken_ns + LIMITS.window_ns > RECORD_TIME_MAX_NS)
        return;
    for (size_t i = 0; i < picture->pair_count; i++) {
        REQUIRE(memcmp(&picture->pairs[i].self[SPAN_WINDOW], &NOTHING, sizeof NOTHING) == 0);
        REQUIRE(memcmp(&picture->pairs[i].total[SPAN_WINDOW], &NOTHING, sizeof NOTHING) == 0);
    }
}

static void type_filter(struct watcher *watcher, const char *text, size_t length)
{
    char typed[32] = {0};
    struct error error;

    /* Short, as the time that a regular expression takes is not the question here. */
    memcpy(typed, text, length < sizeof typed ? length : sizeof typed - 1);
    if (strpbrk(typed, "{*+\\"))
        return;
    filter_free(watcher->filter);
    watcher->filter = filter_new(typed, &error);
}

static void take_event(struct watcher *watcher, const struct record_header *header, size_t length)
{
    uint64_t time_ns = 0;

    if (length >= sizeof *header + sizeof time_ns)
        memcpy(&time_ns, header + 1, sizeof time_ns);
    switch ((enum event)header->kind) {
    case EVENT_ADVANCE:
        tally_advance(watcher->tally, time_ns);
        break;
    case EVENT_RESET:
        tally_reset(watcher->tally, time_ns);
        break;
    case EVENT_LOOK:
        look(watcher);
        break;
    case EVENT_FILTER:
        type_filter(watcher, (const char *)(header + 1), length - sizeof *header);
        break;
    case EVENT_END:
        break;
    }
}

/* Hands on the record or event at the beginning of `data`, and gives the bytes it took. */
static size_t take_one(struct watcher *watcher, const uint8_t *data, size_t size)
{
    const struct record_header *told = (const void *)data;
    const size_t length = told->length < sizeof *told || told->length > size ? size : told->length;
    struct record_header *copy = malloc(length); /* of its length, and aligned */

    if (!copy)
        return size;
    memcpy(copy, data, length);
    if (copy->kind > RECORD_END && copy->kind < EVENT_END)
        take_event(watcher, copy, length);
    else
        tally_feed(watcher->tally, copy, length);
    free(copy);
    return (length + RECORD_ALIGNMENT - 1) / RECORD_ALIGNMENT * RECORD_ALIGNMENT;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
    struct watcher watcher = {0};
    struct error error;
    uint8_t *aligned = malloc(length + 1);

    watcher.tally = tally_new(&LIMITS, &error);
    REQUIRE(watcher.tally && aligned);
    memcpy(aligned, data, length);
    for (size_t at = 0; at < length && length - at >= sizeof(struct record_header);)
        at += take_one(&watcher, aligned + at, length - at);
    look(&watcher);
    look_at_an_empty_window(&watcher);
    function_table_free(&watcher.functions);
    thread_table_free(&watcher.threads);
    filter_free(watcher.filter);
    picture_free(&watcher.picture);
    tally_free(watcher.tally);
    free(aligned);
    return 0;
}
