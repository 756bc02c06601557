#include "tui/actions.h"

#include <string.h>

#include "base/clock.h"
#include "tui/focus.h"
#include "tui/prompt.h"
#include "tui/state.h"
#include "tui/table.h"

const uint64_t APP_REFRESH_NS[] = {5 * NS_PER_S,   2 * NS_PER_S,   1 * NS_PER_S,
                                   500 * NS_PER_MS, 250 * NS_PER_MS, 100 * NS_PER_MS};
const unsigned APP_REFRESH_COUNT = sizeof APP_REFRESH_NS / sizeof APP_REFRESH_NS[0];

/* --- rows ------------------------------------------------------------------------------------- */

static void row_up(struct app *app)
{
    table_move(app, -1);
}

static void row_down(struct app *app)
{
    table_move(app, 1);
}

static void page_up(struct app *app)
{
    table_move(app, -app->page);
}

static void page_down(struct app *app)
{
    table_move(app, app->page);
}

static void next_column(struct app *app)
{
    if (app->view != APP_OUTPUT)
        table_sort_step(app, 1);
}

static void previous_column(struct app *app)
{
    if (app->view != APP_OUTPUT)
        table_sort_step(app, -1);
}

static void reverse(struct app *app)
{
    app_place(app)->ascending = !app_place(app)->ascending;
    app->stale = true;
}

static void type_filter(struct app *app)
{
    if (app->view == APP_OUTPUT) {
        app->view = APP_FUNCTIONS; /* which the filter is for */
        app->stale = true;
    }
    prompt_filter(app);
}

static void clear_filter(struct app *app)
{
    struct error error;

    if (!app_set_filter(app, "", &error))
        app_show_error(app, &error);
}

static bool has_filter(const struct app *app)
{
    return app->filter_text[0] != 0;
}

static bool has_selection(const struct app *app)
{
    return app->places[app->view].selected;
}

static void cancel(struct app *app)
{
    if (app->from_list && !has_selection(app))
        app->requests |= APP_BACK;
    table_deselect(app);
}

static bool cancel_offered(const struct app *app)
{
    return app->from_list || has_selection(app);
}

static const char *cancel_label(const struct app *app)
{
    return has_selection(app) ? "Deselect" : "List";
}

/* --- what is shown ---------------------------------------------------------------------------- */

static bool has_view(const struct app *app, enum app_view view)
{
    switch (view) {
    case APP_PROCESSES:
        return app_has_processes(app);
    case APP_OUTPUT:
        return app->transcript != NULL;
    default:
        return true;
    }
}

/* The next one of the views that are there, in steps of so many. */
static enum app_view view_after(const struct app *app, unsigned step)
{
    enum app_view view = app->view;

    do
        view = (view + step) % APP_VIEWS;
    while (!has_view(app, view));
    return view;
}

static void next_view(struct app *app)
{
    app->view = view_after(app, 1);
    app->stale = true;
}

static void previous_view(struct app *app)
{
    app->view = view_after(app, APP_VIEWS - 1);
    app->stale = true;
}

static const char *next_view_label(const struct app *app)
{
    static const char *const LABELS[APP_VIEWS] = {
        [APP_FUNCTIONS] = "Functions",
        [APP_THREADS] = "Threads",
        [APP_PROCESSES] = "Processes",
        [APP_OUTPUT] = "Output",
    };

    return LABELS[view_after(app, 1)];
}

static bool sees_threads(const struct app *app)
{
    return app->view == APP_THREADS;
}

static bool shows_one_thread(const struct app *app)
{
    return app->one_thread;
}

static bool sees_processes(const struct app *app)
{
    return app->view == APP_PROCESSES;
}

static bool shows_one_process(const struct app *app)
{
    return app->one_process;
}

static bool processes_offered(const struct app *app)
{
    return app_has_processes(app);
}

static bool goes_on(const struct app *app)
{
    return !app->picture || !app->picture->ended;
}

static void toggle_subprocesses(struct app *app)
{
    if (!goes_on(app)) {
        app_say(app, STYLE_MESSAGE, "The process has ended: no more can come");
        return;
    }
    app->subprocesses = !app->subprocesses;
    app->requests |= APP_SUBPROCESSES;
    app_say(app, STYLE_MESSAGE,
            app->subprocesses ? "All Python processes that descend from it are looked at too"
                              : "Processes that descend from it are not looked at any more");
}

static bool has_subprocesses(const struct app *app)
{
    return app->subprocesses;
}

static bool row_opens(const struct app *app)
{
    return (sees_threads(app) || sees_processes(app)) && has_selection(app);
}

static void next_thread(struct app *app)
{
    focus_step(app, 1);
}

static void previous_thread(struct app *app)
{
    focus_step(app, -1);
}

static bool shows_one(const struct app *app)
{
    return app->one_thread || app->one_process;
}

