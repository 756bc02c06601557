/*
 * cpu_hold - on which CPU this thread is held, and where it may run when it is not.
 *
 * One place for each thread, whatever the number of targets that it is moved for. Where it may run by itself is asked anew
 * with each move, as CPUs and cpusets come and go: of the first thread of this program, which has the same and is not
 * moved, unless this is it.
 */
#ifndef SAMPLE_CPU_HOLD_H
#define SAMPLE_CPU_HOLD_H

#include <stdbool.h>

/* Moves this thread to one CPU, or to any but that one; false, with nothing changed, when it is not to be had. */
bool cpu_hold_on(int cpu);
bool cpu_hold_off(int cpu);

/* The CPU that it is held on; -1: none. */
int cpu_held(void);

/* Lets it run where it did before. */
void cpu_hold_end(void);

#endif
