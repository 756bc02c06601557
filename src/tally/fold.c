/*
 * fold - makes one thread of those that have ended, so that a target that starts a thread for each
 * request can be watched for days.
 */
#include "tally/state.h"

static bool can_be_folded(const struct tally *tally, const struct thread *thread)
{
    const uint64_t window_start_ns = window_oldest(&tally->window) * tally->window.bucket_ns;

    return thread->shown.name && thread->shown.state == THREAD_ENDED &&
           thread->folds_into == THREAD_NONE && thread->last_ns < window_start_ns;
}

/* Decides what becomes of a thread: the first one of a process itself becomes the one that stands
   for all. True: its place will be free. */
static bool mark(struct tally *tally, uint32_t thread)
{
    struct thread *marked = &tally->threads.list[thread];
    const uint32_t place = processes_place(&tally->processes, (uint16_t)marked->shown.process);
    struct process *process = &tally->processes.list[place];

    threads_forget(&tally->threads, thread);
    if (process->ended_threads == THREAD_NONE) {
        process->ended_threads = thread;
        marked->shown = (struct picture_thread){
            .process = process->number,
            .name = "‹ended›",
            .state = THREAD_ENDED,
            .leaf = FUNCTION_NONE,
        };
    }
    marked->folds_into = process->ended_threads;
    return marked->folds_into != thread;
}

static bool is_folded(const struct threads *threads, uint32_t thread)
{
    const struct thread *asked = &threads->list[thread];

    return asked->shown.name && asked->folds_into != THREAD_NONE && asked->folds_into != thread;
}

bool tally_fold(struct tally *tally)
{
    struct threads *threads = &tally->threads;
    struct pairs *pairs = &tally->pairs;
    bool makes_room = false;

    if (tally->folded == tally->window.newest)
        return false;
    tally->folded = tally->window.newest;
    for (uint32_t i = 0; i < threads->count; i++)
        if (can_be_folded(tally, &threads->list[i]))
            makes_room |= mark(tally, i);
    if (!makes_room)
        return false;
    for (uint32_t i = 0; i < pairs->count; i++) {
        const uint32_t thread = pair_thread(&pairs->list[i]);

        if (pairs->list[i].used && is_folded(threads, thread))
            pairs_hand_over(pairs, i, threads->list[thread].folds_into);
    }
    for (uint32_t i = 0; i < threads->count; i++)
        if (is_folded(threads, i))
            threads_free_place(threads, i);
    return true;
}
