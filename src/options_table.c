#include "options_table.h"

#include <stddef.h>

const char *const OPTIONS_ENGINES[] = {"auto", "remote", "ride", NULL};
const char *const OPTIONS_THEMES[] = {"auto", "dark", "light", "none", NULL};

const char OPTIONAL_PID[] = "[PID]";
static const char PIDS[] = "PID[,PID...]";
const char PROGRAM_WORDS[] = "[-m] SCRIPT|MODULE [ARGUMENTS]";

const struct command_row COMMAND_ROWS[COMMANDS] = {
    [COMMAND_LIVE] = {"", "show the live view of a running Python process",
                      "Shows the hottest functions and threads of the process PID, or of several, on the terminal, "
                      "kept up to date. h shows the keys, q leaves. Without a process it lists the Python processes that "
                      "there are, to choose from.", "[PID[,PID...]]"},
    [COMMAND_ATTACH] = {"attach", "sample a process, then print or write what was found",
                        "Samples the process PID for --duration seconds, or until Ctrl-C or the "
                        "end of the process, then prints the table of functions. How the sampling "
                        "went is told on standard error.", PIDS},
    [COMMAND_RUN] = {"run", "start a Python program and sample it from before its first line on",
                     "Starts the SCRIPT, or with -m the MODULE, by python3 or another interpreter "
                     "(--python), with all ARGUMENTS that follow; what stands behind the script or module is "
                     "the program's and not read as options. It has the standard input, output and error of "
                     "this command, its process group and the keys that send signals; signals sent to this "
                     "command are sent on to it. When it ends, the table of functions and how the sampling went "
                     "are told on standard error, and this command ends as it did: with its exit status, or by the "
                     "same signal. With --live it is shown in the live view instead, and what it writes is kept in a view of "
                     "its own (Tab), the last 10,000 lines, which are printed when the view is closed; its standard input is "
                     "empty, or --stdin. The view stays when the program has ended; to quit before ends the program, too. "
                     "With --subprocesses the Python processes that descend from the program are sampled as well. That is over "
                     "when the program has ended, even if some of them still run, unless --duration says how long; the "
                     "live view shows those until it is left.",
                     PROGRAM_WORDS},
    [COMMAND_DUMP] = {"dump", "print where each thread is now, like a traceback",
                      "Looks once at every thread of the process PID and prints its stack, most "
                      "recent call last.", PIDS},
    [COMMAND_DOCTOR] = {"doctor", "tell what works here and on a process, and what changes what does not",
                        "Checks whether this user can look into the process PID on this machine and "
                        "terminal, and prints a line for each check: what was found, and where "
                        "something does not work what changes that, and what works without it. "
                        "Without PID it checks what holds for any process. The exit status is 0 when "
                        "the live view would work, and 1 when it would not.", OPTIONAL_PID},
};

const char *const OPTION_GROUP_TITLES[OPTION_GROUPS] = {
    [GROUP_PROCESSES] = "Which processes",
    [GROUP_SAMPLING] = "Sampling",
    [GROUP_VIEW] = "View",
    [GROUP_OUTPUT] = "Output",
    [GROUP_RUN] = "Program",
    [GROUP_GENERAL] = "General",
};

#define FIELD(name) offsetof(struct options, name)
#define YEAR_S 31536000.0

