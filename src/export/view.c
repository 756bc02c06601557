#include "export/view.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "config.h"
#include "export/save.h"
#include "export/text.h"
#include "tally/reasons.h"

#define ITEMS_MAX 64

_Static_assert(PICTURE_TREND <= SHEET_SERIES_MAX, "a trend is one series");
_Static_assert(TEXT_VERSION_SIZE <= SHEET_WORD_SIZE, "a version is one word");

const char *const VIEW_KIND_WORDS[VIEW_KINDS + 1] = {"functions", "threads", "processes", NULL};
const char *const VIEW_SPAN_WORDS[SPANS + 1] = {"window", "start", NULL};
const char *const VIEW_MODE_WORDS[MODES + 1] = {"wall", "cpu", "gil", "exception", NULL};

static const struct view_sort FUNCTION_SORTS[FUNCTION_KEYS] = {
    [FUNCTION_SELF] = {"self", false},
    [FUNCTION_TOTAL] = {"total", false},
    [FUNCTION_SELF_TIME] = {"self-time", false},
    [FUNCTION_TOTAL_TIME] = {"total-time", false},
    [FUNCTION_TREND] = {"trend", false},
    [FUNCTION_NAME] = {"function", true},
    [FUNCTION_FILE] = {"file", true},
    [FUNCTION_HOT_LINE] = {"hot-line", false},
    [FUNCTION_PROCESS] = {"process", false},
};

static const struct view_sort THREAD_SORTS[THREAD_KEYS] = {
    [THREAD_KEY_TID] = {"tid", true},
    [THREAD_KEY_NAME] = {"name", true},
    [THREAD_KEY_STATE] = {"state", false},
    [THREAD_KEY_CPU] = {"cpu", false},
    [THREAD_KEY_GIL] = {"gil", false},
    [THREAD_KEY_GC] = {"gc", false},
    [THREAD_KEY_EXCEPTION] = {"exception", false},
    [THREAD_KEY_WAIT] = {"wait", false},
    [THREAD_KEY_IDLE] = {"idle", false},
    [THREAD_KEY_SAMPLES] = {"samples", false},
    [THREAD_KEY_FUNCTION] = {"function", true},
    [THREAD_KEY_FILE] = {"file", true},
    [THREAD_KEY_IDENT] = {"ident", true},
    [THREAD_KEY_PROCESS] = {"process", true},
};

static const struct view_sort PROCESS_SORTS[PROCESS_KEYS] = {
    [PROCESS_KEY_PID] = {"pid", true},
    [PROCESS_KEY_COMMAND] = {"command", true},
    [PROCESS_KEY_VERSION] = {"version", false},
    [PROCESS_KEY_CPU] = {"cpu", false},
    [PROCESS_KEY_GIL] = {"gil", false},
    [PROCESS_KEY_THREADS] = {"threads", false},
    [PROCESS_KEY_SAMPLES] = {"samples", false},
    [PROCESS_KEY_FUNCTION] = {"function", true},
    [PROCESS_KEY_SHARE] = {"share", false},
    [PROCESS_KEY_FILE] = {"file", true},
    [PROCESS_KEY_AGE] = {"age", false},
    [PROCESS_KEY_OUTLIER] = {"outlier", false},
};

const struct view_sort *view_sorts(enum view_kind kind, size_t *count)
{
    static const struct {
        const struct view_sort *sorts;
        size_t count;
    } SORTS[VIEW_KINDS] = {
        [VIEW_FUNCTIONS] = {FUNCTION_SORTS, FUNCTION_KEYS},
        [VIEW_THREADS] = {THREAD_SORTS, THREAD_KEYS},
        [VIEW_PROCESSES] = {PROCESS_SORTS, PROCESS_KEYS},
    };

    *count = SORTS[kind].count;
    return SORTS[kind].sorts;
}

static struct cell none(void)
{
    return (struct cell){.kind = CELL_NONE};
}

