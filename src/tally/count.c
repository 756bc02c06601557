/*
 * count - one sample into the sums. First all that can fail: names that are not known, and room.
 * Then the counting itself, so that a sample is counted whole or not at all.
 */
#include "tally/state.h"

enum outcome { COUNTED, UNKNOWN, NO_ROOM };

/* What a sample weighs. Time before the counting started (at a reset, say, while the thread slept)
   is not part of it; rounds are then cut in proportion, but the sample itself is one. */
static struct tally_sum weight_of(const struct tally *tally, const struct record_sample *sample)
{
    const uint64_t wall_ns = sample->wall_ns;
    const uint64_t observed_ns = sample->time_ns - tally->started_ns;
    struct tally_sum weight = {.samples = sample->rounds};

    weight.ns[MODE_WALL] = wall_ns;
    weight.ns[MODE_CPU] = sample->cpu_ns;
    weight.ns[MODE_GIL] = sample->state == THREAD_HAS_GIL ? wall_ns : 0;
    weight.ns[MODE_EXCEPTION] = sample->flags & SAMPLE_EXCEPTION ? wall_ns : 0;
    if (wall_ns > observed_ns)
        weight = sum_scaled(&weight, observed_ns, wall_ns);
    if (weight.samples == 0)
        weight.samples = 1;
    return weight;
}

static uint32_t pair_of_frame(struct tally *tally, uint32_t thread, uint16_t process,
                              uint32_t function_number, enum outcome *outcome)
{
    const uint32_t function = functions_find(&tally->functions, process, function_number);
    const uint64_t key = pair_key(thread, function);
    uint32_t pair;

    if (function == FUNCTION_NONE) {
        *outcome = UNKNOWN;
        return PAIR_NONE;
    }
    pair = pairs_find(&tally->pairs, key);
    if (pair == PAIR_NONE)
        pair = pairs_add(&tally->pairs, key, function);
    if (pair == PAIR_NONE)
        *outcome = NO_ROOM;
    return pair;
}

/* Puts the pairs that a sample counts for into the tally's `stack`, each once: first the leaf's,
   last that of the thread's state. Pairs that are new have no time yet, and do no harm if it
   fails. */
static enum outcome find_pairs(struct tally *tally, uint32_t thread,
                               const struct record_sample *sample, uint32_t *count)
{
    const uint64_t state_key = pair_state_key(thread, (enum thread_state)sample->state);
    enum outcome outcome = COUNTED;
    uint32_t pair, found = 0;

    pairs_next_sample(&tally->pairs);
    for (uint32_t i = 0; i < sample->depth; i++) {
        pair = pair_of_frame(tally, thread, sample->header.process, sample->frames[i].function,
                             &outcome);
        if (pair == PAIR_NONE)
            return outcome;
        if (pairs_first_in_sample(&tally->pairs, pair))
            tally->stack[found++] = pair;
    }
    if (found > 0 && !pairs_reserve_lines(&tally->pairs, tally->stack[0]))
        return NO_ROOM;
    pair = pairs_find(&tally->pairs, state_key);
    if (pair == PAIR_NONE)
        pair = pairs_add(&tally->pairs, state_key, FUNCTION_NONE);
    if (pair == PAIR_NONE)
        return NO_ROOM;
    tally->stack[found++] = pair;
    *count = found;
    return COUNTED;
}

static void count_pair(struct tally *tally, uint32_t pair, bool leaf,
                       const struct tally_sum *weight, const struct window_piece *pieces,
                       size_t pieces_count)
{
    struct pair *counted = &tally->pairs.list[pair];

    sum_add(&counted->total[SPAN_START], weight);
    if (leaf)
        sum_add(&counted->self[SPAN_START], weight);
    for (size_t i = 0; i < pieces_count; i++)
        window_count(&tally->window, &tally->pairs, pair, leaf, &pieces[i]);
}

static void note_last(struct tally *tally, uint32_t thread, const struct record_sample *sample)
{
    struct thread *noted = &tally->threads.list[thread];
    const bool runs_python = sample->depth > 0;

    if (sample->time_ns < noted->last_ns)
        return;
    noted->last_ns = sample->time_ns;
    if (noted->shown.state != THREAD_ENDED)
        noted->shown.state = (enum thread_state)sample->state;
    noted->shown.leaf = runs_python ? tally->pairs.list[tally->stack[0]].function : FUNCTION_NONE;
    noted->shown.leaf_line = runs_python ? sample->frames[0].line : 0;
}

bool tally_count_sample(struct tally *tally, const struct record_sample *sample)
{
    const uint32_t thread = threads_find(&tally->threads, sample->header.process, sample->thread);
    struct window_piece pieces[WINDOW_BUCKETS];
    struct tally_sum weight;
    enum outcome outcome;
    uint32_t count;
    size_t pieces_count;

    if (thread == THREAD_NONE)
        return false;
    tally_move_on(tally, sample->time_ns, sample->wall_ns);
    if (sample->time_ns < tally->started_ns)
        return true; /* was on its way at the reset */
    outcome = find_pairs(tally, thread, sample, &count);
    if (outcome == NO_ROOM && tally_fold(tally))
        outcome = find_pairs(tally, thread, sample, &count);
    if (outcome != COUNTED)
        return false;
    weight = weight_of(tally, sample);
    pieces_count = window_split(&tally->window, sample->time_ns, &weight, pieces);
    if (!window_reserve(&tally->window, count, pieces_count))
        return false;

    for (uint32_t i = 0; i < count; i++)
        count_pair(tally, tally->stack[i], i == 0 || i + 1 == count, &weight, pieces, pieces_count);
    if (sample->depth > 0)
        pairs_count_line(&tally->pairs, &tally->pairs.list[tally->stack[0]], sample->frames[0].line,
                         weight.ns[MODE_WALL]);
    note_last(tally, thread, sample);
    return true;
}
