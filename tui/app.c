#include "tui/app.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "tui/actions.h"
#include "tui/fit.h"
#include "tui/header.h"
#include "tui/help.h"
#include "tui/pen.h"
#include "tui/prompt.h"
#include "tui/state.h"
#include "tui/table.h"

#define MESSAGE_STAYS_NS (4 * NS_PER_S)
#define OUTPUT_EVERY_NS (50 * NS_PER_MS) /* what a program writes is drawn no more often than that */
/* Threads that sleep are told of later than those that run: first shares would be of these only. */
#define FIRST_ROWS_NS (3 * NS_PER_S / 10)

struct app *app_new(app_name_file *name_file, struct error *error)
{
    struct app *app = calloc(1, sizeof *app);

    if (!app) {
        error_set(error, ERROR_MEMORY, "out of memory for the screen");
        return NULL;
    }
    app->name_file = name_file;
    app->places[APP_FUNCTIONS].sort = FUNCTION_SELF;
    app->places[APP_THREADS].sort = THREAD_KEY_CPU;
    app->places[APP_PROCESSES].sort = PROCESS_KEY_CPU;
    app->trends = true;
    app->refresh = APP_REFRESH_DEFAULT;
    app->page = 1;
    app->width = GRID_SIDE_MAX;
    app->stale = true;
    return app;
}

static unsigned nearest_refresh(uint64_t refresh_ns)
{
    unsigned nearest = 0;

    for (unsigned i = 1; i < APP_REFRESH_COUNT; i++) {
        const int64_t before = llabs((int64_t)(APP_REFRESH_NS[nearest] - refresh_ns));

        if (llabs((int64_t)(APP_REFRESH_NS[i] - refresh_ns)) < before)
            nearest = i;
    }
    return nearest;
}

bool app_begin(struct app *app, const struct app_start *start, struct error *error)
{
    app->view = start->view;
    app->mode = start->mode;
    app->span = start->span;
    app_place(app)->sort = start->sort;
    app_place(app)->ascending = start->ascending;
    app->start_tid = start->tid;
    app->subprocesses = start->subprocesses;
    app->from_list = start->from_list;
    app->refresh = nearest_refresh(start->refresh_ns);
    app->rate_hz = start->rate_hz;
    return start->filter[0] == '\0' || app_set_filter(app, start->filter, error);
}

void app_free(struct app *app)
{
    if (!app)
        return;
    filter_free(app->filter);
    function_table_free(&app->functions);
    thread_table_free(&app->threads);
    process_table_free(&app->processes);
    free(app);
}

/* The place of a thread that ended is given to another, sooner or later. */
static bool thread_is_there(const struct app *app)
{
    const struct picture_thread *threads = app->picture->threads;

    return app->thread < app->picture->thread_count && threads[app->thread].name &&
           threads[app->thread].ident == app->thread_ident &&
           threads[app->thread].process == app->thread_process;
}

/* Shows the thread alone that the view was to begin with, when there is one. */
static void choose_start_thread(struct app *app)
{
    bool any = false;

    for (size_t i = 0; app->start_tid != 0 && i < app->picture->thread_count; i++) {
        const struct picture_thread *thread = &app->picture->threads[i];

        any |= thread->name != NULL;
        if (thread->name == NULL || thread->tid != app->start_tid)
            continue;
        app->one_thread = true;
        app->thread_chosen = true;
        app->thread = (uint32_t)i;
        app->thread_ident = thread->ident;
        app->thread_process = thread->process;
        app->start_tid = 0;
    }
    if (app->start_tid != 0 && any && !app->told_no_thread) {
        app_say(app, STYLE_MESSAGE, "There is no thread %d: all threads are shown until there is",
                app->start_tid);
        app->told_no_thread = true;
    }
}

const char *app_end_text(const struct app *app, const struct picture *picture)
{
    return app->program_end[0] ? app->program_end : picture->end_text;
}

