#include "tui/columns.h"

#include <stdio.h>

#include "tui/format.h"

#define HOT_SHARE 0.20
#define WARM_SHARE 0.05

static enum style style_of_share(double share)
{
    return share >= HOT_SHARE ? STYLE_HOT : share >= WARM_SHARE ? STYLE_WARM : STYLE_COOL;
}

static void draw_share(struct pen *pen, double share)
{
    pen_right(pen, style_of_share(share), format_percent(share).text);
}

/* A file and the line in it; what does not fit is left out at the path's beginning. */
static void draw_place(struct pen *pen, const char *file, uint32_t line)
{
    char number[16] = "";
    int room = pen_room(pen);

    if (!file || !*file)
        return;
    if (line > 0)
        room -= snprintf(number, sizeof number, ":%u", line);
    pen_cut(pen, STYLE_DIM, file, room, CUT_PATH);
    pen_text(pen, STYLE_TEXT, number);
}

/* The id of a process or thread; what stands for many that ended has none. */
static void draw_id(struct pen *pen, enum style style, int32_t id)
{
    char number[16] = "";

    if (id > 0)
        snprintf(number, sizeof number, "%d", id);
    pen_right(pen, style, number);
}

/* --- functions -------------------------------------------------------------------------------- */

static void draw_self_share(struct pen *pen, const void *row)
{
    draw_share(pen, ((const struct function_row *)row)->self_share);
}

static void draw_self_error(struct pen *pen, const void *row)
{
    pen_right(pen, STYLE_DIM, format_percent(((const struct function_row *)row)->self_error).text);
}

static void draw_total_share(struct pen *pen, const void *row)
{
    draw_share(pen, ((const struct function_row *)row)->total_share);
}

static void draw_total_error(struct pen *pen, const void *row)
{
    pen_right(pen, STYLE_DIM, format_percent(((const struct function_row *)row)->total_error).text);
}

static void draw_self_time(struct pen *pen, const void *row)
{
    pen_right(pen, STYLE_TEXT, format_time(((const struct function_row *)row)->self_ns).text);
}

static void draw_total_time(struct pen *pen, const void *row)
{
    pen_right(pen, STYLE_TEXT, format_time(((const struct function_row *)row)->total_ns).text);
}

/* The share of itself, drawn over that of all it calls. */
static void draw_bar(struct pen *pen, const void *row)
{
    const struct function_row *function = row;
    struct pen over = *pen;
    double self = function->self_share * pen_room(pen);
    int cells = self > 0 && self < 1 ? 1 : (int)(self + 15.0 / 16);

    for (int total = (int)(function->total_share * pen_room(pen) + 0.5); total > 0; total--)
        pen_glyph(pen, STYLE_BAR_TOTAL, GLYPH_SHADE_1);
    if (cells > 0)
        pen_bar(&over, STYLE_BAR_SELF, cells, self / cells);
}

/* The trend in so many columns, each the mean of those it stands for. The scale leaves room above a
   steady row, so that steady looks like the middle. */
static void draw_trend(struct pen *pen, const void *row)
{
    const struct function_row *function = row;
    unsigned columns = pen_room(pen) >= (int)PICTURE_TREND + 2 ? PICTURE_TREND : PICTURE_TREND / 2;
    unsigned each = PICTURE_TREND / columns;
    double value[PICTURE_TREND] = {0}, sum = 0, full = 0;

    for (unsigned i = 0; i < PICTURE_TREND; i++)
        value[i / each] += (double)function->trend_ns[i] / each;
    for (unsigned i = 0; i < columns; i++) {
        sum += value[i];
        full = value[i] > full ? value[i] : full;
    }
    if (full < 1.6 * sum / columns)
        full = 1.6 * sum / columns;
    int direction = function->trend_direction;
    enum style style = direction > 0 ? STYLE_RISING : direction < 0 ? STYLE_FALLING : STYLE_DIM;
    for (unsigned i = 0; i < columns; i++)
        pen_spark(pen, style, full > 0 ? value[i] / full : 0);
    pen_space(pen, 1);
    if (direction != 0)
        pen_glyph(pen, style, direction > 0 ? GLYPH_RISING : GLYPH_FALLING);
}