static void next_mode(struct app *app)
{
    if (!app_view_has_modes(app)) {
        app_say(app, STYLE_MESSAGE, sees_threads(app)
                                        ? "The table of threads has every mode; modes are for functions"
                                        : "Modes are for functions");
        return;
    }
    app->mode = (app->mode + 1) % MODES;
    if (app->mode == MODE_GIL && app->picture && (app->picture->build & BUILD_NO_GIL) != 0)
        app->mode = (app->mode + 1) % MODES; /* there is none to have time with */
    app->stale = true;
}

static bool sees_functions(const struct app *app)
{
    return app->view == APP_FUNCTIONS;
}

static void toggle_span(struct app *app)
{
    app->span = app->span == SPAN_WINDOW ? SPAN_START : SPAN_WINDOW;
    app->stale = true;
}

static bool shows_all_time(const struct app *app)
{
    return app->span == SPAN_START;
}

static void toggle_trends(struct app *app)
{
    app->trends = !app->trends;
}

/* --- time ------------------------------------------------------------------------------------- */

static void freeze(struct app *app, bool frozen)
{
    app->frozen = frozen;
    if (app->transcript)
        app->frozen_end = transcript_end(app->transcript);
    app->stale |= app->view == APP_OUTPUT;
}

static void toggle_frozen(struct app *app)
{
    if (!goes_on(app))
        app_say(app, STYLE_MESSAGE, "The process has ended: this picture does not move any more");
    else if (!app_waits(app))
        freeze(app, !app->frozen);
}

static bool is_frozen(const struct app *app)
{
    return app->frozen;
}

static void reset(struct app *app)
{
    if (!goes_on(app)) {
        app_say(app, STYLE_MESSAGE, "The process has ended: there would be nothing left to see");
        return;
    }
    app->requests |= APP_RESET;
    app_say(app, STYLE_MESSAGE, app->frozen ? "Counting starts anew; this picture stays"
                                            : "Counting starts anew");
}

static void change_refresh(struct app *app, int step)
{
    unsigned to = app->refresh + (unsigned)step;

    if (to < APP_REFRESH_COUNT)
        app->refresh = to;
    app_say(app, STYLE_MESSAGE, "The screen is refreshed %g times a second",
            (double)NS_PER_S / (double)APP_REFRESH_NS[app->refresh]);
}

static void refresh_faster(struct app *app)
{
    change_refresh(app, 1);
}

static void refresh_slower(struct app *app)
{
    change_refresh(app, -1);
}

/* --- program ---------------------------------------------------------------------------------- */

static void save(struct app *app)
{
    prompt_save(app);
}

static void redraw(struct app *app)
{
    app->requests |= APP_REDRAW;
}

static void open_help(struct app *app)
{
    app->help = true;
    app->help_scroll.top = 0;
}

static void quit(struct app *app)
{
    app->help = false;
    if (app->program_runs)
        prompt_end(app);
    else
        app->requests |= APP_QUIT;
}

