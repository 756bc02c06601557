/*
 * doctor - what works and what does not, for this user, on this machine, with one process: a list of checks,
 * gone through in order, and what they found.
 *
 * Looks only: the process is neither stopped nor signalled nor written to, as in sampling. The reasons why one
 * cannot be read are those of memory/refusal.h, the ones that errors tell. Nothing here prints by itself; main
 * thread.
 */
#ifndef DOCTOR_DOCTOR_H
#define DOCTOR_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/finding.h"

#define DOCTOR_FINDINGS_MAX 24u

struct doctor {
    pid_t pid; /* 0: none was looked at */
    struct finding findings[DOCTOR_FINDINGS_MAX];
    size_t count;
};

/* Appends what holds for any process: the kernel, /proc, this user's rights. */
void doctor_examine_machine(struct doctor *doctor);

/* Appends what holds for process `pid`, up to the first check without which the next have no sense. Takes a
   moment: it looks at every thread as the live view would. */
void doctor_examine_process(struct doctor *doctor, pid_t pid);

/* Appends what was found elsewhere (of the terminal). */
void doctor_add(struct doctor *doctor, const struct finding *findings, size_t count);

/* Whether nothing was found without which the live view does not work. */
bool doctor_is_well(const struct doctor *doctor);

/* How a report looks: marks as UTF-8 or ASCII, and with colours or without. */
struct doctor_style {
    bool utf8;
    bool colors;
};

/* Writes the report: a line for each finding, with what changes it and what works without below it, and one
   that sums it up. No line has more than DOCTOR_COLUMNS. */
#define DOCTOR_COLUMNS 79u
void doctor_write(const struct doctor *doctor, const struct doctor_style *style, FILE *stream);

#endif
