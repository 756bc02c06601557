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
    return picture->pairs && picture->places && picture->functions && picture->threads;
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
    counts->retried += more->retried;
    counts->missed += more->missed;
    counts->lost += more->lost;
    counts->stopped_ns += more->stopped_ns;
    counts->unstopped += more->unstopped;
}

static void take_target(struct picture *picture, const struct tally *tally)
{
    const struct process *process = processes_first(&tally->processes);

    picture->counts = (struct sampler_counts){0};
    picture->riding = picture->blocking = picture->slowed = false;
    picture->ridden = 0;
    picture->execs = process ? process->execs : 0;
    picture->dropped = tally->dropped;
    picture->ended = tally->processes.count > 0 && tally->processes.running == 0;
    picture->command = process ? process->command : "";
    picture->end_text = process ? process->end_text : "";
    if (!process)
        return;
    picture->pid = process->pid;
    picture->version_hex = process->version_hex;
    picture->read_as = process->read_as;
    picture->target_started_ns = process->started_ns;
    picture->riding = process->riding;
    picture->blocking = process->blocking;
    picture->slowed = process->slowed;
    picture->ridden = process->ridden;
    history_fill(&process->history, tally->now_ns, picture);
    for (uint32_t i = 0; i < PROCESSES_MAX; i++)
        if (tally->processes.by_number[i])
            add_counts(&picture->counts, &tally->processes.by_number[i]->counts);
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
        picture->threads[i] = tally->threads.list[i].shown;
        if (picture->threads[i].name && picture->threads[i].state != THREAD_ENDED)
            picture->threads_by_state[picture->threads[i].state]++;
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
        picture->places[i] = (uint32_t)picture->pair_count;
        taken = &picture->pairs[picture->pair_count++];
        *taken = (struct picture_pair){.thread = pair_thread(pair), .function = pair->function};
        memcpy(taken->self, pair->self, sizeof taken->self);
        memcpy(taken->total, pair->total, sizeof taken->total);
        taken->hot_line = pairs_hot_line(&tally->pairs, pair, &taken->hot_line_ns);
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
    take_target(picture, tally);
    take_functions(picture, tally);
    take_threads(picture, tally);
    take_pairs(picture, tally);
    take_trends(picture, tally);
    return true;
}

void picture_free(struct picture *picture)
{
    free(picture->pairs);
    free(picture->places);
    free(picture->functions);
    free(picture->threads);
    *picture = (struct picture){.command = "", .end_text = ""};
}

double picture_kept_share(const struct picture *picture)
{
    const struct sampler_counts *counts = &picture->counts;
    const double all = (double)counts->samples + (double)counts->failed;
    const double kept =
        (double)counts->samples - (double)counts->lost - (double)picture->dropped;

    return all <= 0 ? 1 : kept > 0 ? kept / all : 0;
}
