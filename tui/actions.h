/*
 * actions - what keys do: one table, from which key line, help screen and man page are made.
 */
#ifndef TUI_ACTIONS_H
#define TUI_ACTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "tui/app.h"
#include "tui/keys.h"

#define ACTION_KEYS 4

enum action_group { GROUP_ROWS, GROUP_SHOWN, GROUP_TIME, GROUP_PROGRAM, ACTION_GROUPS };

struct action {
    int keys[ACTION_KEYS];   /* the first is the one on the key line; 0 ends the list */
    enum action_group group;
    const char *label;       /* on the key line; NULL: not there */
    int priority;            /* on the key line, see fit.h */
    const char *help;        /* a sentence without its full stop */
    void (*run)(struct app *app);
    bool (*offered)(const struct app *app); /* whether the key line has it now; NULL: always */
    bool (*on)(const struct app *app);      /* whether it is on, and has the other label */
    const char *label_on;
    const char *(*label_now)(const struct app *app); /* what the label is instead; NULL: as above */
    int priority_on;         /* of the other label; 0: the same */
};

/* All actions, in the order of the key line. */
const struct action *actions_table(size_t *count);

const char *action_group_title(enum action_group group);

/* The action of a key; NULL when it has none. */
const struct action *action_of_key(int key);

/* Writes the keys as a part of a man page. */
void actions_write_man(FILE *file);

#endif
