/*
 * options - the command line: what may be asked for, and what was.
 *
 * One table of commands and one of options (options_table.c) make the parser, the help, the man
 * page and the completions for shells, so that these cannot differ. Nothing here prints by itself
 * or ends the program. All of it is for the main thread: getopt_long(3) keeps its state in globals.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "export/view.h"
#include "sample/engine.h"
#include "tally/picture.h"

enum options_command {
    COMMAND_LIVE,   /* the live view, or with `snapshot` one view of it without a screen */
    COMMAND_ATTACH, /* sample, then print or write */
    COMMAND_RUN,    /* start a program and sample it: with `live` in the live view, else as attach does */
    COMMAND_DUMP,   /* one look at every thread */
    COMMAND_DOCTOR, /* whether that would work here, and if not, why */
    COMMANDS,
};

#define OPTIONS_PIDS_MAX 256u

/* What was asked for. Texts are those of argv. */
struct options {
    enum options_command command;
    int32_t pids[OPTIONS_PIDS_MAX]; /* with run: not known yet */
    uint64_t started_ticks[OPTIONS_PIDS_MAX]; /* when each began, as in struct selection_rules: those chosen from the list */
    size_t pid_count;
    const char *name;     /* of processes, as in struct selection_rules; NULL: any */
    const char *user;
    const char *cgroup;
    bool subprocesses;    /* with the descendants of what was asked for */

    const char *python;     /* run: the interpreter */
    const char *module;     /* run: as of python -m; NULL: a script */
    char *const *arguments; /* run: the script, if it is one, and what it gets; ends in NULL, part of argv */
    const char *input;      /* run: a file for its standard input; NULL: none given */

    double rate_hz;       /* 1 to 1,000,000; infinite: as many as there can be */
    enum engine_kind engine;
    bool blocking;        /* stop the thread that has the GIL while it is read */
    double budget_percent; /* of one CPU: what riding and this program may take; 0: not given */
    uint64_t duration_ns; /* attach: how long to sample; 0: until interrupted, or it ends */
    enum tally_mode mode;
    bool no_gc;  /* no frames for the collector */
    bool native_markers; /* a frame for C code between Python functions */
    int32_t tid; /* look at this thread only; 0: all */

    bool live;            /* with run: in the live view; without, the command says that */
    enum view_kind view;  /* live: the first one; attach, snapshot: the one to write */
    enum tally_span span; /* attach: since the start, always */
    unsigned sort;        /* enum function_key, thread_key or process_key, by `view` */
    bool ascending;
    const char *filter;  /* as filter_new() takes it; "": none */
    size_t limit;        /* attach: rows to print; 0: all */
    uint64_t window_ns;  /* 1 s to 60 s */
    uint64_t refresh_ns; /* live: from one picture to the next */
    unsigned theme;      /* index into OPTIONS_THEMES */

    bool collapsed;       /* attach: write stacks instead of a table */
    const char *output;   /* attach, dump, run: as save_open_output() takes it; NULL: standard output */
    const char *stats;    /* attach: file for the statistics; NULL: none */
    const char *snapshot; /* live: write a view to this file instead of showing it; NULL: show it */
    uint64_t after_ns;    /* when to write it */
    bool force;           /* replace files that are there */

    /* With OPTIONS_USAGE: what is wrong, in one sentence that ends in where to find help. */
    char problem[384];

    /* As given, to be looked at by the parser and by the help only. */
    bool command_given; /* `command` was named */
    bool all_threads, help, version;
    const char *sort_word;
};

/* The engines by name, in the order of enum engine_kind; ends in NULL. */
extern const char *const OPTIONS_ENGINES[];

/* The themes by name: auto, dark, light, none; ends in NULL. */
extern const char *const OPTIONS_THEMES[];

enum options_outcome {
    OPTIONS_RUN,     /* do what `options` says */
    OPTIONS_CHOOSE,  /* the same, with a process that the user is to choose on the terminal; where there is none, as
                        OPTIONS_USAGE */
    OPTIONS_HELP,    /* options_write_help() to standard output, exit status 0 */
    OPTIONS_VERSION, /* options_write_version(), the same */
    OPTIONS_USAGE,   /* print `problem` as one line to standard error, exit status 2 */
};

/* Reads a command line into `options`, which is filled whole in any case. */
enum options_outcome options_parse(int argc, char *const argv[], struct options *options);

/* The help: of the command that was named on the command line, or of all of them. */
void options_write_help(FILE *stream, const struct options *options);

/* The name and the version of the program. */
void options_write_version(FILE *stream);

/* A part of the man page in man(7): "synopsis", "commands" or "options"; false: no such part. */
bool options_write_man(FILE *stream, const char *part);

/* A completion for a shell: "bash", "zsh" or "fish"; false: none for that shell. */
bool options_write_completion(FILE *stream, const char *shell);

#endif
