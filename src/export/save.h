/*
 * save - writes a file of the user's whole or not at all.
 *
 * What is written goes to a temporary file in the same directory, which takes the wanted name only
 * in save_commit(): nobody ever sees half a file, and a failure leaves nothing behind. A file that
 * is already there is replaced only when asked. A symbolic link is never followed or replaced, and
 * neither is anything that is not a regular file; links among the directories are followed. Where a
 * file system can neither rename without replacing nor link, what takes the name in the very moment
 * of save_commit() is lost.
 *
 * A new file gets mode 0644 less the umask. A replaced one keeps its permission bits, and belongs
 * to who replaces it; other names (hard links) of the old one keep the old contents.
 *
 * A `struct save` belongs to one thread, and ends with save_commit() or save_abort().
 */
#ifndef EXPORT_SAVE_H
#define EXPORT_SAVE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"

struct save;

/* Begins to write the file `path`. NULL: ERROR_EXISTS when it is there and not to be replaced,
   ERROR_FILE when it cannot be written, ERROR_MEMORY. */
struct save *save_open(const char *path, bool replace, struct error *error);

/* The same for an output named on the command line: NULL, "-" and "/dev/stdout" are standard
   output, "/dev/stderr" is standard error; these need no replacing and are there at once. */
struct save *save_open_output(const char *path, bool replace, struct error *error);

/* Where to write; owned by `save`. Errors of writing are found by save_commit(). */
FILE *save_stream(struct save *save);

/* Puts the file in place, and frees `save`, also when it fails; then there is no new file. That
   nobody reads standard output any more (EPIPE) is no failure. */
bool save_commit(struct save *save, struct error *error);

/* Takes it all back, and frees `save`, which may be NULL. What went to standard output is gone. */
void save_abort(struct save *save);

#endif
