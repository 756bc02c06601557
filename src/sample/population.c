#include "sample/population.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "python/none.h"
#include "sample/thread_names.h"

enum {
    LIST_EVERY_MS = 1000,   /* threads are listed anew at least so often */
    LIST_LEAST_MS = 5,      /* and not more often than that, whatever seems to have changed, */
    LIST_SHARE = 8,         /* nor for more than this part of the time; so are threads met one by one */
    MARK_EVERY_MS = 20,     /* so often it is looked whether an interpreter came */
    UNLISTED_MAX = 65536,   /* that are counted */
    MET_MAX = 64,           /* with the GIL, for which there is room beside those in the lists */
};

bool population_init(struct population *population, pid_t pid, struct reader *reader,
                     const struct runtime *runtime)
{
    population->runtime = runtime;
    population->tasks = task_ids_of(pid);
    population->source = (struct thread_source){&population->tasks, reader, &runtime->layout, walk_room_new()};
    population->native_ids = (struct native_ids){
        .tasks = &population->tasks,
        .reader = reader,
        .told = runtime->layout.thread.native_thread_id != LAYOUT_NONE,
    };
    population->found = malloc(RUNTIME_THREADS_MAX * sizeof *population->found);
    population->names = malloc(POPULATION_NAMES_MAX * sizeof *population->names);
    population->list_wanted = true;
    return population->source.room != NULL && population->found != NULL && population->names != NULL;
}

void population_free(struct population *population)
{
    for (size_t i = 0; i < population->thread_count; i++)
        target_thread_free(population->threads[i]);
    free(population->threads);
    free(population->asleep_ns);
    free(population->found);
    free(population->names);
    walk_room_free(population->source.room);
    task_ids_free(&population->tasks);
}

static void lose_state(struct population *population, size_t place, const struct thread_round *round)
{
    target_thread_lose_state(population->threads[place], round);
    population->asleep_ns[place] = 0;
}

/* The thread that is known by this state of an interpreter. One of another interpreter has none any more: the memory of
   that is this one's now, maybe with that of the interpreter, which from 3.12 on has a state in itself
   (PyInterpreterState._initial_thread). */
static struct target_thread *find_thread(struct population *population, const struct thread_found *found,
                                         const struct interpreter *interpreter, const struct thread_round *round)
{
    for (size_t i = 0; i < population->thread_count; i++) {
        struct target_thread *thread = population->threads[i];

        if (!remote_equal(thread->found.address, found->address) ||
            thread->found.ident != found->ident || thread->found.mark != found->mark)
            continue;
        if (thread->interpreter_id == interpreter->id)
            return thread;
        lose_state(population, i, round);
    }
    return NULL;
}

/* Makes room for one more; false: there are `most`, or there is no memory. */
static bool reserve_thread(struct population *population, size_t most)
{
    const size_t room = population->thread_room * 2 + 16;
    struct target_thread **threads;
    uint64_t *asleep_ns;

    if (population->thread_count >= most) {
        population->crowded_out++;
        return false;
    }
    if (population->thread_count < population->thread_room)
        return true;
    threads = realloc(population->threads, room * sizeof *threads);
    if (threads != NULL)
        population->threads = threads;
    asleep_ns = realloc(population->asleep_ns, room * sizeof *asleep_ns);
    if (asleep_ns != NULL)
        population->asleep_ns = asleep_ns;
    if (threads == NULL || asleep_ns == NULL)
        return false;
    population->thread_room = room;
    return true;
}

/* Adds a thread just made, for which there is room, to those of an interpreter; NULL stays NULL. */
static struct target_thread *add_thread(struct population *population, struct target_thread *thread,
                                        const struct interpreter *interpreter)
{
    if (thread == NULL)
        return NULL;
    thread->interpreter = interpreter->address;
    thread->interpreter_id = interpreter->id;
    if (interpreter->id != 0) {
        char kernels[THREAD_NAME_ROOM];

        memcpy(kernels, thread->name, sizeof kernels);
        thread_names_give(thread, kernels);
    }
    population->next_thread_number++;
    population->asleep_ns[population->thread_count] = 0;
    population->threads[population->thread_count++] = thread;
    population->names_wanted = true;
    return thread;
}

/* Puts a thread's end and forgets it; where there is no room for that, the next listing does. */
static void drop_thread(struct population *population, size_t index, const struct thread_round *round)
{
    struct target_thread *thread = population->threads[index];

    if (!target_thread_end(thread, round)) {
        population->list_wanted = true;
        return;
    }
    target_thread_free(thread);
    population->threads[index] = population->threads[--population->thread_count];
    population->asleep_ns[index] = population->asleep_ns[population->thread_count];
}

