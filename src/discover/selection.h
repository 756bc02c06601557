/*
 * selection - which processes of a listing are meant: by id, by what they are called, by user and cgroup, and with
 * their descendants.
 *
 * A descendant is found through all of its ancestors, Pythons or not, and once found stays one, also when its parent
 * ends and it becomes the child of another. One thread at a time.
 */
#ifndef DISCOVER_SELECTION_H
#define DISCOVER_SELECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"
#include "discover/listing.h"

struct selection_rules {
    const pid_t *pids;   /* these, */
    const uint64_t *started_ticks; /* which began then, as process_started_ticks() tells; NULL, or 0 of one: whichever
                                      has the id now */
    size_t pid_count;
    const char *name;    /* and all Pythons whose command line (process_command()) this matches as filter_new() takes
                            it; NULL: any, */
    const char *user;    /* of this effective user, by name or number; NULL: any, */
    const char *cgroup;  /* in this cgroup, as cgroup_matches() takes it; NULL: any. Of those three, one is needed */
    bool subprocesses;   /* with their descendants */
};

/* When the process meant by the id at `index` began; 0: there is none. */
uint64_t selection_rules_started_ticks(const struct selection_rules *rules, size_t index);

struct selection;

/* Without anything found yet. NULL with the reason: no such user, or a pattern that is none. An id without a start
   stands for the process that has it now. Texts stay the caller's, and are kept. Freed with selection_free(). */
struct selection *selection_new(const struct selection_rules *rules, struct error *error);
void selection_free(struct selection *selection);

/* Whether processes that are to come may match by themselves, as no id is asked for. */
bool selection_is_open(const struct selection *selection);

/* With or without descendants from here on. */
void selection_set_subprocesses(struct selection *selection, bool subprocesses);

/* Finds what is meant in `listing`, at its last look. False: out of memory. */
bool selection_find(struct selection *selection, const struct listing *listing, struct error *error);

/* What was found, processes that are no Pythons among them: `count` pointers into the listing. */
const struct listed *const *selection_found(const struct selection *selection, size_t *count);

/* Writes what is asked for as a sentence goes on: "name 'gunicorn', user www-data". */
void selection_describe(const struct selection *selection, char *text, size_t size);

#endif
