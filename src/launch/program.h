/*
 * program - the Python program that `run` starts: its beginning, the signals that go to it, and its end.
 *
 * It has the standard input, output and error of this program, its process group and its terminal, so that
 * keys that send signals reach both. Or, for the live view, a terminal of its own: then what it writes is read
 * from there, it is the leader of a session that has no terminal to read from, and no key reaches it.
 *
 * A program stays a child of this process, and keeps its id, until program_free() takes note of its end. If this
 * process ends before, the program goes on. All of it is for the main thread.
 */
#ifndef LAUNCH_PROGRAM_H
#define LAUNCH_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

struct program;

struct program_options {
    const char *python;      /* found in PATH, where it has no slash */
    const char *module;      /* to be run as by -m; NULL: the first of the arguments is a script */
    char *const *arguments;  /* end in NULL */
    const char *input;       /* a file for its standard input; NULL: this one's, or none (/dev/null) with `apart` */
    bool apart;              /* with a terminal of its own, */
    unsigned short columns, rows; /* of this size */
};

/* Takes note of what signals do in this process, so that programs get them as it did; from then on none ends it for what
   it writes, and the end of a child is told. To be called before anything else is changed. */
void program_take_signals(void);

/* Starts it; NULL when that cannot be done, with the reason. */
struct program *program_start(const struct program_options *options, struct error *error);

pid_t program_pid(const struct program *program);

/* What it writes with `apart`: to be read without waiting (EAGAIN); EIO when nobody has it open any more. -1 without. */
int program_output(const struct program *program);

/* Readable when the program has ended; -1 where the kernel has no such thing. */
int program_end_fd(const struct program *program);

/* Tells the terminal's new size to a program that is `apart`. */
void program_resize(const struct program *program, unsigned short columns, unsigned short rows);

/* Sends it a signal, and to all of its process group when it is `apart`, if it has not ended. */
void program_signal(const struct program *program, int signal);

/* Whether it has ended; `status` is as of wait(2) then. */
bool program_ended(const struct program *program, int *status);

/* The same where it could not be looked at, with the reason: as one that is about to end has no memory any more, its end is
   waited for then, for a moment. */
bool program_ended_unseen(const struct program *program, const struct error *reason, int *status);

/* Ends a program that is of no use: asks it to, and kills it when it does not within a second or two. */
void program_kill(const struct program *program);

/* Writes how it ended: "ended with status 0", "was killed by SIGTERM". */
void program_tell_end(int status, char *text, size_t size);

/* Takes note of its end; one that has not ended goes on. NULL is fine. */
void program_free(struct program *program);

#endif
