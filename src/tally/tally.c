#include "tally/tally.h"

#include <stdlib.h>

#include "base/clock.h"
#include "tally/state.h"

#define LIMIT_MAX (1u << 24) /* of functions, threads, pairs */
#define PARTS_PER_PAIR 4u    /* in the window, on average */
#define TIME_MAX_NS (UINT64_MAX / 2)

const struct tally_limits TALLY_DEFAULTS = {
    .functions = 65536,
    .threads = 16384,
    .pairs = 262144,
    .window_ns = 10 * NS_PER_S,
};

static uint64_t clamped(uint64_t value, uint64_t least, uint64_t most)
{
    return value < least ? least : value > most ? most : value;
}

struct tally *tally_new(const struct tally_limits *limits, struct error *error)
{
    struct tally *tally = calloc(1, sizeof *tally);

    if (!tally) {
        error_set(error, ERROR_MEMORY, "no memory for counting samples");
        return NULL;
    }
    tally->limits.functions = (uint32_t)clamped(limits->functions, 1, LIMIT_MAX);
    tally->limits.threads = (uint32_t)clamped(limits->threads, 1, LIMIT_MAX);
    tally->limits.pairs = (uint32_t)clamped(limits->pairs, 1, LIMIT_MAX);
    tally->limits.window_ns = clamped(limits->window_ns, NS_PER_S, 60 * NS_PER_S);
    tally->folded = UINT64_MAX;
    pairs_init(&tally->pairs, tally->limits.pairs);
    window_init(&tally->window, tally->limits.window_ns,
                (size_t)tally->limits.pairs * PARTS_PER_PAIR);
    if (!processes_init(&tally->processes) ||
        !functions_init(&tally->functions, tally->limits.functions) ||
        !threads_init(&tally->threads, tally->limits.threads)) {
        error_set(error, ERROR_MEMORY, "no memory for counting samples");
        tally_free(tally);
        return NULL;
    }
    return tally;
}

void tally_free(struct tally *tally)
{
    if (!tally)
        return;
    window_free(&tally->window);
    pairs_free(&tally->pairs);
    threads_free(&tally->threads);
    functions_free(&tally->functions);
    processes_free(&tally->processes);
    free(tally);
}

void tally_move_on(struct tally *tally, uint64_t time_ns, uint64_t wall_ns)
{
    if (!tally->begun) {
        tally->begun = true;
        tally->started_ns = wall_ns < time_ns ? time_ns - wall_ns : 0;
    }
    if (time_ns <= tally->now_ns)
        return;
    tally->now_ns = time_ns;
    window_slide(&tally->window, &tally->pairs, time_ns);
}

bool tally_has_ended(const struct tally *tally)
{
    return tally->processes.count > 0 && tally->processes.running == 0 && !tally->expects_more;
}

/* One handler for each kind of record, all checked by record_check(); false: the record is
   dropped. */

static bool feed_process(struct tally *tally, const void *record)
{
    const struct record_process *process = record;

    if (!processes_define(&tally->processes, process, tally->now_ns))
        return false;
    /* Of a program that became another one, there may not have been room for the ends of all threads. */
    threads_end(&tally->threads, process->header.process);
    return true;
}

static bool feed_thread(struct tally *tally, const void *record)
{
    const struct record_thread *thread = record;

    if (!processes_find(&tally->processes, thread->header.process))
        return false;
    if (threads_full(&tally->threads) &&
        threads_find(&tally->threads, thread->header.process, thread->thread) == THREAD_NONE)
        tally_fold(tally);
    return threads_define(&tally->threads, thread);
}

static bool feed_function(struct tally *tally, const void *record)
{
    const struct record_function *function = record;

    return processes_find(&tally->processes, function->header.process) &&
           functions_define(&tally->functions, function);
}

static bool feed_sample(struct tally *tally, const void *record)
{
    const struct record_sample *sample = record;

    return processes_find(&tally->processes, sample->header.process) &&
           tally_count_sample(tally, sample);
}

/* A round stands for the time since the last one, unless nobody looked for a while; one that was lost leaves its time to
   the next. */
static void note_absence(struct tally *tally, const struct process *process, const struct record_round *round)
{
    const uint64_t from_ns = process->round_ns > tally->started_ns ? process->round_ns : tally->started_ns;

    if (process->round_ns != 0 && round->wall_ns <= round->time_ns)
        absences_note(&tally->absences, from_ns, round->time_ns - round->wall_ns);
}

static bool feed_round(struct tally *tally, const void *record)
{
    const struct record_round *round = record;
    struct process *process = processes_find(&tally->processes, round->header.process);

    if (!process)
        return false;
    tally_move_on(tally, round->time_ns, round->wall_ns);
    note_absence(tally, process, round);
    process_round(process, round);
    return true;
}

/* The last picture of a process stays as it was, but where others go on its threads have ended, too. */
static bool feed_end(struct tally *tally, const void *record)
{
    const struct record_end *end = record;
    struct process *process = processes_find(&tally->processes, end->header.process);

    if (!process)
        return false;
    tally_move_on(tally, end->time_ns, 0);
    processes_end(&tally->processes, process, end);
    functions_forget_process(&tally->functions, end->header.process);
    if (end->reason != ERROR_NONE && !tally_has_ended(tally))
        threads_end(&tally->threads, end->header.process);
    return true;
}

static bool (*const FEEDS[])(struct tally *tally, const void *record) = {
    [RECORD_PROCESS] = feed_process,   [RECORD_THREAD] = feed_thread,
    [RECORD_FUNCTION] = feed_function, [RECORD_SAMPLE] = feed_sample,
    [RECORD_ROUND] = feed_round,       [RECORD_END] = feed_end,
};

void tally_feed(struct tally *tally, const void *record, size_t length)
{
    const struct record_header *header = record;
    const struct record_sample *sample = record;

    if (!record_check(record, length))
        tally->dropped++;
    else if (!FEEDS[header->kind](tally, record))
        tally->dropped += header->kind == RECORD_SAMPLE ? sample->rounds : 1;
}

void tally_advance(struct tally *tally, uint64_t now_ns)
{
    if (tally->begun && !tally_has_ended(tally) && now_ns <= TIME_MAX_NS)
        tally_move_on(tally, now_ns, 0);
}

void tally_expect_more(struct tally *tally, bool expects_more)
{
    tally->expects_more = expects_more;
}

void tally_reset(struct tally *tally, uint64_t now_ns)
{
    tally_advance(tally, now_ns);
    window_clear(&tally->window);
    pairs_clear(&tally->pairs);
    processes_reset(&tally->processes);
    tally->absences = (struct absences){.count = 0};
    tally->begun = true;
    tally->started_ns = now_ns;
}
