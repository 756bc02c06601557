/*
 * signals - what the kernel tells a program that has the terminal, and how the terminal is put back
 * when the program crashes.
 *
 * Handlers only set flags and wake whoever polls signals_fd(); that of a crash writes bytes and
 * settings made ready before, and lets the signal do its work. So does, without the bytes, a second
 * signal to quit where the terminal takes nothing for a second, as the main thread waits for it
 * then. There is one terminal, so there is one state, in this file; its functions are for the main
 * thread, the handlers run in any.
 */
#ifndef TUI_SIGNALS_H
#define TUI_SIGNALS_H

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

#include "base/error.h"

enum signals_seen {
    SIGNALS_QUIT = 1,      /* SIGINT, SIGTERM, SIGHUP */
    SIGNALS_RESIZED = 2,   /* SIGWINCH */
    SIGNALS_STOP = 4,      /* SIGTSTP */
    SIGNALS_CONTINUED = 8, /* SIGCONT */
};

#define SIGNALS_RESTORE_MAX 256

/* What a crash does to the terminal: bytes for its screen if it takes any, settings for its line. */
struct signals_restore {
    int fd;
    struct termios settings;
    char bytes[SIGNALS_RESTORE_MAX];
    size_t length;
};

/* Catches the signals from here on; false: ERROR_SYSTEM. */
bool signals_catch(struct error *error);

/* Gives all signals back to whom they belonged before. */
void signals_release(void);

/* Sets what a crash restores; NULL: nothing, as the terminal is as it was. */
void signals_set_restore(const struct signals_restore *restore);

/* Readable when a signal came. */
int signals_fd(void);

/* The bits of enum signals_seen since the last call. */
unsigned signals_take(void);

/* Stops the program as SIGTSTP does; comes back when it is continued. */
void signals_stop_here(void);

#endif
