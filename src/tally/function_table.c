#include "tally/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "tally/statistics.h"

/* A row for each function of the picture, in their order, so that sums find their row. */
static bool start_rows(struct function_table *table, const struct picture *picture)
{
    if (table->room < picture->function_count) {
        free(table->rows);
        table->room = picture->function_count + picture->function_count / 2;
        table->rows = malloc(table->room * sizeof *table->rows);
    }
    if (!table->rows)
        return picture->function_count == 0;
    for (size_t i = 0; i < picture->function_count; i++) {
        const struct picture_function *function = &picture->functions[i];

        table->rows[i] = (struct function_row){
            .function = (uint32_t)i,
            .name = function->name,
            .file = function->file,
            .first_line = function->first_line,
        };
    }
    return true;
}

static bool is_chosen(const struct picture *picture, const struct function_query *query,
                      uint32_t thread)
{
    return snapshot_takes_thread(picture, query->thread, query->same_tid, thread) &&
           (query->process == SNAPSHOT_ALL_PROCESSES ||
            query->process == picture->threads[thread].process);
}

static void add_whole(struct function_table *table, const struct picture *picture,
                      const struct function_query *query, uint64_t *wall_ns)
{
    for (size_t i = 0; i < picture->thread_count; i++) {
        const struct tally_sum *all = &picture->threads[i].all[query->span];

        if (!is_chosen(picture, query, (uint32_t)i))
            continue;
        table->whole_ns += all->ns[query->mode];
        table->whole_samples += all->samples;
        *wall_ns += all->ns[MODE_WALL];
    }
}

static void add_pair(struct function_row *row, const struct picture_pair *pair,
                     const struct function_query *query)
{
    row->self_ns += pair->self[query->span].ns[query->mode];
    row->total_ns += pair->total[query->span].ns[query->mode];
    row->self_samples += pair->self[query->span].samples;
    row->total_samples += pair->total[query->span].samples;
    row->trend_samples += pair->self[SPAN_WINDOW].samples;
    for (unsigned i = 0; i < PICTURE_TREND; i++)
        row->trend_ns[i] += pair->trend_ns[i];
    /* Lines are not added up over threads: a row has the line on which one thread spent most. */
    if (pair->hot_line_ns > row->hot_line_ns || row->hot_line == 0) {
        row->hot_line = pair->hot_line;
        row->hot_line_ns = pair->hot_line_ns;
    }
}

/* Pairs come process by process, so that a row has to remember the last one only. */
static void count_processes(struct function_table *table, const struct picture *picture,
                            const struct function_query *query)
{
    for (size_t i = 0; i < picture->process_count; i++) {
        const struct picture_process *process = &picture->processes[i];

        for (uint32_t k = 0; k < process->pair_count; k++) {
            const struct picture_pair *pair =
                &picture->pairs[picture->pair_order[process->first_pair + k]];
            struct function_row *row = &table->rows[pair->function];

            if (pair->total[query->span].ns[query->mode] == 0 ||
                !is_chosen(picture, query, pair->thread) ||
                (row->processes > 0 && row->pid == process->pid))
                continue;
            row->processes++;
            row->pid = process->pid;
        }
    }
}

static double share_of(uint64_t part, uint64_t whole)
{
    const double share = whole > 0 ? (double)part / (double)whole : 0;

    return share < 1 ? share : 1;
}

/* What follows from the sums of a row. */
static void finish(struct function_row *row, const struct function_table *table,
                   const struct picture *picture, double mode_samples)
{
    /* Columns in which nobody looked would be a fall, and a rise after it. */
    const uint64_t comparable_ns = picture->away_ns[SPAN_WINDOW] == 0 ? picture->span_ns[SPAN_WINDOW] : 0;
    const struct statistics_trend trend =
        statistics_trend(row->trend_ns, picture->trend_column_ns, comparable_ns, row->trend_samples);

    row->self_share = share_of(row->self_ns, table->whole_ns);
    row->total_share = share_of(row->total_ns, table->whole_ns);
    row->self_error = statistics_share_error(row->self_share, mode_samples);
    row->total_error = statistics_share_error(row->total_share, mode_samples);
    row->trend_change = trend.change;
    row->trend_direction = trend.direction;
}

