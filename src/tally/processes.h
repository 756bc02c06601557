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

#define PROCESSES_MAX 256u

struct process {
    uint16_t number;
    int32_t pid;
    uint32_t version_hex;
    uint16_t read_as;
    uint64_t started_ns;
    const char *command;
    uint32_t execs;      /* how often it became another program that is looked at, too */
    bool ended;
    const char *end_text;
    struct sampler_counts counts;
    bool riding, blocking, slowed; /* as of the last round, see record.h */
    uint64_t ridden;     /* rounds since attach that the engine rode in */
    struct history history;
    uint32_t ended_threads; /* the thread that stands for many (fold.c), or THREAD_NONE */
};

struct processes {
    struct process *by_number[PROCESSES_MAX];
    uint32_t count, running;
    struct names *names;
};

/* Readies a zeroed `processes`; false: out of memory. What it has is freed with processes_free() in
   either case. */
bool processes_init(struct processes *processes);
void processes_free(struct processes *processes);

/* Keeps a new process, or takes note that one which runs became another program; false: it is not the same, or has
   ended, or there is no room. */
bool processes_define(struct processes *processes, const struct record_process *record);

/* The process that runs under that number, or NULL. */
struct process *processes_find(const struct processes *processes, uint16_t number);

/* The process of the lowest number, or NULL when there is none. */
const struct process *processes_first(const struct processes *processes);

/* Counts the end of a round in. */
void process_round(struct process *process, const struct record_round *record);

/* Marks a process as ended, and keeps what its sampling came to. */
void processes_end(struct processes *processes, struct process *process,
                   const struct record_end *record);

#endif
