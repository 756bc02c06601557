/*
 * burst - many stacks of one thread from one reading, each proven: how rates near a million a second are had.
 *
 * The copies of the stack and the thread states between them follow each other in one system call, so that the
 * copy behind one thread state is the one in front of the next. Each pair proves the stack between them as in
 * walk.h; and what stands the same in the next copy, too, need not be followed again: of a deep stack only
 * what changed is. A torn stack is not read again: it is kept as far as it is proven.
 *
 * What of the stack is read only once (walk.h) is so for all of them: the lower part in front, entry frames with the
 * first one. In each stack, the frames right above have to stand as in the first.
 *
 * Nothing is learned from a burst: where the stack is in a place that was not read, it ends, and
 * walk_read() finds the place. A burst that took too long proves nothing.
 *
 * What a burst gives is valid until the next reading in the same room. The sampler thread alone uses it.
 */
#ifndef SAMPLE_BURST_H
#define SAMPLE_BURST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sample/walk.h"

#define BURST_MAX 128u

/* Room for one burst; NULL: out of memory. */
struct burst;
struct burst *burst_new(void);
void burst_free(struct burst *burst);

/* Reads up to `wanted` stacks, and what is extra with each. Gives their number; 0: a single one is to be
   read instead, by walk_read(). */
size_t burst_read(struct burst *burst, struct walk *walk, const struct walk_extra *extra,
                  size_t wanted);

enum burst_result {
    BURST_WHOLE,
    BURST_TRUNCATED, /* only its root side is proven */
    BURST_OVER,      /* there are no more */
};

/* Gives the next of them, with its frames up to where it is the same as the one before: from frame `*fresh`
   on. A stack's line may be left open (null) for lack of another try. */
enum burst_result burst_next(struct burst *burst, struct walk_stack *stack, size_t *fresh);

/* The thread state of the stack given last: as many bytes as there are up to its last member of use. */
const unsigned char *burst_state(const struct burst *burst);

/* When the stack given last was read, on the clock of clock.h: to within the time of a few. */
uint64_t burst_time_ns(const struct burst *burst);

#endif
