#include "tui/chooser.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tally/snapshot.h"
#include "tui/editor.h"
#include "tui/fit.h"
#include "tui/format.h"
#include "tui/keys.h"
#include "tui/pen.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define MARK_WIDTH 3  /* the selected row's sign, that of a marked one, and a blank */
#define ROWS_ABOVE 3  /* the title, a blank line, the columns */
#define ROWS_BELOW 2  /* of the selected one, and the keys */
#define COLUMNS_MIN 60
#define ROWS_MIN 12

/* A process, however the list changes. */
struct identity {
    pid_t pid;
    uint64_t started_ticks;
};

struct chooser {
    const struct listed *const *all; /* as lent */
    size_t all_count;
    const struct listed **rows;      /* those shown, in order */
    size_t count, room, pythons;
    struct identity marks[CHOOSER_MARKS_MAX];
    size_t mark_count;
    struct identity selected;        /* pid 0: none yet */
    size_t cursor, top;
    int page;
    unsigned sort;                   /* index into COLUMNS */
    bool descending;
    bool is_typing;                  /* the filter */
    struct editor editor;
    char filter_text[EDITOR_SIZE], filter_before[EDITOR_SIZE];
    struct filter *filter;
    struct error message;            /* ERROR_NONE: none */
    unsigned requests;
};

/* --- columns ---------------------------------------------------------------------------------- */

typedef int compare_rows(const struct listed *a, const struct listed *b);

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

static int compare_pid(const struct listed *a, const struct listed *b)
{
    return COMPARE(a->pid, b->pid);
}

static int compare_user(const struct listed *a, const struct listed *b)
{
    return strcmp(a->python->user, b->python->user);
}

static int compare_version(const struct listed *a, const struct listed *b)
{
    return COMPARE(a->python->recognized.version_hex, b->python->recognized.version_hex);
}

static int compare_cpu(const struct listed *a, const struct listed *b)
{
    return COMPARE(a->cpu_share, b->cpu_share);
}

static int compare_threads(const struct listed *a, const struct listed *b)
{
    return COMPARE(a->threads, b->threads);
}

static int compare_container(const struct listed *a, const struct listed *b)
{
    return strcmp(a->python->container, b->python->container);
}

static int compare_command(const struct listed *a, const struct listed *b)
{
    return strcmp(a->python->command, b->python->command);
}

/* Whether a process may not be attached to: all of its row is dim then. */
static bool is_refused(const struct listed *listed)
{
    return listed->python->recognized.refusal[0] != '\0';
}

static enum style style_of(const struct listed *listed, enum style style)
{
    return is_refused(listed) ? STYLE_DIM : style;
}

static void draw_pid(struct pen *pen, const struct listed *listed)
{
    char text[16];

    snprintf(text, sizeof text, "%d", (int)listed->pid);
    pen_right(pen, style_of(listed, STYLE_STRONG), text);
}

static void draw_user(struct pen *pen, const struct listed *listed)
{
    pen_cut(pen, style_of(listed, STYLE_TEXT), listed->python->user, pen_room(pen), CUT_END);
}

/* Of one that may not be read, its name tells no more than the first two parts. */
static void draw_version(struct pen *pen, const struct listed *listed)
{
    const uint32_t hex = listed->python->recognized.version_hex;

    if (hex == 0)
        pen_glyph(pen, STYLE_DIM, GLYPH_DASH);
    else if ((hex & 0xffff) == 0)
        pen_format(pen, style_of(listed, STYLE_TEXT), "%u.%u", hex >> 24, hex >> 16 & 0xff);
    else
        pen_format(pen, style_of(listed, STYLE_TEXT), "%u.%u.%u", hex >> 24, hex >> 16 & 0xff,
                   hex >> 8 & 0xff);
}

static void draw_cpu(struct pen *pen, const struct listed *listed)
{
    const double share = listed->cpu_share;

    if (share < 0)
        pen_right(pen, STYLE_DIM, glyph_text(GLYPH_DASH, pen->utf8));
    else
        pen_right(pen, style_of(listed, share >= 0.5   ? STYLE_HOT
                                        : share >= 0.1 ? STYLE_WARM
                                                       : STYLE_COOL),
                  format_percent(share).text);
}

