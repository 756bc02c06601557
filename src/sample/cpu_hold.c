#include "sample/cpu_hold.h"

#include <sched.h>
#include <unistd.h>

static _Thread_local struct {
    cpu_set_t home; /* where it may run when it is not held */
    bool is_held;   /* on one CPU, or away from one */
    int cpu;        /* on which one; -1: none */
} place = {.cpu = -1};

/* What the first thread of the program says of itself while it is held is where that is. */
static bool find_home(void)
{
    const pid_t first = getpid();

    return (place.is_held && gettid() == first) || sched_getaffinity(first, sizeof place.home, &place.home) == 0;
}

static bool hold(const cpu_set_t *set, int cpu)
{
    if (CPU_COUNT(set) == 0 || sched_setaffinity(0, sizeof *set, set) != 0)
        return false;
    place.cpu = cpu;
    place.is_held = true;
    return true;
}

static bool is_ours(int cpu)
{
    return find_home() && cpu >= 0 && cpu < CPU_SETSIZE && CPU_ISSET((size_t)cpu, &place.home);
}

bool cpu_hold_on(int cpu)
{
    cpu_set_t set;

    if (!is_ours(cpu))
        return false;
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    return hold(&set, cpu);
}

bool cpu_hold_off(int cpu)
{
    cpu_set_t set;

    if (!is_ours(cpu))
        return false;
    set = place.home;
    CPU_CLR((size_t)cpu, &set);
    return hold(&set, -1);
}

int cpu_held(void)
{
    return place.cpu;
}

void cpu_hold_end(void)
{
    if (place.is_held && find_home())
        sched_setaffinity(0, sizeof place.home, &place.home);
    place.is_held = false;
    place.cpu = -1;
}