static void tell_exec(struct app *app, const struct picture *picture)
{
    const struct picture_process *process = &picture->processes[picture->last_exec];

    if (picture->process_count > 1)
        app_say(app, STYLE_MESSAGE, "Process %d became another program by exec: %s", process->pid, process->command);
    else
        app_say(app, STYLE_MESSAGE, "It became another program by exec: %s", process->command);
}

/* The program has ended, and what it started has not. */
static bool is_survived(const struct app *app, const struct picture *picture)
{
    return app->program_end[0] != '\0' && !picture->ended && picture->process_count > 1 &&
           picture->processes[0].ended;
}

void app_picture(struct app *app, const struct picture *picture)
{
    if (picture->version_hex == 0)
        return; /* no process is in it yet: better none than one that says so */
    if (picture->ended && !app->told_end)
        app_say(app, STYLE_MESSAGE, "The last picture stays: %s", app_end_text(app, picture));
    app->told_end = picture->ended;
    if (is_survived(app, picture) && !app->told_program_end) {
        app_say(app, STYLE_MESSAGE, "The program %s; what it started goes on", app->program_end);
        app->told_program_end = true;
    }
    if (picture->execs != app->told_execs && !picture->ended)
        tell_exec(app, picture);
    app->told_execs = picture->execs;
    app->picture = picture;
    app->stale = true;
    choose_start_thread(app);
    if (app->thread_chosen && !thread_is_there(app)) {
        app->thread_chosen = false;
        if (app->one_thread)
            app_show_message(app, "The thread ended long ago: all threads are shown");
        app->one_thread = false;
    }
}

void app_target_ended(struct app *app)
{
    if (!app->frozen || app->ended_meanwhile)
        return;
    app->ended_meanwhile = true;
    app_say(app, STYLE_MESSAGE, "The process has ended; p shows its last picture");
}

bool app_has_processes(const struct app *app)
{
    return app->picture && app->picture->process_count > 1;
}

bool app_subprocesses(const struct app *app)
{
    return app->subprocesses;
}

void app_runs_program(struct app *app, const struct transcript *transcript)
{
    app->transcript = transcript;
    app->program_runs = true;
}

uint64_t app_output_end(const struct app *app)
{
    const uint64_t end = transcript_end(app->transcript);

    if (!app->frozen || app->frozen_end > end)
        return end;
    return app->frozen_end > transcript_first(app->transcript) ? app->frozen_end : transcript_first(app->transcript);
}

void app_program_wrote(struct app *app)
{
    if (app->view != APP_OUTPUT || app->frozen)
        return;
    app->stale = true;
    app->wrote = !app->help;
}

void app_program_ended(struct app *app, const char *how)
{
    app->program_runs = false;
    snprintf(app->program_end, sizeof app->program_end, "%s", how);
    if (app->prompt == PROMPT_END || app->prompt == PROMPT_KILL)
        app->prompt = PROMPT_NONE;
}

bool app_waits(const struct app *app)
{
    const struct picture *picture = app->picture;

    if (!picture)
        return true;
    if (picture->ended)
        return false;
    return picture->span_ns[SPAN_START] < (picture->pair_count > 0 ? FIRST_ROWS_NS : NS_PER_S);
}

bool app_wants_picture(const struct app *app)
{
    return !app->frozen && !(app->picture && app->picture->ended);
}

uint64_t app_refresh_ns(const struct app *app)
{
    if (app_waits(app)) /* not for long */
        return APP_REFRESH_NS[APP_REFRESH_COUNT - 1];
    return APP_REFRESH_NS[app->refresh];
}

uint64_t app_draw_again_ns(const struct app *app)
{
    uint64_t again_ns = app->frozen ? app->drawn_ns + NS_PER_S : UINT64_MAX;

    if (app->wrote)
        again_ns = app->drawn_ns + OUTPUT_EVERY_NS;
    if (app->message[0] && app->message_until_ns < again_ns)
        again_ns = app->message_until_ns;
    return again_ns;
}

unsigned app_requests(struct app *app)
{
    unsigned requests = app->requests;

    app->requests = 0;
    return requests;
}

