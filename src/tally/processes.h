/*
 * processes - the targets: what each one is, how its sampling goes, and whether it has ended.
 * Owned by the tally; one thread.
 */
#ifndef TALLY_PROCESSES_H
#define TALLY_PROCESSES_H

#include <stdbool.h>
#include <stdint.h>

#include "sample/record.h"
#include "tally/history.h"
#include "tally/names.h"

#define PROCESSES_MAX 65536u          /* one after the other; numbers are 16 bits */
#define PROCESSES_HISTORIES_MAX 2048u /* of them, those with a history: what runs, and what ended of late */
#define PROCESS_NONE UINT32_MAX

struct process {
    uint16_t number;
    int32_t pid, parent;
    uint32_t version_hex;
    uint16_t read_as;
    uint16_t build;
    uint64_t started_ns;
    const char *command;
    uint32_t execs;      /* how often it became another program that is looked at, too */
    bool ended;
    uint64_t ended_ns;
    const char *end_text;
    struct sampler_counts counts;
    bool riding, kept_off, blocking, slowed, stopped; /* as of the last round, see record.h */
    uint8_t reason;      /* as of the last round: enum engine_reason */
    uint32_t reasons;    /* and a bit for each since attach */
    uint64_t ridden;     /* rounds since attach that the engine rode in, */
    uint64_t slowed_rounds; /* and those that came less often than asked for */
    uint64_t round_ns;   /* when its last round was; 0: there was none */
    uint64_t watched_ns; /* since attach, as .counts */
    uint64_t wall_ns, cpu_ns, gil_ns; /* counted since the start */
    double rounds, square_ns2;        /* as in struct history_tenth, since the start */
    struct history *history; /* NULL: it ended a while ago */
    uint32_t ended_threads;  /* the thread that stands for many (fold.c), or THREAD_NONE */
};

struct processes {
    struct process *list;     /* in order of their coming */
    uint32_t count, room, running, histories;
    uint32_t last_exec;       /* the place of the one that became another program last */
    uint32_t *places;         /* by number: where in the list; PROCESS_NONE: not known */
    uint32_t place_room;
    struct names *names;
};

/* Readies a zeroed `processes`; false: out of memory. What it has is freed with processes_free() in
   either case. */
bool processes_init(struct processes *processes);
void processes_free(struct processes *processes);

/* Keeps a new process at `now_ns`, or takes note that one which runs became another program; false: it is not the same,
   or has ended, or there is no room. */
bool processes_define(struct processes *processes, const struct record_process *record,
                      uint64_t now_ns);

/* The process that runs under that number, or NULL. It moves when a new one is defined. */
struct process *processes_find(const struct processes *processes, uint16_t number);

/* Where the process of that number is in the list; PROCESS_NONE: it is not known. */
uint32_t processes_place(const struct processes *processes, uint16_t number);

/* One that stands for processes that ended long ago, so that many may: of no id, and ended itself. NULL: no room. Others
   may move. */
struct process *processes_long_ended(struct processes *processes);

/* Counts the end of a round in. */
void process_round(struct process *process, const struct record_round *record);

/* Marks a process as ended, and keeps what its sampling came to. */
void processes_end(struct processes *processes, struct process *process,
                   const struct record_end *record);

/* Forgets what was counted, and not what is known. */
void processes_reset(struct processes *processes);

#endif
