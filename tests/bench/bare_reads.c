/*
 * bare_reads - nothing but one process_vm_readv, again and again at full speed: what a profiler that reads
 * such pieces of its target cannot be faster than.
 *
 *     bare_reads PID SECONDS ADDRESS:LENGTH...
 *
 * The pieces are read in this order by each call, into one buffer. Prints how many calls a second it made.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "pieces.h"

#define CALLS_AT_ONCE 64 /* between two looks at the clock */

static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

int main(int argc, char *argv[])
{
    struct iovec pieces[PIECES_MAX];
    const int count = argc - 3;
    const size_t bytes = pieces_parse(pieces, argv + 3, count);
    struct iovec into = {malloc(bytes), bytes};
    double begin, now;
    long calls = 0;

    if (bytes == 0 || into.iov_base == NULL) {
        fprintf(stderr, "usage: bare_reads PID SECONDS ADDRESS:LENGTH...\n");
        return 2;
    }
    begin = now = seconds_now();
    while (now - begin < atof(argv[2])) {
        for (int i = 0; i < CALLS_AT_ONCE; i++)
            if (process_vm_readv(atoi(argv[1]), &into, 1, pieces, (unsigned long)count, 0) < 0) {
                perror("bare_reads");
                return 1;
            }
        calls += CALLS_AT_ONCE;
        now = seconds_now();
    }
    printf("%.1f\n", (double)calls / (now - begin));
    return 0;
}
