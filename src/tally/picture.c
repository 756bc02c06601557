#include "tally/picture.h"

#include <stdlib.h>
#include <string.h>

#include "tally/state.h"

/* A list of the picture's with room for more than `count` elements: the one it has, or a larger
   one. What is in it is to be written over, so it need not be kept. NULL: out of memory. */
static void *with_room(void *list, size_t *room, size_t count, size_t element_bytes)
{
    if (count < *room)
        return list;
    free(list);
    *room = count + count / 2 + 1;
    return calloc(*room, element_bytes);
}

static bool make_room(struct picture *picture, const struct tally *tally)
{
    picture->pairs =
        with_room(picture->pairs, &picture->pair_room, tally->pairs.count, sizeof *picture->pairs);
    picture->places = with_room(picture->places, &picture->place_room, tally->pairs.count,
                                sizeof *picture->places);
    picture->functions = with_room(picture->functions, &picture->function_room,
                                   tally->functions.count, sizeof *picture->functions);
    picture->threads = with_room(picture->threads, &picture->thread_room, tally->threads.count,
                                 sizeof *picture->threads);
    picture->processes = with_room(picture->processes, &picture->process_room,
                                   tally->processes.count, sizeof *picture->processes);
    picture->histories = with_room(picture->histories, &picture->histories_room,
                                   tally->processes.histories, sizeof *picture->histories);
    picture->pair_order = with_room(picture->pair_order, &picture->order_room, tally->pairs.count,
                                    sizeof *picture->pair_order);
    return picture->pairs && picture->places && picture->pair_order && picture->functions &&
           picture->threads &&
           picture->processes && picture->histories;
}

static void take_times(struct picture *picture, const struct tally *tally)
{
    const uint64_t window_start_ns = window_oldest(&tally->window) * tally->window.bucket_ns;
    const uint64_t since_start_ns =
        tally->now_ns > tally->started_ns ? tally->now_ns - tally->started_ns : 0;
    const uint64_t in_window_ns = tally->now_ns - window_start_ns;
    uint64_t *span_ns = picture->span_ns;

    picture->taken_ns = tally->now_ns;
    picture->started_ns = tally->started_ns;
    picture->window_ns = tally->limits.window_ns;
    span_ns[SPAN_START] = since_start_ns;
    span_ns[SPAN_WINDOW] = since_start_ns < in_window_ns ? since_start_ns : in_window_ns;
    picture->away_ns[SPAN_START] = tally->absences.sum_ns;
    picture->away_ns[SPAN_WINDOW] = absences_since(&tally->absences, tally->now_ns - span_ns[SPAN_WINDOW]);

    /* A window that is full falls short of its length by what its newest bucket lacks. The columns
       share that, so that neither the first nor the last looks lower than it was. */
    picture->trend_column_ns = picture->window_ns / PICTURE_TREND;
    if (span_ns[SPAN_WINDOW] + tally->window.bucket_ns >= picture->window_ns)
        picture->trend_column_ns = span_ns[SPAN_WINDOW] / PICTURE_TREND;
}

static void add_counts(struct sampler_counts *counts, const struct sampler_counts *more)
{
    counts->rounds += more->rounds;
    counts->samples += more->samples;
    counts->failed += more->failed;
    counts->truncated += more->truncated;
    counts->cut += more->cut;
    counts->retried += more->retried;
    counts->missed += more->missed;
    counts->lost += more->lost;
    counts->unlisted += more->unlisted;
    counts->unnamed += more->unnamed;
    counts->stopped_ns += more->stopped_ns;
    counts->unstopped += more->unstopped;
}

/* Of `rounds` that stand for `wall_ns` in all, by the sum of the squares of their times. Those of a jittered clock, whose
   intervals are any from half to one and a half times their mean, have 13/12 of that of even ones, and tell no less. */
static double evenness_of(double rounds, double wall_ns, double square_ns2)
{
    const double evenness = rounds * square_ns2 > 0 ? 13.0 / 12 * wall_ns * wall_ns / (rounds * square_ns2) : 1;

    return evenness < 1 ? evenness : 1;
}