static void draw_threads(struct pen *pen, const struct listed *listed)
{
    char text[16];

    snprintf(text, sizeof text, "%u", listed->threads);
    pen_right(pen, style_of(listed, STYLE_TEXT), text);
}

static void draw_container(struct pen *pen, const struct listed *listed)
{
    if (listed->python->container[0] != '\0')
        pen_cut(pen, style_of(listed, STYLE_TEXT), listed->python->container, pen_room(pen), CUT_END);
    else
        pen_glyph(pen, STYLE_DIM, GLYPH_DASH);
}

static void draw_command(struct pen *pen, const struct listed *listed)
{
    pen_cut(pen, style_of(listed, STYLE_TEXT), listed->python->command, pen_room(pen), CUT_END);
}

static const struct {
    const char *title;
    struct fit_form forms[2];
    int gap;
    bool right;
    bool descending; /* when it is chosen */
    compare_rows *compare;
    void (*draw)(struct pen *pen, const struct listed *listed);
} COLUMNS[] = {
    {"PID", {{7, 100, 0}}, 0, true, false, compare_pid, draw_pid},
    {"USER", {{9, 60, 8}}, 2, false, false, compare_user, draw_user},
    {"PYTHON", {{8, 70, 0}}, 2, false, true, compare_version, draw_version},
    {"CPU%", {{6, 95, 0}}, 1, true, true, compare_cpu, draw_cpu},
    {"THREADS", {{8, 50, 0}}, 1, true, true, compare_threads, draw_threads},
    {"CONTAINER", {{12, 40, 0}}, 2, false, false, compare_container, draw_container},
    {"COMMAND", {{30, 55, 200}, {16, 99, 24}}, 2, false, false, compare_command, draw_command},
};

#define BY_CPU 3u
#define CONTAINERS 5u

/* --- rows ------------------------------------------------------------------------------------- */

struct chooser *chooser_new(struct error *error)
{
    struct chooser *chooser = calloc(1, sizeof *chooser);

    if (chooser == NULL) {
        error_set(error, ERROR_MEMORY, "out of memory for the screen");
        return NULL;
    }
    chooser->sort = BY_CPU;
    chooser->descending = true;
    chooser->page = 1;
    return chooser;
}

void chooser_free(struct chooser *chooser)
{
    if (chooser == NULL)
        return;
    filter_free(chooser->filter);
    free(chooser->rows);
    free(chooser);
}

static bool is(const struct identity *identity, const struct listed *listed)
{
    return identity->pid == listed->pid && identity->started_ticks == listed->started_ticks;
}

static struct identity identity_of(const struct listed *listed)
{
    return (struct identity){listed->pid, listed->started_ticks};
}

/* Where among the marks a process is; their number when it is not. */
static size_t find_mark(const struct chooser *chooser, const struct listed *listed)
{
    size_t at = 0;

    while (at < chooser->mark_count && !is(&chooser->marks[at], listed))
        at++;
    return at;
}

static int compare(const void *left, const void *right, void *context)
{
    const struct listed *a = *(const struct listed *const *)left;
    const struct listed *b = *(const struct listed *const *)right;
    const struct chooser *chooser = context;
    const int order = COLUMNS[chooser->sort].compare(a, b);

    if (order != 0)
        return chooser->descending ? -order : order;
    return compare_pid(a, b);
}

static void show_cursor(struct chooser *chooser)
{
    const size_t page = (size_t)chooser->page;
    const size_t last_top = chooser->count > page ? chooser->count - page : 0;

    if (chooser->top > chooser->cursor)
        chooser->top = chooser->cursor;
    if (chooser->cursor >= chooser->top + page)
        chooser->top = chooser->cursor - page + 1;
    if (chooser->top > last_top)
        chooser->top = last_top;
}

/* Finds the selected process again; when it is gone, the one that took its place on the screen is. At the first list,
   whose order by CPU time is not known yet, none is taken for good. */
