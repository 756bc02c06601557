/*
 * clock - the one time base of the program: nanoseconds of CLOCK_MONOTONIC.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

#define NS_PER_US 1000ULL
#define NS_PER_MS 1000000ULL
#define NS_PER_S 1000000000ULL

/* What a clock of the kernel says, in nanoseconds: CLOCK_THREAD_CPUTIME_ID, for one; any thread. */
static inline uint64_t clock_ns(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/* Now, in nanoseconds since an arbitrary start that stays the same while the machine is up; any
   thread. */
static inline uint64_t clock_now_ns(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

/* A moment, or a span, as the kernel takes it. */
static inline struct timespec clock_timespec(uint64_t time_ns)
{
    return (struct timespec){(time_t)(time_ns / NS_PER_S), (long)(time_ns % NS_PER_S)};
}

/* The earlier of two moments, or the shorter of two spans. */
static inline uint64_t clock_least(uint64_t a_ns, uint64_t b_ns)
{
    return a_ns < b_ns ? a_ns : b_ns;
}

#endif