static void take_process_times(struct picture_process *taken, const struct process *process,
                               const struct picture *picture)
{
    const uint64_t from_ns = picture->taken_ns - picture->span_ns[SPAN_WINDOW];
    struct history_tenth sum = {0};

    if (process->history)
        sum = history_since(process->history, from_ns);
    taken->wall_ns[SPAN_WINDOW] = (uint64_t)sum.wall_ns;
    taken->cpu_ns[SPAN_WINDOW] = (uint64_t)sum.cpu_ns;
    taken->gil_ns[SPAN_WINDOW] = (uint64_t)sum.gil_ns;
    taken->evenness[SPAN_WINDOW] = evenness_of(sum.rounds, sum.wall_ns, sum.square_ns2);
    taken->evenness[SPAN_START] = evenness_of(process->rounds, (double)process->wall_ns, process->square_ns2);
    taken->wall_ns[SPAN_START] = process->wall_ns;
    taken->cpu_ns[SPAN_START] = process->cpu_ns;
    taken->gil_ns[SPAN_START] = process->gil_ns;
}

static struct picture_process take_process(struct picture *picture, const struct process *process)
{
    struct picture_process taken = {
        .pid = process->pid,
        .parent = process->parent,
        .version_hex = process->version_hex,
        .read_as = process->read_as,
        .build = process->build,
        .started_ns = process->started_ns,
        .command = process->command,
        .execs = process->execs,
        .ended = process->ended && process->end_text[0] != '\0',
        .end_text = process->end_text,
        .counts = process->counts,
        .watched_ns = process->watched_ns,
        .riding = process->riding,
        .kept_off = process->kept_off,
        .blocking = process->blocking,
        .slowed = process->slowed,
        .reason = process->reason,
        .reasons = process->reasons,
        .stopped = process->stopped,
        .ridden = process->ridden,
        .slowed_rounds = process->slowed_rounds,
        .history = PICTURE_NO_HISTORY,
    };
    struct history_told told;

    take_process_times(&taken, process, picture);
    if (!process->history)
        return taken;
    history_tell(process->history, picture->taken_ns, &told);
    taken.now = told.now;
    taken.rate_hz = told.rate_hz;
    taken.history = (uint32_t)picture->histories_count++;
    picture->histories[taken.history] = told.seconds;
    return taken;
}

static void take_processes(struct picture *picture, const struct tally *tally)
{
    picture->histories_count = 0;
    picture->process_count = tally->processes.count;
    picture->running = 0;
    for (uint32_t i = 0; i < tally->processes.count; i++) {
        picture->processes[i] = take_process(picture, &tally->processes.list[i]);
        picture->running += !picture->processes[i].ended;
    }
}

/* Both end with the same second: one that ended is told of as doing nothing since. */
static void add_history(struct picture_history *all, const struct picture_history *one)
{
    const uint32_t longer = one->count > all->count ? one->count : all->count;
    const uint32_t shift = longer - all->count;

    memmove(all->list + shift, all->list, all->count * sizeof *all->list);
    memset(all->list, 0, shift * sizeof *all->list);
    all->count = longer;
    for (uint32_t i = 0; i < one->count; i++) {
        struct picture_second *sum = &all->list[longer - one->count + i];

        sum->cpu += one->list[i].cpu;
        sum->gil = one->list[i].gil > sum->gil ? one->list[i].gil : sum->gil;
        sum->gc = one->list[i].gc > sum->gc ? one->list[i].gc : sum->gc;
    }
}

/* Adds one to what is told of all. */
static void add_process(struct picture *picture, const struct picture_process *process)
{
    add_counts(&picture->counts, &process->counts);
    picture->watched_ns += process->watched_ns;
    picture->ridden += process->ridden;
    picture->slowed_rounds += process->slowed_rounds;
    picture->execs += process->execs;
    picture->reasons |= process->reasons;
    picture->now.cpu += process->now.cpu;
    if (process->now.gil > picture->now.gil)
        picture->now.gil = process->now.gil;
    if (process->now.gc > picture->now.gc)
        picture->now.gc = process->now.gc;
    if (process->history != PICTURE_NO_HISTORY)
        add_history(&picture->history, &picture->histories[process->history]);
    if (process->ended && picture->running > 0)
        return;
    if (process->riding || !picture->riding)
        picture->reason = process->reason;
    picture->riding |= process->riding;
    picture->kept_off |= process->kept_off;
    picture->blocking |= process->blocking;
    picture->slowed |= process->slowed;
    picture->stopped &= process->stopped;
    picture->rate_hz += process->rate_hz / (double)(picture->running > 0 ? picture->running
                                                                         : picture->process_count);
}