static struct cell text(const char *value)
{
    return (struct cell){.kind = CELL_TEXT, .text = value ? value : ""};
}

static struct cell count(uint64_t value)
{
    return (struct cell){.kind = CELL_COUNT, .count = value};
}

static struct cell flag(bool value)
{
    return (struct cell){.kind = CELL_FLAG, .count = value};
}

static struct cell number(double value)
{
    return (struct cell){.kind = CELL_NUMBER, .number = value};
}

static struct cell percent(double share)
{
    return number(100 * share);
}

static double seconds(uint64_t ns)
{
    return (double)ns / (double)NS_PER_S;
}

/* The id of a process or thread; what stands for many has none. */
static struct cell id(int32_t value)
{
    return value > 0 ? count((uint64_t)value) : none();
}

/* --- the columns of functions --------------------------------------------------------------- */

#define FUNCTION_COLUMN(name, expression)                                                          \
    static struct cell function_##name(const void *pointer, union cell_room *room)                 \
    {                                                                                              \
        const struct function_row *row = pointer;                                                  \
                                                                                                   \
        (void)room;                                                                                \
        return expression;                                                                         \
    }

FUNCTION_COLUMN(self, percent(row->self_share))
FUNCTION_COLUMN(self_error, percent(row->self_error))
FUNCTION_COLUMN(total, percent(row->total_share))
FUNCTION_COLUMN(total_error, percent(row->total_error))
FUNCTION_COLUMN(self_time, number(seconds(row->self_ns)))
FUNCTION_COLUMN(total_time, number(seconds(row->total_ns)))
FUNCTION_COLUMN(self_samples, count(row->self_samples))
FUNCTION_COLUMN(total_samples, count(row->total_samples))
FUNCTION_COLUMN(direction, text(row->trend_direction > 0   ? "rising"
                                : row->trend_direction < 0 ? "falling"
                                                           : "steady"))
FUNCTION_COLUMN(name, text(row->name))
FUNCTION_COLUMN(file, text(row->file))
FUNCTION_COLUMN(line, row->first_line ? count(row->first_line) : none())
FUNCTION_COLUMN(hot_line, row->hot_line ? count(row->hot_line) : none())
FUNCTION_COLUMN(processes, count(row->processes))
FUNCTION_COLUMN(pid, row->processes == 1 ? id(row->pid) : none())

static struct cell function_trend(const void *pointer, union cell_room *room)
{
    const struct function_row *row = pointer;

    for (size_t i = 0; i < PICTURE_TREND; i++)
        room->series[i] = seconds(row->trend_ns[i]);
    return (struct cell){.kind = CELL_SERIES, .count = PICTURE_TREND, .series = room->series};
}

static struct cell place(const char *file, uint32_t line)
{
    if (!file || !file[0] || line == 0)
        return text(file);
    return (struct cell){.kind = CELL_PLACE, .text = file, .count = line};
}

static struct cell function_place(const void *pointer, union cell_room *room)
{
    const struct function_row *row = pointer;

    (void)room;
    return place(row->file, row->first_line);
}