/* Keeps the rows that have time and pass the filter. */
static void choose_rows(struct function_table *table, const struct picture *picture,
                        const struct function_query *query)
{
    for (size_t i = 0; i < picture->function_count; i++) {
        const struct function_row *row = &table->rows[i];

        if (row->total_ns > 0 && filter_matches(query->filter, row->name, row->file))
            table->rows[table->count++] = *row;
    }
}

typedef int compare_rows(const struct function_row *a, const struct function_row *b);

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

static int compare_self(const struct function_row *a, const struct function_row *b)
{
    return COMPARE(a->self_ns, b->self_ns);
}

static int compare_total(const struct function_row *a, const struct function_row *b)
{
    return COMPARE(a->total_ns, b->total_ns);
}

static int compare_trend(const struct function_row *a, const struct function_row *b)
{
    return COMPARE(a->trend_change, b->trend_change);
}

static int compare_name(const struct function_row *a, const struct function_row *b)
{
    return strcmp(a->name, b->name);
}

static int compare_file(const struct function_row *a, const struct function_row *b)
{
    const int files = strcmp(a->file, b->file);

    return files != 0 ? files : COMPARE(a->first_line, b->first_line);
}

static int compare_hot_line(const struct function_row *a, const struct function_row *b)
{
    return COMPARE(a->hot_line, b->hot_line);
}

static int compare_process(const struct function_row *a, const struct function_row *b)
{
    return a->processes != b->processes ? COMPARE(a->processes, b->processes)
                                        : COMPARE(a->pid, b->pid);
}

/* Shares and times have the same order. */
static compare_rows *const COMPARISONS[FUNCTION_KEYS] = {
    [FUNCTION_SELF] = compare_self,      [FUNCTION_TOTAL] = compare_total,
    [FUNCTION_SELF_TIME] = compare_self, [FUNCTION_TOTAL_TIME] = compare_total,
    [FUNCTION_TREND] = compare_trend,    [FUNCTION_NAME] = compare_name,
    [FUNCTION_FILE] = compare_file,      [FUNCTION_HOT_LINE] = compare_hot_line,
    [FUNCTION_PROCESS] = compare_process,
};

static int compare(const void *left, const void *right, void *context)
{
    const struct function_row *a = left, *b = right;
    const struct function_query *query = context;
    int order = COMPARISONS[query->sort](a, b);

    if (order != 0)
        return query->ascending ? order : -order;
    order = compare_name(a, b);
    if (order == 0)
        order = compare_file(a, b);
    return order != 0 ? order : COMPARE(a->function, b->function);
}

/* How evenly the samples stand for the time: the most uneven of the processes looked at speaks for all. */
static double least_evenness(const struct picture *picture, const struct function_query *query)
{
    double least = 1;

    for (uint32_t i = 0; i < picture->process_count; i++)
        if ((query->process == SNAPSHOT_ALL_PROCESSES || query->process == i) &&
            picture->processes[i].evenness[query->span] < least)
            least = picture->processes[i].evenness[query->span];
    return least;
}

bool function_table_fill(struct function_table *table, const struct picture *picture,
                         const struct function_query *query, struct error *error)
{
    uint64_t wall_ns = 0;
    double mode_samples;

    table->count = 0;
    table->whole_ns = table->whole_samples = 0;
    if (!start_rows(table, picture)) {
        function_table_free(table);
        return error_set(error, ERROR_MEMORY, "no memory for the table of functions");
    }
    for (size_t i = 0; i < picture->pair_count; i++)
        if (is_chosen(picture, query, picture->pairs[i].thread))
            add_pair(&table->rows[picture->pairs[i].function], &picture->pairs[i], query);
    count_processes(table, picture, query);
    add_whole(table, picture, query, &wall_ns);
    choose_rows(table, picture, query);

    /* Samples without CPU time, the GIL or an exception say nothing on shares of it. */
    mode_samples = (double)table->whole_samples * share_of(table->whole_ns, wall_ns) *
                   least_evenness(picture, query);
    for (size_t i = 0; i < table->count; i++)
        finish(&table->rows[i], table, picture, mode_samples);
    if (table->count > 0)
        qsort_r(table->rows, table->count, sizeof *table->rows, compare, (void *)query);
    return true;
}

void function_table_free(struct function_table *table)
{
    free(table->rows);
    *table = (struct function_table){0};
}
