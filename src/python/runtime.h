/*
 * runtime - finds CPython in a process: its runtime structure, version and layout, its interpreters and
 * their threads.
 *
 * Works on executables that hold the interpreter themselves and on those that load libpython, PIE or
 * not, stripped or not: `_PyRuntime` is an exported symbol (PyAPI_DATA, Include/internal/
 * pycore_runtime.h; 3.8: pycore_pystate.h), and from 3.11 on so is `Py_Version` (Include/pylifecycle.h).
 * Versions before that are known by what they hold (version.h).
 */
#ifndef PYTHON_RUNTIME_H
#define PYTHON_RUNTIME_H

#include <sys/types.h>

#include "memory/maps.h"
#include "memory/reader.h"
#include "python/layout.h"

#define RUNTIME_INTERPRETERS_MAX 256u
#define RUNTIME_THREADS_MAX 4096u

struct runtime {
    remote_addr address;  /* of _PyRuntime */
    uint32_t version_hex; /* PY_VERSION_HEX */
    bool is_debug;        /* a debug build, as far as that is told: see struct runtime_file */
    struct layout layout;
};

/* The mapped file that holds CPython, and where its parts stand in the target. */
struct runtime_file {
    char path[MAPS_PATH_MAX]; /* as /proc tells it, not cleaned; "": none */
    remote_addr runtime;      /* of _PyRuntime; null where there is none */
    remote_addr version;      /* of `const unsigned long Py_Version`; null before 3.11 */
    uint32_t version_hex;     /* where it was found in memory (.path is "" then), by what it looks like; else 0 */
    bool is_python;           /* has an interpreter's function, whatever its version */
    bool is_debug;            /* built with Py_DEBUG: it exports what is there only then. False also where the file
                                 has no symbols to tell it */
    bool traces_refs;         /* … with Py_TRACE_REFS, as far as it matters: to 3.12 */
    bool with_musl;           /* the C library of the process is musl */
    bool by_section;          /* stripped of the symbol, found by the section .PyRuntime */
    bool by_memory;           /* the file is gone or tells nothing, found by what is loaded of it */
    unsigned unopened;        /* files with code that could not be looked into, */
    char unopened_path[256];  /* and one of them, cut */
};

/* Looks for CPython in the files that process `pid` has mapped, in what is loaded of them, and at last in its memory
   (search.h). False when these cannot be told, or, with
   ERROR_NOT_PYTHON, when all of them were looked into and none holds it; ERROR_PERMISSION when one that could
   not be opened may do so. */
bool runtime_search(struct runtime_file *file, pid_t pid, struct reader *reader, struct error *error);

/* Finds the runtime of process `pid`. ERROR_NOT_PYTHON when there is none, ERROR_VERSION when it is
   of a version not served (a later one is tried, and has to prove itself), ERROR_READ when it is not set up yet, ERROR_PERMISSION as above. */
bool runtime_find(struct runtime *runtime, pid_t pid, struct reader *reader, struct error *error);

/* The version that it is taken to be made like, major << 8 | minor, where its own came after all that are known;
   0: it is known. */
uint16_t runtime_read_as(const struct runtime *runtime);

/* Whether its interpreters have a GIL: false only for free-threaded builds that run without. */
bool runtime_has_gil(const struct runtime *runtime, struct reader *reader);

/* Whether there is an interpreter with a thread behind `runtime`: not when Python shut down. */
bool runtime_still_there(const struct runtime *runtime, struct reader *reader);

/* What is thread_found.mark of a thread state of this layout, of which these are the bytes. */
uint64_t runtime_thread_mark(const struct layout *layout, const unsigned char *state);

/* An interpreter, and what its threads share. */
struct interpreter {
    remote_addr address;
    remote_addr gc_collecting; /* where the collector tells by an int that it is at work */
    remote_addr gil;       /* of its struct _gil_runtime_state; null when it has none yet */
    remote_addr first_thread;
    int64_t id;
};

/* The interpreters in being, at most `room`; gives their number. `whole` tells whether the list was
   followed to its end; one that changes while it is read, or leads in a circle, gives those met up to
   there. The newest come first, the main one last: also where there is no room for all. */
size_t runtime_interpreters(const struct runtime *runtime, struct reader *reader,
                            struct interpreter *interpreters, size_t room, bool *whole);

/* What no two lists of interpreters have in common, as long as the process runs. */
struct interpreters_mark {
    uint64_t newest;  /* the address of the first of the list */
    uint64_t next_id; /* of the one that comes next */
};

/* Reads it; false with errno when it cannot be read. */
bool runtime_interpreters_mark(const struct runtime *runtime, struct reader *reader, struct interpreters_mark *mark);

/* A thread state of an interpreter. */
struct thread_found {
    remote_addr address;
    remote_addr next;
    uint64_t ident;     /* pthread_self(), as Python's threading.get_ident() gives it */
    uint64_t native_id; /* gettid() in its own PID namespace; 0: not set yet, or not told (to 3.10) */
    uint64_t mark;      /* what no other thread has whose state stands at the same address: native_id, or
                           to 3.10 the thread state's own number */
};

/* The thread state at `address`; false when there is none of `interpreter`. */
bool runtime_thread(const struct runtime *runtime, struct reader *reader, const struct interpreter *interpreter,
                    remote_addr address, struct thread_found *thread);

/* The thread states of `interpreter`, newest first, at most `room`; gives their number. The list is
   followed as long as its members name the interpreter as theirs; `whole` as above. */
size_t runtime_threads(const struct runtime *runtime, struct reader *reader,
                       const struct interpreter *interpreter, struct thread_found *threads,
                       size_t room, bool *whole);

/* How many thread states there are from the one at `address` on, `most` at most. Of those that lead in a circle some are
   counted more than once. */
size_t runtime_count_threads(const struct runtime *runtime, struct reader *reader, remote_addr address, size_t most);

/* How many threads, `most` at most, there are in the interpreters of which there were more than room for: beyond the `count`
   that runtime_interpreters() gave. */
size_t runtime_count_threads_beyond(const struct runtime *runtime, struct reader *reader,
                                    const struct interpreter *interpreters, size_t count, size_t most);

#endif
