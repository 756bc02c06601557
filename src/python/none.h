/*
 * none - where the object None is.
 *
 * There is one for all interpreters, and it stays. Its symbol would not tell: an executable that uses it
 * without being Python itself may have a copy of its own (a copy relocation). So it is looked up by its name
 * in the dict of the module builtins, where each interpreter has it (_PyBuiltin_Init(), Python/bltinmodule.c).
 */
#ifndef PYTHON_NONE_H
#define PYTHON_NONE_H

#include "memory/reader.h"
#include "python/layout.h"

/* Its address; null when the interpreter at `interpreter` does not have it yet, or it cannot be read.
   Any thread. */
remote_addr none_find(struct reader *reader, const struct layout *layout, remote_addr interpreter);

#endif
