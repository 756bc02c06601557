#include "sample/sleepers.h"

#include "base/clock.h"

void sleepers_begin(struct sleepers *sleepers, uint64_t interval_ns)
{
    const size_t count = sleepers->count;
    const size_t needed = (size_t)(count * interval_ns / (SLEEPERS_LOOK_MS * NS_PER_MS)) + 1;
    const size_t looks = needed > SLEEPERS_A_ROUND ? needed : SLEEPERS_A_ROUND;

    /* Those just looked at are not due, which leaves the round's looks to the next in the list. */
    *sleepers = (struct sleepers){.looks = looks, .due_ns = count / looks * interval_ns};
}
