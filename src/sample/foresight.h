/*
 * foresight - has the first stack of a round read with what the round begins with.
 *
 * A system call that reads two things costs less than two calls. A round begins with the GIL; mostly it is still with the thread
 * that had it, and that thread's stack is still kept in the same places. So what the last round read of a stack first is offered to
 * the reading of the GIL (reader_foresee()), and is made when the stack's turn comes, if it is the very same then. What was read so
 * in vain more than once is offered more rarely.
 *
 * It is for the thread that has the GIL alone, as that and the stack are of one moment then; and not for who reads that from
 * a certain CPU, or stops it before. Plain data inside a collect_buffer; the sampler thread alone uses it.
 */
#ifndef SAMPLE_FORESIGHT_H
#define SAMPLE_FORESIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory/reader.h"

#define FORESIGHT_PIECES_MAX 64u /* a reading of more is not foreseen */

struct foresight {
    struct reader_foresight reading;
    struct piece pieces[FORESIGHT_PIECES_MAX]; /* of the first reading of the last round, */
    size_t count;
    bool is_first;        /* the next reading is the first of this round */
    bool offered;         /* and may be made already */
    unsigned rounds_left; /* without an offer, */
    unsigned rounds_next; /* and so many when the next one is in vain, too */
};

/* At the beginning of a round: offers the reading to `reader`, which keeps it until it reads next; it is to go to `into`. */
void foresight_offer(struct foresight *foresight, struct reader *reader, void *into);

/* The same where nothing is to be read before its turn. */
void foresight_begin(struct foresight *foresight);

/* What was read so, if anything was, is of no use, and what is read instead is not to be foreseen. */
void foresight_drop(struct foresight *foresight);

/* Before `count` pieces with `bytes` in all are read to `into`: whether that was done, by a reading that took `*took_ns`. */
bool foresight_take(struct foresight *foresight, const struct piece *pieces, size_t count, size_t bytes, const void *into,
                    uint64_t *took_ns);

/* Takes note of what was read else. */
void foresight_note(struct foresight *foresight, const struct piece *pieces, size_t count);

#endif
