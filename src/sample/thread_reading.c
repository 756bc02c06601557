#include "sample/thread_reading.h"

#include "base/clock.h"
#include "sample/target_thread.h"

enum {
    READS_MAX = 5, /* of one sample, while there are code objects that are not known */
    STOPS_MAX = 5, /* for one sample */
};

/* Whether it runs Python now, so that its stack changes while it is read: where there is no GIL, any that runs may. */
static bool runs_python(const struct target_thread *thread, const struct gil_now *gil)
{
    return target_thread_holds_gil(thread, gil) || (gil->none && thread->held.state == THREAD_RUNNING);
}

/* Begins the held sample's stack anew with what stands for frames that could not be proven. */
static void begin_moving(struct record_sample *held, struct record_frame *frames)
{
    held->depth = 1;
    held->flags |= SAMPLE_TRUNCATED;
    frames[0] = (struct record_frame){FUNCTION_MOVING, 0};
}

/* Turns the walk's frames into functions and lines. No room: a function could not be told on, so there is
   none for the sample either. */
static enum thread_reading name_frames(struct target_thread *thread, const struct thread_round *round,
                                       const struct walk_stack *stack, struct gc_at gc)
{
    bool untold;
    const size_t fresh = naming_fresh(&thread->naming, stack, round->now_ns);
    const size_t unseen = naming_name(&thread->naming, round->codes, stack, fresh, round->now_ns, &untold);

    if (untold)
        return READING_NO_ROOM;
    if (unseen < stack->depth)
        begin_moving(&thread->held, thread->frames);
    naming_put(&thread->naming, stack, unseen < stack->depth ? unseen + 1 : 0, gc,
               round->native_markers, &thread->held, thread->frames);
    return unseen < stack->depth ? READING_UNSEEN : READING_DONE;
}

/* Adds what tells of the collector to what is read with the stack. */
static enum gc_watch add_collector(const struct target_thread *thread, const struct thread_round *round,
                                   struct walk_extra *extra)
{
    const enum gc_watch watch = gc_watch_once(round->gil, thread->waiting, target_thread_holds_gil(thread, round->gil));

    gc_add_extra(watch, round->gil, extra);
    if (watch == GC_FLAG)
        walk_extra_add(extra, gil_piece(round->gil->start, round->layout));
    return watch;
}

/* What was read of the collector; of its flag, only where this thread still had the GIL. */
static struct gc_at see_collector(const struct target_thread *thread, const struct thread_round *round, enum gc_watch watch,
                                  const struct walk_extra *extra, const unsigned char *bytes)
{
    struct gc_at gc = gc_see(watch, bytes);
    struct gil_now gil;

    if (gc.top) {
        gil_decode(&gil, round->layout, bytes + extra->pieces[0].length);
        gc.top = target_thread_holds_gil(thread, &gil);
    }
    return gc;
}

/* Reads the stack once into the held sample; `runs` tells that it may change meanwhile. */
static enum thread_reading read_once(struct target_thread *thread, const struct thread_round *round, bool runs)
{
    struct record_sample *held = &thread->held;
    struct walk_extra extra;
    struct walk_stack stack;
    enum walk_result result;
    enum gc_watch watch;
    size_t collector_pieces;
    struct gc_at gc;

    walk_extra_clear(&extra);
    watch = add_collector(thread, round, &extra);
    collector_pieces = extra.count;
    naming_add_extra(&thread->naming, round->codes, &extra);
    walk_set_held(thread->walk, !runs);
    result = walk_read(thread->walk, &extra, &stack);
    round->counts->retried += stack.retries;
    if (result == WALK_LOST_EXTRA) {
        naming_forget(&thread->naming, round->codes);
        return READING_UNSEEN;
    }
    if (result == WALK_FAILED) {
        thread->stale = true;
        return READING_FAILED;
    }
    /* A thread state's memory is used again for the next thread's. */
    if (stack.ident != thread->found.ident || stack.mark != thread->found.mark)
        return READING_OF_ANOTHER;
    if (!remote_equal(stack.next_thread, thread->found.next))
        thread->stale = true;
    thread->was_torn |= stack.torn;
    naming_see(&thread->naming, round->codes, &extra, collector_pieces, &stack, runs, round->now_ns);
    gc = see_collector(thread, round, watch, &extra, stack.extra);
    held->depth = 0;
    held->flags = (stack.cut ? SAMPLE_CUT : 0) | (stack.exception ? SAMPLE_EXCEPTION : 0);
    if (result == WALK_TRUNCATED) {
        begin_moving(held, thread->frames);
        gc.top = false;
    }
    return name_frames(thread, round, &stack, gc);
}

