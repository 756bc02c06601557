#include "tally/threads.h"

#include <stdlib.h>

#include "tally/functions.h"

#define NAME_BYTES_MEAN 512u /* a thread's share of the memory for names */
#define NAME_RENAMED "‹renamed often›"

static uint64_t key_of(uint16_t process, uint32_t number)
{
    return (uint64_t)process << 32 | number;
}

bool threads_init(struct threads *threads, uint32_t limit)
{
    threads->limit = limit;
    threads->first_free = THREAD_NONE;
    threads->names = names_new((size_t)limit * NAME_BYTES_MEAN + 4 * NAMES_LENGTH_MAX);
    return threads->names;
}

void threads_free(struct threads *threads)
{
    free(threads->list);
    map_free(&threads->numbers);
    names_free(threads->names);
}

bool threads_full(const struct threads *threads)
{
    return threads->first_free == THREAD_NONE && threads->count >= threads->limit;
}

/* Makes sure that one more fits. */
static bool reserve(struct threads *threads)
{
    const uint32_t grown = threads->room > 0 ? threads->room * 2 : 16;
    struct thread *list;

    if (threads_full(threads) || !map_reserve(&threads->numbers))
        return false;
    if (threads->first_free != THREAD_NONE || threads->count < threads->room)
        return true;
    list = realloc(threads->list, grown * sizeof *list);
    if (!list)
        return false;
    threads->list = list;
    threads->room = grown;
    return true;
}

/* A place for a new thread; reserve() said that there is one. */
static uint32_t take_place(struct threads *threads)
{
    const uint32_t place = threads->first_free;

    if (place == THREAD_NONE)
        return threads->count++;
    threads->first_free = threads->list[place].number;
    return place;
}

static bool add(struct threads *threads, const struct record_thread *record)
{
    struct thread thread = {.number = record->thread, .folds_into = THREAD_NONE};
    uint32_t place;

    if (!reserve(threads))
        return false;
    thread.shown.process = record->header.process;
    thread.shown.tid = record->tid;
    thread.shown.ident = record->ident;
    thread.shown.state = (enum thread_state)record->state;
    thread.shown.leaf = FUNCTION_NONE;
    thread.shown.name = names_share(threads->names, record->name, record->name_length);
    if (!thread.shown.name)
        return false;
    thread.names_given = 1;
    place = take_place(threads);
    threads->list[place] = thread;
    map_put(&threads->numbers, key_of(record->header.process, record->thread), place);
    return true;
}

/* False: no room for the name, and the thread keeps the one it had. */
static bool rename_thread(struct threads *threads, struct thread *thread,
                          const struct record_thread *record)
{
    const char *name = names_find(threads->names, record->name, record->name_length);

    if (!name && thread->names_given == THREAD_NAMES_MAX) {
        name = NAME_RENAMED;
    } else if (!name) {
        name = names_share(threads->names, record->name, record->name_length);
        thread->names_given++;
    }
    if (name)
        thread->shown.name = name;
    return name;
}

bool threads_define(struct threads *threads, const struct record_thread *record)
{
    const uint32_t place = threads_find(threads, record->header.process, record->thread);
    struct thread *thread;

    if (place == THREAD_NONE)
        return add(threads, record);
    thread = &threads->list[place];
    thread->shown.state = (enum thread_state)record->state;
    thread->shown.tid = record->tid;
    thread->shown.ident = record->ident;
    return rename_thread(threads, thread, record);
}

void threads_end(struct threads *threads, uint16_t process)
{
    for (uint32_t i = 0; i < threads->count; i++)
        if (threads->list[i].shown.name && threads->list[i].shown.process == process)
            threads->list[i].shown.state = THREAD_ENDED;
}

uint32_t threads_find(const struct threads *threads, uint16_t process, uint32_t number)
{
    return map_get(&threads->numbers, key_of(process, number));
}

void threads_forget(struct threads *threads, uint32_t thread)
{
    const struct thread *forgotten = &threads->list[thread];

    map_remove(&threads->numbers, key_of(forgotten->shown.process, forgotten->number));
}

void threads_free_place(struct threads *threads, uint32_t thread)
{
    threads->list[thread] = (struct thread){.number = threads->first_free};
    threads->first_free = thread;
}
