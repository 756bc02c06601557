#include "records.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

/* The longest is a sample of the greatest depth. */
static _Alignas(
    RECORD_ALIGNMENT) unsigned char buffer[sizeof(struct record_sample) +
                                           RECORD_DEPTH_MAX * sizeof(struct record_frame)];

/* Starts a record in the buffer: `fixed` bytes, followed by `tail`. */
static void *start(enum record_kind kind, uint16_t process, size_t fixed, size_t tail)
{
    struct record_header *header = (void *)buffer;

    if (fixed + tail > sizeof buffer)
        abort();
    memset(buffer, 0, fixed + tail);
    header->length = (uint32_t)(fixed + tail);
    header->kind = (uint16_t)kind;
    header->process = process;
    return buffer;
}

const void *make_process(uint16_t process, int32_t pid, const char *command)
{
    const size_t length = strlen(command);
    struct record_process *record =
        start(RECORD_PROCESS, process, offsetof(struct record_process, command), length);

    record->pid = pid;
    record->version_hex = 0x030d05f0;
    record->started_ns = 5 * NS_PER_S;
    record->command_length = (uint32_t)length;
    memcpy(record->command, command, length);
    return record;
}

const void *make_thread(uint16_t process, uint32_t thread, enum thread_state state,
                        const char *name)
{
    const size_t length = strlen(name);
    struct record_thread *record =
        start(RECORD_THREAD, process, offsetof(struct record_thread, name), length);

    record->thread = thread;
    record->tid = 1000 + (int32_t)thread;
    record->ident = 0x7f0000000000 + thread;
    record->state = state;
    record->name_length = (uint32_t)length;
    memcpy(record->name, name, length);
    return record;
}

const void *make_function(uint16_t process, uint32_t function, const char *name, const char *file,
                          uint32_t first_line)
{
    const size_t name_length = strlen(name), file_length = strlen(file);
    struct record_function *record =
        start(RECORD_FUNCTION, process, offsetof(struct record_function, text),
              name_length + file_length);

    record->function = function;
    record->first_line = first_line;
    record->name_length = (uint16_t)name_length;
    record->file_length = (uint16_t)file_length;
    memcpy(record->text, name, name_length);
    memcpy(record->text + name_length, file, file_length);
    return record;
}

const void *make_sample(const struct sample_args *args)
{
    struct record_sample *record =
        start(RECORD_SAMPLE, args->process, offsetof(struct record_sample, frames),
              args->depth * sizeof(struct record_frame));

    record->thread = args->thread;
    record->rounds = args->rounds > 0 ? args->rounds : 1;
    record->time_ns = args->time_ms * NS_PER_MS;
    record->wall_ns = args->wall_ms * NS_PER_MS;
    record->cpu_ns = args->cpu_ms * NS_PER_MS;
    record->depth = (uint16_t)args->depth;
    record->state = (uint8_t)args->state;
    record->flags = args->flags;
    if (args->depth > 0)
        memcpy(record->frames, args->frames, args->depth * sizeof(struct record_frame));
    return record;
}

const void *make_round(const struct round_args *args)
{
    struct record_round *record =
        start(RECORD_ROUND, args->process, sizeof(struct record_round), 0);

    record->threads = 1;
    record->gil_held = args->gil_held;
    record->gc_running = args->gc_running;
    record->time_ns = args->time_ms * NS_PER_MS;
    record->wall_ns = args->wall_ms * NS_PER_MS;
    record->cpu_ns = args->cpu_ms * NS_PER_MS;
    record->counts.rounds = args->rounds;
    return record;
}

const void *make_end(uint16_t process, uint64_t time_ms, const char *text)
{
    const size_t length = strlen(text);
    struct record_end *record =
        start(RECORD_END, process, offsetof(struct record_end, text), length);

    record->time_ns = time_ms * NS_PER_MS;
    record->reason = ERROR_GONE;
    record->text_length = (uint32_t)length;
    memcpy(record->text, text, length);
    return record;
}

size_t record_length(const void *record)
{
    const struct record_header *header = record;

    return header->length;
}

void feed(struct tally *tally, const void *record)
{
    tally_feed(tally, record, record_length(record));
}
