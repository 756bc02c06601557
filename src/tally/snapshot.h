/*
 * snapshot - a sorted and filtered answer from a picture: the rows that a view draws or a file
 * gets.
 *
 * Rows point into the picture they were made from and die with its next taking.
 */
#ifndef TALLY_SNAPSHOT_H
#define TALLY_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "tally/picture.h"

#define SNAPSHOT_ALL_THREADS UINT32_MAX

/* Whether a query for the thread `wanted`, and with `same_tid` for each of its id, takes the one with this number. */
static inline bool snapshot_takes_thread(const struct picture *picture, uint32_t wanted, bool same_tid, uint32_t number)
{
    return wanted == SNAPSHOT_ALL_THREADS || wanted == number ||
           (same_tid && picture->threads[wanted].tid == picture->threads[number].tid);
}
#define SNAPSHOT_ALL_PROCESSES UINT32_MAX

/* What rows can be sorted by; the name breaks ties, so that an order is always the same. */
enum function_key {
    FUNCTION_SELF,
    FUNCTION_TOTAL,
    FUNCTION_SELF_TIME,
    FUNCTION_TOTAL_TIME,
    FUNCTION_TREND,  /* how much the younger half of the window exceeds the older */
    FUNCTION_NAME,
    FUNCTION_FILE,
    FUNCTION_HOT_LINE,
    FUNCTION_PROCESS, /* how many processes have it, then which one */
    FUNCTION_KEYS,
};

enum thread_key {
    THREAD_KEY_TID,
    THREAD_KEY_NAME,
    THREAD_KEY_STATE,
    THREAD_KEY_CPU,
    THREAD_KEY_GIL,
    THREAD_KEY_GC,
    THREAD_KEY_EXCEPTION,
    THREAD_KEY_WAIT,
    THREAD_KEY_IDLE,
    THREAD_KEY_SAMPLES,
    THREAD_KEY_FUNCTION,
    THREAD_KEY_FILE,
    THREAD_KEY_IDENT,
    THREAD_KEY_PROCESS,
    THREAD_KEYS,
};

enum process_key {
    PROCESS_KEY_PID,
    PROCESS_KEY_COMMAND,
    PROCESS_KEY_VERSION,
    PROCESS_KEY_CPU,
    PROCESS_KEY_GIL,
    PROCESS_KEY_THREADS,
    PROCESS_KEY_SAMPLES,
    PROCESS_KEY_FUNCTION,
    PROCESS_KEY_SHARE,
    PROCESS_KEY_FILE,
    PROCESS_KEY_AGE,
    PROCESS_KEY_OUTLIER,
    PROCESS_KEYS,
};

struct filter;

/* A filter from what the user typed: "" matches all; /text/ is a POSIX extended regular expression,
   and so is /text without the second slash, which is still being typed; anything else is plain text
   to be found anywhere. Both without regard to case, plain text to that of ASCII letters only. NULL
   on a pattern that does not compile, with ERROR_PATTERN. */
struct filter *filter_new(const char *text, struct error *error);
void filter_free(struct filter *filter);

/* Whether it matches either of two texts; a NULL filter matches all. */
bool filter_matches(const struct filter *filter, const char *first, const char *second);

struct function_query {
    enum tally_span span;
    enum tally_mode mode;
    uint32_t process;            /* only of this one, or SNAPSHOT_ALL_PROCESSES */
    uint32_t thread;             /* or SNAPSHOT_ALL_THREADS */
    bool same_tid;               /* and every other one of that thread's id: in another interpreter, before an exec */
    const struct filter *filter; /* on name and file; NULL: all */
    enum function_key sort;
    bool ascending;              /* false: the greatest first, or the last of the alphabet */
};

struct function_row {
    uint32_t function;           /* its place in the picture: what a selection holds on to */
    const char *name;
    const char *file;
    uint32_t first_line;
    uint32_t processes;          /* how many of those chosen have time in it, */
    int32_t pid;                 /* and one of these */
    uint32_t hot_line;           /* line on which one thread spent most since start; 0: not known */
    uint64_t hot_line_ns;
    uint64_t self_ns, total_ns;  /* in the chosen span and mode */
    uint64_t self_samples, total_samples; /* in the chosen span, in any mode */
    double self_share;           /* 0 to 1, of `whole_ns` of the table */
    double total_share;
    double self_error;           /* half the width of the 95 % interval of the share (Wilson's) */
    double total_error;
    uint64_t trend_ns[PICTURE_TREND]; /* always of the window, and of wall time at the leaf */
    uint64_t trend_samples;
    double trend_change;         /* cores it took in the younger half, less those in the older */
    int trend_direction;         /* 1 rising, -1 falling, 0 steady: beyond what chance explains */
};

