/*
 * dump - one look at every thread, written like a traceback, most recent call last.
 *
 *     Process 4242: gunicorn: worker [app]
 *     CPython 3.13.5
 *
 *     Thread 4242 "MainThread" (has the GIL), most recent call last:
 *       File "/srv/app/main.py", line 12, in <module>
 *       File "/srv/app/models.py", line 87, in Model.save
 *
 * Of several processes, one stands below the other, with an empty line between them.
 *
 * It takes the records of a round or of several. Of each thread it keeps the newest stack that was
 * proven whole, or the newest at all while there is none, so that further rounds fill what the
 * first could not prove. What is missing in a stack is said in its place. One thread uses it.
 */
#ifndef EXPORT_DUMP_H
#define EXPORT_DUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

struct dump;

/* Without threads yet, for one thread of the target (0: all); freed with dump_free(), which takes
   NULL. NULL: out of memory. */
struct dump *dump_new(int32_t tid, struct error *error);
void dump_free(struct dump *dump);

/* Takes one record in; what record_check() refuses is left out. False: out of memory. */
bool dump_feed(struct dump *dump, const void *record, size_t length, struct error *error);

/* Whether a round has ended and every thread wanted has a stack that is proven whole: nothing is to
   be gained from further rounds. */
bool dump_complete(const struct dump *dump);

/* Writes all of it. False: ERROR_NO_PROCESS when the one thread asked for was not among them, with
   nothing written. Errors of writing are left in `stream`. */
bool dump_write(const struct dump *dump, FILE *stream, struct error *error);

#endif
