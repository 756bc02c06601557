#include "tally/outliers.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define SIBLINGS_LEAST 3
#define LOOKED_AT_LEAST_NS NS_PER_S
#define CORES_APART 0.2
#define MEDIAN_PART_APART 0.5
#define SHARE_PART 0.5

/* The rows of siblings, and room for as many numbers. */
struct siblings {
    struct process_row **rows;
    double *values;
    size_t count;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Compares command lines, taking any number for any other: workers often tell theirs, or a pipe's. */
static int compare_commands(const char *a, const char *b)
{
    for (;; a++, b++) {
        if (is_digit(*a) && is_digit(*b)) {
            a += strspn(a, "0123456789");
            b += strspn(b, "0123456789");
        }
        if (*a != *b || *a == '\0')
            return (unsigned char)*a - (unsigned char)*b;
    }
}

static int compare_families(const void *left, const void *right, void *context)
{
    const struct process_row *a = *(struct process_row *const *)left;
    const struct process_row *b = *(struct process_row *const *)right;
    const struct picture *picture = context;
    const int32_t a_parent = picture->processes[a->process].parent;
    const int32_t b_parent = picture->processes[b->process].parent;

    if (a_parent != b_parent)
        return a_parent < b_parent ? -1 : 1;
    return compare_commands(a->command, b->command);
}

static int compare_numbers(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare_numbers);
    return count % 2 == 1 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

static void mark_cpu(const struct siblings *siblings)
{
    double middle, apart;

    for (size_t i = 0; i < siblings->count; i++)
        siblings->values[i] = siblings->rows[i]->cpu_share;
    middle = median(siblings->values, siblings->count);
    apart = MEDIAN_PART_APART * middle > CORES_APART ? MEDIAN_PART_APART * middle : CORES_APART;
    for (size_t i = 0; i < siblings->count; i++) {
        if (siblings->rows[i]->cpu_share >= middle + apart)
            siblings->rows[i]->outlier |= OUTLIER_BUSY;
        if (siblings->rows[i]->cpu_share <= middle - apart)
            siblings->rows[i]->outlier |= OUTLIER_LAZY;
    }
}

static bool same_function(const struct process_row *a, const struct process_row *b)
{
    return a->function == b->function && a->file == b->file && a->first_line == b->first_line;
}

/* The row of one of those that have their hottest function in common, when these are more than half. */
static const struct process_row *find_majority(const struct siblings *siblings)
{
    for (size_t i = 0; i < siblings->count; i++) {
        size_t equal = 0;

        for (size_t k = 0; k < siblings->count; k++)
            equal += same_function(siblings->rows[i], siblings->rows[k]);
        if (2 * equal > siblings->count)
            return siblings->rows[i];
    }
    return NULL;
}

/* The share of its time in the chosen mode that a process spent in the function of another's row. */
static double share_in(const struct process_row *row, const struct process_row *of,
                       const struct picture *picture, const struct process_query *query)
{
    const struct picture_process *process = &picture->processes[row->process];
    uint64_t in_ns = 0, all_ns = 0;

    for (uint32_t i = 0; i < process->pair_count; i++) {
        const struct picture_pair *pair =
            &picture->pairs[picture->pair_order[process->first_pair + i]];
        const struct picture_function *function = &picture->functions[pair->function];
        const uint64_t ns = pair->self[query->span].ns[query->mode];

        all_ns += ns;
        if (function->name == of->function && function->file == of->file &&
            function->first_line == of->first_line)
            in_ns += ns;
    }
    return all_ns > 0 ? (double)in_ns / (double)all_ns : 0;
}

static void mark_functions(const struct siblings *siblings, const struct picture *picture,
                           const struct process_query *query)
{
    const struct process_row *most = find_majority(siblings);
    double middle;

    if (most == NULL || most->function[0] == '\0')
        return;
    for (size_t i = 0; i < siblings->count; i++)
        siblings->values[i] = share_in(siblings->rows[i], most, picture, query);
    middle = median(siblings->values, siblings->count);
    for (size_t i = 0; i < siblings->count; i++)
        if (siblings->rows[i]->function[0] != '\0' && !same_function(siblings->rows[i], most) &&
            share_in(siblings->rows[i], most, picture, query) < SHARE_PART * middle)
            siblings->rows[i]->outlier |= OUTLIER_FUNCTION;
}

/* The siblings that begin at `rows`, which are in order of their families. */
static size_t count_siblings(struct process_row *const *rows, size_t count,
                             const struct picture *picture)
{
    size_t end = 1;

    while (end < count && compare_families(&rows[0], &rows[end], (void *)picture) == 0)
        end++;
    return end;
}

static size_t gather(struct process_row **rows, struct process_table *table,
                     const struct picture *picture, enum tally_span span)
{
    size_t count = 0;

    for (size_t i = 0; i < table->count; i++) {
        struct process_row *row = &table->rows[i];

        if (!row->ended && picture->processes[row->process].wall_ns[span] >= LOOKED_AT_LEAST_NS)
            rows[count++] = row;
    }
    qsort_r(rows, count, sizeof(struct process_row *), compare_families, (void *)picture);
    return count;
}

bool outliers_mark(struct process_table *table, const struct picture *picture,
                   const struct process_query *query)
{
    struct process_row **rows = calloc(table->count + 1, sizeof(struct process_row *));
    double *values = calloc(table->count + 1, sizeof *values);
    const bool ok = rows && values;
    const size_t count = ok ? gather(rows, table, picture, query->span) : 0;
    struct siblings siblings = {rows, values, 0};

    for (size_t begin = 0; begin < count; begin += siblings.count) {
        siblings.rows = rows + begin;
        siblings.count = count_siblings(siblings.rows, count - begin, picture);
        if (siblings.count < SIBLINGS_LEAST)
            continue;
        mark_cpu(&siblings);
        mark_functions(&siblings, picture, query);
    }
    free(rows);
    free(values);
    return ok;
}
