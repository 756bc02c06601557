#include "tally/processes.h"

#include <stdlib.h>

#include "base/clock.h"
#include "tally/threads.h"

/* Command lines, and reasons for their ends, most of which are the same. */
#define NAME_BYTES_MAX ((size_t)16 << 20)
#define REMEMBERED_NS ((PICTURE_HISTORY + 1) * NS_PER_S) /* after that a history has nothing to tell */

#define NUMBER_LONG_ENDED UINT16_MAX /* the session gives out lower ones only */

bool processes_init(struct processes *processes)
{
    processes->names = names_new(NAME_BYTES_MAX);
    return processes->names;
}

void processes_free(struct processes *processes)
{
    for (uint32_t i = 0; i < processes->count; i++)
        free(processes->list[i].history);
    free(processes->list);
    free(processes->places);
    names_free(processes->names);
}

static void forget_history(struct processes *processes, struct process *process)
{
    free(process->history);
    process->history = NULL;
    processes->histories--;
}

/* Drops histories that have nothing to tell any more; where there are too many, others of ended processes. */
static bool make_history_room(struct processes *processes, uint64_t now_ns)
{
    for (uint32_t i = 0; i < processes->count; i++) {
        struct process *process = &processes->list[i];

        if (process->history && process->ended &&
            (now_ns - process->ended_ns > REMEMBERED_NS ||
             processes->histories >= PROCESSES_HISTORIES_MAX))
            forget_history(processes, process);
    }
    return processes->histories < PROCESSES_HISTORIES_MAX;
}

static bool reserve(struct processes *processes)
{
    const uint32_t grown = processes->room > 0 ? processes->room * 2 : 4;
    struct process *list;

    if (processes->count < processes->room)
        return true;
    list = realloc(processes->list, grown * sizeof *list);
    if (!list)
        return false;
    processes->list = list;
    processes->room = grown;
    return true;
}

static bool reserve_place(struct processes *processes, uint16_t number)
{
    uint32_t grown = processes->place_room > 0 ? processes->place_room : 4;
    uint32_t *places;

    if (number < processes->place_room)
        return true;
    while (grown <= number)
        grown *= 2;
    places = realloc(processes->places, grown * sizeof *places);
    if (!places)
        return false;
    for (uint32_t i = processes->place_room; i < grown; i++)
        places[i] = PROCESS_NONE;
    processes->places = places;
    processes->place_room = grown;
    return true;
}

uint32_t processes_place(const struct processes *processes, uint16_t number)
{
    return number < processes->place_room ? processes->places[number] : PROCESS_NONE;
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
    process->read_as = record->read_as;
    process->build = record->build;
    process->execs++;
    processes->last_exec = (uint32_t)(process - processes->list);
    if (command)
        process->command = command;
    return true;
}

bool processes_define(struct processes *processes, const struct record_process *record,
                      uint64_t now_ns)
{
    const uint16_t number = record->header.process;
    const uint32_t known = processes_place(processes, number);
    struct process process = {
        .number = number,
        .pid = record->pid,
        .parent = record->parent,
        .version_hex = record->version_hex,
        .read_as = record->read_as,
        .build = record->build,
        .started_ns = record->started_ns,
        .end_text = "",
        .ended_threads = THREAD_NONE,
    };

    if (known != PROCESS_NONE)
        return became_another(processes, &processes->list[known], record);
    if (!reserve(processes) || !reserve_place(processes, number) || !make_history_room(processes, now_ns))
        return false;
    process.history = calloc(1, sizeof *process.history);
    if (!process.history)
        return false;
    process.command = names_share(processes->names, record->command, record->command_length);
    if (!process.command)
        process.command = "";
    processes->places[number] = processes->count;
    processes->list[processes->count++] = process;
    processes->running++;
    processes->histories++;
    return true;
}

struct process *processes_find(const struct processes *processes, uint16_t number)
{
    const uint32_t place = processes_place(processes, number);

    return place != PROCESS_NONE && !processes->list[place].ended ? &processes->list[place] : NULL;
}

struct process *processes_long_ended(struct processes *processes)
{
    const uint16_t number = NUMBER_LONG_ENDED;
    const uint32_t known = processes_place(processes, number);

    if (known != PROCESS_NONE)
        return &processes->list[known];
    if (!reserve(processes) || !reserve_place(processes, number))
        return NULL;
    processes->places[number] = processes->count;
    processes->list[processes->count] = (struct process){
        .number = number,
        .command = "‹ended›",
        .ended = true,
        .end_text = "they ended long ago",
        .ended_threads = THREAD_NONE,
    };
    return &processes->list[processes->count++];
}

void process_round(struct process *process, const struct record_round *record)
{
    uint64_t rounds = record->counts.rounds - process->counts.rounds;

    /* Rounds whose records were lost count too, but not those from before the first one. */
    if (!process->history->begun || record->counts.rounds <= process->counts.rounds)
        rounds = 1;
    process->riding = record->riding == RECORD_RIDES || record->riding == RECORD_RODE;
    process->kept_off = record->riding == RECORD_KEPT_OFF;
    process->blocking = record->riding == RECORD_BLOCKS;
    process->reason = record->reason;
    process->reasons |= 1U << record->reason;
    process->slowed = record->slowed != 0;
    process->stopped = record->stopped != 0;
    process->ridden += record->riding == RECORD_RODE ? rounds : 0;
    process->slowed_rounds += record->slowed ? rounds : 0;
    process->round_ns = record->time_ns;
    process->watched_ns += record->wall_ns;
    process->wall_ns += record->wall_ns;
    process->rounds += (double)rounds;
    process->square_ns2 += history_square_ns2(record, rounds);
    process->cpu_ns += record->wall_ns > 0 ? record->cpu_ns : 0; /* else it is of before the first round */
    process->gil_ns += record->gil_held ? record->wall_ns : 0;
    history_count(process->history, record, rounds);
    process->counts = record->counts;
}

void processes_end(struct processes *processes, struct process *process,
                   const struct record_end *record)
{
    const char *text = names_share(processes->names, record->text, record->text_length);

    process->ended = true;
    process->ended_ns = record->time_ns;
    process->counts = record->counts;
    process->end_text = text ? text : "";
    processes->running--;
}

void processes_reset(struct processes *processes)
{
    for (uint32_t i = 0; i < processes->count; i++) {
        processes->list[i].wall_ns = processes->list[i].cpu_ns = processes->list[i].gil_ns = 0;
        processes->list[i].rounds = processes->list[i].square_ns2 = 0;
    }
}