static void follow_selection(struct chooser *chooser)
{
    if (chooser->count > 0 && chooser->rows[0]->cpu_share < 0 && chooser->cursor == 0)
        return;
    for (size_t i = 0; i < chooser->count; i++)
        if (is(&chooser->selected, chooser->rows[i])) {
            chooser->cursor = i;
            show_cursor(chooser);
            return;
        }
    if (chooser->cursor >= chooser->count)
        chooser->cursor = chooser->count > 0 ? chooser->count - 1 : 0;
    if (chooser->count > 0)
        chooser->selected = identity_of(chooser->rows[chooser->cursor]);
    show_cursor(chooser);
}

static void forget_marks_of_ended(struct chooser *chooser)
{
    size_t kept = 0;

    for (size_t i = 0; i < chooser->mark_count; i++)
        for (size_t k = 0; k < chooser->all_count; k++)
            if (is(&chooser->marks[i], chooser->all[k])) {
                chooser->marks[kept++] = chooser->marks[i];
                break;
            }
    chooser->mark_count = kept;
}

static void fill_rows(struct chooser *chooser)
{
    chooser->count = chooser->pythons = 0;
    for (size_t i = 0; i < chooser->all_count && i < chooser->room; i++) {
        const struct listed *listed = chooser->all[i];

        if (listed->python == NULL)
            continue;
        chooser->pythons++;
        if (filter_matches(chooser->filter, listed->python->command, listed->python->user))
            chooser->rows[chooser->count++] = listed;
    }
    if (chooser->count > 0)
        qsort_r(chooser->rows, chooser->count, sizeof(struct listed *), compare, chooser);
    follow_selection(chooser);
}

void chooser_take(struct chooser *chooser, const struct listed *const *all, size_t count)
{
    chooser->all = all;
    chooser->all_count = count;
    if (count > chooser->room) {
        free(chooser->rows);
        chooser->room = count + count / 2;
        chooser->rows = calloc(chooser->room, sizeof(struct listed *));
        if (chooser->rows == NULL)
            chooser->room = 0;
    }
    forget_marks_of_ended(chooser);
    fill_rows(chooser);
}

static const struct listed *selected_row(const struct chooser *chooser)
{
    return chooser->cursor < chooser->count ? chooser->rows[chooser->cursor] : NULL;
}

size_t chooser_chosen(const struct chooser *chooser, int32_t pids[CHOOSER_MARKS_MAX])
{
    const struct listed *selected = selected_row(chooser);

    for (size_t i = 0; i < chooser->mark_count; i++)
        pids[i] = chooser->marks[i].pid;
    if (chooser->mark_count > 0 || selected == NULL)
        return chooser->mark_count;
    pids[0] = selected->pid;
    return 1;
}

unsigned chooser_requests(struct chooser *chooser)
{
    const unsigned requests = chooser->requests;

    chooser->requests = 0;
    return requests;
}

void chooser_tell(struct chooser *chooser, const struct error *error)
{
    chooser->message = *error;
}

/* --- keys ------------------------------------------------------------------------------------- */

static void move_to(struct chooser *chooser, long row)
{
    if (chooser->count == 0)
        return;
    if (row < 0)
        row = 0;
    chooser->cursor = (size_t)row < chooser->count ? (size_t)row : chooser->count - 1;
    chooser->selected = identity_of(chooser->rows[chooser->cursor]);
    show_cursor(chooser);
}

static void move(struct chooser *chooser, long rows)
{
    move_to(chooser, (long)chooser->cursor + rows);
}

/* Tells why the selected process cannot be opened; false when it can. */
static bool refuse(struct chooser *chooser, const struct listed *listed)
{
    if (!is_refused(listed))
        return false;
    return !error_set(&chooser->message, ERROR_PERMISSION, "%s", listed->python->recognized.refusal);
}

static void toggle_mark(struct chooser *chooser)
{
    const struct listed *selected = selected_row(chooser);
    size_t at;

    if (selected == NULL || refuse(chooser, selected))
        return;
    at = find_mark(chooser, selected);
    if (at < chooser->mark_count)
        chooser->marks[at] = chooser->marks[--chooser->mark_count];
    else if (chooser->mark_count < CHOOSER_MARKS_MAX)
        chooser->marks[chooser->mark_count++] = identity_of(selected);
    move(chooser, 1);
}

