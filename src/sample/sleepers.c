#include "sample/sleepers.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

void sleepers_free(struct sleepers *sleepers)
{
    free(sleepers->looked_ns);
    *sleepers = (struct sleepers){.looked_ns = NULL};
}

/* Where nothing is known of the places, all of them are asked for now. */
static bool know_places(struct sleepers *sleepers, size_t threads, uint32_t changes)
{
    if (sleepers->leaves_out && sleepers->changes == changes)
        return true;
    if (threads > sleepers->room) {
        uint64_t *grown = realloc(sleepers->looked_ns, threads * sizeof *grown);

        if (grown == NULL)
            return false;
        sleepers->looked_ns = grown;
        sleepers->room = threads;
    }
    if (threads > 0)
        memset(sleepers->looked_ns, 0, threads * sizeof *sleepers->looked_ns);
    sleepers->changes = changes;
    return true;
}

void sleepers_begin(struct sleepers *sleepers, uint64_t interval_ns, size_t threads, uint32_t changes, bool quiet,
                    bool may_leave_out)
{
    const size_t count = sleepers->count;
    const uint64_t within_ns = (quiet ? SLEEPERS_QUIET_LOOK_MS : SLEEPERS_LOOK_MS) * NS_PER_MS;
    const uint64_t rest_ns = quiet ? within_ns / 5 * 4 : 0;

    sleepers->count = 0;
    sleepers->looks = count > 0 ? (size_t)((count * interval_ns + within_ns - 1) / within_ns) : 1;
    /* Those just looked at are not due, which leaves the round's looks to the next in the list; nor, where most likely
       none of them did anything, are others before it has to be. */
    sleepers->due_ns = count / sleepers->looks * interval_ns;
    if (sleepers->due_ns < rest_ns)
        sleepers->due_ns = rest_ns;
    sleepers->leaves_out = may_leave_out && know_places(sleepers, threads, changes);
}
