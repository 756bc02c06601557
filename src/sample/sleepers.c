#include "sample/sleepers.h"

#include <string.h>

#include "base/clock.h"

void sleepers_begin(struct sleepers *sleepers, uint64_t interval_ns, uint64_t *looked_ns, size_t threads, bool quiet,
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
    sleepers->looked_ns = looked_ns;
    /* Where none were left out, nothing was noted. */
    if (may_leave_out && !sleepers->leaves_out && threads > 0)
        memset(looked_ns, 0, threads * sizeof *looked_ns);
    sleepers->leaves_out = may_leave_out;
}
