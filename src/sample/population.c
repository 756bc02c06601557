#include "sample/population.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clean.h"
#include "base/clock.h"
#include "python/none.h"
#include "sample/emit.h"
#include "sample/pending.h"

enum {
    LIST_EVERY_MS = 1000,   /* threads are listed anew at least so often */
    LIST_LEAST_MS = 5,      /* and not more often than that, whatever seems to have changed, */
    LIST_SHARE = 8,         /* nor for more than this part of the time */
    NAMES_EVERY_MS = 1000,  /* and their names are read again */
    NAMES_MAX = 4096,
    INTERPRETER_ROOM = 40,  /* for " (interp N)" */
};

bool population_init(struct population *population, pid_t pid, struct reader *reader,
                     const struct runtime *runtime)
{
    population->runtime = runtime;
    population->source = (struct thread_source){pid, kernel_threads_are_nested(pid), reader,
                                                &runtime->layout, walk_room_new()};
    population->native_ids = (struct native_ids){
        .pid = pid, .nested = population->source.nested, .reader = reader};
    population->found = malloc(RUNTIME_THREADS_MAX * sizeof *population->found);
    population->names = malloc(NAMES_MAX * sizeof *population->names);
    population->list_wanted = true;
    return population->source.room != NULL && population->found != NULL && population->names != NULL;
}

void population_free(struct population *population)
{
    for (size_t i = 0; i < population->thread_count; i++)
        target_thread_free(population->threads[i]);
    free(population->threads);
    free(population->found);
    free(population->names);
    walk_room_free(population->source.room);
}

static struct target_thread *find_thread(struct population *population,
                                         const struct thread_found *found)
{
    for (size_t i = 0; i < population->thread_count; i++) {
        struct target_thread *thread = population->threads[i];

        if (remote_equal(thread->found.address, found->address) &&
            thread->found.ident == found->ident && thread->found.mark == found->mark)
            return thread;
    }
    return NULL;
}

_Static_assert(THREAD_NAME_ROOM >= NAMES_TEXT_MAX, "names are copied whole");

/* A thread of an interpreter that is not the main one is named with it. */
static void name_thread(struct target_thread *thread, const char *name)
{
    char text[THREAD_NAME_ROOM], suffix[INTERPRETER_ROOM] = "";
    size_t length;

    if (thread->interpreter_id != 0)
        snprintf(suffix, sizeof suffix, " (interp %" PRId64 ")", thread->interpreter_id);
    length = clean_utf8(text, sizeof text - strlen(suffix), name, strlen(name));
    snprintf(text + length, sizeof text - length, "%s", suffix);
    if (strcmp(thread->name, text) == 0)
        return;
    snprintf(thread->name, sizeof thread->name, "%s", text);
    thread->announced = false;
}

static struct target_thread *add_thread(struct population *population, const struct thread_found *found,
                                        int64_t interpreter_id, uint64_t now_ns)
{
    /* One that came since the lists were the same as ever has begun since. */
    const uint64_t born_ns = population->same_threads_ns != 0 ? population->same_threads_ns : now_ns;
    struct target_thread *thread;

    if (population->thread_count == RUNTIME_THREADS_MAX)
        return NULL;
    if (population->thread_count == population->thread_room) {
        const size_t room = population->thread_room * 2 + 16;
        struct target_thread **grown = realloc(population->threads, room * sizeof *grown);

        if (grown == NULL)
            return NULL;
        population->threads = grown;
        population->thread_room = room;
    }
    thread = target_thread_new(&population->source, found, population->next_thread_number, born_ns,
                               now_ns);
    if (thread == NULL)
        return NULL;
    thread->interpreter_id = interpreter_id;
    if (interpreter_id != 0) {
        char kernels[THREAD_NAME_ROOM];

        memcpy(kernels, thread->name, sizeof kernels);
        name_thread(thread, kernels);
    }
    population->next_thread_number++;
    population->threads[population->thread_count++] = thread;
    population->changes++;
    population->named_ns = 0;
    return thread;
}