static void open_chosen(struct chooser *chooser)
{
    const struct listed *selected = selected_row(chooser);

    if (chooser->mark_count > 0 || (selected != NULL && !refuse(chooser, selected)))
        chooser->requests |= CHOOSER_OPEN;
}

static void sort_step(struct chooser *chooser, unsigned step)
{
    chooser->sort = (chooser->sort + step) % COUNT_OF(COLUMNS);
    chooser->descending = COLUMNS[chooser->sort].descending;
    fill_rows(chooser);
}

static void reverse(struct chooser *chooser)
{
    chooser->descending = !chooser->descending;
    fill_rows(chooser);
}

/* What is no filter is told, and the one before stays. */
static void set_filter(struct chooser *chooser, const char *text)
{
    struct filter *filter = filter_new(text, &chooser->message);

    if (filter == NULL)
        return;
    filter_free(chooser->filter);
    chooser->filter = filter;
    snprintf(chooser->filter_text, sizeof chooser->filter_text, "%s", text);
    fill_rows(chooser);
}

static void begin_filter(struct chooser *chooser)
{
    chooser->is_typing = true;
    memcpy(chooser->filter_before, chooser->filter_text, sizeof chooser->filter_before);
    editor_set(&chooser->editor, chooser->filter_text);
}

static void type_filter(struct chooser *chooser, int key)
{
    bool changed = false;

    if (key == KEY_OF_ENTER || key == KEY_OF_ESCAPE)
        chooser->is_typing = false;
    if (key == KEY_OF_ESCAPE)
        set_filter(chooser, chooser->filter_before);
    else if (editor_key(&chooser->editor, key, &changed) && changed)
        set_filter(chooser, chooser->editor.text);
    else if (key == KEY_OF_UP || key == KEY_OF_DOWN)
        move(chooser, key == KEY_OF_UP ? -1 : 1);
    else if (key == KEY_CTRL('C'))
        chooser->requests |= CHOOSER_QUIT;
}

static void escape(struct chooser *chooser)
{
    chooser->mark_count = 0;
    set_filter(chooser, "");
}

static void row_up(struct chooser *chooser)
{
    move(chooser, -1);
}

static void row_down(struct chooser *chooser)
{
    move(chooser, 1);
}

static void page_up(struct chooser *chooser)
{
    move(chooser, -chooser->page);
}

static void page_down(struct chooser *chooser)
{
    move(chooser, chooser->page);
}

static void first_row(struct chooser *chooser)
{
    move_to(chooser, 0);
}

static void last_row(struct chooser *chooser)
{
    move_to(chooser, (long)chooser->count - 1);
}

static void next_column(struct chooser *chooser)
{
    sort_step(chooser, 1);
}

static void previous_column(struct chooser *chooser)
{
    sort_step(chooser, COUNT_OF(COLUMNS) - 1);
}

static void quit(struct chooser *chooser)
{
    chooser->requests |= CHOOSER_QUIT;
}

static void redraw(struct chooser *chooser)
{
    chooser->requests |= CHOOSER_REDRAW;
}

/* The keys are those of the view; what stands on the key line has a label. */
static const struct {
    int keys[2];
    const char *label;
    int priority;
    void (*run)(struct chooser *chooser);
} KEYS[] = {
    {{KEY_OF_ENTER}, "Open", 100, open_chosen},
    {{KEY_OF_SPACE}, "Mark", 90, toggle_mark},
    {{'/'}, "Filter", 80, begin_filter},
    {{'s'}, "Sort", 70, next_column},
    {{'S'}, NULL, 0, previous_column},
    {{'R', 'I'}, "Reverse", 40, reverse},
    {{KEY_OF_ESCAPE, 'c'}, "Clear marks and filter", 30, escape},
    {{'q', KEY_CTRL('C')}, "Quit", 95, quit},
    {{KEY_OF_UP, 'k'}, NULL, 0, row_up},
    {{KEY_OF_DOWN, 'j'}, NULL, 0, row_down},
    {{KEY_OF_PAGE_UP}, NULL, 0, page_up},
    {{KEY_OF_PAGE_DOWN}, NULL, 0, page_down},
    {{KEY_OF_HOME, 'g'}, NULL, 0, first_row},
    {{KEY_OF_END, 'G'}, NULL, 0, last_row},
    {{KEY_CTRL('L')}, NULL, 0, redraw},
};

