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
    const struct timespec until = clock_timespec(blocking->rest_ns);

    if (clock_now_ns() < blocking->rest_ns)
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

bool blocking_stop(struct blocking *blocking, struct kernel_thread *thread, struct sampler_counts *counts)
{
    struct kernel_wait wait;

    if (!blocking->wanted)
        return false;
    blocking_tend(blocking, counts);
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

/* Gives for how long it was held. */
static uint64_t let_go(struct blocking *blocking, struct sampler_counts *counts)
{
    const uint64_t held_ns = stopper_release(&blocking->stopper);

    counts->stopped_ns += held_ns;
    blocking->rest_ns = clock_now_ns() + held_ns;
    return held_ns;
}

void blocking_release(struct blocking *blocking, struct sampler_counts *counts)
{
    const uint64_t held_ns = blocking->stopper.stands ? let_go(blocking, counts) : 0;

    if (held_ns == 0)
        return;
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

/* What it was held does not count into .hold_ns: rounds that are further apart would not make it shorter. */
bool blocking_tend(struct blocking *blocking, struct sampler_counts *counts)
{
    if (stopper_look(&blocking->stopper) == STOP_STANDS)
        let_go(blocking, counts);
    return blocking->stopper.tid != 0;
}

void blocking_take_over(struct blocking *blocking, struct blocking *left)
{
    if (left->stopper.tid == 0 || left->pid != blocking->pid)
        return;
    blocking->stopper = left->stopper;
    left->stopper = (struct stopper){0};
}
