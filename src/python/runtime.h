/*
 * runtime - finds CPython in a process: its runtime structure, version and layout, its interpreters and
 * their threads.
 *
 * Works on executables that hold the interpreter themselves and on those that load libpython, PIE or
 * not, stripped or not: `_PyRuntime` is an exported symbol (PyAPI_DATA, Include/internal/
 * pycore_runtime.h), and from 3.11 on so is `Py_Version` (Include/pylifecycle.h).
 */
#ifndef PYTHON_RUNTIME_H
#define PYTHON_RUNTIME_H

#include <sys/types.h>

#include "memory/reader.h"
#include "python/layout.h"

#define RUNTIME_INTERPRETERS_MAX 256u
#define RUNTIME_THREADS_MAX 4096u

struct runtime {
    remote_addr address;  /* of _PyRuntime */
    uint32_t version_hex; /* PY_VERSION_HEX */
    struct layout layout;
};

/* Finds the runtime of process `pid`. ERROR_NOT_PYTHON when there is none, ERROR_VERSION when it is
   of a version not served, ERROR_READ when it is not set up yet. */
bool runtime_find(struct runtime *runtime, pid_t pid, struct reader *reader, struct error *error);

/* Whether there is an interpreter with a thread behind `runtime`: not when Python shut down. */
bool runtime_still_there(const struct runtime *runtime, struct reader *reader);

/* An interpreter, and what its threads share. */
struct interpreter {
    remote_addr address;
    remote_addr gil;       /* of its struct _gil_runtime_state; null when it has none yet */
    remote_addr first_thread;
    int64_t id;
};

/* The interpreters in being, at most `room`; gives their number. `whole` tells whether the list was
   followed to its end; one that changes while it is read, or leads in a circle, gives those met up to
   there. */
size_t runtime_interpreters(const struct runtime *runtime, struct reader *reader,
                            struct interpreter *interpreters, size_t room, bool *whole);

/* A thread state of an interpreter. */
struct thread_found {
    remote_addr address;
    remote_addr next;
    uint64_t ident;     /* pthread_self(), as Python's threading.get_ident() gives it */
    uint64_t native_id; /* gettid() in its own PID namespace; 0: not set yet */
};

/* The thread states of `interpreter`, newest first, at most `room`; gives their number. The list is
   followed as long as its members name the interpreter as theirs; `whole` as above. */
size_t runtime_threads(const struct runtime *runtime, struct reader *reader,
                       const struct interpreter *interpreter, struct thread_found *threads,
                       size_t room, bool *whole);

#endif
