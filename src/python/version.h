/*
 * version - which CPython a target is that is too old to tell it of itself: to 3.10, which have no Py_Version, and 3.11
 * and 3.12 where that symbol was stripped.
 *
 * sys.hexversion says it. Where that is depends on the version, so it is looked up with the layout of each
 * one served; the one is right by which it is found, and found to say the same. That takes no symbol but
 * _PyRuntime, no name of a file, and some ten small reads for each of five layouts.
 */
#ifndef PYTHON_VERSION_H
#define PYTHON_VERSION_H

#include <stdint.h>

#include "memory/reader.h"

/* PY_VERSION_HEX of the target whose _PyRuntime is at `runtime`; 0: it is none of these, or runs no
   interpreter. Any thread. */
uint32_t version_find(struct reader *reader, remote_addr runtime);

#endif
