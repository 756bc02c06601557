/*
 * state - what the live view remembers; shared by the files that make it up, and by nobody else.
 */
#ifndef TUI_STATE_H
#define TUI_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/app.h"
#include "tui/editor.h"
#include "tui/page.h"
#include "tui/theme.h"

/* Where the user is in one view. */
struct place {
    int sort;        /* a key of snapshot.h */
    bool ascending;
    bool selected;   /* else the view stays at its top */
    uint32_t number; /* of the selected function, thread or process */
    size_t cursor;   /* its row */
    size_t top;      /* the first row seen */
};

enum prompt { PROMPT_NONE, PROMPT_FILTER, PROMPT_SAVE, PROMPT_REPLACE, PROMPT_END, PROMPT_KILL, PROMPTS };

struct app {
    const struct picture *picture;

    enum app_view view;
    struct place places[APP_VIEWS];
    enum tally_span span;
    enum tally_mode mode;
    bool one_thread;
    bool thread_chosen; /* one was shown before: it is shown again the next time */
    uint32_t thread;    /* its place in the picture */
    uint64_t thread_ident; /* and whose it is: workers that were forked have equal ones */
    uint32_t thread_process;
    bool one_process;
    bool process_chosen; /* as for the thread */
    uint32_t process;    /* its place in the picture */
    bool subprocesses;   /* descendants are looked at too */
    bool from_list;
    int32_t start_tid;  /* to be shown alone when it appears; 0: none */
    bool told_no_thread;
    bool trends;
    bool frozen;
    unsigned refresh; /* index into the rates of actions.c */
    double rate_hz;   /* of rounds, that was asked for; 0: not known */

    char filter_text[EDITOR_SIZE];
    struct filter *filter;

    const struct transcript *transcript; /* of the program that is run; NULL: none is */
    bool program_runs;
    bool program_asked;                  /* to end */
    char program_end[64];                /* how it ended; "" before */
    uint64_t frozen_end;                 /* of the transcript, when the picture was frozen */
    bool wrote;                          /* since the last drawing, and it is in sight */

    /* the rows of the view, filled anew when `stale` */
    struct function_table functions;
    struct thread_table threads;
    struct process_table processes;
    bool stale;
    int page;  /* rows seen at once */
    int width; /* of the screen, in columns */

    enum prompt prompt;
    struct editor editor;
    struct error prompt_error; /* what is wrong with the text being typed */
    char filter_before[EDITOR_SIZE];
    struct place place_before;

    bool help;
    struct scroll help_scroll;

    char message[sizeof((struct error *)0)->text + 64];
    enum style message_style;
    bool message_new;
    bool told_end;
    bool told_program_end; /* while what it started goes on */
    uint32_t told_execs;
    bool ended_meanwhile; /* the target, while the picture is frozen */
    uint64_t message_until_ns;
    uint64_t drawn_ns;

    app_name_file *name_file;
    unsigned requests;
    char save_path[EDITOR_SIZE];
    bool save_replaces;
};

/* Refresh rates, slowest first. */
extern const uint64_t APP_REFRESH_NS[];
extern const unsigned APP_REFRESH_COUNT;
#define APP_REFRESH_DEFAULT 4u

static inline struct place *app_place(struct app *app)
{
    return &app->places[app->view];
}

/* Whether there are, or were, several processes: what tells them apart is shown then. */
bool app_has_processes(const struct app *app);

/* Why the target of a picture ended: of a program that was run, how. */
const char *app_end_text(const struct app *app, const struct picture *picture);

/* Whether modes change what the view shows: threads have a column for each, output has none. */
static inline bool app_view_has_modes(const struct app *app)
{
    return app->view != APP_THREADS && app->view != APP_OUTPUT;
}

/* Whether there is nothing to show yet. */
bool app_waits(const struct app *app);

/* Uses the filter that `text` describes; false, keeping the one it had, when it is not one. */
bool app_set_filter(struct app *app, const char *text, struct error *error);

/* Shows a line for a few seconds. */
void app_say(struct app *app, enum style style, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
