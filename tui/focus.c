#include "tui/focus.h"

#include "tui/table.h"

/* Whether a thread has something to show: it lives, or has samples. */
static bool thread_counts(const struct app *app, uint32_t number)
{
    const struct picture_thread *thread = &app->picture->threads[number];

    return thread->name && (!app->one_process || thread->process == app->process) &&
           (thread->state != THREAD_ENDED || thread->all[app->span].samples > 0);
}

static void show_thread(struct app *app, uint32_t thread)
{
    if (!app->picture || thread >= app->picture->thread_count)
        return; /* a picture for which there was no memory has none */
    app->one_thread = true;
    app->thread_chosen = true;
    app->thread = thread;
    app->thread_ident = app->picture->threads[thread].ident;
    app->thread_process = app->picture->threads[thread].process;
    app->stale = true;
}

/* The thread that was busiest in the span shown. */
static bool busiest_thread(const struct app *app, uint32_t *busiest)
{
    uint64_t most_ns = 0;
    bool found = false;

    if (!app->picture)
        return false;
    for (uint32_t i = 0; i < app->picture->thread_count; i++) {
        uint64_t ns = app->picture->threads[i].all[app->span].ns[MODE_CPU];

        if (!thread_counts(app, i) || (found && ns <= most_ns))
            continue;
        *busiest = i;
        most_ns = ns;
        found = true;
    }
    return found;
}

void focus_toggle_thread(struct app *app)
{
    uint32_t thread = app->thread;

    if (app->one_thread) {
        app->one_thread = false;
        app->stale = true;
    } else if (table_selected_thread(app, &thread) || app->thread_chosen ||
               busiest_thread(app, &thread)) {
        show_thread(app, thread);
        app->view = APP_FUNCTIONS;
    }
}

/* A thread that is shown alone stays so if it is of that process. */
static void show_process(struct app *app, uint32_t process)
{
    if (!app->picture || process >= app->picture->process_count)
        return;
    app->one_process = true;
    app->process_chosen = true;
    app->process = process;
    if (app->thread_chosen && app->thread_process != process)
        app->one_thread = app->thread_chosen = false;
    app->stale = true;
}

/* The process that was busiest of late. */
static bool busiest_process(const struct app *app, uint32_t *busiest)
{
    bool found = false;

    for (uint32_t i = 0; app->picture && i < app->picture->process_count; i++) {
        const struct picture_process *process = &app->picture->processes[i];

        if (process->ended ||
            (found && process->now.cpu <= app->picture->processes[*busiest].now.cpu))
            continue;
        *busiest = i;
        found = true;
    }
    return found;
}

/* The process that the user points at: the selected one, or that of the selected thread. */
static bool pointed_process(struct app *app, uint32_t *process)
{
    uint32_t thread;

    if (table_selected_process(app, process))
        return true;
    if (!table_selected_thread(app, &thread) || thread >= app->picture->thread_count)
        return false;
    *process = app->picture->threads[thread].process;
    return true;
}

void focus_toggle_process(struct app *app)
{
    uint32_t process = app->process;

    if (app->one_process) {
        app->one_process = false;
        app->stale = true;
    } else if (app_has_processes(app) && (pointed_process(app, &process) || app->process_chosen ||
                                          busiest_process(app, &process))) {
        show_process(app, process);
        if (app->view == APP_PROCESSES)
            app->view = APP_FUNCTIONS;
    }
}

static void step_process(struct app *app, int step)
{
    const uint32_t count = app->picture ? (uint32_t)app->picture->process_count : 0;
    uint32_t process = app->process;

    for (uint32_t tried = 0; tried < count; tried++) {
        process = (process % count + count + (uint32_t)step) % count;
        if (!app->picture->processes[process].ended)
            break;
    }
    show_process(app, process);
}

void focus_step(struct app *app, int step)
{
    uint32_t count = app->picture ? (uint32_t)app->picture->thread_count : 0;
    uint32_t thread = app->thread;

    if (!app->one_thread && app->one_process)
        step_process(app, step);
    if (!app->one_thread || count == 0)
        return;
    for (uint32_t tried = 0; tried < count; tried++) {
        thread = (thread % count + count + (uint32_t)step) % count;
        if (thread_counts(app, thread))
            break;
    }
    show_thread(app, thread);
}

void focus_selected(struct app *app)
{
    uint32_t number;

    if (table_selected_thread(app, &number))
        show_thread(app, number);
    else if (table_selected_process(app, &number))
        show_process(app, number);
    else
        return;
    app->view = APP_FUNCTIONS;
    app->stale = true;
}
