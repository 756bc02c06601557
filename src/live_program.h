/*
 * live_program - a program that is run in the live view: what it writes, its end, and what is left of it then.
 *
 * It has a terminal of its own (launch/program.h). What it writes there is kept in a transcript for the view, and
 * printed when that is closed. Main thread only.
 */
#ifndef LIVE_PROGRAM_H
#define LIVE_PROGRAM_H

#include <poll.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/transcript.h"
#include "options.h"

struct live_program;

/* Starts it, held before its first line where that can be; freed with live_program_free(). */
struct live_program *live_program_start(const struct options *options, struct error *error);

/* Lets it run its first line. */
void live_program_begin(struct live_program *live);

pid_t live_program_pid(const struct live_program *live);
const struct transcript *live_program_transcript(const struct live_program *live);

/* What to poll for: output and the end; either may be none. */
#define LIVE_PROGRAM_FDS 2
void live_program_poll_fds(const struct live_program *live, struct pollfd fds[LIVE_PROGRAM_FDS]);

/* Takes what it has written; true when there was something. Not for more than some milliseconds. */
bool live_program_read(struct live_program *live);

/* Whether it has ended; `status` as of wait(2). */
bool live_program_ended(const struct live_program *live, int *status);

/* The same where it could not be looked at, with the reason (program_ended_unseen()). */
bool live_program_ended_unseen(const struct live_program *live, const struct error *reason, int *status);

/* Asks it to end (SIGTERM), and kills it when it was asked before. */
void live_program_end(struct live_program *live);

/* Job control: stops it, and lets it go on. */
void live_program_signal(const struct live_program *live, int signal);

void live_program_resize(const struct live_program *live, int columns, int rows);

/* When the screen is closed: waits for its end, and says so on standard error where that takes long; prints what it wrote,
   and gives its status. NULL is fine: 0. */
int live_program_finish(struct live_program *live);

/* Ends it, if it has not ended, and frees what is left. NULL is fine. */
void live_program_free(struct live_program *live);

#endif
