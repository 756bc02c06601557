#include "tui/chooser.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tally/snapshot.h"
#include "tui/chooser_columns.h"
#include "tui/chooser_state.h"
#include "tui/keys.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* --- rows ------------------------------------------------------------------------------------- */

struct chooser *chooser_new(struct error *error)
{
    struct chooser *chooser = calloc(1, sizeof *chooser);

    if (chooser == NULL) {
        error_set(error, ERROR_MEMORY, "out of memory for the screen");
        return NULL;
    }
    chooser->sort = CHOOSER_CPU;
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

size_t chooser_find_mark(const struct chooser *chooser, const struct listed *listed)
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
    const int order = CHOOSER_COLUMNS[chooser->sort].compare(a, b);

    if (order != 0)
        return chooser->descending ? -order : order;
    return CHOOSER_COLUMNS[CHOOSER_PID].compare(a, b);
}

void chooser_show_cursor(struct chooser *chooser)
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
    if (chooser->selected.pid == 0 && chooser->count > 0 && chooser->rows[0]->cpu_share < 0 && chooser->cursor == 0)
        return;
    for (size_t i = 0; i < chooser->count; i++)
        if (is(&chooser->selected, chooser->rows[i])) {
            chooser->cursor = i;
            chooser_show_cursor(chooser);
            return;
        }
    if (chooser->cursor >= chooser->count)
        chooser->cursor = chooser->count > 0 ? chooser->count - 1 : 0;
    if (chooser->count > 0)
        chooser->selected = identity_of(chooser->rows[chooser->cursor]);
    chooser_show_cursor(chooser);
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

const struct listed *chooser_selected(const struct chooser *chooser)
{
    return chooser->cursor < chooser->count ? chooser->rows[chooser->cursor] : NULL;
}

size_t chooser_chosen(const struct chooser *chooser, int32_t pids[CHOOSER_MARKS_MAX],
                      uint64_t started_ticks[CHOOSER_MARKS_MAX])
{
    const struct listed *selected = chooser_selected(chooser);

    for (size_t i = 0; i < chooser->mark_count; i++) {
        pids[i] = chooser->marks[i].pid;
        started_ticks[i] = chooser->marks[i].started_ticks;
    }
    if (chooser->mark_count > 0 || selected == NULL)
        return chooser->mark_count;
    pids[0] = selected->pid;
    started_ticks[0] = selected->started_ticks;
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
    chooser_show_cursor(chooser);
}

static void move(struct chooser *chooser, long rows)
{
    move_to(chooser, (long)chooser->cursor + rows);
}

/* Tells why the selected process cannot be opened; false when it can. */
static bool refuse(struct chooser *chooser, const struct listed *listed)
{
    if (!chooser_refused(listed))
        return false;
    return !error_set(&chooser->message, ERROR_PERMISSION, "%s", listed->python->recognized.refusal);
}

static void toggle_mark(struct chooser *chooser)
{
    const struct listed *selected = chooser_selected(chooser);
    size_t at;

    if (selected == NULL || refuse(chooser, selected))
        return;
    at = chooser_find_mark(chooser, selected);
    if (at < chooser->mark_count)
        chooser->marks[at] = chooser->marks[--chooser->mark_count];
    else if (chooser->mark_count < CHOOSER_MARKS_MAX)
        chooser->marks[chooser->mark_count++] = identity_of(selected);
    move(chooser, 1);
}

static void open_chosen(struct chooser *chooser)
{
    const struct listed *selected = chooser_selected(chooser);

    if (chooser->mark_count > 0 || (selected != NULL && !refuse(chooser, selected)))
        chooser->requests |= CHOOSER_OPEN;
}

static void sort_step(struct chooser *chooser, unsigned step)
{
    do {
        chooser->sort = (chooser->sort + step) % CHOOSER_COLUMN_COUNT;
    } while (!chooser_has_column(chooser, chooser->sort));
    chooser->descending = CHOOSER_COLUMNS[chooser->sort].descending;
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

    if (key == KEY_OF_ENTER)
        set_filter(chooser, chooser->editor.text); /* what is none is told again, and goes on being typed */
    if (key == KEY_OF_ESCAPE || (key == KEY_OF_ENTER && chooser->message.code == ERROR_NONE))
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
    sort_step(chooser, CHOOSER_COLUMN_COUNT - 1);
}

