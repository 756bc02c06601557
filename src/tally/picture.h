/*
 * picture - all that a tally had counted at one moment, to be asked in any order, as often as
 * wanted.
 *
 * Taking a picture copies the totals and shares the names (which a tally never frees before it is
 * freed itself, so a picture must not outlive its tally). Freezing the screen is no more than not
 * taking the next one: sorting, filtering, another span, thread or view still work on the old one.
 */
#ifndef TALLY_PICTURE_H
#define TALLY_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "sample/record.h"
#include "tally/tally.h"

#define PICTURE_TREND 10u    /* columns of a trend, oldest first; together they are the window */
#define PICTURE_HISTORY 60u  /* seconds of history */

/* Which time a number speaks of. */
enum tally_span { SPAN_WINDOW, SPAN_START, SPANS };

/* Which time counts: all of it, that on a CPU, that with the GIL, that in which an exception was raised or
   handled. */
enum tally_mode { MODE_WALL, MODE_CPU, MODE_GIL, MODE_EXCEPTION, MODES };

/* Totals of one kind: time in ns by mode, and samples (rounds) in wall mode. */
struct tally_sum {
    uint64_t ns[MODES];
    uint64_t samples;
};

/* One function on one thread, which has at least one sample since start. */
struct picture_pair {
    uint32_t thread;                       /* where in the picture's lists they are */
    uint32_t function;
    struct tally_sum self[SPANS];
    struct tally_sum total[SPANS];         /* anywhere on the stack; recursion counts once */
    uint64_t trend_ns[PICTURE_TREND];      /* self time, wall, per tenth of the window */
    uint32_t hot_line;                     /* line with most self time since start; 0: not known */
    uint64_t hot_line_ns;
};

struct picture_function {
    const char *name;      /* terminated, UTF-8, without control characters */
    const char *file;
    uint32_t first_line;
};

struct picture_thread {
    uint32_t process;                      /* its place in the picture's list */
    int32_t tid;
    uint64_t ident;
    const char *name;
    enum thread_state state;               /* at its last sample; THREAD_ENDED when it is gone */
    uint32_t leaf;                         /* function at its last sample; UINT32_MAX: none */
    uint32_t leaf_line;
    struct tally_sum all[SPANS];           /* every sample of this thread */
    uint64_t state_ns[SPANS][THREAD_STATES];
    uint64_t gc_ns[SPANS];                 /* the collector was at work in it */
};

/* One second of the last minute, as shares of that second. */
struct picture_second {
    float cpu;  /* 1.0: one core busy */
    float gil;  /* 0 to 1 */
    float gc;   /* 0 to 1 */
};

/* Whole seconds, oldest first. */
struct picture_history {
    struct picture_second list[PICTURE_HISTORY];
    uint32_t count;
};

#define PICTURE_NO_HISTORY UINT32_MAX

struct picture_process {
    int32_t pid;
    int32_t parent;                        /* when it was attached to */
    uint32_t version_hex;
    uint16_t read_as, build;               /* as struct record_process has them */
    uint64_t started_ns;
    const char *command;
    uint32_t execs;                        /* how often it became another program */
    bool ended;                            /* by itself: not where only the sampling did */
    const char *end_text;                  /* why it ended, "" while it runs */
    struct sampler_counts counts;          /* since attach, */
    uint64_t watched_ns;                   /* in so much time */
    double rate_hz;                        /* rounds per second over about the last second */
    bool riding, kept_off, blocking, slowed; /* the engine's state, see record.h */
    uint8_t reason;                        /* why it reads so: enum engine_reason, */
    uint32_t reasons;                      /* and a bit for each since attach */
    bool stopped;                          /* as by SIGSTOP */
    uint64_t ridden, slowed_rounds;        /* of the rounds since attach */
    struct picture_second now;             /* over about the last second */
    uint32_t history;                      /* its place in the picture's list, or PICTURE_NO_HISTORY */
    uint32_t threads_by_state[THREAD_STATES];
    /* Of the whole process: threads that run no Python have CPU time, too. */
    uint64_t wall_ns[SPANS];               /* how long it was looked at */
    uint64_t cpu_ns[SPANS];
    uint64_t gil_ns[SPANS];                /* how long some thread of it had the GIL */
    double evenness[SPANS];                /* how many rounds, each for as long as any other, would tell as much as one of
                                              its rounds does: 1 where they come evenly */
    uint32_t first_pair, pair_count;       /* its pairs: that part of the picture's `pair_order` */
};

