/*
 * bare_loop - nothing but waking up: sleeps to the ends of equal intervals, as a sampler that has
 * nothing to read. What it costs is what the machine charges for being woken so often.
 *
 *     bare_loop [ahead] [RATE [PID ADDRESS:LENGTH... [/ ADDRESS:LENGTH...]...]]
 *
 * Wakes up RATE times a second, 1000 without it, until it is killed; "ahead" has it sleep as the sampler does. With a
 * target it also reads those pieces of it each time, one process_vm_readv for each list: the difference is what such
 * calls cost.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#include "base/alarm_clock.h"
#include "base/clock.h"
#include "pieces.h"

#define CALLS_MAX 8

struct call {
    struct iovec pieces[PIECES_MAX];
    unsigned long count;
    struct iovec into;
};
static struct call calls[CALLS_MAX];
static int call_count;

/* Parses the lists; false where one is none. */
static bool parse_calls(char **words, int count)
{
    for (int at = 0, end; at < count; at = end + 1) {
        struct call *call = &calls[call_count];

        for (end = at; end < count && strcmp(words[end], "/") != 0; end++)
            ;
        if (call_count++ == CALLS_MAX)
            return false;
        call->count = (unsigned long)(end - at);
        call->into.iov_len = pieces_parse(call->pieces, words + at, end - at);
        call->into.iov_base = malloc(call->into.iov_len);
        if (call->into.iov_len == 0 || call->into.iov_base == NULL)
            return false;
    }
    return true;
}

/* False when one cannot be made, or not all of it is there. */
static bool make_calls(pid_t pid)
{
    for (int i = 0; i < call_count; i++) {
        const struct call *call = &calls[i];

        if (process_vm_readv(pid, &call->into, 1, call->pieces, call->count, 0) != (ssize_t)call->into.iov_len)
            return false;
    }
    return true;
}

int main(int argc, char *argv[])
{
    const bool ahead = argc > 1 && strcmp(argv[1], "ahead") == 0;
    char **words = argv + 1 + ahead;
    const int count = argc - 1 - ahead;
    const long rate_hz = count > 0 ? strtol(words[0], NULL, 10) : 1000;
    const pid_t pid = count > 1 ? (pid_t)atoi(words[1]) : 0;
    struct alarm_clock alarm;
    uint64_t interval_ns;

    if (rate_hz < 1 || rate_hz > 1000000 || (count > 1 && !parse_calls(words + 2, count - 2))) {
        fprintf(stderr, "usage: bare_loop [ahead] [RATE [PID ADDRESS:LENGTH... [/ ADDRESS:LENGTH...]...]]\n");
        return 2;
    }
    interval_ns = NS_PER_S / (uint64_t)rate_hz;
    prctl(PR_SET_TIMERSLACK, 1UL); /* as src/sample/sampler.c */
    alarm_clock_open(&alarm);
    for (uint64_t until_ns = clock_now_ns() + interval_ns;; until_ns += interval_ns) {
        const struct timespec until = clock_timespec(until_ns);

        if (ahead)
            alarm_clock_wait(&alarm, until_ns, until_ns + interval_ns);
        else
            clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
        if (!make_calls(pid)) {
            perror("bare_loop");
            return 1;
        }
    }
}
