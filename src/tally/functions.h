/*
 * functions - what the functions' numbers stand for, by process and number as the sampler sent
 * them, and by index as the tally counts them. Owned by the tally; one thread.
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

struct functions {
    struct picture_function *list; /* the first FUNCTION_FIRST are those without a definition */
    uint32_t count, room, limit;
    struct map numbers; /* process and number -> index */
    struct names *names;
};

/* Readies a zeroed `functions` for up to `limit` defined ones; false: out of memory. What it has is
   freed with functions_free() in either case. */
bool functions_init(struct functions *functions, uint32_t limit);
void functions_free(struct functions *functions);

/* Keeps a definition; the second of one number changes nothing. False: no room. */
bool functions_define(struct functions *functions, const struct record_function *record);

/* The index of a function, or FUNCTION_NONE when it is not defined. */
uint32_t functions_find(const struct functions *functions, uint16_t process, uint32_t number);

#endif
