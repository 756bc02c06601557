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
#include <stdio.h>

#include "base/error.h"
#include "options.h"
#include "session.h"
#include "tally/tally.h"

/* What every command begins with, the live view too: attached to the target at the rate asked for, and a
   tally with the window asked for. NULL with the reason; the caller frees them. */
struct session *command_session(const struct options *options, struct error *error);
struct tally *command_tally(const struct options *options, struct error *error);

/* Samples for a while, then writes the table or the collapsed stacks, and the statistics. */
bool command_attach(const struct options *options, FILE *notes, struct error *error);

/* Looks at every thread and writes their stacks. */
bool command_dump(const struct options *options, struct error *error);

/* Samples for options->after_ns and writes the view to options->snapshot. */
bool command_snapshot(const struct options *options, struct error *error);

#endif
