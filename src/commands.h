/*
 * commands - what the program does without a screen: attach, dump, and a snapshot of a view.
 *
 * Each runs from attaching to writing and gives false with the reason when it could not. They
 * write to the files named by the options, else to standard output, and closing lines to `notes`. A
 * signal that asks to end (SIGINT, SIGTERM, SIGHUP) ends the sampling of attach and snapshot, not their
 * writing, and leaves no half-written file behind. Main thread only.
 */
#ifndef COMMANDS_H
#define COMMANDS_H

#include <stdbool.h>
#include <signal.h>
#include <stdio.h>

#include "base/error.h"
#include "options.h"
#include "session.h"
#include "tally/tally.h"
#include "watch.h"

/* What every command looks at, the live view too. */
struct command_targets {
    struct session *session;
    struct watch *watch;
    bool descends_later; /* with descendants from the start of the sampling on */
};

/* Attaches to the processes asked for, at the rate asked for. False with the reason; command_close() is due in either
   case. */
bool command_open(struct command_targets *targets, const struct options *options,
                  struct error *error);
void command_close(struct command_targets *targets);

/* Starts the sampling, and the looking for further processes. */
bool command_start(struct command_targets *targets, struct error *error);

/* Whether all processes ended, and no more can come. */
bool command_ended(struct command_targets *targets);

/* A tally with the window asked for; NULL with the reason. The caller frees it. */
struct tally *command_tally(const struct options *options, struct error *error);

/* Samples for a while, then writes the table or the collapsed stacks, and the statistics. */
bool command_attach(const struct options *options, FILE *notes, struct error *error);

/* Who looks after signals while a session samples. They are blocked, and waited for. */
struct signal_care {
    sigset_t signals;
    bool (*heed)(const struct signal_care *care, struct session *session, const siginfo_t *signal); /* true: it is enough */
    void (*begun)(const struct signal_care *care); /* the sampler thread is at work; NULL: not to be told */
    bool (*over)(const struct signal_care *care);  /* it is enough by now, whatever still runs; NULL: never */
    void *context;
};

/* What attach makes of what it samples. The files that it writes are open from the beginning, so that a bad name is told
   then; freed with attach_free(), which leaves none of them that was not written whole. */
struct attach;
struct attach *attach_new(const struct options *options, struct error *error);
void attach_free(struct attach *attach);

/* Samples, writes and tells. The targets stay their caller's. */
bool attach_sample(struct attach *attach, struct command_targets *targets, const struct signal_care *care, FILE *notes,
                   struct error *error);

/* Stops this program as a signal of job control does, with the sampler at rest, so that no thread of the target is
   held meanwhile. */
void command_stop_for_now(struct session *session, int signal);

/* Starts a program and does with it what attach does. `status` is how it ended, as of wait(2). */
bool command_run(const struct options *options, FILE *notes, int *status, struct error *error);

/* Looks at every thread and writes their stacks. */
bool command_dump(const struct options *options, FILE *notes, struct error *error);

/* Samples for options->after_ns and writes the view to options->snapshot. */
bool command_snapshot(const struct options *options, FILE *notes, struct error *error);

#endif
