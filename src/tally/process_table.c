#include "tally/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "tally/outliers.h"
#include "tally/sum.h"

static bool has_room(struct process_table *table, const struct picture *picture)
{
    if (table->room < picture->process_count) {
        free(table->rows);
        table->room = picture->process_count + picture->process_count / 2;
        table->rows = malloc(table->room * sizeof *table->rows);
    }
    if (table->self_room < picture->function_count) {
        free(table->self_ns);
        table->self_room = picture->function_count + picture->function_count / 2;
        table->self_ns = malloc(table->self_room * sizeof *table->self_ns);
    }
    return (table->rows || table->room == 0) && (table->self_ns || table->self_room == 0);
}

static double share_of(uint64_t part, uint64_t whole)
{
    return whole > 0 ? (double)part / (double)whole : 0;
}

/* Finds the function in which a process spent most; what all of its threads spent is in `all`. */
static void find_hottest(struct process_row *row, struct process_table *table,
                         const struct picture *picture, const struct process_query *query,
                         const struct tally_sum *all)
{
    const struct picture_process *process = &picture->processes[row->process];
    const uint32_t *order = picture->pair_order + process->first_pair;
    uint32_t hottest = UINT32_MAX;

    for (uint32_t i = 0; i < process->pair_count; i++)
        table->self_ns[picture->pairs[order[i]].function] = 0;
    for (uint32_t i = 0; i < process->pair_count; i++) {
        const struct picture_pair *pair = &picture->pairs[order[i]];

        table->self_ns[pair->function] += pair->self[query->span].ns[query->mode];
        if (hottest == UINT32_MAX || table->self_ns[pair->function] > table->self_ns[hottest])
            hottest = pair->function;
    }
    if (hottest == UINT32_MAX || table->self_ns[hottest] == 0)
        return;
    row->function = picture->functions[hottest].name;
    row->file = picture->functions[hottest].file;
    row->first_line = picture->functions[hottest].first_line;
    row->function_share = share_of(table->self_ns[hottest], all->ns[query->mode]);
}

static struct process_row row_of(const struct picture *picture, uint32_t number,
                                 const struct process_query *query)
{
    const struct picture_process *process = &picture->processes[number];
    const uint64_t wall_ns = process->wall_ns[query->span];
    struct process_row row = {
        .process = number,
        .pid = process->pid,
        .command = process->command,
        .version_hex = process->version_hex,
        .ended = process->ended,
        .cpu_share = share_of(process->cpu_ns[query->span], wall_ns),
        .gil_share = share_of(process->gil_ns[query->span], wall_ns),
        .function = "",
        .file = "",
    };

    if (!process->ended && process->started_ns != 0 && process->started_ns < picture->taken_ns)
        row.age_ns = picture->taken_ns - process->started_ns;
    for (int state = 0; state < THREAD_ENDED; state++)
        row.threads += process->threads_by_state[state];
    return row;
}

/* What the threads of each process used in all: by place in the picture. */
static struct tally_sum *sum_threads(const struct picture *picture, enum tally_span span)
{
    struct tally_sum *sums = calloc(picture->process_count + 1, sizeof *sums);

    for (size_t i = 0; sums && i < picture->thread_count; i++)
        if (picture->threads[i].name)
            sum_add(&sums[picture->threads[i].process], &picture->threads[i].all[span]);
    return sums;
}

typedef int compare_rows(const struct process_row *a, const struct process_row *b);

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

static int compare_pid(const struct process_row *a, const struct process_row *b)
{
    return COMPARE(a->pid, b->pid);
}

static int compare_command(const struct process_row *a, const struct process_row *b)
{
    return strcmp(a->command, b->command);
}

static int compare_version(const struct process_row *a, const struct process_row *b)
{
    return COMPARE(a->version_hex, b->version_hex);
}

static int compare_cpu(const struct process_row *a, const struct process_row *b)
{
    return COMPARE(a->cpu_share, b->cpu_share);
}

static int compare_gil(const struct process_row *a, const struct process_row *b)
{
    return COMPARE(a->gil_share, b->gil_share);
}

