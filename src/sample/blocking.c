#include "sample/blocking.h"

#include <time.h>

#include "base/clock.h"

enum {
    HOLD_MAX_MS = 50, /* what is not read by then is given up */
    HOLD_SHARE = 2,   /* it is held for no more than this part of the time */
    NEW_SHARE = 4,    /* of a new hold in the average */
};

/* Leaves it as long to run as it was held before. */
static void rest(const struct blocking *blocking)
{
    const struct timespec until = {(time_t)(blocking->rest_ns / NS_PER_S),
                                   (long)(blocking->rest_ns % NS_PER_S)};

    if (clock_now_ns() < blocking->rest_ns)
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

bool blocking_stop(struct blocking *blocking, struct kernel_thread *thread, struct sampler_counts *counts)
{
    struct kernel_wait wait;

    if (!blocking->wanted)
        return false;
    rest(blocking);
    if (kernel_thread_wait(thread, &wait) && !wait.running)
        return false;
    switch (stopper_stop(&blocking->stopper, thread->tid)) {
    case STOP_STANDS:
        return true;
    case STOP_ENDED:
        return false;
    case STOP_LATE:
    case STOP_REFUSED:
        break;
    }
    counts->unstopped++;
    return false;
}

void blocking_release(struct blocking *blocking, struct sampler_counts *counts)
{
    const uint64_t held_ns = stopper_release(&blocking->stopper);

    if (held_ns == 0)
        return;
    counts->stopped_ns += held_ns;
    blocking->rest_ns = clock_now_ns() + held_ns;
    blocking->hold_ns = blocking->hold_ns == 0
                            ? held_ns
                            : blocking->hold_ns - blocking->hold_ns / NEW_SHARE + held_ns / NEW_SHARE;
}

uint64_t blocking_until_ns(void)
{
    return clock_now_ns() + HOLD_MAX_MS * NS_PER_MS;
}

uint64_t blocking_interval_ns(const struct blocking *blocking)
{
    const uint64_t least_ns = HOLD_SHARE * blocking->hold_ns;

    return least_ns > blocking->asked_ns ? least_ns : blocking->asked_ns;
}

bool blocking_slows(const struct blocking *blocking)
{
    return blocking->wanted && blocking_interval_ns(blocking) > blocking->asked_ns;
}

bool blocking_tend(struct blocking *blocking)
{
    return stopper_tend(&blocking->stopper);
}