static const struct action ACTIONS[] = {
    {.keys = {'h', '?', KEY_OF_F1}, .group = GROUP_PROGRAM, .label = "Help", .priority = 100,
     .help = "this help", .run = open_help},
    {.keys = {'/'}, .group = GROUP_ROWS, .label = "Filter", .priority = 80,
     .help = "show only rows with a text; a regular expression goes between slashes",
     .run = type_filter},
    {.keys = {'c'}, .group = GROUP_ROWS, .label = "Clear", .priority = 82,
     .help = "clear the filter", .run = clear_filter, .offered = has_filter},
    {.keys = {'s'}, .group = GROUP_ROWS, .label = "Sort", .priority = 75,
     .help = "sort by the next column", .run = next_column},
    {.keys = {'S'}, .group = GROUP_ROWS, .help = "sort by the previous column",
     .run = previous_column},
    {.keys = {'R', 'I'}, .group = GROUP_ROWS, .label = "Reverse", .priority = 30,
     .help = "reverse the order", .run = reverse},
    {.keys = {KEY_OF_UP, 'k'}, .group = GROUP_ROWS, .help = "select the row above", .run = row_up},
    {.keys = {KEY_OF_DOWN, 'j'}, .group = GROUP_ROWS, .help = "select the row below",
     .run = row_down},
    {.keys = {KEY_OF_PAGE_UP}, .group = GROUP_ROWS, .help = "a page up", .run = page_up},
    {.keys = {KEY_OF_PAGE_DOWN}, .group = GROUP_ROWS, .help = "a page down", .run = page_down},
    {.keys = {KEY_OF_HOME, 'g'}, .group = GROUP_ROWS, .help = "the first row",
     .run = table_move_to_start},
    {.keys = {KEY_OF_END, 'G'}, .group = GROUP_ROWS, .help = "the last row",
     .run = table_move_to_end},
    {.keys = {KEY_OF_ESCAPE}, .group = GROUP_ROWS, .label = "Deselect", .priority = 32,
     .help = "deselect, and go back to the top; close; cancel; then back to the list",
     .run = cancel, .offered = cancel_offered, .label_now = cancel_label},
    {.keys = {'p', KEY_OF_SPACE}, .group = GROUP_TIME, .label = "Freeze", .priority = 90,
     .help = "freeze the picture, or go on; everything else works on a frozen one too",
     .run = toggle_frozen, .offered = goes_on, .on = is_frozen, .label_on = "Go on"},
    {.keys = {KEY_OF_TAB}, .group = GROUP_SHOWN, .label = "Threads", .priority = 85,
     .help = "the next view: functions, threads, processes if several, output with run --live",
     .run = next_view, .label_now = next_view_label},
    {.keys = {KEY_OF_BACK_TAB}, .group = GROUP_SHOWN, .help = "the view before",
     .run = previous_view},
    {.keys = {KEY_OF_ENTER}, .group = GROUP_SHOWN, .label = "Its functions", .priority = 88,
     .help = "on a thread or a process in its view: show its functions only",
     .run = focus_selected, .offered = row_opens},
    {.keys = {'t'}, .group = GROUP_SHOWN, .label = "One thread", .priority = 45,
     .help = "count one thread, or all", .run = focus_toggle_thread, .on = shows_one_thread,
     .label_on = "All threads", .priority_on = 86},
    {.keys = {'P'}, .group = GROUP_SHOWN, .label = "One process", .priority = 46,
     .help = "of several processes, count one (the selected, else the busiest), or all",
     .run = focus_toggle_process, .offered = processes_offered, .on = shows_one_process,
     .label_on = "All processes", .priority_on = 87},
    {.keys = {KEY_OF_LEFT}, .group = GROUP_SHOWN, .label = "Previous", .priority = 72,
     .help = "the previous thread or process, when one is shown", .run = previous_thread,
     .offered = shows_one},
    {.keys = {KEY_OF_RIGHT}, .group = GROUP_SHOWN, .label = "Next", .priority = 73,
     .help = "the next thread or process", .run = next_thread, .offered = shows_one},
    {.keys = {'f'}, .group = GROUP_SHOWN, .label = "Subprocesses", .priority = 12,
     .help = "look at the Python processes that descend from it too, or no more",
     .run = toggle_subprocesses, .on = has_subprocesses, .label_on = "No subprocesses"},
    {.keys = {'m'}, .group = GROUP_SHOWN, .label = "Mode", .priority = 70,
     .help = "count all time, also asleep, or time on a CPU, with the GIL, or in exceptions",
     .run = next_mode, .offered = app_view_has_modes},
    {.keys = {'b'}, .group = GROUP_TIME, .label = "From start", .priority = 48,
     .help = "count since the start, or over the last seconds", .run = toggle_span,
     .on = shows_all_time, .label_on = "Window"},
    {.keys = {'x'}, .group = GROUP_SHOWN, .label = "Trends", .priority = 10,
     .help = "show the trends, or not", .run = toggle_trends, .offered = sees_functions},
    {.keys = {'w'}, .group = GROUP_PROGRAM, .label = "Save", .priority = 60,
     .help = "save all rows of this view to a file: text, or CSV or JSON by its ending",
     .run = save},
    {.keys = {'r'}, .group = GROUP_TIME, .label = "Reset", .priority = 55,
     .help = "forget what was counted, and start anew", .run = reset, .offered = goes_on},
    {.keys = {'+', '='}, .group = GROUP_TIME, .label = "Faster", .priority = 8,
     .help = "refresh the screen more often", .run = refresh_faster},
    {.keys = {'-'}, .group = GROUP_TIME, .label = "Slower", .priority = 6,
     .help = "refresh the screen less often", .run = refresh_slower},
    {.keys = {KEY_CTRL('L')}, .group = GROUP_PROGRAM, .help = "draw the whole screen again",
     .run = redraw},
    {.keys = {'q', KEY_CTRL('C')}, .group = GROUP_PROGRAM, .label = "Quit", .priority = 95,
     .help = "quit; a program that is run is ended, when that is confirmed", .run = quit},
};

#define ACTION_COUNT (sizeof ACTIONS / sizeof ACTIONS[0])

const struct action *actions_table(size_t *count)
{
    *count = ACTION_COUNT;
    return ACTIONS;
}

const char *action_group_title(enum action_group group)
{
    static const char *const TITLES[ACTION_GROUPS] = {
        [GROUP_ROWS] = "Rows",
        [GROUP_SHOWN] = "What is shown",
        [GROUP_TIME] = "Time",
        [GROUP_PROGRAM] = "Program",
    };

    return TITLES[group];
}

const struct action *action_of_key(int key)
{
    for (size_t i = 0; i < ACTION_COUNT; i++)
        for (size_t k = 0; k < ACTION_KEYS && ACTIONS[i].keys[k]; k++)
            if (ACTIONS[i].keys[k] == key)
                return &ACTIONS[i];
    return NULL;
}

void actions_write_man(FILE *file)
{
    for (unsigned group = 0; group < ACTION_GROUPS; group++) {
        fprintf(file, ".SS %s\n", action_group_title((enum action_group)group));
        for (size_t i = 0; i < ACTION_COUNT; i++)
            if (ACTIONS[i].group == group)
                keys_write_man(file, ACTIONS[i].keys, ACTION_KEYS, ACTIONS[i].help);
    }
}