void chooser_key(struct chooser *chooser, int key)
{
    chooser->message.code = ERROR_NONE;
    if (chooser->is_typing) {
        type_filter(chooser, key);
        return;
    }
    for (size_t i = 0; i < COUNT_OF(KEYS); i++)
        if (key != 0 && (KEYS[i].keys[0] == key || KEYS[i].keys[1] == key))
            KEYS[i].run(chooser);
}

/* --- drawing ---------------------------------------------------------------------------------- */

static void draw_title(const struct chooser *chooser, struct grid *grid)
{
    struct pen pen = pen_at(grid, 0, 0, grid->columns);
    struct pen right = pen;
    char marks[32];

    pen_text(&pen, STYLE_TITLE, "tachyon-top");
    pen_format(&pen, STYLE_STRONG, "  %zu", chooser->pythons);
    pen_format(&pen, STYLE_TEXT, " Python process%s here", chooser->pythons == 1 ? "" : "es");
    if (chooser->filter_text[0] != '\0') {
        pen_text(&pen, STYLE_LABEL, "   filter ");
        pen_cut(&pen, STYLE_MESSAGE, chooser->filter_text, 20, CUT_END);
    }
    snprintf(marks, sizeof marks, "%zu marked", chooser->mark_count);
    if (chooser->mark_count > 0)
        pen_right(&right, STYLE_MESSAGE, marks);
}

static bool has_containers(const struct chooser *chooser)
{
    for (size_t i = 0; i < chooser->count; i++)
        if (chooser->rows[i]->python->container[0] != '\0')
            return true;
    return false;
}

/* The column of containers is there where there are some. */
static void lay_out(const struct chooser *chooser, int width,
                    struct fit_item items[COUNT_OF(COLUMNS)])
{
    memset(items, 0, COUNT_OF(COLUMNS) * sizeof *items);
    for (size_t i = 0; i < COUNT_OF(COLUMNS); i++) {
        if (i == CONTAINERS && !has_containers(chooser))
            continue;
        memcpy(items[i].forms, COLUMNS[i].forms, sizeof COLUMNS[i].forms);
        items[i].gap = COLUMNS[i].gap;
    }
    fit(items, COUNT_OF(COLUMNS), width - MARK_WIDTH);
}

static void draw_titles(const struct chooser *chooser, struct grid *grid, int row,
                        const struct fit_item *items)
{
    grid_fill(grid, row, 0, grid->columns, STYLE_COLUMN);
    for (size_t i = 0; i < COUNT_OF(COLUMNS); i++) {
        const bool sorted = i == chooser->sort;
        const enum style style = sorted ? STYLE_SORTED : STYLE_COLUMN;
        struct pen pen = pen_at(grid, row, MARK_WIDTH + items[i].column, items[i].width);

        if (items[i].form < 0)
            continue;
        if (COLUMNS[i].right)
            pen_space(&pen, pen_room(&pen) - pen_columns(&pen, COLUMNS[i].title) - sorted);
        if (sorted && COLUMNS[i].right)
            pen_glyph(&pen, style, chooser->descending ? GLYPH_FALLING : GLYPH_RISING);
        pen_text(&pen, style, COLUMNS[i].title);
        if (sorted && !COLUMNS[i].right)
            pen_glyph(&pen, style, chooser->descending ? GLYPH_FALLING : GLYPH_RISING);
    }
}

static void draw_row(const struct chooser *chooser, struct grid *grid, int row, size_t index,
                     const struct fit_item *items)
{
    const struct listed *listed = chooser->rows[index];
    struct pen mark = pen_at(grid, row, 0, MARK_WIDTH);

    for (size_t i = 0; i < COUNT_OF(COLUMNS); i++) {
        struct pen pen = pen_at(grid, row, MARK_WIDTH + items[i].column, items[i].width);

        if (items[i].form >= 0)
            COLUMNS[i].draw(&pen, listed);
    }
    if (index == chooser->cursor)
        pen_glyph(&mark, STYLE_STRONG, GLYPH_SELECTED);
    else
        pen_space(&mark, 1);
    if (find_mark(chooser, listed) < chooser->mark_count)
        pen_text(&mark, STYLE_MESSAGE, "*");
    if (index == chooser->cursor)
        grid_add_style(grid, row, 0, grid->columns, STYLE_ON_SELECTION);
}