static const struct sheet_column FUNCTION_COLUMNS[] = {
    {"self_percent", "SELF%", SHEET_EVERYWHERE, false, 2, 3, function_self},
    {"self_error_points", "±", SHEET_EVERYWHERE, false, 2, 3, function_self_error},
    {"total_percent", "TOTAL%", SHEET_EVERYWHERE, false, 2, 3, function_total},
    {"total_error_points", "±", SHEET_EVERYWHERE, false, 2, 3, function_total_error},
    {"self_s", "SELF s", SHEET_EVERYWHERE, false, 3, 6, function_self_time},
    {"total_s", "TOTAL s", SHEET_EVERYWHERE, false, 3, 6, function_total_time},
    {"self_samples", "SELF n", SHEET_EVERYWHERE, false, 0, 0, function_self_samples},
    {"total_samples", "TOTAL n", SHEET_EVERYWHERE, false, 0, 0, function_total_samples},
    {"trend_s", "TREND", SHEET_EVERYWHERE, true, 0, 4, function_trend},
    {"trend", "", SHEET_EVERYWHERE, true, 0, 0, function_direction},
    {"function", "FUNCTION", SHEET_EVERYWHERE, true, 0, 0, function_name},
    {"place", "FILE:LINE", 1u << SHEET_TEXT, true, 0, 0, function_place},
    {"file", "", SHEET_FILES, true, 0, 0, function_file},
    {"line", "", SHEET_FILES, false, 0, 0, function_line},
    {"hot_line", "HOT LINE", SHEET_EVERYWHERE, false, 0, 0, function_hot_line},
    /* the last: of several only */
    {"processes", "PROCESSES", SHEET_EVERYWHERE, false, 0, 0, function_processes},
    {"pid", "PID", SHEET_EVERYWHERE, false, 0, 0, function_pid},
};
#define FUNCTION_COLUMNS_OF_SEVERAL 2

/* --- the columns of threads ----------------------------------------------------------------- */

#define THREAD_COLUMN(name, expression)                                                            \
    static struct cell thread_##name(const void *pointer, union cell_room *room)                   \
    {                                                                                              \
        const struct thread_row *row = pointer;                                                    \
                                                                                                   \
        (void)room;                                                                                \
        return expression;                                                                         \
    }

THREAD_COLUMN(pid, id(row->pid))
THREAD_COLUMN(tid, id(row->tid))
THREAD_COLUMN(ident, count(row->ident))
THREAD_COLUMN(name, text(row->name))
THREAD_COLUMN(state, text(text_state_word(row->state)))
THREAD_COLUMN(cpu, percent(row->cpu_share))
THREAD_COLUMN(gil, percent(row->gil_share))
THREAD_COLUMN(gc, percent(row->gc_share))
THREAD_COLUMN(exception, percent(row->exception_share))
THREAD_COLUMN(has_gil, percent(row->state_share[THREAD_HAS_GIL]))
THREAD_COLUMN(wait_gil, percent(row->state_share[THREAD_WAIT_GIL]))
THREAD_COLUMN(running, percent(row->state_share[THREAD_RUNNING]))
THREAD_COLUMN(idle, percent(row->state_share[THREAD_IDLE]))
THREAD_COLUMN(samples, count(row->samples))
THREAD_COLUMN(function, text(row->function))
THREAD_COLUMN(place, place(row->file, row->line))
THREAD_COLUMN(file, text(row->file))
THREAD_COLUMN(line, row->line ? count(row->line) : none())

static const struct sheet_column THREAD_COLUMNS[] = {
    {"tid", "TID", SHEET_EVERYWHERE, false, 0, 0, thread_tid},
    {"ident", "IDENT", SHEET_EVERYWHERE, false, 0, 0, thread_ident},
    {"name", "NAME", SHEET_EVERYWHERE, true, 0, 0, thread_name},
    {"state", "STATE", SHEET_EVERYWHERE, true, 0, 0, thread_state},
    {"cpu_percent", "CPU%", SHEET_EVERYWHERE, false, 2, 3, thread_cpu},
    {"gil_percent", "GIL%", SHEET_EVERYWHERE, false, 2, 3, thread_gil},
    {"has_gil_percent", "HAS%", SHEET_EVERYWHERE, false, 2, 3, thread_has_gil},
    {"wait_gil_percent", "WAIT%", SHEET_EVERYWHERE, false, 2, 3, thread_wait_gil},
    {"running_percent", "RUN%", SHEET_EVERYWHERE, false, 2, 3, thread_running},
    {"idle_percent", "IDLE%", SHEET_EVERYWHERE, false, 2, 3, thread_idle},
    {"gc_percent", "GC%", SHEET_EVERYWHERE, false, 2, 3, thread_gc},
    {"exception_percent", "EXC%", SHEET_EVERYWHERE, false, 2, 3, thread_exception},
    {"samples", "SAMPLES", SHEET_EVERYWHERE, false, 0, 0, thread_samples},
    {"function", "FUNCTION", SHEET_EVERYWHERE, true, 0, 0, thread_function},
    {"place", "FILE:LINE", 1u << SHEET_TEXT, true, 0, 0, thread_place},
    {"file", "", SHEET_FILES, true, 0, 0, thread_file},
    {"line", "", SHEET_FILES, false, 0, 0, thread_line},
    {"pid", "PID", SHEET_EVERYWHERE, false, 0, 0, thread_pid}, /* the last: of several only */
};
#define THREAD_COLUMNS_OF_SEVERAL 1

