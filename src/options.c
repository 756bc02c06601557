#include "options.h"

#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clean.h"
#include "base/clock.h"
#include "config.h"
#include "options_table.h"
#include "tally/snapshot.h"

#define LONG_CODE 0x1000 /* getopt_long() gives a long option as this plus its row */
#define PID_MAX 4194304  /* PID_MAX_LIMIT on 64 bits, include/linux/threads.h of Linux 6.1 */
#define QUOTE_SIZE 96

struct parse {
    struct options *options;
    bool given[OPTIONS_MAX]; /* by row */
    bool over; /* what follows is a program's */
};

/* A word of the command line, fit to be repeated in a message: cleaned, and cut when long. */
struct quote {
    char text[QUOTE_SIZE];
};

static struct quote quote(const char *word)
{
    struct quote quoted;

    clean_utf8(quoted.text, sizeof quoted.text, word, strlen(word));
    return quoted;
}

static bool wrong(struct parse *parse, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Says what is wrong with the command line; the first thing said stands. Always false. */
static bool wrong(struct parse *parse, const char *format, ...)
{
    struct options *options = parse->options;
    const char *command = COMMAND_ROWS[options->command].name;
    char what[256];
    va_list arguments;

    if (options->problem[0])
        return false;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    snprintf(options->problem, sizeof options->problem, "%s; try " PROGRAM "%s%s --help", what,
             command[0] ? " " : "", command);
    return false;
}

/* --- values --------------------------------------------------------------------------------- */

/* A decimal number at the beginning of `text`, and where it ends. */
static bool read_number(const char *text, const char **end, double *number)
{
    /* strtod() by itself would also take blanks, signs, exponents, hexadecimal and "nan". */
    size_t length = strspn(text, "0123456789.");
    char digits[32], *stop;

    if (length == 0 || length >= sizeof digits)
        return false;
    memcpy(digits, text, length);
    digits[length] = '\0';
    *number = strtod(digits, &stop);
    *end = text + length;
    return *stop == '\0';
}

static bool read_rate(const char *text, double *hz)
{
    static const struct {
        const char *unit;
        double hz;
    } UNITS[] = {{"", 1}, {"hz", 1}, {"k", 1e3}, {"khz", 1e3}, {"m", 1e6}, {"mhz", 1e6}};
    const char *unit;

    *hz = (double)INFINITY;
    if (strcasecmp(text, "max") == 0)
        return true;
    if (!read_number(text, &unit, hz))
        return false;
    for (size_t i = 0; i < sizeof UNITS / sizeof UNITS[0]; i++)
        if (strcasecmp(unit, UNITS[i].unit) == 0) {
            *hz *= UNITS[i].hz;
            return true;
        }
    return false;
}

/* Reads a number without a unit, within the bounds of its row. */
static bool read_bounded(const struct option_row *row, const char *text, double *number)
{
    const char *end;

    return read_number(text, &end, number) && *end == '\0' && *number >= row->least &&
           *number <= row->most;
}

static bool read_whole(const struct option_row *row, const char *text, double *number)
{
    return !strchr(text, '.') && read_bounded(row, text, number);
}

/* Reads ids with commas between them, beside those that were told before. */
static bool read_pids(const struct option_row *row, const char *text, struct options *options)
{
    for (;;) {
        const size_t length = strcspn(text, ",");
        char digits[16];
        double number;

        if (length >= sizeof digits || options->pid_count >= OPTIONS_PIDS_MAX)
            return false;
        memcpy(digits, text, length);
        digits[length] = '\0';
        if (!read_whole(row, digits, &number))
            return false;
        options->pids[options->pid_count++] = (int32_t)number;
        if (text[length] == '\0')
            return true;
        text += length + 1;
    }
}

static bool read_word(const struct option_row *row, const char *text, unsigned *index)
{
    for (unsigned i = 0; row->words[i]; i++)
        if (strcasecmp(text, row->words[i]) == 0) {
            *index = i;
            return true;
        }
    return false;
}

/* Sets the field of an option; false when the value is not of its kind. */
static bool set_value(struct options *options, const struct option_row *row, const char *text)
{
    void *field = (char *)options + row->offset;
    double number = 0;

    switch ((enum option_kind)row->kind) {
    case KIND_FLAG:
        *(bool *)field = true;
        return true;
    case KIND_RATE:
        if (!read_rate(text, &number) || number < row->least ||
            (number > row->most && !isinf(number)))
            return false;
        *(double *)field = number;
        return true;
    case KIND_SECONDS:
        if (!read_bounded(row, text, &number))
            return false;
        *(uint64_t *)field = (uint64_t)(number * (double)NS_PER_S + 0.5);
        return true;
    case KIND_PERCENT:
        if (!read_bounded(row, text, &number))
            return false;
        *(double *)field = number;
        return true;
    case KIND_COUNT:
        if (!read_whole(row, text, &number))
            return false;
        *(size_t *)field = (size_t)number;
        return true;
    case KIND_TID:
        if (!read_whole(row, text, &number))
            return false;
        *(int32_t *)field = (int32_t)number;
        return true;
    case KIND_PIDS:
        return read_pids(row, text, options);
    case KIND_WORD:
        return read_word(row, text, field);
    case KIND_SORT:
    case KIND_TEXT:
        *(const char **)field = text;
        return true;
    case KIND_FILE:
        *(const char **)field = text;
        return text[0] != '\0';
    }
    return false;
}

/* What a value of an option has to be, for a message. */
static void describe_value(const struct option_row *row, char *text, size_t size)
{
    size_t used = 0;

    switch ((enum option_kind)row->kind) {
    case KIND_RATE:
        snprintf(text, size, "a rate from 1 Hz to 1 MHz, such as 1000, 1khz, 20k or 1mhz, or max");
        break;
    case KIND_SECONDS:
        snprintf(text, size, "a number of seconds from %g to %.0f", row->least, row->most);
        break;
    case KIND_PERCENT:
        snprintf(text, size, "a number from %g to %g", row->least, row->most);
        break;
    case KIND_PIDS:
        snprintf(text, size, "the id of a process, or several with commas between them, of which there may be %u",
                 OPTIONS_PIDS_MAX);
        break;
    case KIND_WORD:
        used = (size_t)snprintf(text, size, "one of");
        for (size_t i = 0; row->words[i] && used < size; i++) {
            const char *comma = i ? "," : "";

            used += (size_t)snprintf(text + used, size - used, "%s %s", comma, row->words[i]);
        }
        break;
    case KIND_FILE:
        snprintf(text, size, "the name of a file");
        break;
    default:
        snprintf(text, size, "a whole number from %.0f to %.0f", row->least, row->most);
        break;
    }
}

/* --- the words of the command line ---------------------------------------------------------- */

/* Takes one option; `text` is its argument, NULL for a flag. */
static bool take_option(struct parse *parse, size_t index, const char *text)
{
    const struct option_row *row = &OPTION_ROWS[index];
    char form[128];

    parse->given[index] = true;
    if (set_value(parse->options, row, text))
        return true;
    describe_value(row, form, sizeof form);
    return wrong(parse, "--%s: '%s' is not %s", row->name, quote(text).text, form);
}

static bool find_command(const char *name, enum options_command *command)
{
    for (enum options_command i = 0; i < COMMANDS; i++)
        if (COMMAND_ROWS[i].name[0] && strcmp(name, COMMAND_ROWS[i].name) == 0) {
            *command = i;
            return true;
        }
    return false;
}

static bool starts_program(const struct options *options)
{
    return COMMAND_ROWS[options->command].words == PROGRAM_WORDS;
}

/* Takes all from `words` on for a program and what it gets. */
static bool take_program(struct parse *parse, char *const words[])
{
    parse->options->arguments = words;
    parse->over = true;
    return true;
}

/* Takes a word that is no option: the command, if it is the first, or the process or program. */
static bool take_word(struct parse *parse, char *const words[])
{
    const char *word = words[0];
    static const struct option_row PID = {.least = 1, .most = PID_MAX};
    struct options *options = parse->options;

    if (starts_program(options))
        return take_program(parse, words);
    if (options->pid_count > 0)
        return wrong(parse, "'%s' is one word too many: several processes are told with commas, as in --pid 7,8",
                     quote(word).text);
    if (!options->command_given && find_command(word, &options->command)) {
        options->command_given = true;
        return true;
    }
    if (!read_pids(&PID, word, options))
        return wrong(parse, "'%s' is %s", quote(word).text,
                     options->command_given ? "not the id of a process"
                                            : "neither the id of a process nor a command");
    return true;
}

static size_t row_of_letter(int letter)
{
    size_t row = 0;

    while (row < OPTION_COUNT && OPTION_ROWS[row].letter != letter)
        row++;
    return row;
}

/* The row of what getopt_long() gave; OPTION_COUNT: none. */
static size_t row_of_code(int code)
{
    if (code >= LONG_CODE)
        return (size_t)(code - LONG_CODE);
    return code > 0 ? row_of_letter(code) : OPTION_COUNT;
}

/* Says what getopt_long() did not like; `word` is where it stands. */
static bool refuse_option(struct parse *parse, bool lacks_argument, const char *word)
{
    size_t row = row_of_code(optopt);

    if (row < OPTION_COUNT && lacks_argument)
        return wrong(parse, "--%s needs an argument: %s", OPTION_ROWS[row].name,
                     OPTION_ROWS[row].argument);
    if (row < OPTION_COUNT)
        return wrong(parse, "--%s takes no argument", OPTION_ROWS[row].name);
    if (optopt > 0)
        return wrong(parse, "there is no option '-%s'", quote((char[]){(char)optopt, '\0'}).text);
    return wrong(parse, "there is no option '%s', or it is not the only one that begins so",
                 quote(word).text);
}

/* The tables for getopt_long(), from ours. */
static void fill_getopt(char letters[2 * OPTIONS_MAX + 3], struct option longs[OPTIONS_MAX + 1])
{
    /* The - gives words that are no options in their place, the : tells lacking arguments apart. */
    letters += strlen(strcpy(letters, "-:"));
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option_row *row = &OPTION_ROWS[i];

        longs[i] = (struct option){
            .name = row->name,
            .has_arg = row->argument ? required_argument : no_argument,
            .val = LONG_CODE + (int)i,
        };
        if (row->letter)
            *letters++ = row->letter;
        if (row->letter && row->argument)
            *letters++ = ':';
    }
    *letters = '\0';
    longs[OPTION_COUNT] = (struct option){0};
}

