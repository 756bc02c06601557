#include "export/dump.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clean.h"
#include "export/text.h"
#include "sample/record.h"
#include "tally/functions.h"
#include "tally/threads.h"

#define FUNCTIONS_MAX 262144u
#define THREADS_MAX 65536u
#define COMMAND_SIZE 4096

struct dump_process {
    uint16_t number;
    int32_t pid;
    uint32_t version_hex;
    uint16_t read_as, build;
    bool round_ended;
    char command[COMMAND_SIZE];
};

struct dump {
    int32_t tid;
    struct functions functions;
    struct threads threads;
    struct record_sample **samples; /* by index in `threads`, copies of records; NULL: none */
    uint32_t sample_room;
    struct dump_process *processes; /* in order of their coming */
    size_t process_count;
};

struct dump *dump_new(int32_t tid, struct error *error)
{
    struct dump *dump = calloc(1, sizeof *dump);

    if (dump) {
        dump->tid = tid;
        if (functions_init(&dump->functions, FUNCTIONS_MAX) &&
            threads_init(&dump->threads, THREADS_MAX))
            return dump;
        dump_free(dump);
    }
    error_set(error, ERROR_MEMORY, "out of memory");
    return NULL;
}

void dump_free(struct dump *dump)
{
    if (!dump)
        return;
    for (uint32_t i = 0; i < dump->sample_room; i++)
        free(dump->samples[i]);
    free(dump->samples);
    free(dump->processes);
    functions_free(&dump->functions);
    threads_free(&dump->threads);
    free(dump);
}

static bool truncated(const struct record_sample *sample)
{
    return (sample->flags & SAMPLE_TRUNCATED) != 0;
}

/* Makes room for the samples of all threads defined so far. */
static bool reach_threads(struct dump *dump)
{
    uint32_t room = dump->threads.room;
    struct record_sample **samples;

    if (room <= dump->sample_room)
        return true;
    samples = realloc(dump->samples, room * sizeof(struct record_sample *));
    if (!samples)
        return false;
    memset(samples + dump->sample_room, 0,
           (room - dump->sample_room) * sizeof(struct record_sample *));
    dump->samples = samples;
    dump->sample_room = room;
    return true;
}

static bool feed_sample(struct dump *dump, const struct record_sample *sample)
{
    uint32_t thread = threads_find(&dump->threads, sample->header.process, sample->thread);
    struct record_sample *copy;

    if (thread == THREAD_NONE)
        return true;
    if (!reach_threads(dump))
        return false;
    copy = dump->samples[thread];
    if (copy && truncated(sample) && !truncated(copy))
        return true;
    copy = realloc(copy, sample->header.length);
    if (!copy)
        return false;
    memcpy(copy, sample, sample->header.length);
    dump->samples[thread] = copy;
    return true;
}

/* The process of that number; NULL: it is a new one. */
static struct dump_process *process_of(struct dump *dump, uint16_t number)
{
    for (size_t i = 0; i < dump->process_count; i++)
        if (dump->processes[i].number == number)
            return &dump->processes[i];
    return NULL;
}

static struct dump_process *add_process(struct dump *dump)
{
    struct dump_process *grown = realloc(dump->processes, (dump->process_count + 1) * sizeof *grown);

    if (!grown)
        return NULL;
    dump->processes = grown;
    return grown + dump->process_count++;
}

/* One that is known became another program by exec. */
static bool feed_process(struct dump *dump, const struct record_process *record)
{
    struct dump_process *known = process_of(dump, record->header.process);
    struct dump_process *process = known ? known : add_process(dump);

    if (!process)
        return false;
    *process = (struct dump_process){
        .number = record->header.process,
        .pid = record->pid,
        .version_hex = record->version_hex,
        .read_as = record->read_as,
        .build = record->build,
    };
    clean_utf8(process->command, sizeof process->command, record->command, record->command_length);
    return true;
}

/* Of one whose end came, nothing more is to be had either. */
static void note_round(struct dump *dump, uint16_t process)
{
    for (size_t i = 0; i < dump->process_count; i++)
        if (dump->processes[i].number == process)
            dump->processes[i].round_ended = true;
}

bool dump_feed(struct dump *dump, const void *record, size_t length, struct error *error)
{
    const struct record_header *header = record;
    bool fed = true;

    if (!record_check(record, length))
        return true;
    switch (header->kind) {
    case RECORD_PROCESS:
        fed = feed_process(dump, record);
        break;
    case RECORD_THREAD:
        threads_define(&dump->threads, record);
        break;
    case RECORD_FUNCTION:
        functions_define(&dump->functions, record);
        break;
    case RECORD_SAMPLE:
        fed = feed_sample(dump, record);
        break;
    case RECORD_ROUND:
    case RECORD_END:
        note_round(dump, header->process);
        break;
    default:
        break;
    }
    return fed || error_set(error, ERROR_MEMORY, "out of memory");
}

