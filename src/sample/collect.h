/*
 * collect - readings of a thread's stack: every place twice, around the thread state and whatever is to
 * be read at the same moment, in one system call, or some in a row where that cannot read so many pieces
 * (frame objects far from each other, to 3.10). Many of them can follow each other in it; then the second
 * copy of one is the first of the next.
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
#include "sample/foresight.h"
#include "sample/places.h"
#include "sample/walk.h"

/* Where collections are put; shared by all threads of a target. Grows with the largest. */
struct collect_buffer {
    unsigned char *bytes; /* of the last one, in the order of its pieces */
    size_t size;
    struct piece *pieces;
    size_t piece_room;
    struct foresight foresight;
};

void collect_buffer_free(struct collect_buffer *buffer);

/* Readings that take a different time for the same work: of one collection, of many, and of one that was read with
   something else (foresight.h). */
enum collect_kind { COLLECT_ONE, COLLECT_MANY, COLLECT_FORESEEN, COLLECT_KINDS };

struct collector {
    struct reader *reader;
    const struct layout *layout;
    remote_addr thread;
    struct collect_buffer *buffer;
    struct piece cframes;    /* 3.11, 3.12: where the thread state pointed lately */
    struct places places;
    size_t state_bytes;      /* of the thread state that are read */
    uint64_t usual_ns[COLLECT_KINDS]; /* what a reading takes for each piece of its work */
};

/* A collector of the thread state at `thread`, which knows no places yet; what it is given stays the
   caller's. */
void collector_init(struct collector *collector, struct reader *reader, const struct layout *layout,
                    struct collect_buffer *buffer, remote_addr thread);
void collector_free(struct collector *collector);

/* From here on it is of the thread state at `thread`, and knows no places. */
void collector_move(struct collector *collector, remote_addr thread);

/* What is read with `count` collections, in this order: what is ahead; a copy of `places`; then for each of them the
   thread state, what is extra, and another copy. Where some share their copies, that one comes behind the last of
   them only. What is `steady` is read with the first, next to the thread state; and `lower` in front of the first
   copy, with one more copy of `places` in front of it. NULL: there is no such part. All are kept as long as the
   collections. */
struct collect_parts {
    struct places *places;
    struct places *lower;
    struct places *steady;
    uint32_t extra_every; /* what is extra is read with each so many collections; 0: with each */
    uint32_t shared_by;   /* so many collections share the copies around them; 0: each has its own */
};

/* Where a collection's parts are in the buffer. */
struct collection {
    const struct collect_parts *parts;
    struct collect_sizes {
        uint32_t ahead, copy, lower, state, cframes, steady, extra; /* bytes */
        uint32_t count;
        uint32_t extra_every;
        uint32_t shared_by;
    } sizes;
    uint32_t index;            /* which collection this is */
    const unsigned char *first;
    const unsigned char *state;
    const unsigned char *cframes;
    const unsigned char *extra; /* what is nearest to it */
    const unsigned char *second;
    const unsigned char *steady;
    const unsigned char *ahead;    /* in front of all */
    const unsigned char *in_front; /* the copy in front of the lower part */
    const unsigned char *lower;
    struct piece cframes_at;   /* where they were read */
    bool turned;       /* the first copy has the places in the order of a second one, and the other way
                          round */
    uint64_t took_ns;
    bool slow;         /* it took so long that it proves nothing */
};

enum collected_part {
    IN_COPIES,
    IN_STEADY,
    IN_LOWER,
};

/* Bytes of the target in both copies. */
struct collected {
    const unsigned char *first;
    const unsigned char *second;
    uint32_t place; /* in which place they are: those of one place were read at once */
    bool outside, innermost, crossed; /* as in struct place_found */
    const unsigned char *outer[2 * PLACES_OUTER]; /* and once more, of places that are woven; NULL: they are not */
    enum collected_part part;
};

/* Finds the `length` bytes at `address`; false when no place holds all of them. */
bool collection_find(const struct collection *collection, remote_addr address, size_t length,
                     struct collected *found);

enum collect_result {
    COLLECTED,
    COLLECT_LOST_PLACE, /* one of the places cannot be read any more */
    COLLECT_LOST_EXTRA, /* one of the extra pieces cannot */
    COLLECT_FAILED,     /* the thread state cannot, with errno */
};

/* Reads `count` collections and gives the first; collection_next() leads to the others. All are valid until
   the next reading into the same buffer. */
enum collect_result collect(struct collector *collector, const struct collect_parts *parts,
                            const struct walk_extra *extra, size_t count,
                            struct collection *collection);
void collection_next(struct collection *collection);

/* Whether its copies are those of the collection before. */
bool collection_shares(const struct collection *collection);

/* Whether all else is the same as well, but for what is extra: then it tells the same. */
bool collection_repeats(const struct collection *collection);

/* How many collections one system call can read, `wanted` at most, and 1 at least. */
size_t collect_most(const struct collector *collector, const struct collect_parts *parts,
                    const struct walk_extra *extra, size_t wanted);

/* The frame that the thread state names as the top of its stack; false when the _PyCFrame that tells
   it was not read, which the next collection will then. */
bool collection_top(struct collector *collector, const struct collection *collection,
                    remote_addr *top);

/* Of a version with _PyCFrames, where the top is known: the frame from which the loop of the interpreter
   was entered that runs the top; null: it is the thread's first. False when that was not read, which the
   next collection will then, if it is near. */
bool collection_entered_from(struct collector *collector, const struct collection *collection,
                             remote_addr *frame);

/* Forgets where _PyCFrames are, as one of the places went away. */
void collector_forget_cframes(struct collector *collector);

#endif
