/*
 * app - the live view without a terminal: it takes keys and pictures, and draws into a grid.
 *
 * It does no input or output. What only its caller can do - take pictures, reset the tally, write a
 * file, end the program - it asks for, and the caller looks for it after each key (app_requests()).
 * A picture is lent: after picture_take() into the same picture, app_picture() must be called
 * before anything else here. One thread, the main one.
 */
#ifndef TUI_APP_H
#define TUI_APP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/transcript.h"
#include "tally/picture.h"
#include "tally/snapshot.h"
#include "tui/grid.h"

#define APP_COLUMNS_MIN 60
#define APP_ROWS_MIN 12

struct app;
struct app_description;

enum app_view { APP_FUNCTIONS, APP_THREADS, APP_PROCESSES, APP_OUTPUT, APP_VIEWS };

/* Writes a name for a file to save a view in, cut to `size` bytes. */
typedef void app_name_file(const struct app_description *description, char *name, size_t size);

/* The view as it is at the start; NULL when out of memory. */
struct app *app_new(app_name_file *name_file, struct error *error);
void app_free(struct app *app);

/* What the view begins with. */
struct app_start {
    enum app_view view;
    enum tally_mode mode;
    enum tally_span span;
    int sort;            /* a key of snapshot.h, of that view */
    bool ascending;
    const char *filter;  /* "": none */
    int32_t tid;         /* show this thread only, as soon as there is one; 0: all */
    bool subprocesses;   /* descendants are looked at too */
    bool from_list;      /* it was chosen from a list, to which APP_BACK leads */
    uint64_t refresh_ns; /* the nearest rate that keys can reach is taken */
    double rate_hz;      /* of rounds, that was asked for */
};

/* Begins so, before the first key; false when the filter is none, with ERROR_PATTERN. */
bool app_begin(struct app *app, const struct app_start *start, struct error *error);

/* A picture was taken; it stays lent until the next call. Those before the first process are not
   shown. */
void app_picture(struct app *app, const struct picture *picture);

/* The target ended, whatever picture is shown: told to who looks at a frozen one. Safe to call again. */
void app_target_ended(struct app *app);

/* The target is a program that this one runs: what it writes is shown in the view APP_OUTPUT, and to quit ends it.
   The transcript is kept. */
void app_runs_program(struct app *app, const struct transcript *transcript);

/* Up to which line of the transcript what the program wrote is shown: all, or all that was there when it was frozen. */
uint64_t app_output_end(const struct app *app);

/* The program has written something, which is drawn soon where it is in sight (app_draw_again_ns()), or has ended, as
   `how` tells ("ended with status 0"). */
void app_program_wrote(struct app *app);
void app_program_ended(struct app *app, const char *how);

/* A key was pressed, see keys.h. */
void app_key(struct app *app, int key);

/* Draws all of it. `now_ns` (clock.h) is for the ages shown and for how long a message stays. */
void app_draw(struct app *app, struct grid *grid, uint64_t now_ns);

/* When to draw again though nothing happened, as a message has been there long enough or an age has
   grown: by clock.h; UINT64_MAX: never. */
uint64_t app_draw_again_ns(const struct app *app);

/* Whether new pictures are wanted now: not while frozen, nor after the end; and how often: at the
   rate chosen once there is something to show. */
bool app_wants_picture(const struct app *app);
uint64_t app_refresh_ns(const struct app *app);

enum app_request {
    APP_QUIT = 1,   /* end the program */
    APP_RESET = 2,  /* forget what was counted: tally_reset() */
    APP_SAVE = 4,   /* write the view to app_save_path(), then tell app_saved() */
    APP_REDRAW = 8, /* send the whole screen again */
    APP_SUBPROCESSES = 16, /* look at descendants too, or no more: app_subprocesses() */
    APP_BACK = 32,  /* to the list that it was chosen from */
    APP_END = 64,   /* end the program that runs, and quit when it has ended */
};

/* What keys asked for since the last call: bits of enum app_request. */
unsigned app_requests(struct app *app);

/* Shows a line for a few seconds: an error's text in its colour, or other news. */
void app_show_error(struct app *app, const struct error *error);
void app_show_message(struct app *app, const char *text);


/* The view as it is shown, to write it elsewhere; all of it is lent until the next key or picture.
   */
struct app_description {
    enum app_view view;
    const struct picture *picture; /* NULL before the first */
    struct function_query functions;
    struct thread_query threads;
    struct process_query processes;
    const char *filter_text;       /* "" when there is none */
};

void app_describe(const struct app *app, struct app_description *description);

/* Whether descendants of the processes asked for are to be looked at too. */
bool app_subprocesses(const struct app *app);

/* Where to save, and whether a file that is there may be replaced. */
const char *app_save_path(const struct app *app);
bool app_save_replaces(const struct app *app);

/* How saving went; NULL when it did. ERROR_EXISTS makes the view ask whether to replace the file.
   */
void app_saved(struct app *app, const struct error *error);

#endif
