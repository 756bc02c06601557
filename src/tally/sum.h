/*
 * sum - arithmetic on `struct tally_sum`. It wraps around like all unsigned numbers do, so what
 * has been added can always be taken off again, whatever a target's numbers were.
 */
#ifndef TALLY_SUM_H
#define TALLY_SUM_H

#include <stdint.h>

#include "tally/picture.h"

static inline void sum_add(struct tally_sum *sum, const struct tally_sum *more)
{
    for (int mode = 0; mode < MODES; mode++)
        sum->ns[mode] += more->ns[mode];
    sum->samples += more->samples;
}

static inline void sum_subtract(struct tally_sum *sum, const struct tally_sum *less)
{
    for (int mode = 0; mode < MODES; mode++)
        sum->ns[mode] -= less->ns[mode];
    sum->samples -= less->samples;
}

/* The share `part` / `whole` of a sum, rounded down; part <= whole, whole > 0. */
static inline struct tally_sum sum_scaled(const struct tally_sum *sum, uint64_t part,
                                          uint64_t whole)
{
    struct tally_sum scaled;

    for (int mode = 0; mode < MODES; mode++)
        scaled.ns[mode] = (uint64_t)((unsigned __int128)sum->ns[mode] * part / whole);
    scaled.samples = (uint64_t)((unsigned __int128)sum->samples * part / whole);
    return scaled;
}

#endif