/* --- the columns of processes --------------------------------------------------------------- */

#define PROCESS_COLUMN(name, expression)                                                           \
    static struct cell process_##name(const void *pointer, union cell_room *room)                  \
    {                                                                                              \
        const struct process_row *row = pointer;                                                   \
                                                                                                   \
        (void)room;                                                                                \
        return expression;                                                                         \
    }

/* By bits of enum outlier; busy and lazy are never both. */
static const char *outlier_words(unsigned outlier)
{
    static const char *const WORDS[] = {
        [0] = "",
        [OUTLIER_BUSY] = "busy",
        [OUTLIER_LAZY] = "lazy",
        [OUTLIER_FUNCTION] = "function",
        [OUTLIER_BUSY | OUTLIER_FUNCTION] = "busy, function",
        [OUTLIER_LAZY | OUTLIER_FUNCTION] = "lazy, function",
    };

    return outlier < sizeof WORDS / sizeof WORDS[0] ? WORDS[outlier] : "";
}

PROCESS_COLUMN(pid, id(row->pid))
PROCESS_COLUMN(state, text(row->ended ? "ended" : "runs"))
PROCESS_COLUMN(cpu, percent(row->cpu_share))
PROCESS_COLUMN(gil, percent(row->gil_share))
PROCESS_COLUMN(threads, count(row->threads))
PROCESS_COLUMN(samples, count(row->samples))
PROCESS_COLUMN(outlier, text(outlier_words(row->outlier)))
PROCESS_COLUMN(share, percent(row->function_share))
PROCESS_COLUMN(function, text(row->function))
PROCESS_COLUMN(place, place(row->file, row->first_line))
PROCESS_COLUMN(file, text(row->file))
PROCESS_COLUMN(line, row->first_line ? count(row->first_line) : none())
PROCESS_COLUMN(age, row->age_ns ? number(seconds(row->age_ns)) : none())
PROCESS_COLUMN(command_line, text(row->command))

static struct cell process_version(const void *pointer, union cell_room *room)
{
    const struct process_row *row = pointer;

    if (row->version_hex == 0)
        return none();
    text_python_version(room->word, row->version_hex);
    return text(room->word);
}

static const struct sheet_column PROCESS_COLUMNS[] = {
    {"pid", "PID", SHEET_EVERYWHERE, false, 0, 0, process_pid},
    {"state", "STATE", SHEET_EVERYWHERE, true, 0, 0, process_state},
    {"cpu_percent", "CPU%", SHEET_EVERYWHERE, false, 2, 3, process_cpu},
    {"gil_percent", "GIL%", SHEET_EVERYWHERE, false, 2, 3, process_gil},
    {"threads", "THREADS", SHEET_EVERYWHERE, false, 0, 0, process_threads},
    {"samples", "SAMPLES", SHEET_EVERYWHERE, false, 0, 0, process_samples},
    {"outlier", "OUTLIER", SHEET_EVERYWHERE, true, 0, 0, process_outlier},
    {"function_percent", "HOT%", SHEET_EVERYWHERE, false, 2, 3, process_share},
    {"function", "HOTTEST FUNCTION", SHEET_EVERYWHERE, true, 0, 0, process_function},
    {"place", "FILE:LINE", 1u << SHEET_TEXT, true, 0, 0, process_place},
    {"file", "", SHEET_FILES, true, 0, 0, process_file},
    {"line", "", SHEET_FILES, false, 0, 0, process_line},
    {"age_s", "UP s", SHEET_EVERYWHERE, false, 1, 3, process_age},
    {"python", "PYTHON", SHEET_EVERYWHERE, true, 0, 0, process_version},
    {"command", "COMMAND", SHEET_EVERYWHERE, true, 0, 0, process_command_line},
};

