/*
 * names_probe - prints the names of a Python process's threads, as names_read() gives them: a line
 * "IDENT NAME" for each, for tests/live/names.sh.
 *
 *     names_probe PID
 *     names_probe --times N PID      reads so often, and tells what one time took
 *     names_probe --record FILE PID  saves what was read of the process (tests/unit/recording.h)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "memory/process.h"
#include "python/names.h"
#include "python/runtime.h"

enum { RANGES_MAX = 65536, GRANULE = 16 };

struct range {
    uint64_t start, end;
};

/* A reader that remembers what is read through it. */
struct recorder {
    struct reader reader;
    struct reader *under;
    struct range ranges[RANGES_MAX];
    size_t count;
};

static size_t recorder_gather(struct reader *reader, const struct piece *pieces, size_t count,
                              void *into)
{
    struct recorder *recorder = (struct recorder *)reader;

    for (size_t i = 0; i < count && recorder->count < RANGES_MAX; i++) {
        const uint64_t start = pieces[i].address.value;

        recorder->ranges[recorder->count++] =
            (struct range){start / GRANULE * GRANULE,
                           (start + pieces[i].length + GRANULE - 1) / GRANULE * GRANULE};
    }
    return reader_gather(recorder->under, pieces, count, into);
}

static const struct reader_type RECORDER = {.gather = recorder_gather};

static int by_start(const void *left, const void *right)
{
    const uint64_t a = ((const struct range *)left)->start;
    const uint64_t b = ((const struct range *)right)->start;

    return (a > b) - (a < b);
}

static size_t merge(struct range *ranges, size_t count)
{
    size_t merged = 0;

    qsort(ranges, count, sizeof *ranges, by_start);
    for (size_t i = 0; i < count; i++) {
        if (merged == 0 || ranges[i].start > ranges[merged - 1].end)
            ranges[merged++] = ranges[i];
        else if (ranges[i].end > ranges[merged - 1].end)
            ranges[merged - 1].end = ranges[i].end;
    }
    return merged;
}

static bool write_recording(struct recorder *recorder, const struct runtime *runtime,
                            remote_addr interpreter, const char *path)
{
    static unsigned char bytes[1 << 20];
    const uint32_t head[2] = {runtime->version_hex,
                              runtime->version_hex >= 0x030d0000 ? LAYOUT_HEAD_BYTES : 0};
    FILE *file = fopen(path, "wbe");

    if (file == NULL)
        return false;
    fwrite(head, sizeof head, 1, file);
    fwrite(&interpreter.value, sizeof interpreter.value, 1, file);
    if (reader_read(recorder->under, runtime->address, bytes, head[1]))
        fwrite(bytes, 1, head[1], file);
    recorder->count = merge(recorder->ranges, recorder->count);
    for (size_t i = 0; i < recorder->count; i++) {
        const struct range *range = &recorder->ranges[i];
        const uint64_t length = range->end - range->start;

        if (length > sizeof bytes ||
            !reader_read(recorder->under, remote_at(range->start), bytes, length))
            continue;
        fwrite(&range->start, sizeof range->start, 1, file);
        fwrite(&length, sizeof length, 1, file);
        fwrite(bytes, 1, (size_t)length, file);
    }
    return fclose(file) == 0;
}

static bool record(struct reader *reader, const struct runtime *runtime, remote_addr interpreter,
                   const char *path)
{
    static struct recorder recorder;
    static struct thread_name names[RUNTIME_THREADS_MAX];
    struct names_trail trail = {0};

    recorder.reader.type = &RECORDER;
    recorder.under = reader;
    names_read(&recorder.reader, &runtime->layout, interpreter, &trail, names, RUNTIME_THREADS_MAX);
    return write_recording(&recorder, runtime, interpreter, path);
}

static void print_names(struct reader *reader, const struct runtime *runtime,
                        const struct interpreter *interpreters, size_t interpreter_count, int times)
{
    static struct names_trail trails[RUNTIME_INTERPRETERS_MAX];
    static struct thread_name names[RUNTIME_THREADS_MAX];
    const uint64_t start_ns = clock_now_ns();
    size_t count = 0;

    for (int i = 0; i < times; i++) {
        count = 0;
        for (size_t k = 0; k < interpreter_count; k++)
            count += names_read(reader, &runtime->layout, interpreters[k].address, &trails[k],
                                &names[count], RUNTIME_THREADS_MAX - count);
    }
    if (times > 1)
        fprintf(stderr, "%.1f us\n", (double)(clock_now_ns() - start_ns) / times / 1e3);
    for (size_t i = 0; i < count; i++)
        printf("%llu %s\n", (unsigned long long)names[i].ident, names[i].text);
}

int main(int argc, char **argv)
{
    static struct interpreter interpreters[RUNTIME_INTERPRETERS_MAX];
    const char *option = argc == 4 ? argv[1] : "";
    struct runtime runtime;
    struct error error;
    struct reader *reader;
    bool whole;
    size_t count;
    int status = 0;

    if (argc != 2 && strcmp(option, "--times") != 0 && strcmp(option, "--record") != 0) {
        fprintf(stderr, "names_probe [--times N | --record FILE] PID\n");
        return 2;
    }
    reader = process_reader_new(atoi(argv[argc - 1]), &error);
    if (reader == NULL || !runtime_find(&runtime, atoi(argv[argc - 1]), reader, &error)) {
        fprintf(stderr, "names_probe: %s\n", error.text);
        reader_free(reader);
        return 1;
    }
    count = runtime_interpreters(&runtime, reader, interpreters, RUNTIME_INTERPRETERS_MAX, &whole);
    if (strcmp(option, "--record") == 0)
        status = record(reader, &runtime, interpreters[0].address, argv[2]) ? 0 : 1;
    else
        print_names(reader, &runtime, interpreters, count, argc == 4 ? atoi(argv[2]) : 1);
    reader_free(reader);
    return status;
}
