/*
 * trial - looks at a process as the live view would, for a moment, and tells how that went.
 */
#ifndef DOCTOR_TRIAL_H
#define DOCTOR_TRIAL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

#define TRIAL_PATH_MAX 512

struct trial {
    uint32_t version_hex;     /* PY_VERSION_HEX */
    uint64_t threads;         /* whose stack was read at the last look, */
    uint64_t truncated;       /* and of these, not proven whole */
    uint64_t failed;          /* that could not be read at all */
    unsigned sources;         /* files of the functions met */
    unsigned sources_missing; /* that cannot be opened from here, */
    char missing[TRIAL_PATH_MAX]; /* and one of them, cut; clean */
};

/* Looks at process `pid` a few times, until each stack is proven or often enough. False with the reason when it
   cannot be looked at. */
bool trial_look(struct trial *trial, pid_t pid, struct error *error);

#endif