/* --- the head ------------------------------------------------------------------------------- */

struct head {
    struct sheet_item items[ITEMS_MAX];
    size_t count;
    char python[TEXT_VERSION_SIZE + TEXT_BUILD_SIZE];
    char taken[TEXT_TIME_SIZE];
};

static void add(struct head *head, const char *key, struct cell value)
{
    if (head->count < ITEMS_MAX)
        head->items[head->count++] = (struct sheet_item){key, 3, value};
}

/* What the three queries have in common. */
struct query {
    enum tally_span span;
    size_t sort;
    bool ascending;
    uint32_t process;
};

static struct query query_of(const struct view_description *view)
{
    const struct function_query *functions = &view->function_query;
    const struct thread_query *threads = &view->thread_query;
    const struct process_query *processes = &view->process_query;

    switch (view->kind) {
    case VIEW_THREADS:
        return (struct query){threads->span, threads->sort, threads->ascending, threads->process};
    case VIEW_PROCESSES:
        return (struct query){processes->span, processes->sort, processes->ascending,
                              SNAPSHOT_ALL_PROCESSES};
    default:
        return (struct query){functions->span, functions->sort, functions->ascending,
                              functions->process};
    }
}

/* The only one there is or that is shown; NULL: there are several. */
static const struct picture_process *only_process(const struct view_description *view)
{
    const struct picture *picture = view->picture;
    const uint32_t asked = query_of(view).process;

    if (picture->process_count == 1)
        return picture->processes;
    return asked < picture->process_count ? &picture->processes[asked] : NULL;
}

static struct cell age(const struct picture_process *process, uint64_t taken_ns)
{
    if (!process || process->started_ns == 0 || process->started_ns > taken_ns)
        return none();
    return number(seconds(taken_ns - process->started_ns));
}

static void add_target(struct head *head, const struct view_description *view)
{
    const struct picture *picture = view->picture;
    const struct picture_process *only = only_process(view);
    /* Without a reason it is not the target that ended, but the sampling of it. */
    const bool ended = picture->ended && picture->end_text[0];

    text_python_version(head->python, picture->version_hex);
    text_build(head->python + strlen(head->python), picture->read_as, picture->build);
    text_time(head->taken, picture->taken_ns);
    add(head, "pid", count((uint64_t)picture->pid));
    add(head, "command", text(picture->command));
    add(head, "python", text(head->python));
    add(head, "taken", text(head->taken));
    add(head, "age_s", age(only, picture->taken_ns));
    if (picture->process_count > 1) {
        add(head, "processes", count(picture->process_count));
        add(head, "running", count(picture->running));
    }
    add(head, "ended", ended ? text(picture->end_text) : none());
    add(head, "stopped", flag(!ended && (only ? only->stopped : picture->stopped)));
}

