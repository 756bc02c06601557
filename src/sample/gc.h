/*
 * gc - where on a stack the garbage collector was at work, read together with the stack.
 *
 * Which thread it is at work for is told by the frame that it interrupted (3.15): also where a finalizer that
 * it called waits for something. Before, it is taken to be the one with the GIL. Used by the sampler thread.
 */
#ifndef SAMPLE_GC_H
#define SAMPLE_GC_H

#include <stdbool.h>

#include "memory/address.h"
#include "sample/gil.h"
#include "sample/walk.h"

/* What of it is read. */
enum gc_watch {
    GC_UNWATCHED,
    GC_FLAG,  /* whether it is at work: of the thread with the GIL */
    GC_FRAME, /* the frame that it interrupted */
};

/* Adds what is to be read, a piece unless GC_UNWATCHED, with the next stack of a thread. */
void gc_add_extra(enum gc_watch watch, const struct gil_now *gil, struct walk_extra *extra);

/* What to read with one stack that is read now. A thread that waits is not read again before it ran, so it is
   looked at whatever was so at the beginning of the round. */
enum gc_watch gc_watch_once(const struct gil_now *gil, bool waiting, bool holds_gil);

/* And with many stacks of the thread with the GIL, in any of which it may be at work. */
enum gc_watch gc_watch_many(const struct gil_now *gil);

struct gc_at {
    bool top;          /* above all frames */
    remote_addr above; /* or above this one; null: not so */
};

/* What the bytes read say; NULL: nothing. */
struct gc_at gc_see(enum gc_watch watch, const unsigned char *bytes);

#endif
