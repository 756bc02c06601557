#include "tally/functions.h"

#include <stdlib.h>
#include <string.h>

#define NAME_BYTES_MEAN 256u /* a function's share of the memory for names; files are kept once */
#define NUMBERS_ROOM_MAX (UINT64_C(1) << 24)

/* Makes sure that one more fits. */
static bool reserve(struct functions *functions)
{
    const uint32_t grown = functions->room > 0 ? functions->room * 2 : 64;
    struct picture_function *list;
    uint32_t *same_hash;

    if (functions->count < functions->room)
        return true;
    list = realloc(functions->list, grown * sizeof *list);
    if (!list)
        return false;
    functions->list = list;
    same_hash = realloc(functions->same_hash, grown * sizeof *same_hash);
    if (!same_hash)
        return false;
    functions->same_hash = same_hash;
    functions->room = grown;
    return true;
}

bool functions_init(struct functions *functions, uint32_t limit)
{
    functions->limit = limit;
    functions->names = names_new((size_t)limit * NAME_BYTES_MEAN + 4 * NAMES_LENGTH_MAX);
    if (!functions->names || !reserve(functions))
        return false;
    functions->list[FUNCTION_MOVING] = (struct picture_function){.name = "‹moving›", .file = ""};
    functions->list[FUNCTION_GC] = (struct picture_function){.name = "‹gc›", .file = ""};
    functions->list[FUNCTION_NATIVE] = (struct picture_function){.name = "‹native›", .file = ""};
    functions->count = FUNCTION_FIRST;
    return true;
}

void functions_free(struct functions *functions)
{
    for (uint32_t i = 0; i < functions->process_room; i++)
        free(functions->processes[i].index);
    free(functions->processes);
    free(functions->list);
    free(functions->same_hash);
    map_free(&functions->identities);
    names_free(functions->names);
}

void functions_forget_process(struct functions *functions, uint16_t process)
{
    struct function_numbers *numbers;

    if (process >= functions->process_room)
        return;
    numbers = &functions->processes[process];
    functions->numbers_room -= numbers->room;
    free(numbers->index);
    *numbers = (struct function_numbers){0};
}

static bool reserve_process(struct functions *functions, uint16_t process)
{
    uint32_t grown = functions->process_room > 0 ? functions->process_room : 4;
    struct function_numbers *processes;

    if (process < functions->process_room)
        return true;
    while (grown <= process)
        grown *= 2;
    processes = realloc(functions->processes, grown * sizeof *processes);
    if (!processes)
        return false;
    memset(processes + functions->process_room, 0,
           (grown - functions->process_room) * sizeof *processes);
    functions->processes = processes;
    functions->process_room = grown;
    return true;
}

/* Makes sure that a number of a process has a place. */
static bool reserve_number(struct functions *functions, uint16_t process, uint32_t number)
{
    struct function_numbers *numbers;
    uint32_t *index, grown;

    if (number >= FUNCTION_NUMBERS_MAX || !reserve_process(functions, process))
        return false;
    numbers = &functions->processes[process];
    grown = numbers->room > 0 ? numbers->room : 64;
    while (grown <= number)
        grown *= 2;
    if (number < numbers->room)
        return true;
    if (functions->numbers_room + grown - numbers->room > NUMBERS_ROOM_MAX)
        return false;
    index = realloc(numbers->index, grown * sizeof *index);
    if (!index)
        return false;
    for (uint32_t i = numbers->room; i < grown; i++)
        index[i] = FUNCTION_NONE;
    functions->numbers_room += grown - numbers->room;
    numbers->index = index;
    numbers->room = grown;
    return true;
}

/* Names are kept once, so that where they stand tells them apart (splitmix64's finalizer, Steele et al.,
   "Fast splittable pseudorandom number generators", 2014). */
static uint64_t hash_of(const struct picture_function *function)
{
    uint64_t hash = (uint64_t)(uintptr_t)function->name * 31 + (uint64_t)(uintptr_t)function->file;

    hash = (hash ^ hash >> 30) * 0xbf58476d1ce4e5b9u + function->first_line;
    hash = (hash ^ hash >> 27) * 0x94d049bb133111ebu;
    return hash ^ hash >> 31;
}

static bool equal(const struct picture_function *a, const struct picture_function *b)
{
    return a->name == b->name && a->file == b->file && a->first_line == b->first_line;
}

/* The index of a function, new or known by another number; FUNCTION_NONE: no room. */
static uint32_t share(struct functions *functions, const struct picture_function *function)
{
    const uint64_t hash = hash_of(function);
    const uint32_t first = map_get(&functions->identities, hash);

    for (uint32_t i = first; i != FUNCTION_NONE; i = functions->same_hash[i])
        if (equal(&functions->list[i], function))
            return i;
    if (functions->count - FUNCTION_FIRST >= functions->limit || !reserve(functions))
        return FUNCTION_NONE;
    functions->list[functions->count] = *function;
    functions->same_hash[functions->count] = FUNCTION_NONE;
    if (first != FUNCTION_NONE) {
        functions->same_hash[functions->count] = functions->same_hash[first];
        functions->same_hash[first] = functions->count;
    } else {
        map_put(&functions->identities, hash, functions->count);
    }
    return functions->count++;
}

bool functions_define(struct functions *functions, const struct record_function *record)
{
    const uint16_t process = record->header.process;
    struct picture_function function = {.first_line = record->first_line};
    uint32_t index;

    if (functions_find(functions, process, record->function) != FUNCTION_NONE)
        return true;
    if (!reserve_number(functions, process, record->function) ||
        !map_reserve(&functions->identities))
        return false;
    function.name = names_share(functions->names, record->text, record->name_length);
    function.file =
        names_share(functions->names, record->text + record->name_length, record->file_length);
    if (!function.name || !function.file)
        return false;
    index = share(functions, &function);
    if (index == FUNCTION_NONE)
        return false;
    functions->processes[process].index[record->function] = index;
    return true;
}