static bool trends_shown(const struct app *app)
{
    return app->trends;
}

static void draw_function(struct pen *pen, const void *row)
{
    const struct function_row *function = row;
    const char *name = function->name ? function->name : "?";
    enum style style = function->function < FUNCTION_FIRST ? STYLE_SPECIAL : STYLE_STRONG;

    pen_cut(pen, style, name, pen_room(pen), CUT_MIDDLE);
}

static void draw_function_place(struct pen *pen, const void *row)
{
    const struct function_row *function = row;

    draw_place(pen, function->file, function->first_line);
}

static void draw_hot_line(struct pen *pen, const void *row)
{
    const struct function_row *function = row;
    char line[16] = "";

    if (function->hot_line > 0)
        snprintf(line, sizeof line, "%u", function->hot_line);
    pen_right(pen, STYLE_TEXT, line);
}

/* Where several processes are shown together. */
static bool processes_shown(const struct app *app)
{
    return app_has_processes(app) && !app->one_process;
}

static void draw_function_processes(struct pen *pen, const void *row)
{
    const struct function_row *function = row;
    char text[24] = "";

    if (function->processes == 1) {
        draw_id(pen, STYLE_TEXT, function->pid);
        return;
    }
    if (function->processes > 1)
        snprintf(text, sizeof text, "%u procs", function->processes);
    pen_right(pen, STYLE_DIM, text);
}

static const struct column FUNCTION_COLUMNS[] = {
    {.title = "SELF%", .help = "share of the time in which it ran itself: at the leaf of the stack",
     .forms = {{6, 100, 0}}, .right = true, .sort = FUNCTION_SELF, .draw = draw_self_share},
    {.title = "±", .help = "the share is this near to the truth, 19 times out of 20",
     .forms = {{4, 40, 0}}, .gap = 1, .right = true, .sort = COLUMN_NOT_SORTED,
     .draw = draw_self_error},
    {.title = "TOTAL%", .help = "share in which it was anywhere on the stack: it, or what it calls",
     .forms = {{7, 90, 0}}, .gap = 1, .right = true, .sort = FUNCTION_TOTAL,
     .draw = draw_total_share},
    {.title = "±", .forms = {{4, 30, 0}}, .gap = 1, .right = true, .sort = COLUMN_NOT_SORTED,
     .draw = draw_total_error},
    {.title = "SHARE", .help = "self within total, as a bar", .forms = {{10, 15, 10}}, .gap = 2,
     .sort = COLUMN_NOT_SORTED, .draw = draw_bar},
    {.title = "SELF", .help = "the same as time, of all threads together",
     .forms = {{7, 60, 0}}, .gap = 1, .right = true, .sort = FUNCTION_SELF_TIME,
     .draw = draw_self_time},
    {.title = "TOTAL", .forms = {{7, 20, 0}}, .gap = 1, .right = true, .sort = FUNCTION_TOTAL_TIME,
     .draw = draw_total_time},
    {.title = "TREND",
     .help = "self time (wall) over the window, oldest left; ▲ ▼ when it changes beyond chance",
     .forms = {{12, 25, 0}, {7, 50, 0}}, .gap = 2, .sort = FUNCTION_TREND, .shown = trends_shown,
     .draw = draw_trend},
    {.title = "FUNCTION", .forms = {{26, 21, 34}, {18, 99, 8}}, .gap = 2, .sort = FUNCTION_NAME,
     .ascending_first = true, .draw = draw_function},
    {.title = "FILE:LINE", .help = "where it begins", .forms = {{26, 22, 74}, {16, 70, 10}},
     .gap = 2, .sort = FUNCTION_FILE, .ascending_first = true, .draw = draw_function_place},
    {.title = "PROCESS", .help = "of several: the only one that has it, or how many have it",
     .forms = {{8, 65, 0}}, .gap = 1, .right = true, .sort = FUNCTION_PROCESS,
     .shown = processes_shown, .draw = draw_function_processes},
    {.title = "HOT LINE", .help = "the line in it most often at the leaf, since the start", .forms = {{9, 10, 0}},
     .gap = 1, .right = true, .sort = FUNCTION_HOT_LINE, .draw = draw_hot_line},
};