bool app_set_filter(struct app *app, const char *text, struct error *error)
{
    struct filter *filter = filter_new(text, error);

    if (!filter)
        return false;
    filter_free(app->filter);
    app->filter = filter;
    snprintf(app->filter_text, sizeof app->filter_text, "%s", text);
    app->stale = true;
    return true;
}

void app_describe(const struct app *app, struct app_description *description)
{
    const struct place *functions = &app->places[APP_FUNCTIONS];
    const struct place *threads = &app->places[APP_THREADS];
    const struct place *processes = &app->places[APP_PROCESSES];
    const uint32_t process = app->one_process ? app->process : SNAPSHOT_ALL_PROCESSES;

    *description = (struct app_description){
        .view = app->view,
        .picture = app->picture,
        .functions = {
            .span = app->span,
            .mode = app->mode,
            .process = process,
            .thread = app->one_thread ? app->thread : SNAPSHOT_ALL_THREADS,
            .filter = app->filter,
            .sort = (enum function_key)functions->sort,
            .ascending = functions->ascending,
        },
        .threads = {
            .span = app->span,
            .process = process,
            .thread = SNAPSHOT_ALL_THREADS,
            .filter = app->filter,
            .sort = (enum thread_key)threads->sort,
            .ascending = threads->ascending,
        },
        .processes = {
            .span = app->span,
            .mode = app->mode,
            .filter = app->filter,
            .sort = (enum process_key)processes->sort,
            .ascending = processes->ascending,
        },
        .filter_text = app->filter_text,
    };
}

/* --- messages --------------------------------------------------------------------------------- */

void app_say(struct app *app, enum style style, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(app->message, sizeof app->message, format, arguments);
    va_end(arguments);
    app->message_style = style;
    app->message_new = true;
}

void app_show_error(struct app *app, const struct error *error)
{
    app_say(app, STYLE_ERROR, "%s", error->text);
}

void app_show_message(struct app *app, const char *text)
{
    app_say(app, STYLE_MESSAGE, "%s", text);
}

const char *app_save_path(const struct app *app)
{
    return app->save_path;
}

bool app_save_replaces(const struct app *app)
{
    return app->save_replaces;
}

void app_saved(struct app *app, const struct error *error)
{
    size_t rows = table_count(app);

    if (!error)
        app_say(app, STYLE_MESSAGE, "Saved %zu row%s to %s", rows, rows == 1 ? "" : "s",
                app->save_path);
    else if (error->code == ERROR_EXISTS)
        prompt_replace(app);
    else
        app_show_error(app, error);
}

/* --- keys ------------------------------------------------------------------------------------- */

void app_key(struct app *app, int key)
{
    const struct action *action = action_of_key(key);

    if (key & KEY_PASTED) {
        if (!app->help && prompt_takes_text(app))
            prompt_key(app, key & ~KEY_PASTED);
        return;
    }
    if (!app->message_new) /* it was seen */
        app->message[0] = 0;
    if (app->help) {
        help_key(app, key);
        return;
    }
    if (app->prompt != PROMPT_NONE) {
        if (prompt_key(app, key))
            return;
        /* What is no text still works while one is typed: scrolling, and Ctrl-C. */
        if (key > KEY_OF_NAMED ? action && action->group == GROUP_ROWS : key == KEY_CTRL('C'))
            action_of_key(key)->run(app);
        return;
    }
    if (action)
        action->run(app);
}

/* --- drawing ---------------------------------------------------------------------------------- */

#define KEY_LINE_MAX 48

static const char *label_of(const struct app *app, const struct action *action)
{
    if (action->label_now)
        return action->label_now(app);
    return action->on && action->on(app) ? action->label_on : action->label;
}

static int priority_of(const struct app *app, const struct action *action)
{
    bool on = action->on && action->on(app);

    return on && action->priority_on > 0 ? action->priority_on : action->priority;
}

static void draw_action(struct pen *pen, const struct app *app, const struct action *action)
{
    char name[KEY_NAME_SIZE];

    key_word(action->keys[0], pen->symbols, name);
    pen_text(pen, STYLE_KEY, name);
    pen_space(pen, 1);
    pen_text(pen, STYLE_TEXT, label_of(app, action));
}