static bool take_words(struct parse *parse, int argc, char *const argv[])
{
    char letters[2 * OPTIONS_MAX + 3];
    struct option longs[OPTIONS_MAX + 1];
    bool taken = true;
    int code;

    fill_getopt(letters, longs);
    optind = 0; /* glibc: begin anew */
    opterr = 0;
    while (taken && !parse->over && (code = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
        if (code == 1)
            taken = take_word(parse, argv + optind - 1);
        else if (code == '?' || code == ':')
            taken = refuse_option(parse, code == ':', argv[optind - 1]);
        else
            taken = take_option(parse, row_of_code(code), optarg);
        if (parse->options->module && starts_program(parse->options))
            take_program(parse, argv + optind);
    }
    while (taken && !parse->over && optind < argc)
        taken = take_word(parse, argv + optind++);
    return taken;
}

/* --- what goes with what -------------------------------------------------------------------- */

static bool was_given(const struct parse *parse, const char *name)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (parse->given[i] && strcmp(OPTION_ROWS[i].name, name) == 0)
            return true;
    return false;
}

/* Whether an option goes with what the command does: run does what attach does, or shows the live view. */
static bool goes_with_command(const struct options *options, const struct option_row *row)
{
    const unsigned looks = row->commands & (FOR_LIVE | FOR_ATTACH);

    if (!(row->commands & 1u << options->command))
        return false;
    return options->command != COMMAND_RUN || looks == 0 || looks & (options->live ? FOR_LIVE : FOR_ATTACH);
}

