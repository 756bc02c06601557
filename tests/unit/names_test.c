/* names: what threading calls its threads, from recordings of a process of each version
   (tests/live/targets/recorded.py), whole and cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "python/names.h"
#include "recording.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { ROOM = 64 };

static const char *const RECORDINGS[] = {"3.8.18", "3.9.18",  "3.10.13", "3.11.7", "3.12.1",
                                         "3.13.0", "3.13.15", "3.14.8",  "3.15.0"};

#define LONG_10 "long long long long long long long long long long "

/* The names of the threads of recorded.py: clean, and as long as fits. */
static const char *const NAMES[] = {
    "MainThread", "plain",    "名前\ufffd[0m", LONG_10 LONG_10 LONG_10 LONG_10 LONG_10 "long ",
    "touched",    "own dict", "general dict",  "slots",
    "error",
};

struct recorded {
    unsigned char *bytes;
    struct recording recording;
};

static struct recorded *load(const char *name)
{
    struct recorded *recorded = malloc(sizeof *recorded);
    size_t length;

    assert_non_null(recorded);
    recorded->bytes = recording_load(name, &length);
    assert_non_null(recorded->bytes);
    assert_true(recording_parse(recorded->bytes, length, &recorded->recording));
    assert_true(recorded->recording.segment_count > 0);
    return recorded;
}

static void unload(struct recorded *recorded)
{
    free(recorded->bytes);
    free(recorded);
}

static struct reader *reader_of(const struct recorded *recorded, size_t segment_count)
{
    struct error error;
    struct reader *reader = image_reader_new(recorded->recording.segments, segment_count, &error);

    assert_non_null(reader);
    return reader;
}

static size_t read_names(struct reader *reader, const struct recorded *recorded,
                         struct names_trail *trail, struct thread_name *names, size_t room)
{
    return names_read(reader, &recorded->recording.layout, recorded->recording.interpreter, trail,
                      names, room);
}

/* How many of the names read are `text`. */
static size_t times(const struct thread_name *names, size_t count, const char *text)
{
    size_t found = 0;

    for (size_t i = 0; i < count; i++)
        found += strcmp(names[i].text, text) == 0;
    return found;
}

static bool is_known(const char *text)
{
    for (size_t i = 0; i < COUNT(NAMES); i++)
        if (strcmp(NAMES[i], text) == 0)
            return true;
    return false;
}

static void assert_all(const struct thread_name *names, size_t count)
{
    assert_int_equal(count, COUNT(NAMES));
    for (size_t i = 0; i < COUNT(NAMES); i++)
        if (times(names, count, NAMES[i]) != 1)
            fail_msg("not once: %s", NAMES[i]);
    for (size_t i = 0; i < count; i++) {
        assert_int_not_equal(names[i].ident, 0);
        for (size_t k = 0; k < i; k++)
            assert_true(names[i].ident != names[k].ident);
    }
}

static void test_each_version(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(RECORDINGS); i++) {
        struct recorded *recorded = load(RECORDINGS[i]);
        struct reader *reader = reader_of(recorded, recorded->recording.segment_count);
        struct names_trail trail = {0};
        struct thread_name names[ROOM];

        assert_all(names, read_names(reader, recorded, &trail, names, ROOM));
        assert_true(trail.length > 0 && trail.length <= NAMES_TRAIL_STEPS);
        reader_free(reader);
        unload(recorded);
    }
}

/* Found by the trail, and by the search again when the trail leads nowhere or elsewhere. */
static void test_trails(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(RECORDINGS); i++) {
        struct recorded *recorded = load(RECORDINGS[i]);
        struct reader *reader = reader_of(recorded, recorded->recording.segment_count);
        struct names_trail trail = {0}, found;
        struct thread_name names[ROOM];

        read_names(reader, recorded, &trail, names, ROOM);
        found = trail;
        assert_all(names, read_names(reader, recorded, &trail, names, ROOM));
        assert_memory_equal(&trail, &found, sizeof trail);
        for (size_t step = 0; step < found.length; step++) {
            trail = found;
            trail.words[step] ^= 8;
            assert_all(names, read_names(reader, recorded, &trail, names, ROOM));
            assert_memory_equal(&trail.words, &found.words, sizeof trail.words);
            trail = found;
            trail.places[step].value = 8;
            assert_all(names, read_names(reader, recorded, &trail, names, ROOM));
        }
        reader_free(reader);
        unload(recorded);
    }
}

