/*
 * thread - threads beside the main one, which alone takes signals.
 */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>

#include "base/error.h"

/* Starts a thread that runs `run`, for the caller to join, with all signals blocked but those that tell of its own
   faults. False with the reason; `what` names it there. Any thread. */
bool thread_start(pthread_t *thread, void *(*run)(void *argument), void *argument, const char *what,
                  struct error *error);

/* Asks the kernel to let this thread run as soon as it wakes up, in place of one that is in the middle of its turn: that is for
   one that sleeps most of the time. Who never does has short turns, and as large a share of the CPU as before. Kernels before
   6.12 do not know that, and a thread with a policy of its own is left alone. */
void thread_run_soon(void);

/* Joins a thread that was asked to end, and posts `done` when it is about to. False: it did not within `patience_ms`, and
   still runs. */
bool thread_join_soon(pthread_t thread, sem_t *done, unsigned patience_ms);

#endif
