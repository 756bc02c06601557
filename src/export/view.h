/*
 * view - what the screen shows, written to a file: all rows of a view, and a head that says what,
 * when, over which time, in which order, through which filter, and how well it could be sampled.
 *
 * The forms, and how a file's ending tells which, are those of export/sheet.h. One thread.
 */
#ifndef EXPORT_VIEW_H
#define EXPORT_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/error.h"
#include "export/sheet.h"
#include "tally/picture.h"
#include "tally/snapshot.h"

enum view_kind { VIEW_FUNCTIONS, VIEW_THREADS, VIEW_PROCESSES, VIEW_KINDS };

/* A view to be written. All is lent, and only read. */
struct view_description {
    const struct picture *picture;
    enum view_kind kind;
    struct function_query function_query; /* for VIEW_FUNCTIONS */
    struct thread_query thread_query;     /* for VIEW_THREADS */
    struct process_query process_query;   /* for VIEW_PROCESSES */
    const char *filter_text;              /* as it was typed; NULL or "": none */
    size_t row_limit;                     /* write only the first so many rows; 0: all */
};

/* A column to sort by: its word, and the order that is meant when none is said. */
struct view_sort {
    const char *word;
    bool ascending;
};

/* By view: the columns, in the order of enum function_key, enum thread_key or enum process_key, `count` of
   them. */
const struct view_sort *view_sorts(enum view_kind kind, size_t *count);

/* "functions", "threads", "processes"; "window", "start"; "wall", "cpu", "gil": by enum, VIEW_KINDS, SPANS and
   MODES of them. */
extern const char *const VIEW_KIND_WORDS[VIEW_KINDS + 1]; /* these end in NULL */
extern const char *const VIEW_SPAN_WORDS[SPANS + 1];
extern const char *const VIEW_MODE_WORDS[MODES + 1];

/* Writes the view to `stream`. False: out of memory. Errors of writing are left in `stream`, where
   save_commit() finds them. */
bool view_write(FILE *stream, enum sheet_format format, const struct view_description *view,
                struct error *error);

/* Writes the view to a file of its own, in the form that its ending asks for, or not at all; errors
   are those of save_open() and save_commit(). */
bool view_save(const char *path, bool replace, const struct view_description *view,
               struct error *error);

/* A name for the file: tachyon-top-4242-functions-20260102-130405.txt, with the moment of the
   picture; cut to `size` bytes, of which 64 are enough. */
void view_propose_name(const struct view_description *view, char *name, size_t size);

#endif