struct function_table {
    struct function_row *rows;
    size_t count;
    uint64_t whole_ns;           /* the time that makes 100 %: all of the chosen threads' samples,
                                    filtered or not, in the chosen mode */
    uint64_t whole_samples;      /* of them, in any mode */
    size_t room;                 /* owned by the table, used again */
};

/* Answers `query` into `table` (zeroed before first use, freed with function_table_free()).
   Functions without time in the chosen span and mode are left out. On false (out of memory) it is
   empty. */
bool function_table_fill(struct function_table *table, const struct picture *picture,
                         const struct function_query *query, struct error *error);
void function_table_free(struct function_table *table);

struct thread_query {
    enum tally_span span;
    uint32_t process;            /* only those of this one, or SNAPSHOT_ALL_PROCESSES */
    uint32_t thread;             /* only this one, or SNAPSHOT_ALL_THREADS */
    bool same_tid;               /* as in struct function_query */
    const struct filter *filter; /* on the thread's name and its current function */
    enum thread_key sort;
    bool ascending;
};

struct thread_row {
    uint32_t thread;             /* its place in the picture: what a selection holds on to */
    int32_t pid;
    int32_t tid;
    uint64_t ident;
    const char *name;
    enum thread_state state;
    double cpu_share;            /* of the span; 1.0: one core busy all the time */
    double gil_share;
    double gc_share;             /* the collector was at work in it */
    double exception_share;      /* an exception was raised or handled */
    double state_share[THREAD_STATES]; /* of the thread's own time; together 1, or all 0 */
    uint64_t samples;
    const char *function;        /* "" when it runs no Python code */
    const char *file;
    uint32_t line;
};

struct thread_table {
    struct thread_row *rows;
    size_t count;
    size_t room;
};

/* As function_table_fill(). Threads that ended are in it as long as the span has samples of them;
   where a target has started more threads than a tally keeps apart, one row named "‹ended›" has
   those that ended long ago. */
bool thread_table_fill(struct thread_table *table, const struct picture *picture,
                       const struct thread_query *query, struct error *error);
void thread_table_free(struct thread_table *table);

struct process_query {
    enum tally_span span;
    enum tally_mode mode;        /* of the hottest function */
    const struct filter *filter; /* on the command and its hottest function */
    enum process_key sort;
    bool ascending;
};

/* In what a process differs from its siblings: those with the same parent and the same command, numbers in it
   apart, that run and were looked at for a second, where there are three or more of them. */
enum outlier {
    OUTLIER_BUSY = 1,     /* its CPU time is above their median by a fifth of a core and by half of the median, or more */
    OUTLIER_LAZY = 2,     /* below it by as much */
    OUTLIER_FUNCTION = 4, /* most have another function as their hottest, in which this one spent less than half of
                             the median's share */
};

struct process_row {
    uint32_t process;            /* its place in the picture: what a selection holds on to */
    int32_t pid;
    const char *command;
    uint32_t version_hex;
    bool ended;
    uint64_t age_ns;             /* since it began; 0: not known, or it ended */
    double cpu_share;            /* of the time it was looked at; 1.0: one core busy all the time */
    double gil_share;            /* some thread of it had the GIL */
    uint32_t threads;            /* Python's, that run */
    uint64_t samples;            /* of all of them */
    const char *function;        /* in which it spent most at the leaf; "" when there is none */
    const char *file;
    uint32_t first_line;
    double function_share;       /* of the time of all its threads, in the chosen mode */
    unsigned outlier;            /* bits of enum outlier */
};

struct process_table {
    struct process_row *rows;
    size_t count;
    size_t room;
    uint64_t *self_ns;           /* owned by the table: of one process, by function */
    size_t self_room;
};

/* As function_table_fill(). Processes that ended are in it as long as the span has samples of them, below the others. */
bool process_table_fill(struct process_table *table, const struct picture *picture,
                        const struct process_query *query, struct error *error);
void process_table_free(struct process_table *table);

#endif
