/*
 * exception - whether a thread raises or handles an exception, from one reading of its stack.
 *
 * An exception that is raised is named by the thread state until it is caught. One that is handled (in an
 * except block, in a finally block that it goes through, in __exit__()) is in one of the items that the
 * thread state leads to: one of its own, and one for each generator or coroutine that runs. So code is in it
 * as well that is called from there (_PyErr_GetTopmostException(), Python/errors.c).
 */
#ifndef SAMPLE_EXCEPTION_H
#define SAMPLE_EXCEPTION_H

#include <stdbool.h>

#include "sample/collect.h"

/* Whether there was one when the collection was made, whose places still have to be those of the collector.
   None is at `none`; where that is null, only those that are raised are told. Items that belong to no
   generator of the interpreter's (Cython has its own) are read now. */
bool exception_active(struct collector *collector, const struct collection *collection,
                      remote_addr none);

#endif