/* Why the selected process may not be read, or all of its command, which the table may have cut. */
static void draw_detail(const struct chooser *chooser, struct grid *grid, int row)
{
    const struct listed *selected = selected_row(chooser);
    struct pen pen = pen_at(grid, row, 1, grid->columns - 2);

    if (chooser->message.code != ERROR_NONE) {
        pen_cut(&pen, STYLE_ERROR, chooser->message.text, pen_room(&pen), CUT_MIDDLE);
    } else if (selected != NULL && is_refused(selected)) {
        pen_cut(&pen, STYLE_WARM, selected->python->recognized.refusal, pen_room(&pen), CUT_MIDDLE);
    } else if (selected != NULL) {
        pen_cut(&pen, STYLE_DIM, selected->python->command, pen_room(&pen), CUT_MIDDLE);
    }
}

static void draw_keys(const struct chooser *chooser, struct grid *grid, int row)
{
    struct fit_item items[COUNT_OF(KEYS)] = {0};

    if (chooser->is_typing) {
        struct pen pen = pen_at(grid, row, 1, grid->columns - 1);

        pen_text(&pen, STYLE_KEY, "Filter: ");
        editor_draw(&chooser->editor, &pen);
        return;
    }
    for (int draws = 0; draws < 2; draws++) {
        for (size_t i = 0; i < COUNT_OF(KEYS); i++) {
            char name[KEY_NAME_SIZE];
            struct pen pen = draws ? pen_at(grid, row, 1 + items[i].column, items[i].width)
                                   : pen_to_measure(grid);

            if (KEYS[i].label == NULL || (draws && items[i].form < 0))
                continue;
            key_word(KEYS[i].keys[0], pen.symbols, name);
            pen_text(&pen, STYLE_KEY, name);
            pen_space(&pen, 1);
            pen_text(&pen, STYLE_TEXT, KEYS[i].label);
            if (!draws)
                items[i] = (struct fit_item){
                    .forms = {{pen.column, KEYS[i].priority, 0}},
                    .gap = 2,
                };
        }
        if (!draws)
            fit(items, COUNT_OF(KEYS), grid->columns - 2);
    }
}

static void draw_nothing(const struct chooser *chooser, struct grid *grid)
{
    const char *text = chooser->all == NULL       ? "looking …"
                       : chooser->pythons == 0    ? "no Python process runs here"
                                                  : "no process matches the filter (Esc clears it)";
    struct pen pen = pen_at(grid, grid->rows / 2, 0, grid->columns);
    int blank = pen_room(&pen) - pen_columns(&pen, text);

    pen_space(&pen, blank > 0 ? blank / 2 : 0);
    pen_text(&pen, STYLE_DIM, text);
}

void chooser_draw(struct chooser *chooser, struct grid *grid)
{
    struct fit_item items[COUNT_OF(COLUMNS)];

    grid_clear(grid);
    if (grid->columns < COLUMNS_MIN || grid->rows < ROWS_MIN) {
        struct pen pen = pen_at(grid, (grid->rows - 1) / 2, 0, grid->columns);

        pen_cut(&pen, STYLE_ERROR, "terminal too small", pen_room(&pen), CUT_END);
        return;
    }
    chooser->page = grid->rows - ROWS_ABOVE - ROWS_BELOW;
    show_cursor(chooser);
    lay_out(chooser, grid->columns, items);
    draw_title(chooser, grid);
    draw_titles(chooser, grid, ROWS_ABOVE - 1, items);
    for (int i = 0; i < chooser->page && chooser->top + (size_t)i < chooser->count; i++)
        draw_row(chooser, grid, ROWS_ABOVE + i, chooser->top + (size_t)i, items);
    if (chooser->count == 0)
        draw_nothing(chooser, grid);
    draw_detail(chooser, grid, grid->rows - ROWS_BELOW);
    draw_keys(chooser, grid, grid->rows - 1);
}