static void take_targets(struct picture *picture, const struct tally *tally)
{
    static const struct picture_process NONE = {.command = "", .end_text = ""};
    const struct picture_process *first = tally->processes.count > 0 ? &picture->processes[0] : &NONE;

    picture->pid = first->pid;
    picture->version_hex = first->version_hex;
    picture->read_as = first->read_as;
    picture->build = first->build;
    picture->target_started_ns = first->started_ns;
    picture->command = first->command;
    picture->end_text = picture->running > 0 ? "" : first->end_text;
    picture->ended = tally_has_ended(tally);
    picture->counts = (struct sampler_counts){0};
    picture->watched_ns = 0;
    picture->riding = picture->kept_off = picture->blocking = picture->slowed = false;
    picture->stopped = picture->process_count > 0;
    picture->reason = REASON_ASKED;
    picture->reasons = 0;
    picture->ridden = picture->slowed_rounds = 0;
    picture->execs = 0;
    picture->last_exec = tally->processes.last_exec;
    picture->dropped = tally->dropped;
    picture->now = (struct picture_second){0};
    picture->rate_hz = 0;
    picture->history.count = 0;
    for (size_t i = 0; i < picture->process_count; i++)
        add_process(picture, &picture->processes[i]);
}

static void take_functions(struct picture *picture, const struct tally *tally)
{
    picture->function_count = tally->functions.count;
    memcpy(picture->functions, tally->functions.list,
           tally->functions.count * sizeof *picture->functions);
}

/* Without their times, which take_pairs() adds. */
static void take_threads(struct picture *picture, const struct tally *tally)
{
    memset(picture->threads_by_state, 0, sizeof picture->threads_by_state);
    picture->thread_count = tally->threads.count;
    for (uint32_t i = 0; i < tally->threads.count; i++) {
        struct picture_thread *thread = &picture->threads[i];

        *thread = tally->threads.list[i].shown;
        if (!thread->name)
            continue;
        thread->process = processes_place(&tally->processes, (uint16_t)thread->process);
        if (thread->state == THREAD_ENDED)
            continue;
        picture->threads_by_state[thread->state]++;
        picture->processes[thread->process].threads_by_state[thread->state]++;
    }
}

static void take_state_pair(struct picture *picture, const struct pair *pair)
{
    struct picture_thread *thread = &picture->threads[pair_thread(pair)];

    for (int span = 0; span < SPANS; span++) {
        sum_add(&thread->all[span], &pair->total[span]);
        thread->state_ns[span][pair_state(pair)] += pair->total[span].ns[MODE_WALL];
    }
}

static void take_gc(struct picture *picture, const struct pair *pair)
{
    for (int span = 0; span < SPANS; span++)
        picture->threads[pair_thread(pair)].gc_ns[span] = pair->total[span].ns[MODE_WALL];
}

static void take_pairs(struct picture *picture, const struct tally *tally)
{
    picture->pair_count = 0;
    for (uint32_t i = 0; i < tally->pairs.count; i++) {
        const struct pair *pair = &tally->pairs.list[i];
        struct picture_pair *taken;

        picture->places[i] = PAIR_NONE;
        if (!pair->used || pair->total[SPAN_START].samples == 0)
            continue;
        if (pair_is_state(pair)) {
            take_state_pair(picture, pair);
            continue;
        }
        if (pair->function == FUNCTION_GC)
            take_gc(picture, pair);
        picture->places[i] = (uint32_t)picture->pair_count;
        taken = &picture->pairs[picture->pair_count++];
        *taken = (struct picture_pair){.thread = pair_thread(pair), .function = pair->function};
        memcpy(taken->self, pair->self, sizeof taken->self);
        memcpy(taken->total, pair->total, sizeof taken->total);
        taken->hot_line = pairs_hot_line(&tally->pairs, pair, &taken->hot_line_ns);
    }
}

/* Orders the pairs by process: counts those of each, lets each begin where the one before ends, and puts them
   there. */
static void order_pairs(struct picture *picture)
{
    uint32_t begin = 0;

    for (size_t i = 0; i < picture->pair_count; i++)
        picture->processes[picture->threads[picture->pairs[i].thread].process].pair_count++;
    for (size_t i = 0; i < picture->process_count; i++) {
        picture->processes[i].first_pair = begin;
        begin += picture->processes[i].pair_count;
        picture->processes[i].pair_count = 0;
    }
    for (size_t i = 0; i < picture->pair_count; i++) {
        struct picture_process *process =
            &picture->processes[picture->threads[picture->pairs[i].thread].process];

        picture->pair_order[process->first_pair + process->pair_count++] = (uint32_t)i;
    }
}

/* The columns of the trend that a bucket falls into: all of it into `newer`, or, where the edge
   between two columns cuts it, `older_share` of it into the one before. */
struct columns {
    uint32_t newer;
    double older_share;
};