static bool check_commands(struct parse *parse)
{
    const struct options *options = parse->options;
    const char *name = COMMAND_ROWS[options->command].name;
    const char *live = options->command == COMMAND_RUN && options->live ? " --live" : "";

    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option_row *row = &OPTION_ROWS[i];

        if (!parse->given[i] || goes_with_command(options, row))
            continue;
        if (options->command == COMMAND_LIVE)
            return wrong(parse, "--%s does not go with the live view", row->name);
        return wrong(parse, "--%s does not go with %s%s", row->name, name, live);
    }
    return true;
}

static bool check_bonds(struct parse *parse)
{
    for (size_t i = 0; i < OPTION_BOND_COUNT; i++) {
        const struct option_bond *bond = &OPTION_BONDS[i];

        if (!was_given(parse, bond->option) || was_given(parse, bond->other) == bond->needs)
            continue;
        return wrong(parse, "--%s %s --%s", bond->option,
                     bond->needs ? "goes only with" : "does not go with", bond->other);
    }
    return true;
}

/* Finds the column to sort by among those of the view, or takes one that ranks by load. */
static bool resolve_sort(struct parse *parse)
{
    struct options *options = parse->options;
    size_t count;
    const struct view_sort *sorts = view_sorts(options->view, &count);
    static const unsigned BY_LOAD[VIEW_KINDS] = {
        [VIEW_FUNCTIONS] = FUNCTION_SELF,
        [VIEW_THREADS] = THREAD_KEY_CPU,
        [VIEW_PROCESSES] = PROCESS_KEY_CPU,
    };
    unsigned sort = BY_LOAD[options->view];

    if (options->sort_word)
        for (sort = 0; sort < count; sort++)
            if (strcasecmp(options->sort_word, sorts[sort].word) == 0)
                break;
    if (sort == count)
        return wrong(parse, "--sort: the %s have no column '%s'", VIEW_KIND_WORDS[options->view],
                     quote(options->sort_word).text);
    options->sort = sort;
    options->ascending = sorts[sort].ascending;
    return true;
}