/* --- threads ---------------------------------------------------------------------------------- */

static const struct {
    const char *word;
    enum style style;
    enum glyph glyph;
} STATES[THREAD_STATES] = {
    [THREAD_HAS_GIL] = {"has GIL", STYLE_HAS_GIL, GLYPH_BAR_8},
    [THREAD_RUNNING] = {"running", STYLE_RUNNING, GLYPH_SHADE_3},
    [THREAD_WAIT_GIL] = {"wait GIL", STYLE_WAITING, GLYPH_SHADE_2},
    [THREAD_IDLE] = {"idle", STYLE_IDLE, GLYPH_SHADE_1},
    [THREAD_ENDED] = {"ended", STYLE_DIM, GLYPH_DOT},
};

static void draw_tid(struct pen *pen, const void *row)
{
    draw_id(pen, STYLE_TEXT, ((const struct thread_row *)row)->tid);
}

static void draw_thread_process(struct pen *pen, const void *row)
{
    draw_id(pen, STYLE_DIM, ((const struct thread_row *)row)->pid);
}

static void draw_thread_name(struct pen *pen, const void *row)
{
    const struct thread_row *thread = row;

    if (thread->name && *thread->name)
        pen_cut(pen, STYLE_STRONG, thread->name, pen_room(pen), CUT_END);
    else
        pen_glyph(pen, STYLE_DIM, GLYPH_DASH);
}

static void draw_state(struct pen *pen, const void *row)
{
    unsigned state = ((const struct thread_row *)row)->state;

    if (state < THREAD_STATES)
        pen_text(pen, STATES[state].style, STATES[state].word);
}

static void draw_cpu(struct pen *pen, const void *row)
{
    draw_share(pen, ((const struct thread_row *)row)->cpu_share);
}

static void draw_gil(struct pen *pen, const void *row)
{
    draw_share(pen, ((const struct thread_row *)row)->gil_share);
}

static void draw_gc_share(struct pen *pen, const void *row)
{
    draw_share(pen, ((const struct thread_row *)row)->gc_share);
}

static void draw_exception(struct pen *pen, const void *row)
{
    draw_share(pen, ((const struct thread_row *)row)->exception_share);
}

static void draw_wait(struct pen *pen, const void *row)
{
    draw_share(pen, ((const struct thread_row *)row)->state_share[THREAD_WAIT_GIL]);
}

static void draw_idle(struct pen *pen, const void *row)
{
    draw_share(pen, ((const struct thread_row *)row)->state_share[THREAD_IDLE]);
}

static void draw_states(struct pen *pen, const void *row)
{
    static const enum thread_state ORDER[] = {THREAD_HAS_GIL, THREAD_RUNNING, THREAD_WAIT_GIL,
                                              THREAD_IDLE};
    const struct thread_row *thread = row;
    int width = pen_room(pen), drawn = 0;
    double sum = 0;

    for (size_t i = 0; i < sizeof ORDER / sizeof ORDER[0]; i++) {
        sum += thread->state_share[ORDER[i]];
        for (; drawn < width && drawn < (int)(sum * width + 0.5); drawn++)
            pen_glyph(pen, STATES[ORDER[i]].style, STATES[ORDER[i]].glyph);
    }
}

static void draw_samples(struct pen *pen, const void *row)
{
    pen_right(pen, STYLE_TEXT, format_count(((const struct thread_row *)row)->samples).text);
}

