#include "tally/functions.h"

#include <stdlib.h>

#define NAME_BYTES_MEAN 256u /* a function's share of the memory for names; files are kept once */

static uint64_t key_of(uint16_t process, uint32_t number)
{
    return (uint64_t)process << 32 | number;
}

/* Makes sure that one more fits. */
static bool reserve(struct functions *functions)
{
    const uint32_t grown = functions->room > 0 ? functions->room * 2 : 64;
    struct picture_function *list;

    if (functions->count < functions->room)
        return true;
    list = realloc(functions->list, grown * sizeof *list);
    if (!list)
        return false;
    functions->list = list;
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
    free(functions->list);
    map_free(&functions->numbers);
    names_free(functions->names);
}

bool functions_define(struct functions *functions, const struct record_function *record)
{
    const uint64_t key = key_of(record->header.process, record->function);
    struct picture_function function = {
        .first_line = record->first_line,
        .process = record->header.process,
    };

    if (map_get(&functions->numbers, key) != MAP_NONE)
        return true;
    if (functions->count - FUNCTION_FIRST >= functions->limit || !reserve(functions) ||
        !map_reserve(&functions->numbers))
        return false;
    function.name = names_share(functions->names, record->text, record->name_length);
    function.file =
        names_share(functions->names, record->text + record->name_length, record->file_length);
    if (!function.name || !function.file)
        return false;
    map_put(&functions->numbers, key, functions->count);
    functions->list[functions->count++] = function;
    return true;
}

uint32_t functions_find(const struct functions *functions, uint16_t process, uint32_t number)
{
    if (number < FUNCTION_FIRST)
        return number;
    return map_get(&functions->numbers, key_of(process, number));
}