const struct option_row OPTION_ROWS[] = {
    {"pid", 'p', GROUP_PROCESSES, FOR_LOOKING, KIND_PIDS, "PID[,PID...]", NULL,
     "look at these processes together; given again, at those as well", 1, 4194304, NULL, FIELD(pids)},
    {"name", 0, GROUP_PROCESSES, FOR_LOOKING, KIND_TEXT, "PATTERN", NULL,
     "look at all Python processes whose command line, without the program's folder, contains PATTERN or matches the "
     "regular expression /PATTERN/, also those that come later", 0, 0, NULL, FIELD(name)},
    {"user", 0, GROUP_PROCESSES, FOR_LOOKING, KIND_TEXT, "USER", NULL,
     "the same for those whose effective user is USER, a name or a number", 0, 0, NULL, FIELD(user)},
    {"cgroup", 0, GROUP_PROCESSES, FOR_LOOKING, KIND_TEXT, "CGROUP", NULL,
     "the same for those in a cgroup: its path, or a part of it such as nginx or nginx.service, or the first digits of "
     "the id of a container. Of --name, --user and --cgroup, all that are given have to match", 0, 0, NULL, FIELD(cgroup)},
    {"subprocesses", 0, GROUP_PROCESSES, FOR_LOOKING | FOR_RUN, KIND_FLAG, NULL, NULL,
     "with all Python processes that descend from them, or from the program that run starts, also those that come later, whatever "
     "programs are in between",
     0, 0, NULL, FIELD(subprocesses)},

    {"sampling-rate", 'r', GROUP_SAMPLING, FOR_LIVE | FOR_ATTACH | FOR_RUN, KIND_RATE, "RATE", "1khz",
     "rounds of samples per second, such as 1000, 1khz, 20k or 1mhz; max: as many as there can be", 1, 1e6, NULL, FIELD(rate_hz)},
    {"duration", 'd', GROUP_SAMPLING, FOR_ATTACH | FOR_RUN, KIND_SECONDS, "SECONDS", NULL,
     "how long to sample; without it until Ctrl-C, or until the process ends", 0.01, YEAR_S, NULL,
     FIELD(duration_ns)},
    {"mode", 0, GROUP_SAMPLING, FOR_LIVE | FOR_ATTACH | FOR_RUN, KIND_WORD, "MODE", "wall",
     "which time counts: all of it, that on a CPU, that with the GIL, or that in which an exception is "
     "raised or handled", 0, 0, VIEW_MODE_WORDS,
     FIELD(mode)},
    {"engine", 0, GROUP_SAMPLING, FOR_LIVE | FOR_ATTACH | FOR_RUN, KIND_WORD, "ENGINE", "auto",
     "from where to read: from any CPU, from that of the thread with the GIL, which cannot run "
     "meanwhile, or so only where too much else is torn and there is one process", 0, 0, OPTIONS_ENGINES, FIELD(engine)},
    {"budget", 0, GROUP_SAMPLING, FOR_LIVE | FOR_ATTACH | FOR_RUN, KIND_PERCENT, "PERCENT", NULL,
     "how much of a CPU's time tachyon-top may take, and the engine ride from the process: rounds are less "
     "often where they would take more (without it the engine ride may take 2)", 0.01, 100, NULL,
     FIELD(budget_percent)},
    {"blocking", 0, GROUP_SAMPLING, FOR_LIVE | FOR_ATTACH | FOR_RUN, KIND_FLAG, NULL, NULL,
     "stop the thread that has the GIL by ptrace for each read, so that nothing is torn. The others go on: they "
     "cannot run Python. What it costs is told; where that would be more than half of the time, the rate is lowered",
     0, 0, NULL, FIELD(blocking)},
    {"no-gc", 0, GROUP_SAMPLING, FOR_LIVE | FOR_ATTACH | FOR_RUN, KIND_FLAG, NULL, NULL,
     "no frames ‹gc› where the collector is at work: its time is that of the function it interrupted",
     0, 0, NULL, FIELD(no_gc)},
    {"native-markers", 0, GROUP_SAMPLING, FOR_LIVE | FOR_ATTACH | FOR_RUN, KIND_FLAG, NULL, NULL,
     "a frame ‹native› where a function called C code that called Python again (CPython 3.11 on)", 0, 0, NULL,
     FIELD(native_markers)},
    {"thread", 't', GROUP_SAMPLING, FOR_LOOKING | FOR_RUN, KIND_TID, "TID", NULL,
     "show only the thread that the kernel knows by this id", 1, INT32_MAX, NULL, FIELD(tid)},
    {"all-threads", 'a', GROUP_SAMPLING, FOR_LOOKING | FOR_RUN, KIND_FLAG, NULL, NULL,
     "show all threads, as is done without it", 0, 0, NULL, FIELD(all_threads)},

    {"live", 0, GROUP_VIEW, FOR_LIVE | FOR_ATTACH | FOR_RUN, KIND_FLAG, NULL, NULL,
     "show the live view, as is done when no command is named", 0, 0, NULL, FIELD(live)},
    {"view", 0, GROUP_VIEW, FOR_LIVE | FOR_ATTACH | FOR_RUN, KIND_WORD, "VIEW", "functions",
     "the table to show or to write", 0, 0, VIEW_KIND_WORDS, FIELD(view)},
    {"sort", 's', GROUP_VIEW, FOR_LIVE | FOR_ATTACH | FOR_RUN, KIND_SORT, "COLUMN", NULL,
     "the column to sort by", 0, 0, NULL, FIELD(sort_word)},
    {"filter", 0, GROUP_VIEW, FOR_LIVE | FOR_ATTACH | FOR_RUN, KIND_TEXT, "TEXT", "",
     "only functions whose name or file, or threads whose name or function, contains TEXT or "
     "matches the regular expression /TEXT/", 0, 0,
     NULL, FIELD(filter)},
    {"limit", 'l', GROUP_VIEW, FOR_ATTACH | FOR_RUN, KIND_COUNT, "ROWS", NULL,
     "print only the first so many rows", 1, 1e9, NULL, FIELD(limit)},
    {"span", 0, GROUP_VIEW, FOR_LIVE | FOR_RUN, KIND_WORD, "SPAN", "window",
     "the time shown: the last seconds, or all since the start", 0, 0, VIEW_SPAN_WORDS,
     FIELD(span)},
    {"window", 0, GROUP_VIEW, FOR_LIVE | FOR_RUN, KIND_SECONDS, "SECONDS", "10",
     "how many of the last seconds the window spans", 1, 60, NULL, FIELD(window_ns)},
    {"refresh", 0, GROUP_VIEW, FOR_LIVE | FOR_RUN, KIND_SECONDS, "SECONDS", "0.25",
     "time from one picture to the next", 0.1, 5, NULL, FIELD(refresh_ns)},
    {"theme", 0, GROUP_VIEW, FOR_LIVE | FOR_RUN, KIND_WORD, "THEME", "auto",
     "colours for a dark or a light background, or no colours", 0, 0, OPTIONS_THEMES, FIELD(theme)},

    {"collapsed", 0, GROUP_OUTPUT, FOR_ATTACH | FOR_RUN, KIND_FLAG, NULL, NULL,
     "write a line for each stack, as flame graph programs read them", 0, 0, NULL,
     FIELD(collapsed)},
    {"output", 'o', GROUP_OUTPUT, FOR_ATTACH | FOR_DUMP | FOR_RUN, KIND_FILE, "FILE", NULL,
     "write to FILE instead of standard output; a table as CSV or JSON when FILE ends so", 0, 0,
     NULL, FIELD(output)},
    {"stats", 0, GROUP_OUTPUT, FOR_ATTACH | FOR_RUN, KIND_FILE, "FILE", NULL,
     "write how the sampling went to FILE, as JSON", 0, 0, NULL, FIELD(stats)},
    {"snapshot", 0, GROUP_OUTPUT, FOR_LIVE, KIND_FILE, "FILE", NULL,
     "show nothing, write the view to FILE as the key w would, and end", 0, 0, NULL,
     FIELD(snapshot)},
    {"after", 0, GROUP_OUTPUT, FOR_LIVE, KIND_SECONDS, "SECONDS", NULL,
     "when to write the snapshot; without it when the window is full", 0.01, YEAR_S, NULL,
     FIELD(after_ns)},
    {"force", 'f', GROUP_OUTPUT, FOR_LOOKING | FOR_RUN, KIND_FLAG, NULL, NULL,
     "replace files that are already there", 0, 0, NULL, FIELD(force)},

    {"module", 'm', GROUP_RUN, FOR_RUN, KIND_TEXT, "MODULE", NULL,
     "run MODULE as python -m does; all that follows is given to it", 0, 0, NULL, FIELD(module)},
    {"python", 0, GROUP_RUN, FOR_RUN, KIND_FILE, "PROGRAM", "python3",
     "the interpreter, looked for in PATH", 0, 0, NULL, FIELD(python)},
    {"stdin", 0, GROUP_RUN, FOR_RUN, KIND_FILE, "FILE", NULL,
     "give it FILE as standard input; without it, it has that of this command, and with --live none", 0, 0,
     NULL, FIELD(input)},

    {"help", 'h', GROUP_GENERAL, FOR_ALL, KIND_FLAG, NULL, NULL,
     "print this help, or after a command the help of that command", 0, 0, NULL, FIELD(help)},
    {"version", 'V', GROUP_GENERAL, FOR_ALL, KIND_FLAG, NULL, NULL, "print the version", 0, 0, NULL,
     FIELD(version)},
};

const size_t OPTION_COUNT = sizeof OPTION_ROWS / sizeof OPTION_ROWS[0];

_Static_assert(sizeof OPTION_ROWS / sizeof OPTION_ROWS[0] <= OPTIONS_MAX, "too many options");

const struct option_bond OPTION_BONDS[] = {
    {"pid", "name", false},
    {"pid", "user", false},
    {"pid", "cgroup", false},
    {"after", "snapshot", true},
    {"thread", "all-threads", false},
    {"blocking", "engine", false},
    {"collapsed", "view", false},
    {"collapsed", "sort", false},
    {"collapsed", "filter", false},
    {"collapsed", "limit", false},
};

const size_t OPTION_BOND_COUNT = sizeof OPTION_BONDS / sizeof OPTION_BONDS[0];
