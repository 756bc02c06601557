/*
 * running - a made-up program (made_up.h) that calls and returns while it is read, and knows what stood at which
 * moment.
 */
#ifndef TESTS_UNIT_RUNNING_H
#define TESTS_UNIT_RUNNING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "made_up.h"
#include "sample/walk.h"
#include "walk_fixture.h"

/* So deep that a stack is read in two parts: in the first chunk, and in the second. */
enum {
    RUNNING_DEEP_FIRST = 110,
    RUNNING_DEEP_SECOND = 90,
    RUNNING_DEEP = RUNNING_DEEP_FIRST + RUNNING_DEEP_SECOND,
    RUNNING_DEPTH_MAX = RUNNING_DEEP + 16,
    RUNNING_READS_MAX = 64,
};

/* What stood when, leaf first. */
struct running_truth {
    uint64_t codes[RUNNING_DEPTH_MAX];
    size_t depth;
};

/* At every other depth it calls the same code object each time; at the others it does not come back to one
   within the time of a collection, as no proof can see that. */
struct running {
    struct running_truth now;
    struct running_truth read[RUNNING_READS_MAX]; /* when the top was read */
    size_t reads;
    uint64_t calls;
    unsigned share; /* of the pieces in front of which it goes on: one in so many */
    size_t least;   /* how deep it is at least, */
    size_t most;    /* and at most */
};
extern struct running running;

/* It stands with so many calls, of MADE_UP_CODE(1) and so on. */
void running_begin(size_t depth);

/* A call, and its end. */
void running_call(struct made_up *made_up);
void running_end_call(struct made_up *made_up);

/* Takes note of a call of `code`, or of its end, that is made by other means. */
void running_push_truth(uint64_t code);
void running_pop_truth(void);

/* Hooks: it goes on before a piece is read; and takes note of what stands when the top is. */
void running_go_on(struct made_up *made_up, const struct piece *piece);
void running_note(struct made_up *made_up, const struct piece *piece);

/* Two chunks of the data stack, full of calls, whose places are known. */
void running_open_deep(struct fixture *fixture, uint32_t version);

/* Compares a stack with what stood when its top was read: all of it, or a root side. */
void running_assert_stood(const struct walk_stack *stack, bool whole);

#endif