/* Which rows are seen, of how many. */
static int draw_position(struct app *app, struct grid *grid, int row)
{
    char text[64];
    size_t count = table_rows(app);
    size_t first = table_first_seen(app);

    if (first == 0 || (first == 1 && table_last_seen(app) == count))
        snprintf(text, sizeof text, "%zu row%s", count, count == 1 ? "" : "s");
    else
        snprintf(text, sizeof text, "%zu–%zu of %zu", first, table_last_seen(app), count);

    struct pen pen = pen_at(grid, row, 0, grid->columns - 1);
    pen_right(&pen, STYLE_DIM, text);
    return pen_columns(&pen, text) + 1;
}

static void draw_key_line(struct app *app, struct grid *grid, int row)
{
    struct fit_item items[KEY_LINE_MAX] = {0};
    size_t count;
    const struct action *actions = actions_table(&count);
    int taken = draw_position(app, grid, row);

    for (size_t i = 0; i < count && i < KEY_LINE_MAX; i++) {
        struct pen pen = pen_to_measure(grid);

        if (!actions[i].label || (actions[i].offered && !actions[i].offered(app)))
            continue;
        draw_action(&pen, app, &actions[i]);
        items[i].forms[0] = (struct fit_form){pen.column, priority_of(app, &actions[i]), 0};
        items[i].gap = 2;
    }
    fit(items, count, grid->columns - 1 - taken - 2);
    for (size_t i = 0; i < count && i < KEY_LINE_MAX; i++) {
        struct pen pen = pen_at(grid, row, 1 + items[i].column, items[i].width);

        if (items[i].form >= 0)
            draw_action(&pen, app, &actions[i]);
    }
}

/* A message has its time from when it is drawn first, or would be if there were room. */
static void age_message(struct app *app, uint64_t now_ns)
{
    if (app->message_new)
        app->message_until_ns = now_ns + MESSAGE_STAYS_NS;
    app->message_new = false;
    if (now_ns >= app->message_until_ns)
        app->message[0] = 0;
}

/* The bottom line: what is asked, what there is to tell, or the keys. */
static void draw_bottom(struct app *app, struct grid *grid, int row)
{
    if (app->help) {
        scroll_draw_keys(&app->help_scroll, grid, row);
    } else if (app->prompt != PROMPT_NONE) {
        prompt_draw(app, grid, row);
    } else if (app->message[0]) {
        struct pen pen = pen_at(grid, row, 1, grid->columns - 2);

        /* What is told last is the reason. */
        pen_cut(&pen, app->message_style, app->message, pen_room(&pen), CUT_MIDDLE);
    } else {
        draw_key_line(app, grid, row);
    }
}

static void draw_too_small(struct grid *grid)
{
    char text[64];

    snprintf(text, sizeof text, "terminal too small (need %d×%d)", APP_COLUMNS_MIN, APP_ROWS_MIN);
    struct pen pen = pen_at(grid, (grid->rows - 1) / 2, 0, grid->columns);
    int blank = pen_room(&pen) - pen_columns(&pen, text);
    pen_space(&pen, blank > 0 ? blank / 2 : 0);
    pen_cut(&pen, STYLE_ERROR, text, pen_room(&pen), CUT_END);
}

void app_draw(struct app *app, struct grid *grid, uint64_t now_ns)
{
    int body = grid->rows - HEADER_ROWS - 1;

    app->drawn_ns = now_ns;
    app->wrote = false;
    age_message(app, now_ns);
    grid_clear(grid);
    if (grid->columns < APP_COLUMNS_MIN || grid->rows < APP_ROWS_MIN) {
        draw_too_small(grid);
        if (app->prompt != PROMPT_NONE && !app->help) /* the keys are for that */
            prompt_draw(app, grid, grid->rows - 1);
        return;
    }
    header_draw(app, grid, now_ns);
    if (app->help)
        help_draw(app, grid, HEADER_ROWS, body);
    else
        table_draw(app, grid, HEADER_ROWS, body);
    draw_bottom(app, grid, grid->rows - 1);
}
