/*
 * threads - what is known of each thread besides its times: who it is, and what it did last.
 *
 * A thread keeps its place in the list until it has ended and its place is needed (fold.c). Owned
 * by the tally; one thread.
 */
#ifndef TALLY_THREADS_H
#define TALLY_THREADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sample/record.h"
#include "tally/map.h"
#include "tally/names.h"
#include "tally/picture.h"

#define THREAD_NONE MAP_NONE

#define THREAD_NAMES_MAX 64u /* see threads_define() */

struct thread {
    struct picture_thread shown; /* without times; its name is NULL where the place is free */
    uint32_t number;             /* as the sampler sent it; of a free place: the next free one */
    uint32_t names_given;
    uint64_t last_ns;    /* of its last sample */
    uint32_t folds_into; /* see fold.c: the thread that stands for it; else THREAD_NONE */
};

struct threads {
    struct thread *list;
    uint32_t count, room, limit;
    uint32_t first_free; /* THREAD_NONE: all places below the count are taken */
    struct map numbers;  /* process and number -> index */
    struct names *names;
};

/* Readies a zeroed `threads`; false: out of memory. What it has is freed with threads_free() in
   either case. */
bool threads_init(struct threads *threads, uint32_t limit);
void threads_free(struct threads *threads);

/* Whether a new thread would find no place. */
bool threads_full(const struct threads *threads);

/* Keeps a definition, or what is new in it. Names are kept for good, so a thread may bring up to
   THREAD_NAMES_MAX new ones; for any more it is called "‹renamed often›". False: no place for a new
   thread, or no room for a name. */
bool threads_define(struct threads *threads, const struct record_thread *record);

/* Marks all threads of a process as ended. */
void threads_end(struct threads *threads, uint16_t process);

/* The index of a thread, or THREAD_NONE when it is not known. */
uint32_t threads_find(const struct threads *threads, uint16_t process, uint32_t number);

/* Makes a thread unknown, so that nothing more can be counted to it. Its place stays taken until
   threads_free_place(). */
void threads_forget(struct threads *threads, uint32_t thread);
void threads_free_place(struct threads *threads, uint32_t thread);

#endif
