#include "sample/thread_burst.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "sample/burst.h"
#include "sample/gc.h"
#include "sample/pending.h"
#include "sample/target_thread.h"

enum {
    SINGLE_MAX = 4096,     /* rounds of single readings, while code objects go on to be unknown */
    SINGLE_GROWTH = 4,
    CALLED_C_BIT = 31,     /* functions have smaller numbers (CODE_FUNCTIONS_MAX) */
};

struct thread_bursts {
    const struct layout *layout;
    uint32_t samples;
    uint32_t single_rounds; /* how many single readings follow the next stack with unknown code objects */
    uint32_t single_left;   /* of these */
    uint64_t seed;
    struct burst *burst;
    /* Of the stack looked at last, from the root on; and whose and which one it was that was kept last (walk.h). */
    uint32_t thread; /* its number, which no other one gets */
    uint64_t serial;
    uint64_t burst_number;
    size_t same; /* how many frames at the root were the same in all stacks of this burst so far */
    uint64_t stack[RECORD_DEPTH_MAX];
    uint64_t hashes[RECORD_DEPTH_MAX + 1]; /* of so many frames of it */
};

struct thread_bursts *thread_bursts_new(const struct layout *layout, uint32_t samples)
{
    struct thread_bursts *bursts = calloc(1, sizeof *bursts);

    if (bursts == NULL)
        return NULL;
    bursts->layout = layout;
    bursts->samples = samples;
    bursts->seed = clock_now_ns();
    bursts->burst = burst_new();
    if (bursts->burst == NULL) {
        thread_bursts_free(bursts);
        return NULL;
    }
    return bursts;
}

void thread_bursts_free(struct thread_bursts *bursts)
{
    if (bursts == NULL)
        return;
    burst_free(bursts->burst);
    free(bursts);
}

/* What is read with each stack: who has the GIL, where the thread state does not tell that, and the
   collector. */
struct extra {
    struct walk_extra extra;
    bool with_gil;
    enum gc_watch gc;
};

static void choose_extra(const struct thread_bursts *bursts, const struct gil_now *gil,
                         struct extra *extra)
{
    walk_extra_clear(&extra->extra);
    extra->with_gil = bursts->layout->thread.holds_gil == LAYOUT_NONE;
    extra->gc = gc_watch_many(gil);
    if (extra->with_gil)
        walk_extra_add(&extra->extra, gil_piece(gil->start, bursts->layout));
    gc_add_extra(extra->gc, gil, &extra->extra);
}

/* Whether the thread had the GIL when the stack given last was read. */
static bool had_gil(const struct thread_bursts *bursts, const struct target_thread *thread,
                    const struct extra *extra, const struct walk_stack *stack)
{
    struct gil_now gil = {.locked = false};

    if (!extra->with_gil)
        return int_at(burst_state(bursts->burst), bursts->layout->thread.holds_gil) != 0;
    gil_decode(&gil, bursts->layout, stack->extra);
    return gil.locked && remote_equal(gil.holder, thread->found.address);
}

/* Brings what makes stacks equal up to date with the frames that are new in this one. */
static void note_frames(struct thread_bursts *bursts, const struct naming *naming,
                        const struct walk_stack *stack, size_t fresh)
{
    bursts->hashes[0] = bursts->seed;
    if (stack->depth - fresh < bursts->same)
        bursts->same = stack->depth - fresh;
    for (size_t i = fresh; i-- > 0;) {
        const size_t at = stack->depth - 1 - i;
        const struct record_frame *found = naming_found(naming, stack, i);

        bursts->stack[at] = (uint64_t)found->line << 32 | found->function |
                            (uint64_t)stack->frames[i].called_c << CALLED_C_BIT;
        bursts->hashes[at + 1] = merge_mix(bursts->hashes[at], bursts->stack[at]);
    }
}

/* Whether the frames that a stack has of the one kept before are noted. */
static bool is_noted(const struct thread_bursts *bursts, const struct target_thread *thread,
                     const struct walk_stack *stack)
{
    return bursts->thread == thread->number && stack->rest_of != 0 && bursts->serial == stack->rest_of;
}

static void note_kept(struct thread_bursts *bursts, const struct target_thread *thread,
                      const struct walk_stack *stack)
{
    if (stack->serial == 0 && bursts->thread == thread->number)
        return;
    bursts->thread = thread->number;
    bursts->serial = stack->serial;
}

/* Where the collector was at work: 0 for nowhere, else a number for each place. */
static uint32_t collector_place(struct gc_at gc, const struct walk_stack *stack)
{
    if (gc.top)
        return 1;
    if (remote_is_null(gc.above))
        return 0;
    for (size_t i = 0; i < stack->depth; i++)
        if (remote_equal(stack->frames[i].address, gc.above))
            return (uint32_t)(3 + stack->depth - i);
    return remote_equal(stack->base, gc.above) ? 2 : 0;
}

/* The samples equal to the one of this stack, whose frames nearer to the leaf than `first` are left out.
   NULL: there is no room for it. */
