/*
 * cpu_time - the CPU time of one thread: what the kernel tells of it, and what its samples are charged with.
 *
 * Of a thread on a CPU the kernel tells the time up to the last tick only. So such a thread is taken to have gone
 * on since, and one that keeps its turn on a CPU is not asked for in each round: up to the next tick that would
 * tell nothing new, and who has had it for long will most likely keep it for a while. What was charged too much is
 * not charged later. Plain data; the sampler thread alone uses it.
 */
#ifndef SAMPLE_CPU_TIME_H
#define SAMPLE_CPU_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "sample/kernel_thread.h"

struct cpu_time {
    struct kernel_run run; /* as the kernel told it last, */
    uint64_t asked_ns;     /* which was then */
    uint64_t turn_ns;      /* since when it has been seen to have the same turn */
    uint64_t since_ns;     /* when its CPU time was first seen to be what it is */
    uint64_t charged_ns;   /* of the CPU time, what samples have been charged with */
    uint64_t met_ns;       /* what the kernel told when it was met, */
    bool just_met;         /* and has not told anything else since */
    bool same_turn;        /* it had no other turn between the last two askings */
    bool was_on_cpu;       /* at the last sample */
};

/* Asks for the time that it had up to now, of which only what it can have used since `born_ns` is to be charged. */
void cpu_time_begin(struct cpu_time *cpu, struct kernel_thread *kernel, uint64_t born_ns, uint64_t now_ns);

/* Takes it, just begun, to have been on a CPU up to now in the place of another: its first sample is charged with all the
   time that it stands for, and none with what it used before. */
void cpu_time_take_over(struct cpu_time *cpu);

/* What is known of it now. `has_gil`: it has the GIL, so that it runs, or wants to. */
enum cpu_time_now {
    CPU_TIME_STOOD, /* it did not run since it was asked for last, if it was waiting then */
    CPU_TIME_RAN,   /* it did, or that is not known */
    CPU_TIME_ENDED, /* the kernel has no such thread any more */
};
enum cpu_time_now cpu_time_look(struct cpu_time *cpu, struct kernel_thread *kernel, bool has_gil, uint64_t now_ns);

/* What to charge a sample with that stands for the time from `since_ns` up to now; `on_cpu`: it runs, as far as
   can be seen. In nanoseconds. */
uint64_t cpu_time_charge(struct cpu_time *cpu, uint64_t since_ns, uint64_t now_ns, bool on_cpu);

/* What a sample is to be charged with that stands for the time up to `since_ns`: all that was told last and is not charged
   yet, but for what it can have used since. In nanoseconds. */
uint64_t cpu_time_charge_before(struct cpu_time *cpu, uint64_t since_ns, uint64_t now_ns);

/* Charges nothing of what it used up to now. */
void cpu_time_skip(struct cpu_time *cpu, struct kernel_thread *kernel, uint64_t now_ns);

#endif
