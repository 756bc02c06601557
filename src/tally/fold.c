/*
 * fold - makes one thread of those that have ended, so that a target that starts a thread for each
 * request can be watched for days, and so can a server that starts a process.
 */
#include "tally/state.h"

/* Whether a thread stands for others already, and is to become part of the one of all processes that ended. */
static bool stands_for_others(const struct tally *tally, uint32_t thread)
{
    const struct thread *asked = &tally->threads.list[thread];
    const struct process *process =
        &tally->processes.list[processes_place(&tally->processes, (uint16_t)asked->shown.process)];

    return asked->folds_into == thread && process->ended && process->pid != 0;
}

static bool can_be_folded(const struct tally *tally, uint32_t thread)
{
    const uint64_t window_start_ns = window_oldest(&tally->window) * tally->window.bucket_ns;
    const struct thread *asked = &tally->threads.list[thread];

    return asked->shown.name && asked->shown.state == THREAD_ENDED &&
           asked->last_ns < window_start_ns &&
           (asked->folds_into == THREAD_NONE || stands_for_others(tally, thread));
}

/* Whose thread "‹ended›" a thread is to become part of: its own process's, or, where that ended itself, the one of all
   that did. */
static struct process *heir_of(struct tally *tally, const struct thread *thread)
{
    const uint32_t place = processes_place(&tally->processes, (uint16_t)thread->shown.process);
    struct process *heir =
        tally->processes.list[place].ended ? processes_long_ended(&tally->processes) : NULL;

    return heir ? heir : &tally->processes.list[place];
}

/* Decides what becomes of a thread: the first one that a process inherits itself becomes the one that stands
   for all. True: its place will be free. */
static bool mark(struct tally *tally, uint32_t thread)
{
    struct thread *marked = &tally->threads.list[thread];
    struct process *heir = heir_of(tally, marked);

    threads_forget(&tally->threads, thread);
    if (heir->ended_threads == THREAD_NONE) {
        heir->ended_threads = thread;
        marked->shown = (struct picture_thread){
            .process = heir->number,
            .name = "‹ended›",
            .state = THREAD_ENDED,
            .leaf = FUNCTION_NONE,
        };
    }
    marked->folds_into = heir->ended_threads;
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
        if (can_be_folded(tally, i))
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