/* Puts a thread's end and forgets it; where there is no room for that, the next listing does. */
static void drop_thread(struct population *population, size_t index, const struct thread_round *round)
{
    struct target_thread *thread = population->threads[index];

    pending_put(round->pending, round, true);
    target_thread_flush(thread, round);
    thread->ended = true;
    if (thread->announced &&
        !emit_thread(round->sink, round->process, thread->number, thread->tid, thread->found.ident,
                     THREAD_ENDED, thread->name)) {
        population->list_wanted = true;
        return;
    }
    target_thread_free(thread);
    population->threads[index] = population->threads[--population->thread_count];
    population->changes++;
}

void population_end(struct population *population, const struct thread_round *round)
{
    for (size_t i = population->thread_count; i-- > 0;)
        drop_thread(population, i, round);
}

/* Whether a thread state just found belongs to a thread of its own. One that is being started has no
   thread yet, or still that of the thread that starts it (3.11: new_threadstate(), Python/pystate.c),
   which is older and has been seen in this listing of the interpreter before. */
static bool is_bound(const struct population *population, const struct thread_found *found,
                     remote_addr interpreter)
{
    for (size_t i = 0; i < population->thread_count; i++) {
        const struct target_thread *thread = population->threads[i];

        if (thread->seen && thread->found.native_id == found->native_id &&
            remote_equal(thread->interpreter, interpreter) &&
            !remote_equal(thread->found.address, found->address))
            return false;
    }
    return found->native_id != 0;
}

/* Reads the list of interpreters; false when it could not be followed to its end. A trail to names is
   of use for its own interpreter only. */
static bool list_interpreters(struct population *population)
{
    bool whole;

    memcpy(population->interpreters_before, population->interpreters, sizeof population->interpreters);
    population->interpreter_count =
        runtime_interpreters(population->runtime, population->source.reader, population->interpreters,
                             RUNTIME_INTERPRETERS_MAX, &whole);
    for (size_t i = 0; i < population->interpreter_count; i++)
        if (!remote_equal(population->interpreters[i].address,
                          population->interpreters_before[i].address))
            population->trails[i] = (struct names_trail){0};
    return whole;
}

/* Finds None, which a process that starts does not have yet. */
static void find_none(struct population *population)
{
    for (size_t i = 0; i < population->interpreter_count && !population->knows_none; i++) {
        const remote_addr none = none_find(population->source.reader, population->source.layout,
                                           population->interpreters[i].address);

        population->knows_none = !remote_is_null(none);
        walk_room_set_none(population->source.room, none);
    }
}

/* Finds what the kernel calls the threads found of an interpreter of which Python does not tell it: of those
   that are known, what is known; of others, what their own structures say. */
static void find_native_ids(struct population *population, size_t count)
{
    if (population->source.layout->thread.native_thread_id != LAYOUT_NONE)
        return;
    native_ids_learn(&population->native_ids, population->found, count);
    for (size_t i = 0; i < count; i++) {
        struct thread_found *found = &population->found[i];
        const struct target_thread *known = find_thread(population, found);

        found->native_id = known != NULL ? known->found.native_id
                                         : (uint64_t)native_id_of(&population->native_ids, found->ident);
    }
}

/* Takes note of a thread that is in an interpreter's list. */
static void see_thread(struct population *population, const struct thread_found *found,
                       const struct interpreter *interpreter, uint64_t now_ns)
{
    struct target_thread *thread;

    if (!is_bound(population, found, interpreter->address)) {
        population->list_wanted = true;
        return;
    }
    thread = find_thread(population, found);
    if (thread == NULL)
        thread = add_thread(population, found, interpreter->id, now_ns);
    if (thread == NULL || thread->ended)
        return; /* only its state is still there */
    thread->found = *found;
    thread->interpreter = interpreter->address;
    thread->seen = true;
    thread->stale = false;
}

