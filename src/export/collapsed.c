#include "export/collapsed.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "export/text.h"
#include "sample/record.h"
#include "tally/functions.h"
#include "tally/threads.h"

#define FUNCTIONS_MAX 262144u
#define THREADS_MAX 262144u

/* What makes two samples equal; laid out without padding, for it is compared as bytes. */
struct stack_key {
    int32_t pid;
    int32_t tid;
    uint32_t cut; /* 1: the root side is missing */
    uint32_t zero;
    struct record_frame frames[]; /* leaf first; functions by their index in `functions` */
};

struct stack {
    UT_hash_handle hh;
    uint64_t weight_ns;
    uint64_t rounds; /* that it was seen in, in that mode */
    uint32_t number; /* which stack it is in order of first sight */
    uint32_t depth;
    struct stack_key key;
};

struct collapsed {
    enum tally_mode mode;
    int32_t tid;
    struct functions functions;
    struct threads threads;
    int32_t *pids;        /* by the process's number */
    uint32_t pid_room, processes;
    struct stack *stacks; /* a hash by key */
    size_t bytes;
    size_t bytes_max;
    uint64_t dropped;
    uint64_t rounds, wall_ns; /* of all samples: how long one stands for on average */
    struct stack *candidate; /* room for the deepest stack, to look it up in place */
};

static size_t key_bytes(size_t depth)
{
    return sizeof(struct stack_key) + depth * sizeof(struct record_frame);
}

static size_t stack_bytes(size_t depth)
{
    return sizeof(struct stack) + depth * sizeof(struct record_frame);
}

struct collapsed *collapsed_new(enum tally_mode mode, int32_t tid, size_t bytes_max,
                                struct error *error)
{
    struct collapsed *collapsed = calloc(1, sizeof *collapsed);

    if (collapsed) {
        collapsed->mode = mode;
        collapsed->tid = tid;
        collapsed->bytes_max = bytes_max;
        collapsed->candidate = calloc(1, stack_bytes(RECORD_DEPTH_MAX));
        if (functions_init(&collapsed->functions, FUNCTIONS_MAX) &&
            threads_init(&collapsed->threads, THREADS_MAX) && collapsed->candidate)
            return collapsed;
        collapsed_free(collapsed);
    }
    error_set(error, ERROR_MEMORY, "out of memory");
    return NULL;
}

void collapsed_free(struct collapsed *collapsed)
{
    struct stack *stack, *next;

    if (!collapsed)
        return;
    HASH_ITER(hh, collapsed->stacks, stack, next)
    {
        HASH_DEL(collapsed->stacks, stack);
        free(stack);
    }
    functions_free(&collapsed->functions);
    threads_free(&collapsed->threads);
    free(collapsed->candidate);
    free(collapsed->pids);
    free(collapsed);
}

/* Whether a sample belongs to the mode. */
static bool counts_in_mode(const struct collapsed *collapsed, const struct record_sample *sample)
{
    switch (collapsed->mode) {
    case MODE_GIL:
        return sample->state == THREAD_HAS_GIL;
    case MODE_EXCEPTION:
        return (sample->flags & SAMPLE_EXCEPTION) != 0;
    case MODE_CPU:
        return sample->cpu_ns > 0;
    default:
        return true;
    }
}

/* A time in samples of average length: rounds are rarer while the thread with the GIL is ridden along with, and the kernel may
   tell CPU time in steps longer than a round. */
static long long in_samples(const struct collapsed *collapsed, uint64_t ns)
{
    return collapsed->wall_ns == 0 ? 0
                                   : llround((double)ns * (double)collapsed->rounds / (double)collapsed->wall_ns);
}

/* A stack's COUNT, where those in front of it have `told_ns`. Of CPU time, what rounding leaves of a stack goes on to the
   next: of that there may be many stacks with less than half a sample each, and no telling which of them were seen by
   chance. Of the rest, what was seen is told, however short it was. */