static void draw_thread_function(struct pen *pen, const void *row)
{
    const struct thread_row *thread = row;

    if (thread->function && *thread->function)
        pen_cut(pen, STYLE_TEXT, thread->function, pen_room(pen), CUT_MIDDLE);
    else
        pen_glyph(pen, STYLE_DIM, GLYPH_DASH);
}

static void draw_thread_place(struct pen *pen, const void *row)
{
    const struct thread_row *thread = row;

    draw_place(pen, thread->file, thread->line);
}

static void draw_ident(struct pen *pen, const void *row)
{
    pen_format(pen, STYLE_DIM, "0x%llx",
               (unsigned long long)((const struct thread_row *)row)->ident);
}

static const struct column THREAD_COLUMNS[] = {
    {.title = "TID", .help = "the thread's number, as the kernel has it", .forms = {{7, 80, 0}},
     .right = true, .sort = THREAD_KEY_TID, .ascending_first = true, .draw = draw_tid},
    {.title = "PROCESS", .help = "of several: whose it is", .forms = {{7, 82, 0}}, .gap = 1,
     .right = true, .sort = THREAD_KEY_PROCESS, .ascending_first = true, .shown = processes_shown,
     .draw = draw_thread_process},
    {.title = "NAME", .forms = {{10, 95, 14}}, .gap = 2, .sort = THREAD_KEY_NAME,
     .ascending_first = true, .draw = draw_thread_name},
    {.title = "STATE",
     .help = "at its last sample: has GIL, running (without it), wait GIL, idle, ended",
     .forms = {{8, 100, 0}}, .gap = 2, .sort = THREAD_KEY_STATE, .draw = draw_state},
    {.title = "CPU%", .help = "of one core", .forms = {{6, 90, 0}}, .gap = 1, .right = true,
     .sort = THREAD_KEY_CPU, .draw = draw_cpu},
    {.title = "GIL%", .help = "of the time, it had the GIL", .forms = {{6, 85, 0}}, .gap = 1,
     .right = true, .sort = THREAD_KEY_GIL, .draw = draw_gil},
    {.title = "GC%", .help = "of the time, the collector was at work in it", .forms = {{6, 17, 0}},
     .gap = 1, .right = true, .sort = THREAD_KEY_GC, .draw = draw_gc_share},
    {.title = "EXC%", .help = "of the time, an exception was raised or handled",
     .forms = {{6, 18, 0}}, .gap = 1, .right = true, .sort = THREAD_KEY_EXCEPTION,
     .draw = draw_exception},
    {.title = "WAIT%", .help = "of its own time, it waited for the GIL; IDLE%: it was idle", .forms = {{6, 9, 0}}, .gap = 1, .right = true,
     .sort = THREAD_KEY_WAIT, .draw = draw_wait},
    {.title = "IDLE%", .forms = {{6, 8, 0}}, .gap = 1, .right = true,
     .sort = THREAD_KEY_IDLE, .draw = draw_idle},
    {.title = "STATES", .help = "how long in each state: █ has GIL, ▓ running, ▒ wait GIL, ░ idle",
     .forms = {{10, 21, 10}}, .gap = 2, .sort = COLUMN_NOT_SORTED, .draw = draw_states},
    {.title = "SAMPLES", .forms = {{8, 60, 0}}, .gap = 1, .right = true,
     .sort = THREAD_KEY_SAMPLES, .draw = draw_samples},
    {.title = "FUNCTION", .help = "where it was at its last sample",
     .forms = {{20, 24, 40}, {12, 75, 8}}, .gap = 2, .sort = THREAD_KEY_FUNCTION,
     .ascending_first = true, .draw = draw_thread_function},
    {.title = "FILE:LINE", .forms = {{20, 22, 80}, {16, 50, 4}}, .gap = 2, .sort = THREAD_KEY_FILE,
     .ascending_first = true, .draw = draw_thread_place},
    {.title = "IDENT", .help = "as threading.get_ident() tells it", .forms = {{14, 10, 0}},
     .gap = 2, .sort = THREAD_KEY_IDENT, .ascending_first = true, .draw = draw_ident},
};

