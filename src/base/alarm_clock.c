#include "base/alarm_clock.h"

#include <stdbool.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

enum { TIMERS = sizeof ((struct alarm_clock *)0)->timers / sizeof ((struct alarm_clock *)0)->timers[0] };

void alarm_clock_open(struct alarm_clock *clock)
{
    bool all = true;

    for (int i = 0; i < TIMERS; i++) {
        clock->timers[i].fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
        clock->timers[i].set_ns = 0;
        all &= clock->timers[i].fd >= 0;
    }
    if (!all)
        alarm_clock_close(clock);
}

void alarm_clock_close(struct alarm_clock *clock)
{
    for (int i = 0; i < TIMERS; i++) {
        if (clock->timers[i].fd >= 0)
            close(clock->timers[i].fd);
        clock->timers[i].fd = -1;
    }
}

static bool set(struct alarm_clock *clock, int i, uint64_t time_ns)
{
    const struct itimerspec time = {.it_value = clock_timespec(time_ns)};
    const bool done = timerfd_settime(clock->timers[i].fd, TFD_TIMER_ABSTIME, &time, NULL) == 0;

    clock->timers[i].set_ns = done ? time_ns : 0;
    return done;
}

/* The timer that was set for this time, or else the first. */
static int timer_of(const struct alarm_clock *clock, uint64_t time_ns)
{
    for (int i = 0; i < TIMERS; i++)
        if (clock->timers[i].set_ns == time_ns)
            return i;
    return 0;
}

void alarm_clock_wait(struct alarm_clock *clock, uint64_t time_ns, uint64_t next_ns)
{
    const struct timespec time = clock_timespec(time_ns);
    const int i = timer_of(clock, time_ns);
    uint64_t times_rung;

    if (clock->timers[i].fd < 0 || (clock->timers[i].set_ns != time_ns && !set(clock, i, time_ns))) {
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
        return;
    }
    if (next_ns != 0)
        set(clock, !i, next_ns);
    if (read(clock->timers[i].fd, &times_rung, sizeof times_rung) > 0)
        clock->timers[i].set_ns = 0;
}
