/*
 * listing - the processes of this machine, and what can be told of the Pythons among them, kept up to date by looking
 * again.
 *
 * A look reads one small file of each process, and a few more of each Python. A process that is no Python is asked
 * again when its program's name changed, while it is young, and one time in so many: it may exec one, or load one. One
 * thread at a time.
 */
#ifndef DISCOVER_LISTING_H
#define DISCOVER_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "discover/container.h"
#include "discover/recognize.h"

#define LISTED_COMMAND_SIZE 1024
#define LISTED_CGROUP_SIZE 512
#define LISTED_USER_SIZE 33

/* Of a Python. Texts are clean. */
struct listed_python {
    struct recognized recognized;
    uint32_t uid;                    /* effective */
    char user[LISTED_USER_SIZE];     /* its name, or its number where there is none */
    char command[LISTED_COMMAND_SIZE]; /* as process_command() tells it */
    char cgroup[LISTED_CGROUP_SIZE];
    char container[CONTAINER_NAME_SIZE]; /* "": none */
};

struct listed {
    pid_t pid, parent;
    uint64_t started_ticks;  /* as process_started_ticks() */
    uint64_t cpu_ticks;
    double cpu_share;        /* between the last two looks; 1.0: one core; below 0: not known yet */
    uint32_t threads;        /* of the kernel's */
    struct listed_python *python; /* NULL: it is none */
};

struct listing;

/* Empty, before the first look; NULL: out of memory. */
struct listing *listing_new(struct error *error);
void listing_free(struct listing *listing);

/* Looks at all processes. False with the reason: /proc cannot be used, or out of memory; what is listed is what could be
   seen then. */
bool listing_look(struct listing *listing, struct error *error);

/* Looks only at those that came since the last look of either kind, as ids are given in a row, and once more at those that
   came a moment ago, which may be about to become another program: much less work. What ended is listed until the next
   whole look. `*any`: there were some, and the list is a new one. False: out of memory. */
bool listing_look_at_new(struct listing *listing, bool *any, struct error *error);

/* All of them, the parents before their children where they began so: `count` pointers, valid until the next look. */
const struct listed *const *listing_all(const struct listing *listing, size_t *count);

/* The one of that id, or NULL. */
const struct listed *listing_find(const struct listing *listing, pid_t pid);

/* How many of them are Pythons. */
size_t listing_pythons(const struct listing *listing);

#endif