/* --- processes -------------------------------------------------------------------------------- */

static void draw_pid(struct pen *pen, const void *row)
{
    const struct process_row *process = row;

    draw_id(pen, process->ended ? STYLE_DIM : STYLE_STRONG, process->pid);
}

static void draw_process_cpu(struct pen *pen, const void *row)
{
    draw_share(pen, ((const struct process_row *)row)->cpu_share);
}

static void draw_process_gil(struct pen *pen, const void *row)
{
    draw_share(pen, ((const struct process_row *)row)->gil_share);
}

static void draw_process_threads(struct pen *pen, const void *row)
{
    char number[16];

    snprintf(number, sizeof number, "%u", ((const struct process_row *)row)->threads);
    pen_right(pen, STYLE_TEXT, number);
}

static void draw_process_samples(struct pen *pen, const void *row)
{
    pen_right(pen, STYLE_TEXT, format_count(((const struct process_row *)row)->samples).text);
}

static void draw_outlier(struct pen *pen, const void *row)
{
    const struct process_row *process = row;

    if (process->ended) {
        pen_text(pen, STYLE_DIM, "ended");
        return;
    }
    if (process->outlier & (OUTLIER_BUSY | OUTLIER_LAZY)) {
        const bool busy = process->outlier & OUTLIER_BUSY;

        pen_text(pen, busy ? STYLE_HOT : STYLE_WARM, "CPU ");
        pen_glyph(pen, busy ? STYLE_HOT : STYLE_WARM, busy ? GLYPH_RISING : GLYPH_FALLING);
    }
    if (process->outlier & OUTLIER_FUNCTION) {
        pen_space(pen, process->outlier == OUTLIER_FUNCTION ? 0 : 1);
        pen_text(pen, STYLE_WARM, process->outlier == OUTLIER_FUNCTION ? "function" : "fn");
    }
}

static void draw_hottest_share(struct pen *pen, const void *row)
{
    draw_share(pen, ((const struct process_row *)row)->function_share);
}

static void draw_hottest(struct pen *pen, const void *row)
{
    const struct process_row *process = row;

    if (process->function && *process->function)
        pen_cut(pen, process->first_line > 0 ? STYLE_TEXT : STYLE_SPECIAL, process->function,
                pen_room(pen), CUT_MIDDLE);
    else
        pen_glyph(pen, STYLE_DIM, GLYPH_DASH);
}

static void draw_hottest_place(struct pen *pen, const void *row)
{
    const struct process_row *process = row;

    draw_place(pen, process->file, process->first_line);
}

static void draw_age(struct pen *pen, const void *row)
{
    const struct process_row *process = row;

    if (process->age_ns > 0)
        pen_right(pen, STYLE_TEXT, format_age(process->age_ns).text);
}

static void draw_process_version(struct pen *pen, const void *row)
{
    const uint32_t hex = ((const struct process_row *)row)->version_hex;
    char text[16] = "";

    if (hex != 0) /* else it stands for many that ended */
        snprintf(text, sizeof text, "%u.%u.%u", hex >> 24, hex >> 16 & 0xFF, hex >> 8 & 0xFF);
    pen_text(pen, STYLE_DIM, text);
}

static void draw_command(struct pen *pen, const void *row)
{
    const struct process_row *process = row;

    pen_cut(pen, process->ended ? STYLE_DIM : STYLE_TEXT, process->command, pen_room(pen),
            CUT_END);
}

