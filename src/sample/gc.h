/*
 * gc - where on a stack the garbage collector was at work, read together with the stack.
 *
 * Which thread it is at work for is told by the frame that it interrupted (3.15): also where a finalizer that
 * it called waits for something. Before, it is taken to be the one with the GIL. Used by the sampler thread.
 */
#ifndef SAMPLE_GC_H
#define SAMPLE_GC_H

#include <stdbool.h>
#include <stdint.h>

#include "memory/address.h"
#include "sample/gil.h"
#include "sample/walk.h"

/* To look for it takes some tenths of a microsecond with each stack, so that is done only where it was seen to be at work at the
   beginning of this round or of one of so many before. Of a program that is in it for a share p of the time, that is all but (1 - p)
   to the power of this of the rounds, in which short collections are not seen: less than 0.04 % of the time for any p. */
#define GC_LATELY_ROUNDS 1024u

/* For how many rounds it is looked for after this one, where that was to be so for `left`. */
uint32_t gc_rounds_left(uint32_t left, bool collecting);

/* What of it is read. */
enum gc_watch {
    GC_UNWATCHED,
    GC_FLAG,  /* whether it is at work: of the thread with the GIL */
    GC_FRAME, /* the frame that it interrupted */
};

/* Adds what is to be read with the next stack of a thread. */
void gc_add_extra(enum gc_watch watch, const struct gil_now *gil, struct walk_extra *extra);

/* What to read with one stack that is read now. A thread that waits is not read again before it ran, so it is
   looked at whatever was so lately. Where GC_FLAG is read, who has the GIL has to be read as well: it may be the collector of
   a thread that got it since the beginning of the round. */
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
