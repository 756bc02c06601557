/*
 * search - looks for CPython's runtime in the memory of a process where no symbol tells it.
 *
 * So it is in a program that a CPython was linked into without its symbols being exported, and that was stripped.
 * The runtime is among the data that programs and libraries may change. From 3.13 on it begins with a cookie; before, it has
 * a pointer to its main interpreter. What is found so has to lead to a thread, to sys.hexversion, and to a function that runs.
 */
#ifndef PYTHON_SEARCH_H
#define PYTHON_SEARCH_H

#include <sys/types.h>

#include "memory/reader.h"

#define SEARCH_BYTES_MAX (64u << 20) /* of memory that is looked through */

/* The address of the runtime, and its PY_VERSION_HEX; false when none is found in a second or so. */
bool search_runtime(pid_t pid, struct reader *reader, remote_addr *address, uint32_t *version_hex);

/* The same in these stretches of memory. */
bool search_pieces(struct reader *reader, const struct piece *pieces, size_t count, remote_addr *address,
                   uint32_t *version_hex);

#endif