static const struct column PROCESS_COLUMNS[] = {
    {.title = "PID", .forms = {{7, 100, 0}}, .right = true, .sort = PROCESS_KEY_PID,
     .ascending_first = true, .draw = draw_pid},
    {.title = "CPU%", .help = "of one core, while it was looked at; threads without Python count too",
     .forms = {{6, 95, 0}}, .gap = 1, .right = true, .sort = PROCESS_KEY_CPU,
     .draw = draw_process_cpu},
    {.title = "GIL%", .help = "of that time, some thread had the GIL", .forms = {{6, 85, 0}},
     .gap = 1, .right = true, .sort = PROCESS_KEY_GIL, .draw = draw_process_gil},
    {.title = "OUTLIER",
     .help = "it differs from its siblings (same parent and command, three or more): CPU ▲ ▼ when that is a fifth of "
             "a core and half of their median away from it, or more; function (fn) when most have another hottest "
             "one, in which it spent less than half of the median's share",
     .forms = {{8, 88, 0}}, .gap = 2, .sort = PROCESS_KEY_OUTLIER, .draw = draw_outlier},
    {.title = "SAMPLES", .forms = {{8, 60, 0}}, .gap = 1, .right = true,
     .sort = PROCESS_KEY_SAMPLES, .draw = draw_process_samples},
    {.title = "THREADS", .help = "of Python, that run", .forms = {{8, 20, 0}}, .gap = 1,
     .right = true, .sort = PROCESS_KEY_THREADS, .draw = draw_process_threads},
    {.title = "HOT%", .help = "share of its time in the function in which it spent most",
     .forms = {{6, 55, 0}}, .gap = 1, .right = true, .sort = PROCESS_KEY_SHARE,
     .draw = draw_hottest_share},
    {.title = "HOTTEST", .help = "that function; m changes which time counts",
     .forms = {{24, 40, 30}, {14, 90, 8}}, .gap = 2, .sort = PROCESS_KEY_FUNCTION,
     .ascending_first = true, .draw = draw_hottest},
    {.title = "FILE:LINE", .forms = {{24, 22, 40}, {16, 30, 4}}, .gap = 2,
     .sort = PROCESS_KEY_FILE, .ascending_first = true, .draw = draw_hottest_place},
    {.title = "UP", .forms = {{7, 18, 0}}, .gap = 1, .right = true, .sort = PROCESS_KEY_AGE,
     .draw = draw_age},
    {.title = "PYTHON", .forms = {{7, 10, 0}}, .gap = 2, .sort = PROCESS_KEY_VERSION,
     .draw = draw_process_version},
    {.title = "COMMAND", .forms = {{24, 35, 80}, {14, 80, 8}}, .gap = 2,
     .sort = PROCESS_KEY_COMMAND, .ascending_first = true, .draw = draw_command},
};

static void draw_output(struct pen *pen, const void *row)
{
    pen_cut(pen, STYLE_TEXT, row, pen_room(pen), CUT_END);
}

static const struct column OUTPUT_COLUMNS[] = {
    {.title = "OUTPUT", .forms = {{20, 100, GRID_SIDE_MAX}}, .sort = COLUMN_NOT_SORTED, .draw = draw_output},
};

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

_Static_assert(COUNT_OF(FUNCTION_COLUMNS) <= COLUMNS_MAX, "COLUMNS_MAX is too small");
_Static_assert(COUNT_OF(THREAD_COLUMNS) <= COLUMNS_MAX, "COLUMNS_MAX is too small");
_Static_assert(COUNT_OF(PROCESS_COLUMNS) <= COLUMNS_MAX, "COLUMNS_MAX is too small");

struct columns columns_of(enum app_view view)
{
    static const struct columns VIEWS[APP_VIEWS] = {
        [APP_FUNCTIONS] = {FUNCTION_COLUMNS, COUNT_OF(FUNCTION_COLUMNS)},
        [APP_THREADS] = {THREAD_COLUMNS, COUNT_OF(THREAD_COLUMNS)},
        [APP_PROCESSES] = {PROCESS_COLUMNS, COUNT_OF(PROCESS_COLUMNS)},
        [APP_OUTPUT] = {OUTPUT_COLUMNS, COUNT_OF(OUTPUT_COLUMNS)},
    };

    return VIEWS[view];
}
