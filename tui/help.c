#include "tui/help.h"

#include <string.h>

#include "tui/actions.h"
#include "tui/columns.h"
#include "tui/keys.h"
#include "tui/pen.h"

#define MARGIN 2
#define NAME_WIDTH 14 /* of keys, columns and words */
#define HELP_END 9999 /* a line below the last */
#define TWO_PAGES 140 /* columns of a screen that has keys and words side by side */

/* Where the next line goes: lines above the first that is seen, and below the last, are only
   counted. */
struct page {
    struct grid *grid;
    int row, rows;
    int column, columns;
    int top;
    int line;
};

/* A pen for the next line, or one that draws nowhere when the line is not seen. */
static struct pen next_line(struct page *page)
{
    int at = page->line++ - page->top;

    if (at < 0 || at >= page->rows)
        return pen_to_measure(page->grid);
    return pen_at(page->grid, page->row + at, page->column, page->columns);
}

static void write_title(struct page *page, const char *title)
{
    if (page->line > 0)
        next_line(page);
    struct pen pen = next_line(page);
    pen_text(&pen, STYLE_TITLE, title);
}

/* The end of the part of `text` that fits in `width`, cut between words where there are any. */
static size_t line_length(const struct pen *pen, const char *text, int width)
{
    size_t fits = 0;

    for (size_t i = 0; i <= strlen(text); i++) {
        char part[256];

        if (text[i] != 0 && text[i] != ' ')
            continue;
        if (i >= sizeof part)
            break;
        memcpy(part, text, i);
        part[i] = 0;
        if (pen_columns(pen, part) > width && fits > 0)
            break;
        fits = i;
    }
    return fits;
}

/* Writes `text` beside what the first line's pen has drawn, on as many lines as it needs. */
static void write_text(struct page *page, struct pen *first, const char *text)
{
    struct pen pen = *first;
    int start = page->column + NAME_WIDTH;
    int width = page->columns - NAME_WIDTH - 1;

    while (*text) {
        size_t length = line_length(&pen, text, width);
        char part[256];

        memcpy(part, text, length);
        part[length] = 0;
        pen.column = start;
        pen_text(&pen, STYLE_TEXT, part);
        text += length;
        while (*text == ' ')
            text++;
        if (*text)
            pen = next_line(page);
    }
}

static void write_entry(struct page *page, enum style style, const char *name, const char *text)
{
    struct pen pen = next_line(page);

    pen_text(&pen, style, name);
    write_text(page, &pen, text);
}

static void write_action(struct page *page, const struct action *action)
{
    struct pen pen = next_line(page);

    for (size_t i = 0; i < ACTION_KEYS && action->keys[i]; i++) {
        char name[KEY_NAME_SIZE];

        key_word(action->keys[i], pen.symbols, name);
        pen_text(&pen, STYLE_KEY, name);
        pen_space(&pen, 1);
    }
    write_text(page, &pen, action->help);
}

static void write_actions(struct page *page)
{
    size_t count;
    const struct action *actions = actions_table(&count);

    for (unsigned group = 0; group < ACTION_GROUPS; group++) {
        write_title(page, action_group_title((enum action_group)group));
        for (size_t i = 0; i < count; i++)
            if (actions[i].group == group)
                write_action(page, &actions[i]);
    }
}

static void write_columns(struct page *page, const char *title, enum app_view view)
{
    struct columns columns = columns_of(view);

    write_title(page, title);
    for (size_t i = 0; i < columns.count; i++)
        if (columns.list[i].help)
            write_entry(page, STYLE_LABEL, columns.list[i].title, columns.list[i].help);
}

static void write_words(struct page *page)
{
    static const struct {
        const char *word;
        const char *meaning;
    } WORDS[] = {
        {"1.00 kHz", "how often all threads were looked at, over about the last second"},
        {"ride", "the stacks are read from the CPU of the thread that has the GIL, which cannot run "
                 "meanwhile: it calls too quickly to be read from elsewhere. Within budget: at a "
                 "lower rate than asked for, as that would take more than --budget"},
        {"blocking", "the thread that has the GIL is stopped for each read (--blocking). Slowed: at a lower rate than "
                     "asked for, as it would be stopped for more than half of the time, or --budget not kept"},
        {"kept", "the share of samples that were read and counted; the others failed or were lost"},
        {"truncated", "the share of samples that are known only in part: they end in ‹moving›"},
        {"GIL CPU GC", "how much of the last second some thread had the GIL, how many cores were "
                       "busy (a full bar is the most of the last minute), how much the collector ran. Of several "
                       "processes, CPU is that of all together; GIL and GC are of the one that has most of it"},
        {"threads", "what they do at this moment: have the GIL (G), run without it (R), wait for "
                    "it (W), are idle (I)"},
        {"window", "the last seconds, of which the table's numbers speak; b: since the start"},
        {"mode", "which time counts: wall, cpu, gil, or exception (one is raised or handled). In "
                 "wall, threads that sleep count like those that work, and often stand at the top; "
                 "m shows what costs CPU"},
        {"‹moving›", "calls that changed while they were read: their time is known, and who called "
                     "them (TOTAL%), but not which they were"},
        {"‹gc›", "Python's garbage collector"},
        {"‹native›", "C code that a function called and that called Python again (--native-markers)"},
    };

    write_title(page, "The header, and words");
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++)
        write_entry(page, STYLE_LABEL, WORDS[i].word, WORDS[i].meaning);
}

void help_key(struct app *app, int key)
{
    int page = app->help_page > 1 ? app->help_page : 1;
    int top = app->help_top;

    switch (key) {
    case KEY_OF_UP:
    case 'k':
        top--;
        break;
    case KEY_OF_DOWN:
    case 'j':
        top++;
        break;
    case KEY_OF_PAGE_UP:
        top -= page;
        break;
    case KEY_OF_PAGE_DOWN:
    case KEY_OF_SPACE:
        top += page;
        break;
    case KEY_OF_HOME:
    case 'g':
        top = 0;
        break;
    case KEY_OF_END:
    case 'G':
        top = HELP_END;
        break;
    case KEY_CTRL('C'):
        action_of_key(key)->run(app);
        break;
    case KEY_CTRL('L'):
        app->requests |= APP_REDRAW;
        break;
    default:
        app->help = false;
    }
    app->help_top = top < 0 ? 0 : top; /* how far down it can be is known when it is drawn */
}

/* Writes all that is seen, and gives the lines of the longest page. */
static int write_help(struct grid *grid, int row, int rows, int top)
{
    bool two = grid->columns >= TWO_PAGES;
    int columns = (two ? grid->columns / 2 : grid->columns) - MARGIN;
    struct page keys = {.grid = grid, .row = row, .rows = rows, .column = MARGIN,
                        .columns = columns, .top = top};
    struct page words = keys;

    write_actions(&keys);
    if (two)
        words.column += grid->columns / 2;
    else
        words.line = keys.line;
    write_columns(&words, "Columns of functions", APP_FUNCTIONS);
    write_columns(&words, "Columns of threads", APP_THREADS);
    write_columns(&words, "Columns of processes", APP_PROCESSES);
    write_words(&words);
    return words.line > keys.line ? words.line : keys.line;
}

void help_draw(struct app *app, struct grid *grid, int row, int rows)
{
    int lines = write_help(grid, row, 0, 0);

    app->help_page = rows;
    app->help_most = lines > rows ? lines - rows : 0;
    if (app->help_top > app->help_most)
        app->help_top = app->help_most;
    write_help(grid, row, rows, app->help_top);
}
