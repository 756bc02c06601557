#include "tui/table.h"

#include <stdio.h>
#include <string.h>

#include "tui/columns.h"
#include "tui/format.h"

#define MARK_WIDTH 2 /* the selected row's mark, and a blank */

static bool fill_functions(struct app *app, struct error *error)
{
    struct app_description description;

    app_describe(app, &description);
    return function_table_fill(&app->functions, app->picture, &description.functions, error);
}

static size_t count_functions(const struct app *app)
{
    return app->functions.count;
}

static const void *function_at(const struct app *app, size_t index)
{
    return &app->functions.rows[index];
}

static uint32_t function_number(const void *row)
{
    return ((const struct function_row *)row)->function;
}

static bool fill_threads(struct app *app, struct error *error)
{
    struct app_description description;

    app_describe(app, &description);
    return thread_table_fill(&app->threads, app->picture, &description.threads, error);
}

static size_t count_threads(const struct app *app)
{
    return app->threads.count;
}

static const void *thread_at(const struct app *app, size_t index)
{
    return &app->threads.rows[index];
}

static uint32_t thread_number(const void *row)
{
    return ((const struct thread_row *)row)->thread;
}

static bool fill_processes(struct app *app, struct error *error)
{
    struct app_description description;

    app_describe(app, &description);
    return process_table_fill(&app->processes, app->picture, &description.processes, error);
}

static size_t count_processes(const struct app *app)
{
    return app->processes.count;
}

static const void *process_at(const struct app *app, size_t index)
{
    return &app->processes.rows[index];
}

static uint32_t process_number(const void *row)
{
    return ((const struct process_row *)row)->process;
}

/* Lines of output are read as they are shown. */
static bool fill_output(struct app *app, struct error *error)
{
    (void)app;
    (void)error;
    return true;
}

static size_t count_output(const struct app *app)
{
    return (size_t)(app_output_end(app) - transcript_first(app->transcript));
}

static const void *output_at(const struct app *app, size_t index)
{
    return transcript_line(app->transcript, transcript_first(app->transcript) + index);
}

/* What differs between the views. */
static const struct {
    bool (*fill)(struct app *app, struct error *error);
    size_t (*count)(const struct app *app);
    const void *(*row)(const struct app *app, size_t index);
    uint32_t (*number)(const void *row); /* NULL: the transcript's */
    const char *things;
} VIEWS[APP_VIEWS] = {
    [APP_FUNCTIONS] = {fill_functions, count_functions, function_at, function_number, "functions"},
    [APP_THREADS] = {fill_threads, count_threads, thread_at, thread_number, "threads"},
    [APP_PROCESSES] = {fill_processes, count_processes, process_at, process_number, "processes"},
    [APP_OUTPUT] = {fill_output, count_output, output_at, NULL, "lines"},
};

static uint32_t number_at(const struct app *app, size_t index)
{
    if (app->view == APP_OUTPUT)
        return (uint32_t)(transcript_first(app->transcript) + index);
    return VIEWS[app->view].number(VIEWS[app->view].row(app, index));
}

/* --- selection -------------------------------------------------------------------------------- */

/* Scrolls as little as brings the cursor in sight. */
static void show_cursor(struct place *place, size_t count, size_t page)
{
    size_t last_top = count > page ? count - page : 0;

    if (place->top > place->cursor)
        place->top = place->cursor;
    if (place->cursor >= place->top + page)
        place->top = place->cursor - page + 1;
    if (place->top > last_top)
        place->top = last_top;
}

/* Finds the selected row again after the rows changed. Scrolled down, it keeps its place on the
   screen while the others move around it; at the top, the hottest rows stay in sight instead. */
static void follow_selection(struct app *app, size_t count)
{
    struct place *place = app_place(app);
    size_t page = (size_t)app->page;

    if (!place->selected)
        place->cursor = place->top = 0;
    /* What was written last is what one wants to see. */
    if (!place->selected && app->view == APP_OUTPUT && count > page)
        place->cursor = place->top = count - page;
    if (!place->selected || count == 0)
        return;

    size_t offset = place->cursor > place->top ? place->cursor - place->top : 0;
    size_t found = 0;
    while (found < count && number_at(app, found) != place->number)
        found++;
    if (found < count)
        place->cursor = found;
    else if (place->cursor >= count)
        place->cursor = count - 1;
    /* One that is not there now stays the selected one: it may be back in the next picture. */
    if (place->top > 0)
        place->top = place->cursor > offset ? place->cursor - offset : 0;
    show_cursor(place, count, page);
}

