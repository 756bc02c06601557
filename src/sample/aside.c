#include "sample/aside.h"

#include <sched.h>

#include "base/clock.h"
#include "sample/cpu_hold.h"

enum {
    LOOK_EVERY_MS = 50,
    LOOK_RARELY_MS = 3200, /* twice as long each time that they meet, up to this */
};

/* Leaves this CPU if the thread is on it, for another one if there is one to be had. Whether it was. */
static bool leave_if_met(struct kernel_thread *thread)
{
    const int cpu = kernel_thread_cpu(thread);

    if (cpu < 0 || cpu != sched_getcpu())
        return false;
    cpu_hold_off(cpu);
    return true;
}

void aside_look(struct aside *aside, struct kernel_thread *thread, uint64_t now_ns)
{
    const bool is_first = aside->look_ns == 0; /* there may be no other round */
    const bool met = aside->met;

    if (now_ns < aside->look_ns)
        return;
    aside->met = !is_first && leave_if_met(thread);
    aside->pause_ns = met && aside->met ? clock_least(2 * aside->pause_ns, LOOK_RARELY_MS * NS_PER_MS)
                                        : LOOK_EVERY_MS * NS_PER_MS;
    aside->look_ns = now_ns + aside->pause_ns;
}