static int compare_threads(const struct process_row *a, const struct process_row *b)
{
    return COMPARE(a->threads, b->threads);
}

static int compare_samples(const struct process_row *a, const struct process_row *b)
{
    return COMPARE(a->samples, b->samples);
}

static int compare_function(const struct process_row *a, const struct process_row *b)
{
    return strcmp(a->function, b->function);
}

static int compare_share(const struct process_row *a, const struct process_row *b)
{
    return COMPARE(a->function_share, b->function_share);
}

static int compare_file(const struct process_row *a, const struct process_row *b)
{
    const int files = strcmp(a->file, b->file);

    return files != 0 ? files : COMPARE(a->first_line, b->first_line);
}

static int compare_age(const struct process_row *a, const struct process_row *b)
{
    return COMPARE(a->age_ns, b->age_ns);
}

static int compare_outlier(const struct process_row *a, const struct process_row *b)
{
    return COMPARE(a->outlier, b->outlier);
}

static compare_rows *const COMPARISONS[PROCESS_KEYS] = {
    [PROCESS_KEY_PID] = compare_pid,           [PROCESS_KEY_COMMAND] = compare_command,
    [PROCESS_KEY_VERSION] = compare_version,   [PROCESS_KEY_CPU] = compare_cpu,
    [PROCESS_KEY_GIL] = compare_gil,           [PROCESS_KEY_THREADS] = compare_threads,
    [PROCESS_KEY_SAMPLES] = compare_samples,   [PROCESS_KEY_FUNCTION] = compare_function,
    [PROCESS_KEY_SHARE] = compare_share,       [PROCESS_KEY_FILE] = compare_file,
    [PROCESS_KEY_AGE] = compare_age,           [PROCESS_KEY_OUTLIER] = compare_outlier,
};

static int compare(const void *left, const void *right, void *context)
{
    const struct process_row *a = left, *b = right;
    const struct process_query *query = context;
    int order = COMPARISONS[query->sort](a, b);

    if (a->ended != b->ended)
        return a->ended ? 1 : -1; /* below all others, in any order */
    if (order != 0)
        return query->ascending ? order : -order;
    order = compare_pid(a, b);
    return order != 0 ? order : COMPARE(a->process, b->process);
}

static void fill_rows(struct process_table *table, const struct picture *picture,
                      const struct process_query *query, const struct tally_sum *sums)
{
    for (uint32_t i = 0; i < picture->process_count; i++) {
        struct process_row *row = &table->rows[table->count];

        if (picture->processes[i].ended && !picture->ended && sums[i].samples == 0)
            continue;
        *row = row_of(picture, i, query);
        row->samples = sums[i].samples;
        find_hottest(row, table, picture, query, &sums[i]);
        table->count++;
    }
}

static void apply_filter(struct process_table *table, const struct filter *filter)
{
    size_t kept = 0;

    for (size_t i = 0; i < table->count; i++)
        if (filter_matches(filter, table->rows[i].command, table->rows[i].function))
            table->rows[kept++] = table->rows[i];
    table->count = kept;
}

bool process_table_fill(struct process_table *table, const struct picture *picture,
                        const struct process_query *query, struct error *error)
{
    struct tally_sum *sums = sum_threads(picture, query->span);

    table->count = 0;
    if (!sums || !has_room(table, picture)) {
        free(sums);
        process_table_free(table);
        return error_set(error, ERROR_MEMORY, "no memory for the table of processes");
    }
    fill_rows(table, picture, query, sums);
    free(sums);
    if (!outliers_mark(table, picture, query)) {
        process_table_free(table);
        return error_set(error, ERROR_MEMORY, "no memory for the table of processes");
    }
    apply_filter(table, query->filter);
    if (table->count > 0)
        qsort_r(table->rows, table->count, sizeof *table->rows, compare, (void *)query);
    return true;
}

void process_table_free(struct process_table *table)
{
    free(table->rows);
    free(table->self_ns);
    *table = (struct process_table){0};
}
