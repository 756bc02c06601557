/*
 * chooser_state - what the list of processes remembers; shared by chooser.c, which has its rows and what keys do to them,
 * chooser_draw.c and chooser_help.c, and by nobody else.
 */
#ifndef TUI_CHOOSER_STATE_H
#define TUI_CHOOSER_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "tui/chooser.h"
#include "tui/editor.h"
#include "tui/page.h"

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
    unsigned sort;                   /* index into CHOOSER_COLUMNS */
    bool descending;
    bool is_typing;                  /* the filter */
    struct editor editor;
    char filter_text[EDITOR_SIZE], filter_before[EDITOR_SIZE];
    struct filter *filter;
    bool help;
    struct scroll help_scroll;
    struct error message;            /* ERROR_NONE: none */
    unsigned requests;
};

/* The selected process; NULL: there is no row. */
const struct listed *chooser_selected(const struct chooser *chooser);

/* Where among the marks a process is; their number when it is not. */
size_t chooser_find_mark(const struct chooser *chooser, const struct listed *listed);

/* Whether a column is there at all: that of containers is where there are some. */
bool chooser_has_column(const struct chooser *chooser, unsigned column);

/* Scrolls as far as it takes to have the selected row on the page. */
void chooser_show_cursor(struct chooser *chooser);

#define CHOOSER_KEYS_MAX 24u
#define CHOOSER_KEY_NAMES 3u

enum chooser_group { CHOOSER_OPENING, CHOOSER_ROWS, CHOOSER_PROGRAM, CHOOSER_GROUPS };

struct chooser_key {
    int keys[CHOOSER_KEY_NAMES]; /* see keys.h; the first is the one on the key line; 0 ends the list */
    enum chooser_group group;
    const char *label;           /* on the key line; NULL: not there */
    int priority;                /* on the key line, see fit.h */
    const char *help;            /* a sentence without its full stop */
    void (*run)(struct chooser *chooser);
};

/* All keys, in the order of the key line: those of the live view, where they do the same. At most CHOOSER_KEYS_MAX. */
const struct chooser_key *chooser_keys(size_t *count);

const char *chooser_group_title(enum chooser_group group);

/* Gives a key to the help screen. */
void chooser_help_key(struct chooser *chooser, int key);

/* Draws what is seen of it into `rows` rows. */
void chooser_help_draw(struct chooser *chooser, struct grid *grid, int row, int rows);

#endif