/* Ends who has been without a state for longest; false: there is none, or no room for that. */
static bool drop_longest_stateless(struct population *population, const struct thread_round *round)
{
    const size_t count = population->thread_count;
    size_t longest = count;

    for (size_t i = 0; i < count; i++)
        if (target_thread_is_stateless(population->threads[i]) &&
            (longest == count || population->threads[i]->stateless_ns < population->threads[longest]->stateless_ns))
            longest = i;
    if (longest < count)
        drop_thread(population, longest, round);
    return population->thread_count < count;
}

/* Those without a state make room for those that the next listing finds, as for want of it this one left some out, and for
   those that are met. */
static void make_room(struct population *population, const struct thread_round *round)
{
    const size_t wanted = population->crowded_out < RUNTIME_THREADS_MAX ? population->crowded_out : RUNTIME_THREADS_MAX;

    while (population->thread_count > RUNTIME_THREADS_MAX - wanted && drop_longest_stateless(population, round))
        population->list_wanted |= wanted > 0;
}

void population_end(struct population *population, const struct thread_round *round)
{
    for (size_t i = population->thread_count; i-- > 0;)
        drop_thread(population, i, round);
}

/* Whether this is another state of the thread that one known is of, in the same interpreter. */
static bool is_of_same_thread(const struct target_thread *thread, const struct thread_found *found,
                              const struct interpreter *interpreter)
{
    return !thread->ended && thread->found.native_id == found->native_id &&
           remote_equal(thread->interpreter, interpreter->address) && thread->interpreter_id == interpreter->id &&
           !remote_equal(thread->found.address, found->address);
}

/* Whether that one has a state, as far as is known. */
static bool has_another_state(const struct population *population, const struct thread_found *found,
                              const struct interpreter *interpreter)
{
    for (size_t i = 0; i < population->thread_count; i++)
        if (!target_thread_is_stateless(population->threads[i]) &&
            is_of_same_thread(population->threads[i], found, interpreter))
            return true;
    return false;
}

/* Whether a thread state just found in a list belongs to a thread of its own. One that is being started has no
   thread yet, or still that of the thread that starts it (3.11: new_threadstate(), Python/pystate.c). */
static bool is_bound(const struct population *population, const struct thread_found *found,
                     const struct interpreter *interpreter)
{
    return found->native_id != 0 && !has_another_state(population, found, interpreter);
}

/* Gives a state that was found to the thread known whose it is, which had another one `until_ns`, or none. Where that is
   among the threads; thread_count: it is not known. */
static size_t take_over(struct population *population, const struct thread_found *found,
                        const struct interpreter *interpreter, uint64_t until_ns, const struct thread_round *round)
{
    size_t place = 0;

    while (place < population->thread_count &&
           !(is_of_same_thread(population->threads[place], found, interpreter) &&
             target_thread_take_state(population->threads[place], found, until_ns, round)))
        place++;
    if (place < population->thread_count)
        population->asleep_ns[place] = 0;
    return place;
}

/* Reads the list of interpreters; false when it could not be followed to its end. A trail to names is
   of use for its own interpreter only. */
