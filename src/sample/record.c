#include "sample/record.h"

/* The bytes of a record's tail as its fixed part tells them, or OUT_OF_BOUNDS when a value in the
   fixed part is. */
typedef size_t tail_bytes(const void *record);

#define OUT_OF_BOUNDS SIZE_MAX

static size_t process_tail(const void *record)
{
    const struct record_process *process = record;

    return process->command_length <= RECORD_TEXT_MAX ? process->command_length : OUT_OF_BOUNDS;
}

static size_t thread_tail(const void *record)
{
    const struct record_thread *thread = record;

    if (thread->state >= THREAD_STATES || thread->name_length > RECORD_NAME_MAX)
        return OUT_OF_BOUNDS;
    return thread->name_length;
}

static size_t function_tail(const void *record)
{
    const struct record_function *function = record;

    if (function->function < FUNCTION_FIRST || function->name_length > RECORD_NAME_MAX ||
        function->file_length > RECORD_FILE_MAX)
        return OUT_OF_BOUNDS;
    return (size_t)function->name_length + function->file_length;
}

static size_t sample_tail(const void *record)
{
    const struct record_sample *sample = record;

    if (sample->state >= THREAD_ENDED || sample->rounds == 0 || sample->depth > RECORD_DEPTH_MAX ||
        sample->time_ns > RECORD_TIME_MAX_NS)
        return OUT_OF_BOUNDS;
    if (sample->flags & SAMPLE_TRUNCATED && sample->depth == 0)
        return OUT_OF_BOUNDS;
    return sample->depth * sizeof sample->frames[0];
}

static size_t round_tail(const void *record)
{
    const struct record_round *round = record;

    return round->time_ns <= RECORD_TIME_MAX_NS && round->riding <= RECORD_KEPT_OFF && round->slowed <= 1 &&
                   round->stopped <= 1 && round->reason < REASONS
               ? 0
               : OUT_OF_BOUNDS;
}

static size_t end_tail(const void *record)
{
    const struct record_end *end = record;

    if (end->text_length > RECORD_TEXT_MAX || end->time_ns > RECORD_TIME_MAX_NS)
        return OUT_OF_BOUNDS;
    return end->text_length;
}

/* By kind: the length of the fixed part, after which the tail begins. */
static const struct form {
    size_t fixed_bytes;
    tail_bytes *tail;
} FORMS[] = {
    [RECORD_PROCESS] = {offsetof(struct record_process, command), process_tail},
    [RECORD_THREAD] = {offsetof(struct record_thread, name), thread_tail},
    [RECORD_FUNCTION] = {offsetof(struct record_function, text), function_tail},
    [RECORD_SAMPLE] = {offsetof(struct record_sample, frames), sample_tail},
    [RECORD_ROUND] = {sizeof(struct record_round), round_tail},
    [RECORD_END] = {offsetof(struct record_end, text), end_tail},
};

bool record_check(const void *record, size_t length)
{
    const struct record_header *header = record;
    const struct form *form;
    size_t tail;

    if ((uintptr_t)record % RECORD_ALIGNMENT != 0 || length < sizeof *header ||
        header->length != length || header->kind >= sizeof FORMS / sizeof FORMS[0])
        return false;
    form = &FORMS[header->kind];
    if (!form->tail || length < form->fixed_bytes)
        return false;
    tail = form->tail(record);
    return tail <= length - form->fixed_bytes &&
           length - form->fixed_bytes - tail < RECORD_ALIGNMENT;
}