/* What a program writes is there before the first picture. */
static bool has_rows(const struct app *app)
{
    return app->picture || app->view == APP_OUTPUT;
}

size_t table_rows(const struct app *app)
{
    return has_rows(app) ? VIEWS[app->view].count(app) : 0;
}

size_t table_count(struct app *app)
{
    struct error error;

    if (!has_rows(app))
        return 0;
    if (app->stale) {
        app->stale = false;
        if (app_waits(app) && app->view != APP_OUTPUT)
            app->functions.count = app->threads.count = app->processes.count = 0;
        else if (!VIEWS[app->view].fill(app, &error))
            app_show_error(app, &error);
        follow_selection(app, VIEWS[app->view].count(app));
    }
    return VIEWS[app->view].count(app);
}

static void select_row(struct app *app, size_t row)
{
    struct place *place = app_place(app);
    size_t count = table_count(app);

    if (count == 0)
        return;
    place->selected = true;
    place->cursor = row < count ? row : count - 1;
    place->number = number_at(app, place->cursor);
    show_cursor(place, count, (size_t)app->page);
}

void table_move(struct app *app, long rows)
{
    size_t count = table_count(app); /* first: it may move the cursor */
    const struct place *place = app_place(app);
    size_t step = (size_t)(rows < 0 ? -rows : rows);

    if (count == 0)
        return;
    if (!place->selected && app->view == APP_OUTPUT)
        select_row(app, rows < 0 && count > step ? count - 1 - step : count - 1);
    else if (!place->selected)
        select_row(app, step > 1 && rows > 0 ? step - 1 : 0);
    else if (rows < 0)
        select_row(app, place->cursor > step ? place->cursor - step : 0);
    else
        select_row(app, place->cursor + step);
}

void table_move_to_start(struct app *app)
{
    select_row(app, 0);
}

void table_move_to_end(struct app *app)
{
    select_row(app, SIZE_MAX);
}

void table_deselect(struct app *app)
{
    struct place *place = app_place(app);

    place->selected = false;
    place->cursor = place->top = 0;
    app->stale = true;
}

/* What is selected in a view, when that is the one shown. */
static bool selected_in(struct app *app, enum app_view view, uint32_t *number)
{
    size_t count = table_count(app);
    const struct place *place = app_place(app);

    if (app->view != view || !place->selected || place->cursor >= count)
        return false;
    *number = number_at(app, place->cursor);
    return true;
}

bool table_selected_thread(struct app *app, uint32_t *thread)
{
    return selected_in(app, APP_THREADS, thread);
}

bool table_selected_process(struct app *app, uint32_t *process)
{
    return selected_in(app, APP_PROCESSES, process);
}

/* --- columns ---------------------------------------------------------------------------------- */

static bool column_shown(const struct app *app, const struct column *column)
{
    return !column->shown || column->shown(app);
}

/* Lays out the columns of the view; items[i] is for column i. */
static void lay_out(const struct app *app, struct columns columns, struct fit_item *items)
{
    memset(items, 0, columns.count * sizeof *items);
    for (size_t i = 0; i < columns.count; i++) {
        if (!column_shown(app, &columns.list[i]))
            continue;
        memcpy(items[i].forms, columns.list[i].forms, sizeof columns.list[i].forms);
        items[i].gap = columns.list[i].gap;
    }
    fit(items, columns.count, app->width - MARK_WIDTH);
}

static size_t sorted_column(const struct app *app)
{
    struct columns columns = columns_of(app->view);

    for (size_t i = 0; i < columns.count; i++)
        if (columns.list[i].sort == app->places[app->view].sort)
            return i;
    return 0;
}

void table_sort_step(struct app *app, int step)
{
    struct columns columns = columns_of(app->view);
    struct fit_item items[COLUMNS_MAX];
    size_t at = sorted_column(app);

    lay_out(app, columns, items);
    do {
        at = (at + columns.count + (size_t)step) % columns.count;
    } while (columns.list[at].sort == COLUMN_NOT_SORTED || items[at].form < 0);
    app_place(app)->sort = columns.list[at].sort;
    app_place(app)->ascending = columns.list[at].ascending_first;
    app->stale = true;
}

const char *table_sort_title(const struct app *app)
{
    return columns_of(app->view).list[sorted_column(app)].title;
}