/* Whether the filter is one, so that a bad one is told before the sampling begins. */
static bool check_filter(struct parse *parse)
{
    struct error error;
    struct filter *filter = filter_new(parse->options->filter, &error);

    if (!filter)
        return wrong(parse, "--filter: %s", error.text);
    filter_free(filter);
    filter = filter_new(parse->options->name ? parse->options->name : "", &error);
    if (!filter)
        return wrong(parse, "--name: %s", error.text);
    filter_free(filter);
    return true;
}

/* A command that starts a program has one to start. */
static bool check_program(struct parse *parse)
{
    const struct options *options = parse->options;

    return !starts_program(options) || options->module || (options->arguments && options->arguments[0]) ||
           wrong(parse, "the script to run is missing");
}

/* Processes are told by their ids, or by what they are. */
static bool check_processes(struct parse *parse)
{
    static const char *const PATTERNS[] = {"name", "user", "cgroup"};
    const struct options *options = parse->options;

    for (size_t i = 0; i < 3 && options->pid_count > 0; i++)
        if (was_given(parse, PATTERNS[i]))
            return wrong(parse, "--%s does not go with the id of a process", PATTERNS[i]);
    if (options->command == COMMAND_DOCTOR && options->pid_count > 1)
        return wrong(parse, "doctor looks at one process");
    return true;
}

/* One file does not take two things; the streams and devices that are there do. */
static bool check_files(struct parse *parse)
{
    const struct options *options = parse->options;

    if (!options->output || !options->stats || strcmp(options->output, options->stats) != 0 ||
        strcmp(options->output, "-") == 0 || strncmp(options->output, "/dev/", 5) == 0)
        return true;
    return wrong(parse, "--output and --stats are the same file, %s", quote(options->output).text);
}

static bool names_processes(const struct options *options)
{
    return options->pid_count > 0 || options->name || options->user || options->cgroup;
}

static void set_defaults(struct options *options)
{
    memset(options, 0, sizeof *options);
    options->command = COMMAND_LIVE;
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (OPTION_ROWS[i].value)
            set_value(options, &OPTION_ROWS[i], OPTION_ROWS[i].value);
}

enum options_outcome options_parse(int argc, char *const argv[], struct options *options)
{
    struct parse parse = {.options = options};

    set_defaults(options);
    if (!take_words(&parse, argc, argv))
        return OPTIONS_USAGE;
    if (options->help)
        return OPTIONS_HELP;
    if (options->version)
        return OPTIONS_VERSION;
    if (options->live && options->command == COMMAND_ATTACH)
        options->command = COMMAND_LIVE;
    if (!check_commands(&parse) || !check_bonds(&parse) || !resolve_sort(&parse) ||
        !check_filter(&parse) || !check_processes(&parse) || !check_program(&parse) || !check_files(&parse))
        return OPTIONS_USAGE;
    if (options->command == COMMAND_ATTACH || (options->command == COMMAND_RUN && !options->live))
        options->span = SPAN_START;
    /* What the program writes to standard output stays what it is. */
    if (options->command == COMMAND_RUN && !options->output)
        options->output = "/dev/stderr";
    if (options->after_ns == 0)
        options->after_ns = options->window_ns;
    if (names_processes(options) || starts_program(options) ||
        COMMAND_ROWS[options->command].words == OPTIONAL_PID)
        return OPTIONS_RUN;
    wrong(&parse, "the id of a Python process is missing (on a terminal, tachyon-top without arguments lists them)");
    return options->command == COMMAND_LIVE && !options->snapshot ? OPTIONS_CHOOSE : OPTIONS_USAGE;
}

void options_write_version(FILE *stream)
{
    fputs(PROGRAM " " PACKAGE_VERSION "\n", stream);
}
