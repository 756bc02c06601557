#include "tally/snapshot.h"

#include <stdlib.h>
#include <string.h>

static bool has_room(struct thread_table *table, size_t count)
{
    if (table->room < count) {
        free(table->rows);
        table->room = count + count / 2;
        table->rows = malloc(table->room * sizeof *table->rows);
    }
    return table->rows || count == 0;
}

static struct thread_row row_of(const struct picture *picture, uint32_t number,
                                enum tally_span span)
{
    const struct picture_thread *thread = &picture->threads[number];
    const struct tally_sum *all = &thread->all[span];
    const double span_ns = (double)picture_observed_ns(picture, span);
    const double own_ns = (double)all->ns[MODE_WALL];
    struct thread_row row = {
        .thread = number,
        .pid = thread->process < picture->process_count ? picture->processes[thread->process].pid : 0,
        .tid = thread->tid,
        .ident = thread->ident,
        .name = thread->name,
        .state = thread->state,
        .cpu_share = span_ns > 0 ? (double)all->ns[MODE_CPU] / span_ns : 0,
        .gil_share = span_ns > 0 ? (double)all->ns[MODE_GIL] / span_ns : 0,
        .gc_share = span_ns > 0 ? (double)thread->gc_ns[span] / span_ns : 0,
        .exception_share = span_ns > 0 ? (double)all->ns[MODE_EXCEPTION] / span_ns : 0,
        .samples = all->samples,
        .function = "",
        .file = "",
        .line = thread->leaf_line,
    };

    for (int state = 0; own_ns > 0 && state < THREAD_STATES; state++)
        row.state_share[state] = (double)thread->state_ns[span][state] / own_ns;
    if (thread->leaf < picture->function_count) {
        row.function = picture->functions[thread->leaf].name;
        row.file = picture->functions[thread->leaf].file;
    }
    return row;
}

typedef int compare_rows(const struct thread_row *a, const struct thread_row *b);

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

static int compare_tid(const struct thread_row *a, const struct thread_row *b)
{
    return COMPARE(a->tid, b->tid);
}

static int compare_name(const struct thread_row *a, const struct thread_row *b)
{
    return strcmp(a->name, b->name);
}

/* By how busy it is: threads that ended come below all others. */
static int compare_state(const struct thread_row *a, const struct thread_row *b)
{
    return COMPARE((a->state + 1) % THREAD_STATES, (b->state + 1) % THREAD_STATES);
}

static int compare_cpu(const struct thread_row *a, const struct thread_row *b)
{
    return COMPARE(a->cpu_share, b->cpu_share);
}

static int compare_gil(const struct thread_row *a, const struct thread_row *b)
{
    return COMPARE(a->gil_share, b->gil_share);
}

static int compare_gc(const struct thread_row *a, const struct thread_row *b)
{
    return COMPARE(a->gc_share, b->gc_share);
}

static int compare_exception(const struct thread_row *a, const struct thread_row *b)
{
    return COMPARE(a->exception_share, b->exception_share);
}

static int compare_wait(const struct thread_row *a, const struct thread_row *b)
{
    return COMPARE(a->state_share[THREAD_WAIT_GIL], b->state_share[THREAD_WAIT_GIL]);
}

static int compare_idle(const struct thread_row *a, const struct thread_row *b)
{
    return COMPARE(a->state_share[THREAD_IDLE], b->state_share[THREAD_IDLE]);
}

static int compare_samples(const struct thread_row *a, const struct thread_row *b)
{
    return COMPARE(a->samples, b->samples);
}

static int compare_function(const struct thread_row *a, const struct thread_row *b)
{
    return strcmp(a->function, b->function);
}

static int compare_file(const struct thread_row *a, const struct thread_row *b)
{
    const int files = strcmp(a->file, b->file);

    return files != 0 ? files : COMPARE(a->line, b->line);
}

static int compare_ident(const struct thread_row *a, const struct thread_row *b)
{
    return COMPARE(a->ident, b->ident);
}

static int compare_process(const struct thread_row *a, const struct thread_row *b)
{
    return COMPARE(a->pid, b->pid);
}

static compare_rows *const COMPARISONS[THREAD_KEYS] = {
    [THREAD_KEY_TID] = compare_tid,           [THREAD_KEY_NAME] = compare_name,
    [THREAD_KEY_STATE] = compare_state,       [THREAD_KEY_CPU] = compare_cpu,
    [THREAD_KEY_GIL] = compare_gil,           [THREAD_KEY_EXCEPTION] = compare_exception,
    [THREAD_KEY_SAMPLES] = compare_samples,   [THREAD_KEY_FUNCTION] = compare_function,
    [THREAD_KEY_FILE] = compare_file,         [THREAD_KEY_IDENT] = compare_ident,
    [THREAD_KEY_PROCESS] = compare_process,   [THREAD_KEY_GC] = compare_gc,
    [THREAD_KEY_WAIT] = compare_wait,         [THREAD_KEY_IDLE] = compare_idle,
};

static int compare(const void *left, const void *right, void *context)
{
    const struct thread_row *a = left, *b = right;
    const struct thread_query *query = context;
    int order = COMPARISONS[query->sort](a, b);

    if (order != 0)
        return query->ascending ? order : -order;
    order = compare_name(a, b);
    if (order == 0)
        order = compare_tid(a, b);
    return order != 0 ? order : COMPARE(a->thread, b->thread);
}

static bool is_chosen(const struct picture *picture, const struct thread_query *query, uint32_t number)
{
    const struct picture_thread *thread = &picture->threads[number];

    return thread->name != NULL &&
           (query->process == SNAPSHOT_ALL_PROCESSES || query->process == thread->process) &&
           snapshot_takes_thread(picture, query->thread, query->same_tid, number) &&
           (thread->state != THREAD_ENDED || thread->all[query->span].samples > 0);
}

bool thread_table_fill(struct thread_table *table, const struct picture *picture,
                       const struct thread_query *query, struct error *error)
{
    table->count = 0;
    if (!has_room(table, picture->thread_count)) {
        thread_table_free(table);
        return error_set(error, ERROR_MEMORY, "no memory for the table of threads");
    }
    for (size_t i = 0; i < picture->thread_count; i++) {
        struct thread_row row;

        if (!is_chosen(picture, query, (uint32_t)i))
            continue;
        row = row_of(picture, (uint32_t)i, query->span);
        if (filter_matches(query->filter, row.name, row.function))
            table->rows[table->count++] = row;
    }
    if (table->count > 0)
        qsort_r(table->rows, table->count, sizeof *table->rows, compare, (void *)query);
    return true;
}

void thread_table_free(struct thread_table *table)
{
    free(table->rows);
    *table = (struct thread_table){0};
}
