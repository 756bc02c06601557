/*
 * places - where one thread's stack is kept in the target: what to read to have all of it.
 *
 * Most frames stand in the chunks of the thread's data stack (_PyStackChunk, Include/cpython/pystate.h),
 * each read in one piece as far as it is used. Frames of generators and coroutines stand in heap objects,
 * and entry frames on the C stack: those near each other share a place, as pieces are dear and bytes are
 * cheap, and one that was not met for a while is forgotten. To 3.10 all frames are heap objects, each by
 * itself. Part of a collector (collect.h); the array of items is its own.
 */
#ifndef SAMPLE_PLACES_H
#define SAMPLE_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory/reader.h"
#include "python/frame.h"
#include "python/layout.h"
#include "sample/walk.h"

/* So many places are woven at most. */
#define PLACES_WOVEN_MAX 64

/* How often a place that is woven is in a copy, at most, besides once. */
#define PLACES_OUTER 2

struct place {
    remote_addr start;
    uint32_t length;
    uint32_t offset;   /* of its bytes in the first copy */
    uint32_t back;     /* and in the second, whose places come the other way round */
    /* Where they are in these once more, of places that are woven: farther from the thread state, the farthest last. */
    uint32_t outer[PLACES_OUTER];
    uint32_t outer_back[PLACES_OUTER];
    uint32_t used;     /* the serial of the last copy in which a frame was found here */
    uint16_t origin;   /* of a part: which place it is of, */
    uint32_t skipped;  /* and how much of that is in front of it */
    bool is_chunk;
    bool is_entry;     /* holds nothing but entry frames */
    bool is_stack;     /* holds frames of the data stack: a chunk, or part of one that was not there when it was looked for */
    bool is_outside;   /* holds a frame of a generator or coroutine, whose memory others use by turns */
};

struct places {
    struct place *items;
    size_t room;
    size_t count;
    size_t bytes;      /* of one copy: at most WALK_BYTES_MAX */
    bool weaves;       /* they are to be woven where they can be, */
    bool woven;        /* and are (places_weave()) */
    bool crossed;      /* calls can cross the end of a chunk: more than one place is of the data stack */
    uint32_t serial;   /* of the copy being looked at */
    uint32_t version;  /* becomes another one with any change of the places */
    size_t last_found; /* where the search begins: neighbours on the chain share a place */
};

/* From here on each place is in a copy twice, next to its neighbours, and the last two once more: 0 1 0 2 1 3 2 3 2 3. What takes
   turns with something else that uses the same memory would have to do so in step with all of these to look as if it stood. Of
   many places, or where none takes turns, nothing comes of it. */
void places_weave(struct places *places, bool weaves);

/* Whether one of them is outside. */
bool places_have_outside(const struct places *places);

/* How many pieces a copy has. */
size_t places_piece_count(const struct places *places);

/* Writes one piece for each place (or more, of places that are woven), in the order of their bytes in a copy, which ends with the
   chunk that changes most: it is read right before the thread state. Gives their number, and begins a new copy. */
size_t places_pieces(struct places *places, struct piece *pieces);

/* The same pieces the other way round, for the copy behind the thread state, and where in that copy
   the bytes of each place are. */
size_t places_pieces_back(const struct places *places, struct piece *pieces);

/* The pieces of the first copy again. */
size_t places_pieces_again(const struct places *places, struct piece *pieces);

/* Where the bytes of one frame are in the two copies. */
struct place_found {
    uint32_t first;
    uint32_t second;
    uint32_t place; /* which place they are in: those of one place were read at once */
    bool outside;   /* in a place that is outside, */
    bool innermost; /* and no other such place is nearer to the thread state */
    bool crossed;   /* in one of several places of the data stack */
    uint32_t outer_first[PLACES_OUTER]; /* where they are once more, if the places are woven; else the same again */
    uint32_t outer_second[PLACES_OUTER];
};

/* Finds the `length` bytes at `address`; false when no place holds all of them. */
bool places_find(struct places *places, remote_addr address, size_t length,
                 struct place_found *found);

/* The bytes of one copy; `is_back` tells that its places come the other way round. */
struct places_copy {
    const unsigned char *bytes;
    bool is_back;
};

/* Tells whether two copies are the same in all that is or may be below the frame at `address`, which was
   found in place `at`. */
bool places_same_below(const struct places *places, remote_addr address, uint32_t at,
                       struct places_copy a, struct places_copy b);

/* Where the bytes of a place of a part (or of all) begin in a copy of the whole, in order, as of the same version. */
size_t places_offset_in_whole(const struct places *whole, const struct places *part, size_t index);

/* The same of a copy of a part (or of all) and one of the whole, in order, as of the same version. */
bool places_part_same_below(const struct places *part, remote_addr address, uint32_t at, struct places_copy copy,
                            const struct places *whole, const unsigned char *whole_copy);

/* Copies the rest, which is or may be above that frame or be it, into the copy of the whole. */
void places_part_copy_above(const struct places *part, remote_addr address, uint32_t at, struct places_copy copy,
                            const struct places *whole, unsigned char *whole_copy);

/* Parts of the places, for which less has to be read. */
struct places_parts {
    struct places upper;  /* what changes: next to the top, and frames in heap objects */
    struct places lower;  /* of a deep stack, all chunks below that */
    struct places steady; /* entry frames: one does not change as long as the frame above it stands */
    /* What they were divided from, and how: as long as that is the same, so are they. */
    const struct places *whole;
    uint32_t version;
    size_t upper_bytes;
    bool divided;
};

/* Divides the places. Of the chunks, `upper_bytes` next to the top are upper, or all, if there is not much more;
   0: as many as usual. No frame is in none of the parts. False, and nothing of use, when all of them are upper.
   `parts` are empty, or as they were left. */
bool places_split(struct places *places, struct places_parts *parts, size_t upper_bytes);

/* How much of the chunks there is above the frame at `address` and in it; 0: it is in none. */
size_t places_bytes_from(const struct places *places, remote_addr address);

/* Takes note of the places in which frames were found in the last copy of a part. */
void places_take_marks(struct places *places, const struct places *part);

/* Replaces the chunks by those from `chunk` on, which is used up to `top`, and drops the frames that
   were not met lately. Reads the chunks' heads; stops where they make no sense. */
void places_set_chunks(struct places *places, struct reader *reader, const struct layout *layout,
                       remote_addr chunk, remote_addr top);

/* Drops the frames that were not met lately. */
void places_forget(struct places *places);

/* Adds a frame outside of the chunks: to a place nearby, or as its own, then instead of the one not met
   for longest when there is no room. False when all are in use. */
bool places_add_frame(struct places *places, remote_addr address, uint32_t length, enum frame_owner owner);

/* Moves the places of these frames, top first, that are outside, next to each other and to the chunks: the nearer to
   the top of the stack the first frame in one is, the farther it is from the thread state. */
void places_arrange(struct places *places, const struct walk_frame *frames, size_t count);

/* Adds a frame object, or part of one, of a thread that has no chunks: to a place nearby, or as its own in
   front of the place `at`. False when there is no room. */
bool places_add_object(struct places *places, size_t at, remote_addr address, uint32_t length);

void places_clear(struct places *places);
void places_free(struct places *places);
void places_parts_free(struct places_parts *parts);

#endif