/* --- drawing ---------------------------------------------------------------------------------- */

static void draw_title(struct pen *pen, const struct column *column, const struct place *place)
{
    bool sorted = column->sort == place->sort;
    enum style style = sorted ? STYLE_SORTED : STYLE_COLUMN;
    enum glyph arrow = place->ascending ? GLYPH_RISING : GLYPH_FALLING;

    if (column->right)
        pen_space(pen, pen_room(pen) - pen_columns(pen, column->title) - (sorted ? 1 : 0));
    if (sorted && column->right)
        pen_glyph(pen, style, arrow);
    pen_text(pen, style, column->title);
    if (sorted && !column->right)
        pen_glyph(pen, style, arrow);
}

static void draw_row(struct grid *grid, int row, const void *data, bool selected,
                     struct columns columns, const struct fit_item *items)
{
    for (size_t i = 0; i < columns.count; i++) {
        if (items[i].form < 0)
            continue;
        struct pen pen = pen_at(grid, row, MARK_WIDTH + items[i].column, items[i].width);
        columns.list[i].draw(&pen, data);
    }
    if (selected) {
        struct pen pen = pen_at(grid, row, 0, MARK_WIDTH);

        pen_glyph(&pen, STYLE_STRONG, GLYPH_SELECTED);
        grid_add_style(grid, row, 0, grid->columns, STYLE_ON_SELECTION);
    }
}

/* Says why there are no rows, in the middle of where they would be. */
static void draw_nothing(const struct app *app, struct grid *grid, int row, int rows)
{
    char text[160];
    static const char *const DONE[MODES] = {"seen", "on a CPU", "with the GIL",
                                           "with an exception"};
    const char *things = VIEWS[app->view].things;
    const char *done = DONE[app->view == APP_FUNCTIONS ? app->mode : MODE_WALL];

    if (app->view == APP_OUTPUT)
        snprintf(text, sizeof text, "%s",
                 transcript_end(app->transcript) > 0 ? "so much was written since that none of these lines is kept"
                                                     : "the program has written nothing");
    else if (app_waits(app))
        snprintf(text, sizeof text, "waiting for the first samples …");
    else if (app->filter_text[0])
        snprintf(text, sizeof text, "no %s match the filter (c clears it)", things);
    else if (app->span == SPAN_WINDOW)
        snprintf(text, sizeof text, "no %s %s in the last %s", things, done,
                 format_age(app->picture->window_ns).text);
    else
        snprintf(text, sizeof text, "no %s %s yet", things, done);

    struct pen pen = pen_at(grid, row + (rows - 1) / 2, 0, grid->columns);
    int blank = pen_room(&pen) - pen_columns(&pen, text);
    pen_space(&pen, blank > 0 ? blank / 2 : 0);
    pen_text(&pen, STYLE_DIM, text);
}

void table_draw(struct app *app, struct grid *grid, int row, int rows)
{
    struct columns columns = columns_of(app->view);
    struct fit_item items[COLUMNS_MAX];
    struct place *place = app_place(app);

    if (app->view == APP_OUTPUT && app->page != rows - 1)
        app->stale = true; /* the last lines are to stay in sight */
    app->page = rows > 2 ? rows - 1 : 1;
    size_t count = table_count(app);
    if (place->selected && count > 0)
        show_cursor(place, count, (size_t)app->page);

    app->width = grid->columns;
    lay_out(app, columns, items);
    grid_fill(grid, row, 0, grid->columns, STYLE_COLUMN);
    for (size_t i = 0; i < columns.count; i++) {
        if (items[i].form < 0)
            continue;
        struct pen pen = pen_at(grid, row, MARK_WIDTH + items[i].column, items[i].width);
        draw_title(&pen, &columns.list[i], place);
    }
    for (size_t i = place->top; i < count && i < place->top + (size_t)app->page; i++)
        draw_row(grid, row + 1 + (int)(i - place->top), VIEWS[app->view].row(app, i),
                 place->selected && i == place->cursor, columns, items);
    if (count == 0)
        draw_nothing(app, grid, row + 1, rows - 1);
}

size_t table_first_seen(const struct app *app)
{
    size_t count = table_rows(app);

    return count > 0 ? app->places[app->view].top + 1 : 0;
}

size_t table_last_seen(const struct app *app)
{
    size_t count = table_rows(app);
    size_t last = app->places[app->view].top + (size_t)app->page;

    return last < count ? last : count;
}