static void quit(struct chooser *chooser)
{
    chooser->requests |= CHOOSER_QUIT;
}

static void redraw(struct chooser *chooser)
{
    chooser->requests |= CHOOSER_REDRAW;
}

static void open_help(struct chooser *chooser)
{
    chooser->help = true;
    chooser->help_scroll.top = 0;
}

static const struct chooser_key KEYS[] = {
    {{'h', '?', KEY_OF_F1}, CHOOSER_PROGRAM, "Help", 92, "this help", open_help},
    {{KEY_OF_ENTER}, CHOOSER_OPENING, "Open", 100, "open the marked processes together, or the selected one when none is marked",
     open_chosen},
    {{KEY_OF_SPACE}, CHOOSER_OPENING, "Mark", 90, "mark the selected process, or unmark it", toggle_mark},
    {{'/'}, CHOOSER_ROWS, "Filter", 80,
     "show only rows with a text in their command or user; a regular expression goes between slashes", begin_filter},
    {{'s'}, CHOOSER_ROWS, "Sort", 70, "sort by the next column", next_column},
    {{'S'}, CHOOSER_ROWS, NULL, 0, "sort by the previous column", previous_column},
    {{'R', 'I'}, CHOOSER_ROWS, "Reverse", 40, "reverse the order", reverse},
    {{KEY_OF_ESCAPE, 'c'}, CHOOSER_OPENING, "Clear marks and filter", 30, "unmark all, and clear the filter", escape},
    {{'q', KEY_CTRL('C')}, CHOOSER_PROGRAM, "Quit", 95, "quit", quit},
    {{KEY_OF_UP, 'k'}, CHOOSER_ROWS, NULL, 0, "select the row above", row_up},
    {{KEY_OF_DOWN, 'j'}, CHOOSER_ROWS, NULL, 0, "select the row below", row_down},
    {{KEY_OF_PAGE_UP}, CHOOSER_ROWS, NULL, 0, "a page up", page_up},
    {{KEY_OF_PAGE_DOWN}, CHOOSER_ROWS, NULL, 0, "a page down", page_down},
    {{KEY_OF_HOME, 'g'}, CHOOSER_ROWS, NULL, 0, "the first row", first_row},
    {{KEY_OF_END, 'G'}, CHOOSER_ROWS, NULL, 0, "the last row", last_row},
    {{KEY_CTRL('L')}, CHOOSER_PROGRAM, NULL, 0, "draw the whole screen again", redraw},
};

_Static_assert(COUNT_OF(KEYS) <= CHOOSER_KEYS_MAX, "the key line has room for all");

const struct chooser_key *chooser_keys(size_t *count)
{
    *count = COUNT_OF(KEYS);
    return KEYS;
}

const char *chooser_group_title(enum chooser_group group)
{
    static const char *const TITLES[CHOOSER_GROUPS] = {
        [CHOOSER_OPENING] = "What is opened",
        [CHOOSER_ROWS] = "Rows",
        [CHOOSER_PROGRAM] = "Program",
    };

    return TITLES[group];
}

void chooser_write_man(FILE *file)
{
    for (unsigned group = 0; group < CHOOSER_GROUPS; group++) {
        fprintf(file, ".SS %s\n", chooser_group_title((enum chooser_group)group));
        for (size_t i = 0; i < COUNT_OF(KEYS); i++)
            if (KEYS[i].group == group)
                keys_write_man(file, KEYS[i].keys, CHOOSER_KEY_NAMES, KEYS[i].help);
    }
}

static bool has_key(const struct chooser_key *row, int key)
{
    for (size_t i = 0; i < CHOOSER_KEY_NAMES && row->keys[i] != 0; i++)
        if (row->keys[i] == key)
            return true;
    return false;
}

void chooser_key(struct chooser *chooser, int key)
{
    if (key & KEY_PASTED) {
        if (chooser->help || !chooser->is_typing)
            return;
        key &= ~KEY_PASTED;
    }
    chooser->message.code = ERROR_NONE;
    if (chooser->help) {
        chooser_help_key(chooser, key);
        return;
    }
    if (chooser->is_typing) {
        type_filter(chooser, key);
        return;
    }
    for (size_t i = 0; i < COUNT_OF(KEYS); i++)
        if (has_key(&KEYS[i], key))
            KEYS[i].run(chooser);
}
