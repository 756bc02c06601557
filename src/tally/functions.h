/*
 * functions - what the functions' numbers stand for: by process and number as the sampler sent them, and by
 * index as the tally counts them.
 *
 * A function is its file, name and first line: processes that run the same code have the same function, so that
 * what all of them spend in it is one sum. Owned by the tally; one thread.
 */
#ifndef TALLY_FUNCTIONS_H
#define TALLY_FUNCTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sample/record.h"
#include "tally/map.h"
#include "tally/names.h"
#include "tally/picture.h"

#define FUNCTION_NONE MAP_NONE
#define FUNCTION_NUMBERS_MAX (1u << 17) /* of one process */

/* The functions of one process, by their numbers. */
struct function_numbers {
    uint32_t *index; /* FUNCTION_NONE: not defined */
    uint32_t room;
};

struct functions {
    struct picture_function *list; /* the first FUNCTION_FIRST are those without a definition */
    uint32_t *same_hash;           /* by index: the next one that `identities` has at the same key */
    uint32_t count, room, limit;
    struct function_numbers *processes;
    uint32_t process_room;
    uint64_t numbers_room;  /* of all processes */
    struct map identities;  /* hash of file, name and first line -> index */
    struct names *names;
};

/* Readies a zeroed `functions` for up to `limit` defined ones; false: out of memory. What it has is
   freed with functions_free() in either case. */
bool functions_init(struct functions *functions, uint32_t limit);
void functions_free(struct functions *functions);

/* Keeps a definition; the second of one number changes nothing. False: no room. */
bool functions_define(struct functions *functions, const struct record_function *record);

/* Forgets the numbers of a process that ended, and not the functions. */
void functions_forget_process(struct functions *functions, uint16_t process);

/* The index of a function, or FUNCTION_NONE when it is not defined. */
static inline uint32_t functions_find(const struct functions *functions, uint16_t process,
                                      uint32_t number)
{
    if (number < FUNCTION_FIRST)
        return number;
    if (process >= functions->process_room || number >= functions->processes[process].room)
        return FUNCTION_NONE;
    return functions->processes[process].index[number];
}

#endif