/* How the rows were chosen and ordered. */
static void add_query(struct head *head, const struct view_description *view)
{
    const struct picture *picture = view->picture;
    const struct function_query *functions = &view->function_query;
    const struct query query = query_of(view);
    const struct picture_process *only = only_process(view);
    bool filtered = view->filter_text && view->filter_text[0];
    size_t sorts;
    const struct view_sort *words = view_sorts(view->kind, &sorts);

    add(head, "span", text(VIEW_SPAN_WORDS[query.span]));
    add(head, "window_s", query.span == SPAN_WINDOW ? number(seconds(picture->window_ns)) : none());
    add(head, "observed_s", number(seconds(picture_observed_ns(picture, query.span))));
    add(head, "away_s", number(seconds(picture->away_ns[query.span])));
    if (picture->process_count > 1)
        add(head, "process", only ? id(only->pid) : none());
    if (view->kind == VIEW_FUNCTIONS) {
        const struct picture_thread *thread = functions->thread < picture->thread_count
                                                  ? &picture->threads[functions->thread]
                                                  : NULL;

        add(head, "mode", text(VIEW_MODE_WORDS[functions->mode]));
        add(head, "thread", thread ? count((uint64_t)thread->tid) : none());
        add(head, "thread_name", thread ? text(thread->name) : none());
    }
    if (view->kind == VIEW_PROCESSES)
        add(head, "mode", text(VIEW_MODE_WORDS[view->process_query.mode]));
    add(head, "filter", filtered ? text(view->filter_text) : none());
    add(head, "sort", text(query.sort < sorts ? words[query.sort].word : ""));
    add(head, "order", text(query.ascending ? "ascending" : "descending"));
}

/* Of all threads together. */
static void add_shares(struct head *head, const struct view_description *view)
{
    const struct picture_shares shares = picture_shares(view->picture, query_of(view).span);

    add(head, "has_gil_percent", percent(shares.state[THREAD_HAS_GIL]));
    add(head, "wait_gil_percent", percent(shares.state[THREAD_WAIT_GIL]));
    add(head, "running_percent", percent(shares.state[THREAD_RUNNING]));
    add(head, "idle_percent", percent(shares.state[THREAD_IDLE]));
    add(head, "on_cpu_percent", percent(shares.cpu));
    add(head, "gc_percent", percent(shares.gc));
}

static void add_counts(struct head *head, const struct picture *picture)
{
    const struct sampler_counts *counts = &picture->counts;

    add(head, "rate_hz", number(picture->rate_hz));
    add(head, "engine", text(picture_engine(picture)));
    add(head, "engine_reason", text(reason_words(picture->reason)->word));
    add(head, "slowed", flag(picture->slowed));
    add(head, "slowed_rounds", count(picture->slowed_rounds));
    add(head, "ridden", count(picture->ridden));
    add(head, "kept_percent",
        counts->samples + counts->failed > 0 ? percent(picture_kept_share(picture)) : none());
    add(head, "rounds", count(counts->rounds));
    add(head, "samples", count(counts->samples));
    add(head, "failed", count(counts->failed));
    add(head, "truncated", count(counts->truncated));
    add(head, "cut", count(counts->cut));
    add(head, "retried", count(counts->retried));
    add(head, "missed", count(counts->missed));
    add(head, "lost", count(counts->lost));
    add(head, "dropped", count(picture->dropped));
    add(head, "unlisted", count(counts->unlisted));
    add(head, "unnamed", count(counts->unnamed));
}

/* Where there is one process, the last columns, `of_several`, which tell them apart, are left out. */
static size_t columns_told(size_t count, size_t of_several, const struct picture *picture)
{
    return picture->process_count > 1 ? count : count - of_several;
}

/* --- a view --------------------------------------------------------------------------------- */

static bool write_rows(FILE *stream, enum sheet_format format, const struct view_description *view,
                       struct sheet sheet, const struct function_table *functions,
                       struct error *error)
{
    struct head head = {.count = 0};
    size_t matching = sheet.row_count;