static bool list_interpreters(struct population *population)
{
    bool whole;

    runtime_interpreters_mark(population->runtime, population->source.reader, &population->mark);
    memcpy(population->interpreters_before, population->interpreters, sizeof population->interpreters);
    population->interpreter_count =
        runtime_interpreters(population->runtime, population->source.reader, population->interpreters,
                             RUNTIME_INTERPRETERS_MAX, &whole);
    for (size_t i = 0; i < population->interpreter_count; i++)
        if (!remote_equal(population->interpreters[i].address,
                          population->interpreters_before[i].address) ||
            population->interpreters[i].id != population->interpreters_before[i].id)
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

/* Adds a thread that was found in an interpreter's list, if the kernel has it and there is room. */
static struct target_thread *add_found(struct population *population, struct thread_found *found,
                                       const struct interpreter *interpreter, const struct thread_round *round)
{
    /* One that came since the lists were the same as ever has begun since. */
    const uint64_t born_ns = population->same_threads_ns != 0 ? population->same_threads_ns : round->now_ns;
    const size_t known = take_over(population, found, interpreter, round->before_ns, round);
    struct target_thread *thread = NULL;

    if (known < population->thread_count)
        return population->threads[known];
    for (bool again = true; again && thread == NULL && reserve_thread(population, RUNTIME_THREADS_MAX);) {
        thread = target_thread_new(&population->source, found, population->next_thread_number, born_ns, round);
        again = thread == NULL && native_id_correct(&population->native_ids, found) &&
                is_bound(population, found, interpreter);
    }
    return add_thread(population, thread, interpreter);
}

static void note_seen(struct target_thread *thread, const struct thread_found *found)
{
    if (thread == NULL || thread->ended)
        return; /* only its state is still there */
    thread->found = *found;
    thread->seen = true;
    thread->stale = false;
}

/* Takes note of the known ones among those that are in an interpreter's list, and leaves the others in front, in the same
   order: gives how many these are. */
static size_t see_known(struct population *population, size_t count, const struct interpreter *interpreter,
                        const struct thread_round *round)
{
    struct thread_found *found = population->found;
    size_t unknown = 0;

    for (size_t i = 0; i < count; i++) {
        struct target_thread *thread = find_thread(population, &found[i], interpreter, round);
        const struct thread_found other = found[i];

        if (thread != NULL) {
            found[i].native_id = thread->found.native_id;
            note_seen(thread, &found[i]);
            continue;
        }
        found[i] = found[unknown];
        found[unknown++] = other;
    }
    return unknown;
}

/* And of one that is not known. */
static void see_unknown(struct population *population, struct thread_found *found,
                        const struct interpreter *interpreter, const struct thread_round *round)
{
    native_id_find(&population->native_ids, found);
    if (!is_bound(population, found, interpreter))
        population->list_wanted = true;
    else
        note_seen(add_found(population, found, interpreter, round), found);
}

/* Those not seen in the list of an interpreter that was read whole have no state any more. */
static void lose_unseen(struct population *population, const struct interpreter *interpreter,
                        const struct thread_round *round)
{
    for (size_t i = 0; i < population->thread_count; i++) {
        struct target_thread *thread = population->threads[i];

        if (!thread->seen && target_thread_has_state(thread) && thread->interpreter_id == interpreter->id &&
            remote_equal(thread->interpreter, interpreter->address))
            lose_state(population, i, round);
    }
}

static const struct interpreter *find_interpreter(const struct population *population, remote_addr address)
{
    for (size_t i = 0; i < population->interpreter_count; i++)
        if (remote_equal(population->interpreters[i].address, address))
            return &population->interpreters[i];
    return NULL;
}

/* Whose state stood where that of another stands now, they have none. */
static void lose_those_before(struct population *population, const struct thread_found *found,
                              const struct thread_round *round)
{
    for (size_t i = 0; i < population->thread_count; i++)
        if (remote_equal(population->threads[i]->found.address, found->address) &&
            target_thread_has_state(population->threads[i]))
            lose_state(population, i, round);
}

/* To 3.11, whose interpreters share one GIL, a state bears the ids of who makes it at first: one that stands where that of the
   thread with the GIL stood, which ended meanwhile, seems to be another one of its maker's. */
static bool may_be_anothers(const struct population *population, const struct thread_found *found,
                            const struct interpreter *interpreter)
{
    return population->source.layout->interpreter.gil == LAYOUT_NONE &&
           has_another_state(population, found, interpreter);
}

/* Adds one that was met, and makes its first round. Where it is; thread_count: there is none. */
static size_t add_met(struct population *population, const struct thread_found *found,
                      const struct interpreter *interpreter, uint64_t since_ns, const struct thread_round *round)
{
    if (!reserve_thread(population, RUNTIME_THREADS_MAX + MET_MAX) ||
        add_thread(population,
                   target_thread_meet(&population->source, found, population->next_thread_number, since_ns, round),
                   interpreter) == NULL)
        return population->thread_count;
    return population->thread_count - 1;
}

/* To 3.11 a state of a subinterpreter bears the ids of who made it, whoever runs it, even when its maker ended. Where its
   thread took the GIL by another state and went on by this one, it is the thread of that. */
static void take_id_of_taker(const struct population *population, struct thread_found *found, const struct gil_now *gil)
{
    if (remote_equal(gil->taken_by, found->address))
        return;
    for (size_t i = 0; i < population->thread_count; i++)
        if (!population->threads[i]->ended && remote_equal(population->threads[i]->found.address, gil->taken_by))
            found->native_id = population->threads[i]->found.native_id;
}

size_t population_meet(struct population *population, remote_addr interpreter_address, remote_addr address,
                       uint64_t since_ns, const struct thread_round *round)
{
    const struct interpreter *interpreter = find_interpreter(population, interpreter_address);
    const uint64_t start_ns = clock_now_ns();
    struct thread_found *found = population->found;
    size_t place;

    population->list_wanted = true;
    if (interpreter == NULL || start_ns - population->met_ns < LIST_SHARE * population->meeting_ns ||
        !runtime_thread(population->runtime, population->source.reader, interpreter, address, found))
        return population->thread_count;
    native_ids_begin(&population->native_ids, found, 1);
    native_id_find(&population->native_ids, found);
    /* Who has the GIL has its own ids by then: they are set in front of that (3.11: thread_run(),
       Modules/_threadmodule.c; 3.12 on: bind_tstate(), Python/pystate.c). To ask whether they are takes longer than some
       threads live. */
    if (population->native_ids.mistold)
        native_id_correct(&population->native_ids, found);
    take_id_of_taker(population, found, round->gil);
    if (found->native_id == 0 || may_be_anothers(population, found, interpreter))
        return population->thread_count;
    lose_those_before(population, found, round);
    place = take_over(population, found, interpreter, since_ns, round);
    if (place < population->thread_count)
        target_thread_round(population->threads[place], round);
    else
        place = add_met(population, found, interpreter, since_ns, round);
    population->met_ns = clock_now_ns();
    population->meeting_ns = population->met_ns - start_ns;
    return place;
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

/* Counts the threads that an interpreter has beyond the `count` that were found: there was no room for them. */
static void count_unlisted(struct population *population, const struct interpreter *interpreter, size_t count)
{
    population->unlisted += runtime_count_threads(
        population->runtime, population->source.reader,
        count > 0 ? population->found[count - 1].next : interpreter->first_thread, UNLISTED_MAX - population->unlisted);
}

/* Takes note of the threads of an interpreter, of which there is room for `*room`. Whether all of them were found. */
static bool list_threads_of(struct population *population, const struct interpreter *interpreter, size_t *room,
                            const struct thread_round *round)
{
    bool whole;
    const size_t count = runtime_threads(population->runtime, population->source.reader, interpreter,
                                         population->found, *room, &whole);
    size_t unknown;

    *room -= count;
    if (*room == 0)
        count_unlisted(population, interpreter, count);
    native_ids_begin(&population->native_ids, population->found, count);
    unknown = see_known(population, count, interpreter, round);
    if (whole)
        lose_unseen(population, interpreter, round);
    /* The list has the newest first; threads are numbered by age. */
    while (unknown-- > 0)
        see_unknown(population, &population->found[unknown], interpreter, round);
    return whole;
}

/* Whether one that was not seen may get another state: its interpreter is there. */
static bool may_come_back(const struct population *population, const struct target_thread *thread)
{
    const struct interpreter *interpreter = find_interpreter(population, thread->interpreter);

    return target_thread_is_stateless(thread) && interpreter != NULL && interpreter->id == thread->interpreter_id;
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
    population->unlisted = 0;
    population->crowded_out = 0;
    for (size_t i = 0; i < population->thread_count; i++)
        population->threads[i]->seen = false;
    for (size_t i = 0; i < population->interpreter_count; i++)
        whole &= list_threads_of(population, &population->interpreters[i], &room, round);
    if (population->interpreter_count == RUNTIME_INTERPRETERS_MAX)
        population->unlisted += runtime_count_threads_beyond(population->runtime, population->source.reader,
                                                             population->interpreters, population->interpreter_count,
                                                             UNLISTED_MAX - population->unlisted);
    population->list_wanted |= !whole;
    if (whole)
        population->same_threads_ns = round->now_ns;
    for (size_t i = population->thread_count; i-- > 0;) {
        struct target_thread *thread = population->threads[i];

        if (!thread->seen && (thread->ended || (whole && !may_come_back(population, thread))))
            drop_thread(population, i, round);
        else if (target_thread_is_stateless(thread))
            thread->stale = false;
    }
    make_room(population, round);
    link_states(population);
    population->listing_ns = clock_now_ns() - round->now_ns;
}

/* Lists them anew where an interpreter came, or the newest went: with a GIL of its own nothing else that a round reads
   shows it. To 3.11 all share one, and a thread is met that is none of those known. */
static void look_for_interpreters(struct population *population, uint64_t now_ns)
{
    struct interpreters_mark mark;

    if (population->source.layout->interpreter.gil == LAYOUT_NONE || population->list_wanted ||
        now_ns - population->mark_asked_ns < MARK_EVERY_MS * NS_PER_MS)
        return;
    population->mark_asked_ns = now_ns;
    population->list_wanted = runtime_interpreters_mark(population->runtime, population->source.reader, &mark) &&
                              (mark.newest != population->mark.newest || mark.next_id != population->mark.next_id);
}

static bool listing_is_due(const struct population *population, uint64_t now_ns)
{
    const uint64_t every_ns = (population->list_wanted ? LIST_LEAST_MS : LIST_EVERY_MS) * NS_PER_MS;
    const uint64_t since_ns = now_ns - population->listed_ns;

    return since_ns >= every_ns && since_ns >= LIST_SHARE * population->listing_ns;
}

void population_update(struct population *population, const struct thread_round *round)
{
    look_for_interpreters(population, round->now_ns);
    if (listing_is_due(population, round->now_ns)) {
        list_threads(population, round);
        population->names_due |= population->names_wanted;
        population->names_wanted = false;
    }
    thread_names_update(population, round);
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
