/*
 * proof - whether a layout reads what a CPython has: by following it to a function that runs.
 *
 * For layouts that are a guess, and for runtimes found by what they look like.
 */
#ifndef PYTHON_PROOF_H
#define PYTHON_PROOF_H

#include "python/runtime.h"

enum proof {
    PROOF_GIVEN,   /* some thread runs a code object that has a name, a file and lines */
    PROOF_NONE,    /* no thread runs Python code, so there is nothing to go by */
    PROOF_AGAINST, /* what threads are said to run is none */
};

/* Looks at the threads of all interpreters, some times, as they change meanwhile, for a tenth of a second or so. Any
   thread. */
enum proof proof_find(const struct runtime *runtime, struct reader *reader);

#endif
