/*
 * anew - a thread of C that calls back again and again, and works and sleeps in between. Built as a library by
 * tests/live/anew.sh.
 */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void (*call_back)(void);
static double between_s;
static volatile int goes_on;
static pthread_t caller;

static void work(double seconds)
{
    struct timespec now, began;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &began);
    do
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    while ((double)(now.tv_sec - began.tv_sec) + (double)(now.tv_nsec - began.tv_nsec) * 1e-9 < seconds);
}

static void *call_again_and_again(void *unused)
{
    (void)unused;
    while (goes_on) {
        call_back();
        work(between_s);
        usleep(1500 + rand() % 1000);
    }
    return NULL;
}

/* Begins; false: it did not. */
int begin(void (*called)(void), double work_s)
{
    call_back = called;
    between_s = work_s;
    goes_on = 1;
    return pthread_create(&caller, NULL, call_again_and_again, NULL) == 0;
}

/* Ends, and waits until it did. */
void end(void)
{
    goes_on = 0;
    pthread_join(caller, NULL);
}
