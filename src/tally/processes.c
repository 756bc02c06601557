#include "tally/processes.h"

#include <stdlib.h>

#include "tally/threads.h"

/* Two texts of each process, of the greatest length. */
#define NAME_BYTES_MAX (2 * (NAMES_LENGTH_MAX + 128))

bool processes_init(struct processes *processes)
{
    processes->names = names_new(PROCESSES_MAX * NAME_BYTES_MAX);
    return processes->names;
}

void processes_free(struct processes *processes)
{
    for (uint32_t i = 0; i < PROCESSES_MAX; i++)
        free(processes->by_number[i]);
    names_free(processes->names);
}

/* By an exec: it is the same process still, with the same id. Without room for its new command line it keeps the
   old one. */
static bool became_another(struct processes *processes, struct process *process,
                           const struct record_process *record)
{
    const char *command = names_share(processes->names, record->command, record->command_length);

    if (process->ended || process->pid != record->pid)
        return false;
    process->version_hex = record->version_hex;
    process->execs++;
    if (command)
        process->command = command;
    return true;
}

bool processes_define(struct processes *processes, const struct record_process *record)
{
    const uint16_t number = record->header.process;
    struct process *process;

    if (number >= PROCESSES_MAX)
        return false;
    if (processes->by_number[number])
        return became_another(processes, processes->by_number[number], record);
    process = calloc(1, sizeof *process);
    if (!process)
        return false;
    process->number = number;
    process->pid = record->pid;
    process->version_hex = record->version_hex;
    process->read_as = record->read_as;
    process->started_ns = record->started_ns;
    process->end_text = "";
    process->ended_threads = THREAD_NONE;
    process->command = names_share(processes->names, record->command, record->command_length);
    if (!process->command)
        process->command = "";
    processes->by_number[number] = process;
    processes->count++;
    processes->running++;
    return true;
}

struct process *processes_find(const struct processes *processes, uint16_t number)
{
    struct process *process = number < PROCESSES_MAX ? processes->by_number[number] : NULL;

    return process && !process->ended ? process : NULL;
}

const struct process *processes_first(const struct processes *processes)
{
    for (uint32_t i = 0; i < PROCESSES_MAX; i++)
        if (processes->by_number[i])
            return processes->by_number[i];
    return NULL;
}

void process_round(struct process *process, const struct record_round *record)
{
    uint64_t rounds = record->counts.rounds - process->counts.rounds;

    /* Rounds whose records were lost count too, but not those from before the first one. */
    if (!process->history.begun || record->counts.rounds <= process->counts.rounds)
        rounds = 1;
    process->riding = record->riding == RECORD_RIDES || record->riding == RECORD_RODE;
    process->blocking = record->riding == RECORD_BLOCKS;
    process->slowed = record->slowed != 0;
    process->ridden += record->riding == RECORD_RODE ? rounds : 0;
    history_count(&process->history, record, rounds);
    process->counts = record->counts;
}

void processes_end(struct processes *processes, struct process *process,
                   const struct record_end *record)
{
    const char *text = names_share(processes->names, record->text, record->text_length);

    process->ended = true;
    process->counts = record->counts;
    process->end_text = text ? text : "";
    processes->running--;
}
