/*
 * engine - from which CPU a target's stacks are read, and what that may cost the target.
 *
 * Remote: from whatever CPU the sampler is on, but that of the target (aside.h); the target runs meanwhile, and what
 * changes faster than it can be read is cut off (SAMPLE_TRUNCATED). Riding: from the very CPU of the thread that has the GIL,
 * which cannot run while the sampler does, so it holds still; the price is that CPU's time. It is kept
 * within a budget by riding less often. Auto: remote until more than AUTO_PERCENT of the last second's samples
 * were torn at first, by more than chance makes of that, then riding; so many may be torn that this is clear
 * sooner, and where there are few samples it takes longer. Meanwhile some rounds are read from elsewhere, which
 * takes nothing from the target, and when these show that there is no need any more, it is remote again.
 *
 * Where the CPU of the thread that has the GIL is not one that the sampler may run on, it is remote for some time.
 *
 * Plain data inside a target. The sampler thread alone uses it, and it is that thread which is moved (sample/cpu_hold.h).
 */
#ifndef SAMPLE_ENGINE_H
#define SAMPLE_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "sample/kernel_thread.h"
#include "sample/record.h"

enum engine_kind { ENGINE_AUTO, ENGINE_REMOTE, ENGINE_RIDE, ENGINE_KINDS };

enum {
    ENGINE_RIDE_PERCENT = 2,  /* of a CPU, that riding may take where no budget is given */
    ENGINE_SWITCH_NS = 12000, /* of the target, taken for a context switch to the sampler, or back, with the caches that it finds
                                 empty then: as tests/bench/slowdown.sh tells of a virtual machine */
};

struct engine_options {
    enum engine_kind kind;
    double budget;        /* of one CPU's time, that riding may take: 0.02 is 2 % */
    uint64_t interval_ns; /* the sampler's, as asked for */
};

struct engine {
    struct engine_options options;
    bool riding;
    bool decided;             /* auto: whether to ride, at least once */
    bool in_company;          /* auto: of other targets, so that it does not ride */
    bool unable;              /* when it was tried last, it could not run where the target does */
    uint64_t unable_ns;       /* auto: for how long it is remote then, */
    uint64_t unable_until_ns; /* up to this */
    uint64_t now_ns;          /* when this round began */
    bool probing;             /* it is to be read from elsewhere, to see how that would be */
    bool probed;              /* and was */
    bool rode;                /* in this round */
    unsigned stays;           /* on CPUs of the target's threads, in this round: each takes two switches from it */
    int stays_on;             /* the last of these; -1: none */
    uint64_t cpu_before_ns;   /* of the sampler thread, when it began to take that CPU's time in this round */
    uint64_t cost_ns;         /* of one round while it rides, on average lately: */
    unsigned cost_rounds;     /* of so many rounds */
    uint64_t credit_ns;       /* that riding may take before it is made rarer: a second's budget, as it begins */

    uint64_t since_ns;        /* the samples counted here are since then */
    uint64_t samples, torn;
    unsigned probes, probes_torn;
    unsigned patience;        /* so many probes decide */
    uint64_t probed_ns;       /* when the last probe was */
    bool rode_since;          /* after it */
    uint64_t back_ns;         /* when it became remote again; 0: never */
    uint64_t samples_back;    /* since then */
};

void engine_init(struct engine *engine, const struct engine_options *options);

/* Whether there is no other target. Auto rides only then: many are looked at alike, and riding takes its time from the CPUs
   that all of them share. */
void engine_set_alone(struct engine *engine, bool alone);

/* Begins a round at `now_ns`. One that does not ride is made from where this thread may run by itself, wherever the round
   of another target left it. */
void engine_begin(struct engine *engine, uint64_t now_ns);

/* Moves this thread to the CPU on which `thread` runs, if it is to ride in this round and is not there already; false when it
   is not to ride, or that CPU is not to be had. */
bool engine_ride(struct engine *engine, struct kernel_thread *thread);

/* After a stack was read on that CPU: whether this thread was there up to now. Where it is not held, it may be moved as it waits
   for its next turn, and then the target's thread runs meanwhile. */
bool engine_stayed(const struct engine *engine);

/* After the stack of the thread that has the GIL was read: whether that was from elsewhere to see how
   that would be, and it was torn, so that it is to be ridden along with in this round after all. */
bool engine_probed(struct engine *engine, bool torn);

/* Ends it: how many samples there were of threads that had the GIL, and how many of these were torn,
   whether or not they were proven when they were read again: that shows what held still by then, which is
   not what the thread does most. */
void engine_end(struct engine *engine, uint64_t now_ns, uint64_t samples, uint64_t torn);

/* What it rode along with, or stepped aside for, is gone: lets this thread run where it did before. */
void engine_leave(void);

/* Whether it rides, in rounds in which somebody has the GIL; and whether it was asked to and cannot, so that it is remote. */
bool engine_rides(const struct engine *engine);
bool engine_is_kept_off(const struct engine *engine);

/* Why it rides, or does not. */
enum engine_reason engine_reason(const struct engine *engine);

/* How far apart rounds are to be: what was asked for, or more where riding would cost too much, up to a second. A round that
   takes more than a second of the budget is made all the same. */
uint64_t engine_interval_ns(const struct engine *engine);

#endif
