/*
 * collect - one reading of a thread's stack: every place twice, around the thread state and whatever is to
 * be read at the same moment, in one system call.
 *
 * What it proves is walk.c's to say. Plain data inside a walk (walk.h); the sampler thread alone uses it.
 */
#ifndef SAMPLE_COLLECT_H
#define SAMPLE_COLLECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory/reader.h"
#include "python/layout.h"
#include "sample/places.h"
#include "sample/walk.h"

/* Where collections are put; shared by all threads of a target. Grows with the largest. */
struct collect_buffer {
    unsigned char *bytes; /* of the last one, in the order of its pieces */
    size_t size;
};

/* A stretch of the C stack. */
struct stretch {
    remote_addr start;
    uint32_t length;
};

struct collector {
    struct reader *reader;
    const struct layout *layout;
    remote_addr thread;
    struct collect_buffer *buffer;
    struct stretch cframes;  /* 3.11, 3.12: where the thread state pointed lately */
    struct places places;
    size_t state_bytes;      /* of the thread state that are read */
    uint64_t usual_ns;       /* what a collection takes for each piece of its work */
};

/* A collector of the thread state at `thread`, which knows no places yet; what it is given stays the
   caller's. */
void collector_init(struct collector *collector, struct reader *reader, const struct layout *layout,
                    struct collect_buffer *buffer, remote_addr thread);

/* Where a collection's parts are in the buffer. */
struct collection {
    const unsigned char *first;
    const unsigned char *state;
    const unsigned char *cframes;
    const unsigned char *extra;
    const unsigned char *second;
    bool slow; /* it took so long that it proves nothing */
};

enum collect_result {
    COLLECTED,
    COLLECT_LOST_PLACE, /* one of the places cannot be read any more */
    COLLECT_LOST_EXTRA, /* one of the extra pieces cannot, or they are too many */
    COLLECT_FAILED,     /* the thread state cannot, with errno */
};

/* Reads it all; what it gives is valid until the next in the same buffer. */
enum collect_result collect(struct collector *collector, const struct walk_extra *extra,
                            struct collection *collection);

/* The frame that the thread state names as the top of its stack; false when the _PyCFrame that tells
   it was not read, which the next collection will then. */
bool collection_top(struct collector *collector, const struct collection *collection,
                    remote_addr *top);

/* Forgets where _PyCFrames are, as one of the places went away. */
void collector_forget_cframes(struct collector *collector);

#endif