static void test_no_more_than_there_is_room_for(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(RECORDINGS); i++) {
        struct recorded *recorded = load(RECORDINGS[i]);
        struct reader *reader = reader_of(recorded, recorded->recording.segment_count);

        for (size_t room = 0; room <= COUNT(NAMES); room++) {
            struct names_trail trail = {0};
            struct thread_name names[ROOM];

            memset(names, 0, sizeof names);
            assert_int_equal(read_names(reader, recorded, &trail, names, room), room);
            assert_int_equal(names[room].ident, 0);
            for (size_t k = 0; k < room; k++)
                assert_true(is_known(names[k].text));
        }
        reader_free(reader);
        unload(recorded);
    }
}

/* With only the first so many pieces of its memory: fewer names, and none that is not one. */
/* Reads through another reader, and finds the text "plain" half written the first time. */
struct torn_reader {
    struct reader reader;
    struct reader *whole;
    unsigned torn;
};

static size_t torn_gather(struct reader *reader, const struct piece *pieces, size_t count, void *into)
{
    struct torn_reader *torn = (struct torn_reader *)reader;
    const size_t got = reader_gather(torn->whole, pieces, count, into);
    char *text = memmem(into, got, "plain", 5);

    if (text != NULL && torn->torn++ == 0)
        memcpy(text, "plaxx", 5);
    return got;
}

static void test_text_that_is_half_written(void **state)
{
    static const struct reader_type TORN = {.gather = torn_gather};

    (void)state;
    for (size_t i = 0; i < COUNT(RECORDINGS); i++) {
        struct recorded *recorded = load(RECORDINGS[i]);
        struct torn_reader torn = {{&TORN}, reader_of(recorded, recorded->recording.segment_count), 0};
        struct names_trail trail = {0};
        struct thread_name names[ROOM];
        const size_t count = read_names(&torn.reader, recorded, &trail, names, ROOM);

        assert_true(torn.torn > 0);
        assert_int_equal(times(names, count, "plaxx"), 0);
        assert_int_equal(times(names, count, "MainThread"), 1);
        reader_free(torn.whole);
        unload(recorded);
    }
}

static void test_memory_that_is_missing(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(RECORDINGS); i++) {
        struct recorded *recorded = load(RECORDINGS[i]);

        for (size_t segments = 1; segments < recorded->recording.segment_count; segments++) {
            struct reader *reader = reader_of(recorded, segments);
            struct names_trail trail = {0};
            struct thread_name names[ROOM];
            const size_t count = read_names(reader, recorded, &trail, names, ROOM);

            assert_true(count <= COUNT(NAMES));
            for (size_t k = 0; k < count; k++)
                assert_true(is_known(names[k].text));
            reader_free(reader);
        }
        unload(recorded);
    }
}

static void test_no_interpreter_there(void **state)
{
    struct recorded *recorded = load(RECORDINGS[0]);
    struct reader *reader = reader_of(recorded, recorded->recording.segment_count);
    struct names_trail trail = {0};
    struct thread_name names[ROOM];

    (void)state;
    recorded->recording.interpreter.value = 8;
    assert_int_equal(read_names(reader, recorded, &trail, names, ROOM), 0);
    recorded->recording.interpreter.value = UINT64_MAX - 8;
    assert_int_equal(read_names(reader, recorded, &trail, names, ROOM), 0);
    reader_free(reader);
    unload(recorded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_version),
        cmocka_unit_test(test_trails),
        cmocka_unit_test(test_no_more_than_there_is_room_for),
        cmocka_unit_test(test_text_that_is_half_written),
        cmocka_unit_test(test_memory_that_is_missing),
        cmocka_unit_test(test_no_interpreter_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
