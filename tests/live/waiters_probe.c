/*
 * waiters_probe - whether threads wait in a condition variable of musl, as gil_is_wanted() tells it: a word, yes or no,
 * for each, for tests/live/musl.sh.
 *
 *     waiters_probe PID CONDITION TID...
 *
 * Waits until they sleep.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "memory/process.h"
#include "sample/gil.h"
#include "sample/kernel_thread.h"

enum { DEADLINE_S = 30, CONDITION_BYTES = 48, HEAD = 8 };

/* The futex that a thread sleeps in; 0: it does not. */
static uint64_t futex_of(pid_t pid, pid_t tid)
{
    const uint64_t deadline_ns = clock_now_ns() + DEADLINE_S * NS_PER_S;
    const struct timespec pause = {0, (long)NS_PER_MS};
    struct kernel_thread kernel;
    struct kernel_wait wait = {.running = true};

    if (!kernel_thread_open(&kernel, pid, tid))
        return 0;
    while (!wait.in_futex && clock_now_ns() < deadline_ns) {
        nanosleep(&pause, NULL);
        if (!kernel_thread_wait(&kernel, &wait))
            break;
    }
    kernel_thread_close(&kernel);
    return wait.in_futex ? wait.futex : 0;
}

int main(int argc, char *argv[])
{
    const pid_t pid = argc > 3 ? atoi(argv[1]) : 0;
    struct gil_now gil = {.size = CONDITION_BYTES};
    struct error error;
    struct reader *reader;

    if (argc < 4) {
        fprintf(stderr, "usage: waiters_probe PID CONDITION TID...\n");
        return 2;
    }
    gil.start = remote_at(strtoull(argv[2], NULL, 0));
    reader = process_reader_new(pid, &error);
    if (reader == NULL) {
        fprintf(stderr, "waiters_probe: %s\n", error.text);
        return 1;
    }
    for (int i = 3; i < argc; i++) {
        const uint64_t futex = futex_of(pid, atoi(argv[i]));

        if (futex == 0 || !reader_read_pointer(reader, gil.start, HEAD, &gil.waiters)) {
            fprintf(stderr, "waiters_probe: thread %s does not sleep in a futex\n", argv[i]);
            return 1;
        }
        printf("%s\n", gil_is_wanted(&gil, reader, futex) ? "yes" : "no");
    }
    reader_free(reader);
    return 0;
}
