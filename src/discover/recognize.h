/*
 * recognize - whether a process is a Python, told cheaply: a list of a thousand processes asks it of each.
 *
 * A process is one when the file that it runs holds a CPython, or a file named libpython… is mapped in it. What a file
 * holds is looked up once, and known by device and inode from then on. A process whose files may not be seen is taken
 * for one when its program is called python.
 *
 * This finds less than attaching does (python/runtime.h), which looks into every file: a program that has a CPython in
 * a library of another name is found by its id alone. One thread at a time.
 */
#ifndef DISCOVER_RECOGNIZE_H
#define DISCOVER_RECOGNIZE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define RECOGNIZED_REFUSAL_SIZE 512 /* as an error has */

struct recognizer;

/* Knows nothing yet; NULL: out of memory. Freed with recognizer_free(). */
struct recognizer *recognizer_new(void);
void recognizer_free(struct recognizer *recognizer);

struct recognized {
    bool is_python;
    uint32_t version_hex; /* PY_VERSION_HEX; of one that could not be read, of its name without the last part; 0: not
                             known */
    char refusal[RECOGNIZED_REFUSAL_SIZE]; /* why it cannot be attached to; "" when it can */
};

/* Looks at process `pid`, whose program the kernel calls `name` (proc_pid_comm(5)). */
void recognize(struct recognizer *recognizer, pid_t pid, const char *name,
               struct recognized *recognized);

#endif