/* Moves to the CPU of the thread if it is the one to ride with. */
static bool ride(struct target_thread *thread, const struct thread_round *round)
{
    return round->engine != NULL && target_thread_may_ride(thread, round) && runs_python(thread, round->gil) &&
           engine_ride(round->engine, &thread->kernel);
}

/* Stops the thread if it is the one to be stopped while it is read. */
static bool stop(struct target_thread *thread, const struct thread_round *round)
{
    return round->blocking != NULL && target_thread_holds_gil(thread, round->gil) &&
           blocking_stop(round->blocking, &thread->kernel, round->counts);
}

/* Whether a stack is to be read again: there are code objects on it that are not known, or it was torn
   though it should have held still, as its thread was moved to another CPU just then, or will as it is
   ridden along with from now on. */
static bool read_again(const struct target_thread *thread, const struct thread_round *round,
                       enum thread_reading result, bool riding, uint64_t until_ns)
{
    const bool truncated = (thread->held.flags & SAMPLE_TRUNCATED) != 0;
    const bool rides_now = round->engine != NULL && runs_python(thread, round->gil) &&
                           engine_probed(round->engine, thread->was_torn || truncated);

    return (result == READING_UNSEEN || (result == READING_DONE && ((riding && truncated) || rides_now))) &&
           clock_now_ns() <= until_ns;
}

static bool is_seen(enum thread_reading result)
{
    return result == READING_DONE || result == READING_UNSEEN;
}

/* Reads the stack into the held sample, all of it by `until_ns`; `stopped` tells that it is stopped meanwhile. */
static enum thread_reading read_until(struct target_thread *thread, const struct thread_round *round, bool stopped,
                                      uint64_t until_ns)
{
    const bool runs = !stopped && runs_python(thread, round->gil);
    enum thread_reading result = READING_UNSEEN;
    bool riding = false;

    thread->was_torn = false;
    for (int i = 0; i < READS_MAX && (i == 0 || read_again(thread, round, result, riding, until_ns)); i++) {
        riding = ride(thread, round);
        /* What has no GIL may have run since that was read, and what the kernel told of it is of after that. */
        if (riding || !target_thread_holds_gil(thread, round->gil))
            walk_forget_foreseen(thread->walk);
        thread->held.depth = 0;
        thread->held.flags = 0;
        begin_moving(&thread->held, thread->frames);
        result = read_once(thread, round, runs && !riding);
        if (riding && is_seen(result) && !engine_stayed(round->engine)) {
            begin_moving(&thread->held, thread->frames);
            result = READING_UNSEEN;
        }
    }
    thread->was_torn |= (thread->held.flags & SAMPLE_TRUNCATED) != 0;
    return result == READING_UNSEEN ? READING_DONE : result;
}

enum thread_reading thread_reading_none(struct target_thread *thread)
{
    thread->held.depth = 0;
    thread->held.flags = 0;
    thread->was_torn = false;
    return READING_DONE;
}

enum thread_reading thread_reading_make(struct target_thread *thread, const struct thread_round *round)
{
    enum thread_reading result = READING_DONE;
    bool again = true;

    if (target_thread_is_stateless(thread))
        return thread_reading_none(thread);
    for (int i = 0; i < STOPS_MAX && again; i++) {
        const bool stands = stop(thread, round);

        result = read_until(thread, round, stands,
                            stands ? clock_least(round->until_ns, blocking_until_ns()) : round->until_ns);
        if (stands)
            blocking_release(round->blocking, round->counts);
        again = stands && result == READING_DONE && (thread->held.flags & SAMPLE_TRUNCATED) != 0 &&
                clock_now_ns() <= round->until_ns;
    }
    return result;
}