struct picture {
    /* the target; of several, the first, which has ended when all have */
    int32_t pid;
    uint32_t version_hex;
    uint16_t read_as, build;               /* as struct record_process has them */
    uint64_t target_started_ns;
    const char *command;
    uint32_t execs;                        /* how often it became another program; of several, of all */
    uint32_t last_exec;                    /* the place of the process that did so last */
    bool ended;
    const char *end_text;                  /* why it ended, "" while any runs */

    /* the time it speaks of, on clock.h's clock */
    uint64_t taken_ns;
    uint64_t started_ns;                   /* of the counting: attach, or the last reset */
    uint64_t window_ns;                    /* the window's full length */
    uint64_t span_ns[SPANS];               /* of each span, what has gone by, */
    uint64_t away_ns[SPANS];               /* and of that, the time in which nobody looked (absences.h) */
    uint64_t trend_column_ns;              /* what one column of a trend stands for */

    /* the sampler */
    struct sampler_counts counts;          /* since attach, of all targets, */
    uint64_t watched_ns;                   /* in so much time, that of each added up */
    double rate_hz;                        /* rounds per second over about the last second; of several
                                              processes, the mean of those that run */
    bool riding, kept_off, blocking, slowed; /* the engine's state, see record.h; of any target */
    uint8_t reason;                        /* why one of them reads so: enum engine_reason; */
    uint32_t reasons;                      /* a bit for each since attach, of any */
    bool stopped;                          /* all that run are, as by SIGSTOP */
    uint64_t ridden;                       /* rounds since attach that the engine rode in, */
    uint64_t slowed_rounds;                /* and those that came less often than asked for */
    uint64_t dropped;                      /* samples without room in the tally, and other records, or bad ones */

    /* the targets, as shares over about the last second; see picture_second. Of several, the CPU is that of
       all together, GIL and GC are those of the process that has most of it. They and the history outlast a
       reset: they speak of the targets, not of what was counted. */
    struct picture_second now;
    uint32_t threads_by_state[THREAD_STATES];
    struct picture_history history;

    struct picture_process *processes;     /* in order of their coming; ended ones stay */
    size_t process_count;
    size_t running;                        /* of them, those that have not ended by themselves */
    struct picture_history *histories;     /* of those that run, or did a minute ago */
    size_t histories_count;

    struct picture_pair *pairs;
    size_t pair_count;
    uint32_t *pair_order;                  /* places in `pairs`, process by process */
    struct picture_function *functions;    /* the first FUNCTION_FIRST are those of fixed numbers */
    size_t function_count;
    struct picture_thread *threads;        /* name NULL where a place in the list is free */
    size_t thread_count;

    /* room owned by the picture, used again by the next picture_take() */
    size_t pair_room, function_room, thread_room, place_room, order_room, process_room,
        histories_room;
    uint32_t *places;                      /* where the tally's pairs went in `pairs` */
};

/* Copies what `tally` has counted into `picture` (zeroed before its first use, freed with
   picture_free()). On false (out of memory) the picture is empty but valid. */
bool picture_take(struct picture *picture, const struct tally *tally, struct error *error);
void picture_free(struct picture *picture);

/* How it is read now, in a word: remote, ride or blocking. */
const char *picture_engine(const struct picture *picture);

/* How much of a span was really observed: of that, shares are told. */
uint64_t picture_observed_ns(const struct picture *picture, enum tally_span span);

/* What all threads did, as shares of the sum of their times in a span: by state, together 1; and how much of that was on a
   CPU, and in the collector. All 0 where there is none. */
struct picture_shares {
    double state[THREAD_STATES];
    double cpu, gc;
};
struct picture_shares picture_shares(const struct picture *picture, enum tally_span span);

/* The share of the samples since attach that were read and counted; 1 when there are none. */
double picture_kept_share(const struct picture *picture);

#endif