static long long count_of(const struct collapsed *collapsed, const struct stack *stack, uint64_t told_ns)
{
    long long samples;

    if (collapsed->mode == MODE_CPU)
        return in_samples(collapsed, told_ns + stack->weight_ns) - in_samples(collapsed, told_ns);
    if (collapsed->wall_ns == 0)
        return (long long)stack->rounds;
    samples = in_samples(collapsed, stack->weight_ns);
    return samples == 0 ? 1 : samples;
}

/* Readies the candidate to be looked up: false when the sample names what was not defined. */
static bool fill_candidate(struct collapsed *collapsed, const struct record_sample *sample,
                           int32_t tid)
{
    struct stack_key *key = &collapsed->candidate->key;

    key->pid = sample->header.process < collapsed->pid_room
                   ? collapsed->pids[sample->header.process]
                   : 0;
    key->tid = tid;
    key->cut = (sample->flags & SAMPLE_CUT) != 0;
    for (size_t i = 0; i < sample->depth; i++) {
        key->frames[i].line = sample->frames[i].line;
        key->frames[i].function = functions_find(&collapsed->functions, sample->header.process,
                                                 sample->frames[i].function);
        if (key->frames[i].function == FUNCTION_NONE)
            return false;
    }
    return true;
}

/* The stack equal to the candidate, `depth` deep, counted before or new; NULL: no room for it. */
static struct stack *find_stack(struct collapsed *collapsed, size_t depth)
{
    struct stack_key *key = &collapsed->candidate->key;
    const unsigned key_length = (unsigned)key_bytes(depth);
    const size_t bytes = stack_bytes(depth);
    struct stack *stack;

    HASH_FIND(hh, collapsed->stacks, key, key_length, stack);
    if (stack)
        return stack;
    if (bytes > collapsed->bytes_max - collapsed->bytes)
        return NULL;
    stack = calloc(1, bytes);
    if (!stack)
        return NULL;
    memcpy(&stack->key, key, key_length);
    stack->depth = (uint32_t)depth;
    stack->number = HASH_COUNT(collapsed->stacks);
    HASH_ADD(hh, collapsed->stacks, key, key_length, stack);
    if (HASH_ADD_FAILED(stack)) {
        free(stack);
        return NULL;
    }
    collapsed->bytes += bytes;
    return stack;
}

static void feed_sample(struct collapsed *collapsed, const struct record_sample *sample)
{
    uint32_t thread =
        threads_find(&collapsed->threads, sample->header.process, sample->thread);
    struct stack *stack = NULL;
    int32_t tid = 0;

    if (thread != THREAD_NONE) {
        tid = collapsed->threads.list[thread].shown.tid;
        if (collapsed->tid && tid != collapsed->tid)
            return;
    }
    collapsed->rounds += sample->rounds;
    collapsed->wall_ns += sample->wall_ns;
    if (sample->depth == 0 || !counts_in_mode(collapsed, sample))
        return;
    if (thread != THREAD_NONE && fill_candidate(collapsed, sample, tid))
        stack = find_stack(collapsed, sample->depth);
    if (stack) {
        stack->weight_ns += collapsed->mode == MODE_CPU ? sample->cpu_ns : sample->wall_ns;
        stack->rounds += sample->rounds;
    } else {
        collapsed->dropped += sample->rounds;
    }
}

/* A process for whose id there is no room is told as 0. One that becomes another program is told of again. */
static void feed_process(struct collapsed *collapsed, const struct record_process *record)
{
    const uint16_t number = record->header.process;
    int32_t *pids;

    if (number >= collapsed->pid_room || collapsed->pids[number] == 0)
        collapsed->processes++;
    if (number >= collapsed->pid_room) {
        const uint32_t grown = 2u * number + 8;

        pids = realloc(collapsed->pids, grown * sizeof *pids);
        if (!pids)
            return;
        memset(pids + collapsed->pid_room, 0, (grown - collapsed->pid_room) * sizeof *pids);
        collapsed->pids = pids;
        collapsed->pid_room = grown;
    }
    collapsed->pids[number] = record->pid;
}

