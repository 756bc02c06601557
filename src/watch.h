/*
 * watch - attaches a session to the processes that are asked for: those that are there, and, in a thread of its own, those
 * that come later.
 *
 * Processes that cannot be attached to are counted and the reason is kept; where others can be, that is no failure. All
 * of it is called by the main thread.
 */
#ifndef WATCH_H
#define WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "discover/selection.h"
#include "session.h"

struct watch;

/* Attaches to what is there; both are lent. NULL with the reason when nothing is meant by the rules, or nothing of that
   can be attached to. Freed with watch_free(). */
struct watch *watch_new(struct session *session, const struct selection_rules *rules,
                        struct error *error);

/* Goes on looking for further processes, if the rules let some come. False with the reason. */
bool watch_start(struct watch *watch, struct error *error);

/* With or without descendants from here on: those attached to before are let go then. */
bool watch_set_subprocesses(struct watch *watch, bool subprocesses, struct error *error);

/* Whether processes may come that would be attached to, though all that are known ended. */
bool watch_expects_more(struct watch *watch);

/* What could not be attached to. */
struct watch_news {
    uint32_t refused;      /* since the start */
    struct error reason;   /* of the last one */
};

/* What there is; true when it has changed since it was asked for last. */
bool watch_news(struct watch *watch, struct watch_news *news);

/* Looks no more: due before session_stop(). Takes up to a second while it is attaching to a process that is about to
   start its Python. False when the thread did not end in seconds, as a process can hold up who attaches to it (as for
   sampler_stop()): it then still uses the session, until the program ends. Safe to call twice; NULL is fine. */
bool watch_stop(struct watch *watch);

/* Stops it and frees it, but for what a thread that could not be stopped still uses: false then, as by watch_stop(). */
bool watch_free(struct watch *watch);

#endif
