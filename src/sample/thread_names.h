/*
 * thread_names - what the threads of a population are called: Python's own names, read again now and then; the kernel's
 * for threads that Python did not start.
 *
 * Part of the population, whose naming fields are its own. The sampler thread alone uses it.
 */
#ifndef SAMPLE_THREAD_NAMES_H
#define SAMPLE_THREAD_NAMES_H

#include "sample/population.h"

/* Names a thread, with the interpreter that it is in, if that is not the main one. */
void thread_names_give(struct target_thread *thread, const char *name);

/* In a round: reads the names, as far as that is due. */
void thread_names_update(struct population *population, const struct thread_round *round);

#endif