void collapsed_feed(struct collapsed *collapsed, const void *record, size_t length)
{
    const struct record_header *header = record;

    /* A definition that is refused shows in the samples that are then dropped. */
    if (!record_check(record, length))
        collapsed->dropped++;
    else if (header->kind == RECORD_SAMPLE)
        feed_sample(collapsed, record);
    else if (header->kind == RECORD_PROCESS)
        feed_process(collapsed, record);
    else if (header->kind == RECORD_END)
        functions_forget_process(&collapsed->functions, header->process);
    else if (header->kind == RECORD_THREAD)
        threads_define(&collapsed->threads, record);
    else if (header->kind == RECORD_FUNCTION)
        functions_define(&collapsed->functions, record);
}

uint64_t collapsed_dropped(const struct collapsed *collapsed)
{
    return collapsed->dropped;
}

/* The heaviest first, then the one seen in more rounds, then the one seen first. */
static int by_weight(const void *left, const void *right)
{
    const struct stack *a = *(const struct stack *const *)left;
    const struct stack *b = *(const struct stack *const *)right;

    if (a->weight_ns != b->weight_ns)
        return a->weight_ns < b->weight_ns ? 1 : -1;
    if (a->rounds != b->rounds)
        return a->rounds < b->rounds ? 1 : -1;
    return a->number < b->number ? -1 : a->number > b->number;
}

/* A name within a line, where `;` would end the frame. */
static void write_name(FILE *stream, const char *name)
{
    for (; *name; name++)
        putc(*name == ';' ? ',' : *name, stream);
}

static void write_stack(const struct collapsed *collapsed, const struct stack *stack, long long samples,
                        FILE *stream)
{
    if (collapsed->processes > 1)
        fprintf(stream, "pid:%" PRId32 ";", stack->key.pid);
    fprintf(stream, "tid:%" PRId32, stack->key.tid);
    if (stack->key.cut)
        fputs(";" TEXT_CUT, stream);
    for (size_t i = stack->depth; i-- > 0;) {
        const struct record_frame *frame = &stack->key.frames[i];
        const struct picture_function *function = &collapsed->functions.list[frame->function];

        putc(';', stream);
        if (frame->function < FUNCTION_FIRST) {
            fputs(function->name, stream);
            continue;
        }
        write_name(stream, text_base_name(function->file));
        putc(':', stream);
        write_name(stream, function->name);
        fprintf(stream, ":%" PRIu32, frame->line);
    }
    fprintf(stream, " %lld\n", samples);
}

/* False: it is to have the stacks of one thread, and there was none with that id. */
static bool has_thread(const struct collapsed *collapsed)
{
    for (uint32_t i = 0; i < collapsed->threads.count; i++)
        if (collapsed->threads.list[i].shown.tid == collapsed->tid)
            return true;
    return collapsed->tid == 0;
}

bool collapsed_write(const struct collapsed *collapsed, FILE *stream, struct error *error)
{
    size_t count = HASH_COUNT(collapsed->stacks), filled = 0;
    struct stack **sorted;
    uint64_t told_ns = 0;

    if (!has_thread(collapsed))
        return text_no_thread(collapsed->pid_room > 0 ? collapsed->pids[0] : 0, collapsed->tid, error);
    sorted = calloc(count + 1, sizeof(struct stack *));
    if (!sorted)
        return error_set(error, ERROR_MEMORY, "out of memory");
    for (struct stack *stack = collapsed->stacks; stack; stack = stack->hh.next)
        sorted[filled++] = stack;
    qsort(sorted, filled, sizeof(struct stack *), by_weight);
    for (size_t i = 0; i < filled; i++) {
        const long long samples = count_of(collapsed, sorted[i], told_ns);

        told_ns += sorted[i]->weight_ns;
        if (samples > 0)
            write_stack(collapsed, sorted[i], samples, stream);
    }
    free(sorted);
    return true;
}
