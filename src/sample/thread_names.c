#include "sample/thread_names.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clean.h"
#include "base/clock.h"

enum {
    NAMES_EVERY_MS = 1000, /* names are read again, */
    NAMES_SHARE = 8,       /* but for no more than this part of the time: */
    NAMES_AT_ONCE_MS = 20, /* where it takes longer, those of further interpreters in a later round */
    INTERPRETER_ROOM = 40, /* for " (interp N)" */
};

_Static_assert(THREAD_NAME_ROOM >= NAMES_TEXT_MAX, "names are copied whole");

void thread_names_give(struct target_thread *thread, const char *name)
{
    char text[THREAD_NAME_ROOM], suffix[INTERPRETER_ROOM] = "";
    size_t length;

    if (thread->interpreter_id != 0)
        snprintf(suffix, sizeof suffix, " (interp %" PRId64 ")", thread->interpreter_id);
    length = clean_utf8(text, sizeof text - strlen(suffix), name, strlen(name));
    snprintf(text + length, sizeof text - length, "%s", suffix);
    if (strcmp(thread->name, text) != 0)
        target_thread_rename(thread, text);
}

static bool naming_is_due(const struct population *population, uint64_t now_ns)
{
    if (now_ns - population->naming_began_ns < NAMES_SHARE * population->naming_ns)
        return false;
    return population->names_left > 0 || population->names_due ||
           now_ns - population->named_ns >= NAMES_EVERY_MS * NS_PER_MS;
}

static void begin_naming(struct population *population, uint64_t now_ns)
{
    population->named_ns = now_ns;
    population->names_due = false;
    population->names_left = population->interpreter_count;
    for (size_t i = 0; i < population->thread_count; i++)
        population->threads[i]->named = false;
}

static void name_threads_of(struct population *population, size_t interpreter)
{
    const size_t count = names_read(population->source.reader, population->source.layout,
                                    population->interpreters[interpreter].address, &population->trails[interpreter],
                                    population->names, POPULATION_NAMES_MAX);

    for (size_t i = 0; i < population->thread_count; i++) {
        struct target_thread *thread = population->threads[i];

        for (size_t k = 0; k < count && !thread->named; k++) {
            if (thread->found.ident == population->names[k].ident) {
                thread_names_give(thread, population->names[k].text);
                thread->named = true;
            }
        }
    }
}

/* Python's own names where it has them; the kernel's stay for threads that Python did not start. A thread that
   runs in several interpreters may have a name in each: the one of the oldest, the last in the list, is told. */
void thread_names_update(struct population *population, const struct thread_round *round)
{
    const uint64_t start_ns = clock_now_ns();
    const uint64_t until_ns = clock_least(round->until_ns, start_ns + NAMES_AT_ONCE_MS * NS_PER_MS);
    size_t left;

    if (!naming_is_due(population, round->now_ns))
        return;
    if (population->names_left == 0)
        begin_naming(population, round->now_ns);
    left = population->names_left < population->interpreter_count ? population->names_left
                                                                  : population->interpreter_count;
    while (left > 0) {
        name_threads_of(population, --left);
        if (clock_now_ns() >= until_ns)
            break;
    }
    population->names_left = left;
    population->naming_began_ns = start_ns;
    population->naming_ns = clock_now_ns() - start_ns;
}
