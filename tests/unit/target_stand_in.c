/*
 * target_stand_in - what the sampler asks of targets, where it is tested with ones that are made up: the part in which these
 * are all the same. What they do in a round, the test says.
 */
#include "sample/target.h"

#include "base/clock.h"

uint64_t target_interval_ns(const struct target *target)
{
    (void)target;
    return NS_PER_MS;
}

uint32_t target_rounds_wanted(const struct target *target)
{
    (void)target;
    return 1;
}

void target_set_slowed(struct target *target, bool slowed)
{
    (void)target;
    (void)slowed;
}

void target_set_alone(struct target *target, bool alone)
{
    (void)target;
    (void)alone;
}

bool target_has_no_program(const struct target *target)
{
    (void)target;
    return false;
}

void target_flush(struct target *target, struct sampler_counts *counts)
{
    (void)target;
    (void)counts;
}

bool target_end(struct target *target, const struct error *reason, struct sampler_counts *counts)
{
    (void)target;
    (void)reason;
    (void)counts;
    return true;
}