static struct merged *find_samples(struct thread_bursts *bursts, struct target_thread *thread,
                                   const struct thread_round *round, const struct walk_stack *stack,
                                   size_t first, bool truncated, struct gc_at gc)
{
    const size_t depth = stack->depth - first;
    struct record_sample sample = {
        .flags = (uint8_t)((stack->cut ? SAMPLE_CUT : 0) | (truncated ? SAMPLE_TRUNCATED : 0) |
                           (stack->exception ? SAMPLE_EXCEPTION : 0))};
    const struct merge_key key = {
        .thread = thread,
        .hash = merge_mix(bursts->hashes[depth], sample.flags),
        .stack = bursts->stack,
        .depth = (uint16_t)depth,
        .state = THREAD_HAS_GIL,
        .flags = sample.flags,
        .collector = collector_place(gc, stack),
        .series = bursts->burst_number,
        .same = (uint16_t)bursts->same,
    };
    struct merge *merge = pending_merge(round->pending);
    struct merged *merged = merge_find(merge, &key);

    if (merged != NULL)
        return merged;
    if (truncated)
        thread->frames[sample.depth++] = (struct record_frame){FUNCTION_MOVING, 0};
    naming_put(&thread->naming, stack, first, gc, round->native_markers, &sample, thread->frames);
    merged = merge_add(merge, &key, thread->frames, sample.depth);
    if (merged != NULL)
        merged->flags = sample.flags;
    return merged;
}

/* Shares the time since the thread's last sample, and the CPU time, among these. */
static void share(struct target_thread *thread, const struct thread_round *round, uint64_t until_ns,
                  uint64_t cpu_ns, struct merged **samples, uint32_t count)
{
    const uint64_t since_ns = until_ns > thread->sampled_ns ? until_ns - thread->sampled_ns : 0;
    /* Of samples for which there was no room, too. */
    const uint64_t wall_ns = since_ns + thread->held.wall_ns, all_cpu_ns = cpu_ns + thread->held.cpu_ns;
    const uint64_t wall_each_ns = wall_ns / count, wall_rest_ns = wall_ns % count;
    const uint64_t cpu_each_ns = all_cpu_ns / count, cpu_rest_ns = all_cpu_ns % count;

    thread->held.wall_ns = thread->held.cpu_ns = 0;
    for (uint32_t i = 0; i < count; i++) {
        samples[i]->rounds++;
        samples[i]->time_ns = until_ns;
        samples[i]->wall_ns += wall_each_ns + (i < wall_rest_ns);
        samples[i]->cpu_ns += cpu_each_ns + (i < cpu_rest_ns);
    }
    thread->sampled_ns += since_ns;
    round->counts->samples += count;
}

/* After a burst: where code objects were unknown, how long it is read by single readings. */
static void note_unknown(struct thread_bursts *bursts, bool unknown)
{
    if (!unknown) {
        bursts->single_rounds /= 2;
        return;
    }
    bursts->single_rounds = bursts->single_rounds * SINGLE_GROWTH + 1;
    if (bursts->single_rounds > SINGLE_MAX)
        bursts->single_rounds = SINGLE_MAX;
    bursts->single_left = bursts->single_rounds;
}

/* Gives the samples of the burst that was read, as far as they can be told; `*unknown`: there were code
   objects that are not known. */
static uint32_t take_samples(struct thread_bursts *bursts, struct target_thread *thread,
                             const struct thread_round *round, const struct extra *extra,
                             struct merged **samples, bool *unknown)
{
    const size_t gil_bytes = extra->with_gil ? extra->extra.pieces[0].length : 0;
    enum burst_result result;
    struct walk_stack stack;
    uint32_t count = 0;
    size_t fresh, unseen;
    bool untold, whole = false;

    *unknown = false;
    bursts->burst_number++;
    bursts->same = RECORD_DEPTH_MAX;
    while ((result = burst_next(bursts->burst, &stack, &fresh)) != BURST_OVER) {
        const bool torn = result == BURST_TRUNCATED;
        struct gc_at gc = gc_see(extra->gc, stack.extra + gil_bytes);

        if (stack.ident != thread->found.ident || stack.mark != thread->found.mark ||
            !had_gil(bursts, thread, extra, &stack))
            break;
        if (!remote_equal(stack.next_thread, thread->found.next))
            thread->stale = true;
        if (!whole)
            fresh = naming_fresh(&thread->naming, &stack, round->now_ns);
        unseen = naming_name(&thread->naming, round->codes, &stack, fresh, round->now_ns, &untold);
        if (untold)
            break;
        note_frames(bursts, &thread->naming, &stack, whole || is_noted(bursts, thread, &stack) ? fresh : stack.depth);
        note_kept(bursts, thread, &stack);
        whole = unseen == stack.depth;
        *unknown |= !whole;
        gc.top &= whole && !torn;
        samples[count] = find_samples(bursts, thread, round, &stack, whole ? 0 : unseen + 1,
                                      torn || !whole, gc);
        if (samples[count] == NULL)
            break;
        count++;
        round->counts->truncated += torn || !whole;
        round->counts->cut += stack.cut;
    }
    return count;
}

uint32_t thread_burst(struct thread_bursts *bursts, struct target_thread *thread,
                      const struct thread_round *round)
{
    struct merged *samples[BURST_MAX];
    struct extra extra;
    uint64_t until_ns;
    uint32_t count;
    bool unknown;

    if (bursts->single_left > 0)
        bursts->single_left--;
    if (bursts->single_left > 0 || thread->naming.seeing.count > 0)
        return 0;
    choose_extra(bursts, round->gil, &extra);
    code_next_stack(round->codes); /* nothing of these is seen */
    if (burst_read(bursts->burst, thread->walk, &extra.extra, bursts->samples) == 0)
        return 0;
    count = take_samples(bursts, thread, round, &extra, samples, &unknown);
    note_unknown(bursts, unknown);
    if (count == 0) {
        pending_put(round->pending, round, true); /* if there was no room, there is now */
        return 0;
    }
    until_ns = burst_time_ns(bursts->burst);
    share(thread, round, until_ns, cpu_time_charge(&thread->cpu, thread->sampled_ns, until_ns, true), samples, count);
    return count;
}
