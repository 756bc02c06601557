/*
 * names - what Python's threading module calls the threads of an interpreter.
 *
 * They are in the dict threading._active, from each thread's ident to its Thread object, whose
 * attribute `_name` is the name (Lib/threading.py, 3.8 to 3.15). Where an object keeps its
 * attributes differs from version to version: struct layout tells.
 *
 * Used by the sampler thread. Allocates nothing, and uses some 80 KiB of stack.
 */
#ifndef PYTHON_NAMES_H
#define PYTHON_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "memory/reader.h"
#include "python/layout.h"

#define NAMES_TEXT_MAX 256u
#define NAMES_TRAIL_STEPS 8u

/* The name of the thread that has this ident (as in struct thread_found): clean UTF-8 that fits. */
struct thread_name {
    uint64_t ident;
    char text[NAMES_TEXT_MAX];
};

/* The way by which threading._active was found: words that, as long as they all are what they were,
   still lead there. It spares the search through all modules. {0}: not found yet. */
struct names_trail {
    size_t length;
    remote_addr places[NAMES_TRAIL_STEPS];
    uint64_t words[NAMES_TRAIL_STEPS];
};

/* The names that Python's threading module has for the threads of the interpreter at `interpreter`,
   at most `room`; gives their number; 0 when threading is not imported or what is read makes no
   sense. A thread that changes its name just then is left out, and a dict that changes gives what
   could be read. The caller keeps the trail from call to call, one for each interpreter. */
size_t names_read(struct reader *reader, const struct layout *layout, remote_addr interpreter,
                  struct names_trail *trail, struct thread_name *names, size_t room);

#endif
