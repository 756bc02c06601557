#include "sample/pending.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "sample/burst.h"
#include "sample/target_thread.h"

enum {
    PUT_EVERY_MS = 20,
    DEPTH_LEAST = 32,                /* of a sample that is kept by pending_keep() */
    LANES = 4,                       /* of a hash, which do not wait for each other */
    COLLECTOR_IN_FRAMES = INT32_MAX, /* it is among the frames: samples of bursts tell it apart (thread_burst.c) */
};

struct pending {
    struct merge *merge;
    uint64_t put_ns;
    uint64_t seed;
};

struct pending *pending_new(void)
{
    struct pending *pending = calloc(1, sizeof *pending);

    if (pending == NULL)
        return NULL;
    pending->seed = clock_now_ns();
    pending->merge = merge_new();
    if (pending->merge != NULL)
        return pending;
    free(pending);
    return NULL;
}

void pending_free(struct pending *pending)
{
    if (pending == NULL)
        return;
    merge_free(pending->merge);
    free(pending);
}

struct merge *pending_merge(struct pending *pending)
{
    return pending->merge;
}

_Static_assert(sizeof(struct record_frame) == sizeof(uint64_t), "a frame is a word of a key");

static uint64_t hash_frames(uint64_t seed, const struct record_frame *frames, size_t count)
{
    uint64_t lanes[LANES] = {seed, seed + 1, seed + 2, seed + 3};
    uint64_t hash = count;

    for (size_t i = 0; i < count; i++) {
        uint64_t word;

        memcpy(&word, &frames[i], sizeof word);
        lanes[i % LANES] = merge_mix(lanes[i % LANES], word);
    }
    for (size_t i = 0; i < LANES; i++)
        hash = merge_mix(hash, lanes[i]);
    return hash;
}

bool pending_keep(struct pending *pending, struct target_thread *thread, const struct record_sample *sample,
                  const struct record_frame *frames)
{
    struct merge_key key = {
        .thread = thread,
        .stack = (const uint64_t *)(const void *)frames, /* compared and copied as bytes */
        .depth = sample->depth,
        .state = sample->state,
        .flags = sample->flags,
        .collector = COLLECTOR_IN_FRAMES,
    };
    struct merged *merged;

    if (sample->depth < DEPTH_LEAST)
        return false;
    key.hash = merge_mix(hash_frames(pending->seed, frames, sample->depth), sample->flags);
    merged = merge_find(pending->merge, &key);
    if (merged == NULL)
        merged = merge_add(pending->merge, &key, frames, sample->depth);
    if (merged == NULL)
        return false;
    merged->rounds += sample->rounds;
    merged->time_ns = sample->time_ns;
    merged->wall_ns += sample->wall_ns;
    merged->cpu_ns += sample->cpu_ns;
    return true;
}

static void put(const struct merged *merged, const struct thread_round *round)
{
    struct target_thread *thread = merged->key.thread;
    const struct record_sample sample = {
        .thread = thread->number,
        .rounds = merged->rounds,
        .time_ns = merged->time_ns,
        .wall_ns = merged->wall_ns,
        .cpu_ns = merged->cpu_ns,
        .depth = merged->depth,
        .state = merged->key.state,
        .flags = merged->flags,
    };

    if (merged->rounds == 0 || target_thread_put(thread, round, &sample, merged->frames))
        return;
    round->counts->lost += merged->rounds;
    thread->held.wall_ns += merged->wall_ns; /* its next sample stands for this time too */
    thread->held.cpu_ns += merged->cpu_ns;
}

void pending_put(struct pending *pending, const struct thread_round *round, bool now)
{
    if (!now && round->now_ns - pending->put_ns < PUT_EVERY_MS * NS_PER_MS &&
        merge_count(pending->merge) < MERGE_STACKS_MAX - BURST_MAX)
        return;
    pending->put_ns = round->now_ns;
    for (size_t i = 0; i < merge_count(pending->merge); i++)
        put(merge_at(pending->merge, i), round);
    merge_clear(pending->merge);
}
