#include "tui/help.h"

#include "tui/actions.h"
#include "tui/columns.h"
#include "tui/keys.h"
#include "tui/page.h"

#define MARGIN 2
#define TWO_PAGES 140 /* columns of a screen that has keys and words side by side */

static void write_actions(struct page *page)
{
    size_t count;
    const struct action *actions = actions_table(&count);

    for (unsigned group = 0; group < ACTION_GROUPS; group++) {
        page_title(page, action_group_title((enum action_group)group));
        for (size_t i = 0; i < count; i++)
            if (actions[i].group == group)
                page_keys(page, actions[i].keys, ACTION_KEYS, actions[i].help);
    }
}

static void write_columns(struct page *page, const char *title, enum app_view view)
{
    struct columns columns = columns_of(view);

    page_title(page, title);
    for (size_t i = 0; i < columns.count; i++)
        if (columns.list[i].help)
            page_entry(page, STYLE_LABEL, columns.list[i].title, columns.list[i].help);
}

static void write_words(struct page *page)
{
    static const struct {
        const char *word;
        const char *meaning;
    } WORDS[] = {
        {"1.00 kHz", "how often all threads were looked at, over about the last second"},
        {"remote", "read from any CPU, as the program runs: few stacks are torn, or it says why"},
        {"ride", "the stacks are read from the CPU of the thread that has the GIL, which cannot run meanwhile, as many were "
                 "torn. Within budget: at a lower rate than asked for, as that would take more than --budget"},
        {"blocking", "the thread that has the GIL is stopped for each read (--blocking), for that part of the time. "
                     "Slowed: at a lower rate than asked for, as it would be stopped for more than half of the time, "
                     "or --budget not kept"},
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

    page_title(page, "The header, and words");
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++)
        page_entry(page, STYLE_LABEL, WORDS[i].word, WORDS[i].meaning);
}

void help_key(struct app *app, int key)
{
    if (scroll_key(&app->help_scroll, key))
        return;
    if (key == KEY_CTRL('C'))
        action_of_key(key)->run(app);
    else if (key == KEY_CTRL('L'))
        app->requests |= APP_REDRAW;
    else
        app->help = false;
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

    scroll_fit(&app->help_scroll, lines, rows);
    write_help(grid, row, rows, app->help_scroll.top);
}