/* Links the states that a thread has in several interpreters, by the ids of these. */
static void link_states(struct population *population)
{
    for (size_t i = 0; i < population->thread_count; i++) {
        struct target_thread *thread = population->threads[i];

        thread->outer = thread->inner = NULL;
        for (size_t j = 0; j < population->thread_count && population->interpreter_count > 1; j++) {
            struct target_thread *other = population->threads[j];
            const int64_t id = other->interpreter_id;

            if (other->tid != thread->tid)
                continue;
            if (id < thread->interpreter_id &&
                (thread->outer == NULL || id > thread->outer->interpreter_id))
                thread->outer = other;
            if (id > thread->interpreter_id &&
                (thread->inner == NULL || id < thread->inner->interpreter_id))
                thread->inner = other;
        }
    }
}

/* Brings the threads up to date with the target's own lists. Where these changed under us, a thread that
   was not met may still be there: it is kept until its end is sure. */
static void list_threads(struct population *population, const struct thread_round *round)
{
    bool whole = list_interpreters(population);
    size_t room = RUNTIME_THREADS_MAX;

    find_none(population);
    population->list_wanted = false;
    population->listed_ns = round->now_ns;
    for (size_t i = 0; i < population->thread_count; i++)
        population->threads[i]->seen = false;
    for (size_t i = 0; i < population->interpreter_count; i++) {
        bool all;
        const size_t count =
            runtime_threads(population->runtime, population->source.reader,
                            &population->interpreters[i], population->found, room, &all);

        whole &= all;
        room -= count;
        find_native_ids(population, count);
        /* The list has the newest first; threads are numbered by age. */
        for (size_t j = count; j-- > 0;)
            see_thread(population, &population->found[j], &population->interpreters[i], round->now_ns);
    }
    population->list_wanted |= !whole;
    if (whole)
        population->same_threads_ns = round->now_ns;
    for (size_t i = population->thread_count; i-- > 0;)
        if (!population->threads[i]->seen && (whole || population->threads[i]->ended))
            drop_thread(population, i, round);
    link_states(population);
    population->listing_ns = clock_now_ns() - round->now_ns;
}

static bool listing_is_due(const struct population *population, uint64_t now_ns)
{
    const uint64_t every_ns = (population->list_wanted ? LIST_LEAST_MS : LIST_EVERY_MS) * NS_PER_MS;
    const uint64_t since_ns = now_ns - population->listed_ns;

    return since_ns >= every_ns && since_ns >= LIST_SHARE * population->listing_ns;
}

/* Python's own names where it has them; the kernel's stay for threads that Python did not start. A thread that
   runs in several interpreters may have a name in each: the one of the oldest, the last in the list, is told. */
static void name_threads(struct population *population, uint64_t now_ns)
{
    population->named_ns = now_ns;
    for (size_t j = 0; j < population->thread_count; j++)
        population->threads[j]->named = false;
    for (size_t i = population->interpreter_count; i-- > 0;) {
        const size_t count =
            names_read(population->source.reader, population->source.layout,
                       population->interpreters[i].address, &population->trails[i],
                       population->names, NAMES_MAX);

        for (size_t j = 0; j < population->thread_count; j++) {
            struct target_thread *thread = population->threads[j];

            for (size_t k = 0; k < count && !thread->named; k++) {
                if (thread->found.ident == population->names[k].ident) {
                    name_thread(thread, population->names[k].text);
                    thread->named = true;
                }
            }
        }
    }
}

void population_update(struct population *population, const struct thread_round *round)
{
    if (listing_is_due(population, round->now_ns))
        list_threads(population, round);
    if (round->now_ns - population->named_ns >= NAMES_EVERY_MS * NS_PER_MS)
        name_threads(population, round->now_ns);
}

void population_looked(struct population *population, bool changed, uint64_t now_ns)
{
    population->list_wanted |= changed;
    if (!population->list_wanted)
        population->same_threads_ns = now_ns;
}

void population_skip(struct population *population, uint64_t away_ns, uint64_t now_ns)
{
    for (size_t i = 0; i < population->thread_count; i++)
        target_thread_skip(population->threads[i], away_ns, now_ns);
    if (population->same_threads_ns != 0)
        population->same_threads_ns = clock_least(population->same_threads_ns + away_ns, now_ns);
}
