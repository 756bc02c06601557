/*
 * error - what went wrong, as a value: a code for the program, one sentence for the user.
 *
 * A function that can fail takes a `struct error *` (never NULL) as its last argument and returns
 * false after filling it; on success it leaves it alone. The library never prints and never exits.
 * A sentence says what could not be done, why, and what would help, without a final full stop.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>

enum error_code {
    ERROR_NONE = 0,
    ERROR_NO_PROCESS, /* there is no process of that id */
    ERROR_NOT_PYTHON, /* it runs, and no CPython was found in it */
    ERROR_VERSION,    /* a CPython that is too old, too new, or of a kind not served */
    ERROR_PERMISSION, /* the kernel does not let this user read it */
    ERROR_GONE,       /* the process ended while it was being looked at */
    ERROR_READ,       /* its memory could not be read, or made no sense */
    ERROR_FILE,       /* a file of the user's could not be read or written */
    ERROR_EXISTS,     /* a file is already there and was not asked to be replaced */
    ERROR_TERMINAL,   /* no terminal, or one too small */
    ERROR_PATTERN,    /* a regular expression that does not compile */
    ERROR_MEMORY,     /* this program ran out of memory */
    ERROR_SYSTEM,     /* a system call failed for another reason */
};

struct error {
    enum error_code code;
    char text[512];
};

/* Fills `error` from a printf format and returns false, so that `return error_set(...)` reads well.
   Text beyond the buffer is cut; any thread. */
bool error_set(struct error *error, enum error_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
