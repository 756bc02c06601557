/*
 * bare_loop - nothing but waking up: sleeps to the ends of equal intervals, as a sampler that has
 * nothing to read. What it costs is what the machine charges for being woken so often.
 *
 *     bare_loop [RATE]    wakes up RATE times a second, 1000 without it, until it is killed
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>

#define NS_PER_S 1000000000L

int main(int argc, char *argv[])
{
    const long rate_hz = argc > 1 ? strtol(argv[1], NULL, 10) : 1000;
    struct timespec until;

    if (rate_hz < 1 || rate_hz > 1000000) {
        fprintf(stderr, "usage: bare_loop [RATE]\n");
        return 2;
    }
    prctl(PR_SET_TIMERSLACK, 1UL); /* as src/sample/sampler.c */
    clock_gettime(CLOCK_MONOTONIC, &until);
    for (;;) {
        until.tv_nsec += NS_PER_S / rate_hz;
        if (until.tv_nsec >= NS_PER_S) {
            until.tv_nsec -= NS_PER_S;
            until.tv_sec++;
        }
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
    }
}
