/*
 * reasons - why stacks are read as they are, in words: a row for each engine_reason (sample/record.h), from which the
 * header, what is told at the end and files are made.
 */
#ifndef TALLY_REASONS_H
#define TALLY_REASONS_H

#include "sample/record.h"

struct reason {
    const char *word;     /* for programs */
    const char *brief;    /* for the header, "" where there is nothing to say */
    const char *sentence; /* behind a colon, with others of the same run */
};

/* The row of a reason; any that is none is taken for REASON_ASKED. */
const struct reason *reason_words(unsigned reason);

#endif
