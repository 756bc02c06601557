#include "sample/emit.h"

#include <string.h>

/* Room for a record of `fixed` bytes and a tail, its header filled and the fixed part zeroed. */
static void *begin(struct sink *sink, enum record_kind kind, uint16_t process, size_t fixed,
                   size_t tail)
{
    struct record_header *header = sink->reserve(sink, fixed + tail);

    if (header == NULL)
        return NULL;
    memset(header, 0, fixed);
    *header = (struct record_header){(uint32_t)(fixed + tail), (uint16_t)kind, process};
    return header;
}

static bool end(struct sink *sink)
{
    sink->commit(sink);
    return true;
}

static size_t bounded(const char *text, size_t most)
{
    size_t length = strnlen(text, most + 1);

    if (length <= most)
        return length;
    /* Cut in front of a character, not within one. */
    length = most;
    while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
        length--;
    return length;
}

bool emit_process(struct sink *sink, uint16_t process, const struct record_process *told,
                  const char *command)
{
    const size_t length = bounded(command, RECORD_FILE_MAX);
    struct record_process *record =
        begin(sink, RECORD_PROCESS, process, sizeof *record, length);

    if (record == NULL)
        return false;
    record->pid = told->pid;
    record->parent = told->parent;
    record->version_hex = told->version_hex;
    record->started_ns = told->started_ns;
    record->read_as = told->read_as;
    record->build = told->build;
    record->command_length = (uint32_t)length;
    memcpy(record->command, command, length);
    return end(sink);
}

bool emit_thread(struct sink *sink, uint16_t process, uint32_t thread, int32_t tid, uint64_t ident,
                 enum thread_state state, const char *name)
{
    const size_t length = bounded(name, RECORD_NAME_MAX);
    struct record_thread *record = begin(sink, RECORD_THREAD, process, sizeof *record, length);

    if (record == NULL)
        return false;
    record->thread = thread;
    record->tid = tid;
    record->ident = ident;
    record->state = state;
    record->name_length = (uint32_t)length;
    memcpy(record->name, name, length);
    return end(sink);
}

bool emit_function(struct sink *sink, uint16_t process, uint32_t function, uint32_t first_line,
                   const char *name, const char *file)
{
    const size_t name_length = bounded(name, RECORD_NAME_MAX);
    const size_t file_length = bounded(file, RECORD_FILE_MAX);
    struct record_function *record =
        begin(sink, RECORD_FUNCTION, process, sizeof *record, name_length + file_length);

    if (record == NULL)
        return false;
    record->function = function;
    record->first_line = first_line;
    record->name_length = (uint16_t)name_length;
    record->file_length = (uint16_t)file_length;
    memcpy(record->text, name, name_length);
    memcpy(record->text + name_length, file, file_length);
    return end(sink);
}

bool emit_end(struct sink *sink, uint16_t process, uint64_t time_ns, const struct error *reason,
              const struct sampler_counts *counts)
{
    const size_t length = bounded(reason->text, sizeof reason->text - 1);
    struct record_end *record = begin(sink, RECORD_END, process, sizeof *record, length);

    if (record == NULL)
        return false;
    record->time_ns = time_ns;
    record->reason = reason->code;
    record->text_length = (uint32_t)length;
    record->counts = *counts;
    memcpy(record->text, reason->text, length);
    return end(sink);
}

bool emit_sample(struct sink *sink, uint16_t process, const struct record_sample *sample,
                 const struct record_frame *frames)
{
    const size_t tail = sample->depth * sizeof *frames;
    struct record_sample *record = begin(sink, RECORD_SAMPLE, process, sizeof *record, tail);
    struct record_header header;

    if (record == NULL)
        return false;
    header = record->header;
    memcpy(record, sample, sizeof *record);
    record->header = header;
    if (tail > 0)
        memcpy(record->frames, frames, tail);
    return end(sink);
}

bool emit_round(struct sink *sink, uint16_t process, const struct record_round *round)
{
    struct record_round *record = begin(sink, RECORD_ROUND, process, sizeof *record, 0);
    struct record_header header;

    if (record == NULL)
        return false;
    header = record->header;
    *record = *round;
    record->header = header;
    return end(sink);
}
