/*
 * gil - who has an interpreter's GIL now, and what else its threads share, in one reading.
 */
#ifndef SAMPLE_GIL_H
#define SAMPLE_GIL_H

#include <stdbool.h>
#include <stdint.h>

#include "memory/reader.h"
#include "python/layout.h"
#include "python/runtime.h"

/* What is known of the GIL at the moment of a round. */
struct gil_now {
    remote_addr start;  /* where its structure is */
    uint32_t size;
    bool none;          /* there is none: threads run Python all at once (free-threaded builds) */
    bool locked;
    remote_addr holder; /* the thread state that has it, or had it last */
    remote_addr taken_by; /* the one by which that one's thread took it, while it is locked: another one where the
                             thread went on by another state (to 3.11) */
    uint64_t switches;  /* how often another one took it than had it last (take_gil(), Python/ceval_gil.c) */
    remote_addr waiters; /* musl's list of those that wait for it; null: none do, or it is another C library */
    bool gc_lately;     /* the collector, which is to be shown, was at work not many rounds ago (gc.h) */
    remote_addr collecting; /* an int that is 1 while it is, if that is to be shown; else null */
    remote_addr gc_frame;   /* from 3.15 on, if it is to be shown: a pointer to the frame that the
                               collector interrupted, null when it is not at work (gc_collect_main(),
                               Python/gc.c); else null */
};

/* What to read of the GIL at `gil` to know who has it, and what the bytes of that say. */
struct piece gil_piece(remote_addr gil, const struct layout *layout);
void gil_decode(struct gil_now *gil, const struct layout *layout, const unsigned char *bytes);

/* Whether a thread that sleeps in the futex at `futex` wants the GIL. */
bool gil_is_wanted(const struct gil_now *gil, struct reader *reader, uint64_t futex);

/* What the threads of an interpreter share. */
struct gil_shared {
    struct gil_now gil;
    bool collecting;  /* the collector is at work */
    bool new_threads; /* its list of threads begins with another than it did when it was listed */
};

/* Reads it; `with_gc` tells whether what the collector does is to be shown. False with errno when it
   cannot be read. */
bool gil_read(const struct interpreter *interpreter, const struct layout *layout,
              struct reader *reader, bool with_gc, struct gil_shared *shared);

#endif
