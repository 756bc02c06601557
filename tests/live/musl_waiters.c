/*
 * musl_waiters - threads that wait as those do that want the GIL, in one condition variable, and one that waits in
 * another. Built with musl by tests/live/musl.sh.
 *
 * Prints a line: the address of the first condition variable, the ids of the threads that wait in it, and of the other.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 4 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wanted = PTHREAD_COND_INITIALIZER, other = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t began;
static int tids[THREADS];

static int waiting; /* or about to; under the mutex */

static void *wait_in(void *argument)
{
    int *tid = argument;
    struct timespec until;

    *tid = (int)syscall(SYS_gettid);
    pthread_barrier_wait(&began);
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 300;
    pthread_mutex_lock(&mutex);
    waiting++;
    while (pthread_cond_timedwait(tid < &tids[THREADS - 1] ? &wanted : &other, &mutex, &until) == 0)
        ;
    pthread_mutex_unlock(&mutex);
    return NULL;
}

int main(void)
{
    pthread_t threads[THREADS];

    pthread_barrier_init(&began, NULL, THREADS + 1);
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, wait_in, &tids[i]) != 0)
            return 1;
    pthread_barrier_wait(&began);
    /* Once all have come so far, and the mutex is free, all of them wait. */
    for (int all = 0; !all; sched_yield()) {
        pthread_mutex_lock(&mutex);
        all = waiting == THREADS;
        pthread_mutex_unlock(&mutex);
    }
    printf("%p", (void *)&wanted);
    for (int i = 0; i < THREADS; i++)
        printf(" %d", tids[i]);
    printf("\n");
    fflush(stdout);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    return 0;
}
