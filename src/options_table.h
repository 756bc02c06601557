/*
 * options_table - the rows that parser, help, man page and completions are made from.
 *
 * Private to options*.c.
 */
#ifndef OPTIONS_TABLE_H
#define OPTIONS_TABLE_H

#include <stddef.h>

#include "options.h"

#define PROGRAM "tachyon-top"

/* Sets of commands: bits 1 << enum options_command. */
#define FOR_LIVE (1u << COMMAND_LIVE)
#define FOR_ATTACH (1u << COMMAND_ATTACH)
#define FOR_DUMP (1u << COMMAND_DUMP)
#define FOR_RUN (1u << COMMAND_RUN)
#define FOR_DOCTOR (1u << COMMAND_DOCTOR)
#define FOR_LOOKING (FOR_LIVE | FOR_ATTACH | FOR_DUMP)
#define FOR_ALL (FOR_LOOKING | FOR_RUN | FOR_DOCTOR)

struct command_row {
    const char *name; /* "": the one that is meant when none is named */
    const char *help; /* a line for the list of commands */
    const char *more; /* sentences, for its own help and the man page */
    const char *words; /* what stands behind it on the command line */
};

/* The words of a command that does something without a process, too. */
extern const char OPTIONAL_PID[];

/* Those of a command that starts a program: what stands behind the first of them is the program's. */
extern const char PROGRAM_WORDS[];

extern const struct command_row COMMAND_ROWS[COMMANDS];

enum option_group {
    GROUP_PROCESSES,
    GROUP_SAMPLING,
    GROUP_VIEW,
    GROUP_OUTPUT,
    GROUP_RUN,
    GROUP_GENERAL,
    OPTION_GROUPS,
};

extern const char *const OPTION_GROUP_TITLES[OPTION_GROUPS];

enum option_kind {
    KIND_FLAG,    /* bool; takes no argument, all others take one */
    KIND_RATE,    /* double, in Hz */
    KIND_SECONDS, /* uint64_t, in ns */
    KIND_PERCENT, /* double */
    KIND_COUNT,   /* size_t */
    KIND_TID,     /* int32_t */
    KIND_PIDS,    /* options.pids and .pid_count */
    KIND_WORD,    /* unsigned, or an enum: the index of the word */
    KIND_SORT,    /* const char *, a word that the view decides on */
    KIND_TEXT,    /* const char * */
    KIND_FILE,    /* const char * */
};

struct option_row {
    const char *name;
    char letter;              /* 0: none */
    unsigned char group;      /* enum option_group */
    unsigned char commands;   /* those it goes with */
    unsigned char kind;       /* enum option_kind */
    const char *argument;     /* what the argument is called; NULL for a flag */
    const char *value;        /* what it is when not given, as it would be typed; NULL: nothing */
    const char *help;         /* without what is said by the rest of the row */
    double least, most;       /* of numbers, as typed */
    const char *const *words; /* of KIND_WORD; ends in NULL */
    size_t offset;            /* in struct options */
};

extern const struct option_row OPTION_ROWS[];
extern const size_t OPTION_COUNT;

#define OPTIONS_MAX 64 /* no less than OPTION_COUNT */

/* Options that make others meaningless, or are meaningless without another. */
struct option_bond {
    const char *option;
    const char *other;
    bool needs; /* true: `option` needs `other`; false: they exclude each other */
};

extern const struct option_bond OPTION_BONDS[];
extern const size_t OPTION_BOND_COUNT;

#endif