    if (view->row_limit && sheet.row_count > view->row_limit)
        sheet.row_count = view->row_limit;
    add(&head, "program", text(PACKAGE_NAME));
    add(&head, "version", text(PACKAGE_VERSION));
    add(&head, "view", text(VIEW_KIND_WORDS[view->kind]));
    add_target(&head, view);
    add_query(&head, view);
    if (functions) {
        add(&head, "whole_s", number(seconds(functions->whole_ns)));
        add(&head, "whole_samples", count(functions->whole_samples));
    }
    add_shares(&head, view);
    add_counts(&head, view->picture);
    add(&head, "rows_matching", count(matching));
    add(&head, "rows_written", count(sheet.row_count));
    sheet.items = head.items;
    sheet.item_count = head.count;
    return sheet_write(&sheet, format, stream, error);
}

static bool write_functions(FILE *stream, enum sheet_format format,
                            const struct view_description *view, struct error *error)
{
    struct function_table table = {0};
    struct sheet sheet = {
        .columns = FUNCTION_COLUMNS,
        .column_count = columns_told(sizeof FUNCTION_COLUMNS / sizeof FUNCTION_COLUMNS[0],
                                     FUNCTION_COLUMNS_OF_SEVERAL, view->picture),
        .row_size = sizeof(struct function_row),
    };
    bool written = function_table_fill(&table, view->picture, &view->function_query, error);

    sheet.rows = table.rows;
    sheet.row_count = table.count;
    written = written && write_rows(stream, format, view, sheet, &table, error);
    function_table_free(&table);
    return written;
}

static bool write_threads(FILE *stream, enum sheet_format format,
                          const struct view_description *view, struct error *error)
{
    struct thread_table table = {0};
    struct sheet sheet = {
        .columns = THREAD_COLUMNS,
        .column_count = columns_told(sizeof THREAD_COLUMNS / sizeof THREAD_COLUMNS[0],
                                     THREAD_COLUMNS_OF_SEVERAL, view->picture),
        .row_size = sizeof(struct thread_row),
    };
    bool written = thread_table_fill(&table, view->picture, &view->thread_query, error);

    sheet.rows = table.rows;
    sheet.row_count = table.count;
    written = written && write_rows(stream, format, view, sheet, NULL, error);
    thread_table_free(&table);
    return written;
}

static bool write_processes(FILE *stream, enum sheet_format format,
                            const struct view_description *view, struct error *error)
{
    struct process_table table = {0};
    struct sheet sheet = {
        .columns = PROCESS_COLUMNS,
        .column_count = sizeof PROCESS_COLUMNS / sizeof PROCESS_COLUMNS[0],
        .row_size = sizeof(struct process_row),
    };
    bool written = process_table_fill(&table, view->picture, &view->process_query, error);

    sheet.rows = table.rows;
    sheet.row_count = table.count;
    written = written && write_rows(stream, format, view, sheet, NULL, error);
    process_table_free(&table);
    return written;
}

bool view_write(FILE *stream, enum sheet_format format, const struct view_description *view,
                struct error *error)
{
    static bool (*const WRITE[VIEW_KINDS])(FILE *, enum sheet_format,
                                           const struct view_description *, struct error *) = {
        [VIEW_FUNCTIONS] = write_functions,
        [VIEW_THREADS] = write_threads,
        [VIEW_PROCESSES] = write_processes,
    };

    return WRITE[view->kind](stream, format, view, error);
}

bool view_save(const char *path, bool replace, const struct view_description *view,
               struct error *error)
{
    struct save *save = save_open(path, replace, error);

    if (!save)
        return false;
    if (!view_write(save_stream(save), sheet_format_of(path), view, error)) {
        save_abort(save);
        return false;
    }
    return save_commit(save, error);
}

void view_propose_name(const struct view_description *view, char *name, size_t size)
{
    char moment[TEXT_TIME_SIZE];

    text_time_for_name(moment, view->picture->taken_ns);
    snprintf(name, size, "tachyon-top-%" PRId32 "-%s-%s.txt", view->picture->pid,
             VIEW_KIND_WORDS[view->kind], moment);
}