/* The thread if it is to be shown: it runs, and is the one asked for. */
static const struct picture_thread *wanted_thread(const struct dump *dump, uint32_t index)
{
    const struct picture_thread *thread = &dump->threads.list[index].shown;

    if (thread->state == THREAD_ENDED || (dump->tid && thread->tid != dump->tid))
        return NULL;
    return thread;
}

static const struct record_sample *sample_of(const struct dump *dump, uint32_t index)
{
    return index < dump->sample_room ? dump->samples[index] : NULL;
}

bool dump_complete(const struct dump *dump)
{
    for (size_t i = 0; i < dump->process_count; i++)
        if (!dump->processes[i].round_ended)
            return false;
    if (dump->process_count == 0)
        return false;
    for (uint32_t i = 0; i < dump->threads.count; i++) {
        const struct record_sample *sample = sample_of(dump, i);

        if (wanted_thread(dump, i) && (!sample || truncated(sample)))
            return false;
    }
    return true;
}

/* Of the functions that are no code objects. */
static const char *const MEANINGS[FUNCTION_FIRST] = {
    [FUNCTION_MOVING] = "what was called here changed while it was read",
    [FUNCTION_GC] = "the garbage collector",
    [FUNCTION_NATIVE] = "C code",
};

static void write_frame(const struct dump *dump, uint16_t process,
                        const struct record_frame *frame, FILE *stream)
{
    uint32_t index = functions_find(&dump->functions, process, frame->function);
    const struct picture_function *function;

    if (index == FUNCTION_NONE) {
        fprintf(stream, "  function %" PRIu32 ", whose name was not kept\n", frame->function);
        return;
    }
    function = &dump->functions.list[index];
    if (frame->function < FUNCTION_FIRST)
        fprintf(stream, "  %s (%s)\n", function->name, MEANINGS[frame->function]);
    else if (frame->line == 0)
        fprintf(stream, "  File \"%s\", in %s\n", function->file, function->name);
    else
        fprintf(stream, "  File \"%s\", line %" PRIu32 ", in %s\n", function->file, frame->line,
                function->name);
}

static void write_thread(const struct dump *dump, const struct picture_thread *thread, bool has_gil,
                         const struct record_sample *sample, FILE *stream)
{
    fprintf(stream, "\nThread %" PRId32 " \"%s\"", thread->tid, thread->name);
    if (!sample) {
        fputs(": its stack could not be read\n", stream);
        return;
    }
    fprintf(stream, " (%s)", text_state_phrase((enum thread_state)sample->state, has_gil));
    if (sample->depth == 0) {
        fputs(", runs no Python code\n", stream);
        return;
    }
    fputs(", most recent call last:\n", stream);
    if (sample->flags & SAMPLE_CUT)
        fprintf(stream, "  " TEXT_CUT " (only the innermost %u frames are kept)\n",
                (unsigned)sample->depth);
    for (size_t i = sample->depth; i-- > 0;)
        write_frame(dump, sample->header.process, &sample->frames[i], stream);
}

static uint32_t count_threads(const struct dump *dump, const struct dump_process *process)
{
    uint32_t threads = 0;

    for (uint32_t i = 0; i < dump->threads.count; i++) {
        const struct picture_thread *thread = wanted_thread(dump, i);

        threads += thread && (!process || thread->process == process->number);
    }
    return threads;
}

static void write_process(const struct dump *dump, const struct dump_process *process, FILE *stream)
{
    char version[TEXT_VERSION_SIZE], build[TEXT_BUILD_SIZE];

    text_python_version(version, process->version_hex);
    text_build(build, process->read_as, process->build);
    fprintf(stream, "Process %" PRId32 ": %s\nCPython %s%s\n", process->pid, process->command,
            version, build);
    for (uint32_t i = 0; i < dump->threads.count; i++) {
        const struct picture_thread *thread = wanted_thread(dump, i);

        if (thread && thread->process == process->number)
            write_thread(dump, thread, (process->build & BUILD_NO_GIL) == 0, sample_of(dump, i), stream);
    }
    if (count_threads(dump, process) == 0)
        fputs("\nNo thread runs Python code.\n", stream);
}

bool dump_write(const struct dump *dump, FILE *stream, struct error *error)
{
    bool any = false;

    if (dump->tid && count_threads(dump, NULL) == 0)
        return text_no_thread(dump->process_count > 0 ? dump->processes[0].pid : 0, dump->tid, error);
    for (size_t i = 0; i < dump->process_count; i++) {
        if (dump->tid && count_threads(dump, &dump->processes[i]) == 0)
            continue;
        if (any)
            putc('\n', stream);
        write_process(dump, &dump->processes[i], stream);
        any = true;
    }
    return true;
}