static struct columns columns_of(const struct picture *picture, const struct tally *tally,
                                 uint64_t bucket)
{
    const uint64_t start_ns = bucket * tally->window.bucket_ns;
    const uint64_t end_ns = start_ns + tally->window.bucket_ns;
    const uint64_t from_ns = start_ns > picture->started_ns ? start_ns : picture->started_ns;
    const uint64_t to_ns = end_ns < picture->taken_ns ? end_ns : picture->taken_ns;
    const uint64_t column_ns = picture->trend_column_ns;
    uint64_t age, edge_ns;

    if (to_ns <= from_ns || column_ns == 0)
        return (struct columns){.newer = PICTURE_TREND - 1};
    age = (picture->taken_ns - to_ns) / column_ns;
    if (age >= PICTURE_TREND - 1)
        return (struct columns){.newer = 0};
    edge_ns = picture->taken_ns - (age + 1) * column_ns;
    return (struct columns){
        .newer = PICTURE_TREND - 1 - (uint32_t)age,
        .older_share =
            edge_ns > from_ns ? (double)(edge_ns - from_ns) / (double)(to_ns - from_ns) : 0,
    };
}

static void take_trend(struct picture_pair *pair, const struct columns *columns, uint64_t ns)
{
    const double older = (double)ns * columns->older_share;
    const uint64_t older_ns = older < (double)ns ? (uint64_t)older : ns;

    pair->trend_ns[columns->newer] += ns - older_ns;
    if (older_ns > 0)
        pair->trend_ns[columns->newer - 1] += older_ns;
}

static void take_trends(struct picture *picture, const struct tally *tally)
{
    const struct window *window = &tally->window;

    for (uint64_t bucket = window_oldest(window); bucket <= window->newest; bucket++) {
        const struct columns columns = columns_of(picture, tally, bucket);
        const struct window_chunk *chunk = window->buckets[bucket % WINDOW_BUCKETS];

        for (; chunk; chunk = chunk->next) {
            for (uint32_t i = 0; i < chunk->count; i++) {
                const uint32_t place = picture->places[chunk->parts[i].pair];
                const uint64_t ns = chunk->parts[i].self.ns[MODE_WALL];

                if (place != PAIR_NONE && ns > 0)
                    take_trend(&picture->pairs[place], &columns, ns);
            }
        }
    }
}

bool picture_take(struct picture *picture, const struct tally *tally, struct error *error)
{
    if (!make_room(picture, tally)) {
        picture_free(picture);
        return error_set(error, ERROR_MEMORY, "no memory for a picture of what was counted");
    }
    take_times(picture, tally);
    take_processes(picture, tally);
    take_targets(picture, tally);
    take_functions(picture, tally);
    take_threads(picture, tally);
    take_pairs(picture, tally);
    order_pairs(picture);
    take_trends(picture, tally);
    return true;
}

void picture_free(struct picture *picture)
{
    free(picture->pairs);
    free(picture->places);
    free(picture->pair_order);
    free(picture->functions);
    free(picture->threads);
    free(picture->processes);
    free(picture->histories);
    *picture = (struct picture){.command = "", .end_text = ""};
}

const char *picture_engine(const struct picture *picture)
{
    return picture->blocking ? "blocking" : picture->riding ? "ride" : "remote";
}

uint64_t picture_observed_ns(const struct picture *picture, enum tally_span span)
{
    const uint64_t span_ns = picture->span_ns[span], away_ns = picture->away_ns[span];

    return span_ns > away_ns ? span_ns - away_ns : 0;
}

struct picture_shares picture_shares(const struct picture *picture, enum tally_span span)
{
    struct picture_shares shares = {.gc = 0};
    double sum_ns = 0;

    for (size_t i = 0; i < picture->thread_count; i++) {
        const struct picture_thread *thread = &picture->threads[i];

        for (int state = 0; state < THREAD_STATES; state++) {
            shares.state[state] += (double)thread->state_ns[span][state];
            sum_ns += (double)thread->state_ns[span][state];
        }
        shares.cpu += (double)thread->all[span].ns[MODE_CPU];
        shares.gc += (double)thread->gc_ns[span];
    }
    for (int state = 0; sum_ns > 0 && state < THREAD_STATES; state++)
        shares.state[state] /= sum_ns;
    shares.cpu = sum_ns > 0 ? shares.cpu / sum_ns : 0;
    shares.gc = sum_ns > 0 ? shares.gc / sum_ns : 0;
    return shares;
}

double picture_kept_share(const struct picture *picture)
{
    const struct sampler_counts *counts = &picture->counts;
    const double all = (double)counts->samples + (double)counts->failed;
    const double kept =
        (double)counts->samples - (double)counts->lost - (double)picture->dropped;

    return all <= 0 ? 1 : kept > 0 ? kept / all : 0;
}
