/* options: what a command line means, what is refused and how, and that help tells of all of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "options.h"
#include "options_table.h"

#define WORDS_MAX 16

/* Parses a command line given as words between spaces, into which texts point until the next. */
static enum options_outcome parse(const char *line, struct options *options)
{
    static char words[512];
    static char *argv[WORDS_MAX + 1] = {PROGRAM};
    char *rest = NULL;
    int argc = 1;

    snprintf(words, sizeof words, "%s", line);
    for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        assert_true(argc < WORDS_MAX);
        argv[argc++] = word;
    }
    argv[argc] = NULL;
    return options_parse(argc, argv, options);
}

static struct options run(const char *line)
{
    struct options options;
    enum options_outcome outcome = parse(line, &options);

    if (outcome != OPTIONS_RUN)
        fail_msg("%s: outcome %d, %s", line, outcome, options.problem);
    return options;
}

static void assert_usage(const char *line, const char *problem)
{
    struct options options;

    if (parse(line, &options) != OPTIONS_USAGE)
        fail_msg("'%s' was not refused", line);
    if (!strstr(options.problem, problem))
        fail_msg("'%s': '%s' does not say '%s'", line, options.problem, problem);
    assert_null(strchr(options.problem, '\n'));
    assert_non_null(strstr(options.problem, "; try tachyon-top "));
    assert_non_null(strstr(options.problem, "--help"));
}

static void test_live_by_default(void **state)
{
    struct options options = run("4242");

    (void)state;
    assert_int_equal(options.command, COMMAND_LIVE);
    assert_int_equal(options.pids[0], 4242);
    assert_true(options.rate_hz == 1000);
    assert_int_equal(options.mode, MODE_WALL);
    assert_int_equal(options.view, VIEW_FUNCTIONS);
    assert_int_equal(options.span, SPAN_WINDOW);
    assert_int_equal(options.sort, FUNCTION_SELF);
    assert_false(options.ascending);
    assert_int_equal(options.window_ns, 10 * NS_PER_S);
    assert_int_equal(options.tid, 0);
    assert_string_equal(options.filter, "");
    assert_string_equal(OPTIONS_THEMES[options.theme], "auto");
    assert_null(options.snapshot);
    assert_null(options.output);
    assert_null(options.stats);
    assert_false(options.force);
}

static void test_run_leaves_the_program_its_words(void **state)
{
    struct options options = run("run -r 100 --collapsed job.py -r 7 --stats x");

    (void)state;
    assert_int_equal(options.command, COMMAND_RUN);
    assert_true(options.rate_hz == 100);
    assert_null(options.stats);
    assert_null(options.module);
    assert_string_equal(options.python, "python3");
    assert_string_equal(options.arguments[0], "job.py");
    assert_string_equal(options.arguments[1], "-r");
    assert_string_equal(options.arguments[4], "x");
    assert_null(options.arguments[5]);
    assert_int_equal(options.span, SPAN_START);
    assert_string_equal(options.output, "/dev/stderr");
    options = run("-r 5 run -o table.csv -m http.server -m 8000");
    assert_string_equal(options.module, "http.server");
    assert_string_equal(options.arguments[0], "-m");
    assert_string_equal(options.arguments[1], "8000");
    assert_string_equal(options.output, "table.csv");
    options = run("run -m this");
    assert_null(options.arguments[0]);
    options = run("run -- --odd.py 7");
    assert_string_equal(options.arguments[0], "--odd.py");
    options = run("run run");
    assert_string_equal(options.arguments[0], "run");
    options = run("run 42");
    assert_string_equal(options.arguments[0], "42");
    options = run("run --live --window 3 --stdin in job.py --live");
    assert_int_equal(options.command, COMMAND_RUN);
    assert_true(options.live);
    assert_string_equal(options.input, "in");
    options = run("run --subprocesses job.py --subprocesses");
    assert_true(options.subprocesses);
    assert_string_equal(options.arguments[1], "--subprocesses");
    assert_true(run("run --live --subprocesses job.py").subprocesses);
    assert_usage("attach -o same.txt --stats same.txt 7", "--output and --stats are the same file, same.txt");
    run("attach -o /dev/stdout --stats /dev/stdout 7");
    assert_usage("run --live --stats x job.py", "--stats does not go with run --live");
    assert_usage("run", "the script to run is missing");
    assert_usage("run -r 10", "the script to run is missing");
    assert_usage("run -m", "--module needs an argument");
    assert_usage("run --after 3 job.py", "--after does not go with run");
    assert_usage("run --window 3 job.py", "--window does not go with run");
    assert_usage("attach -m this 7", "--module does not go with attach");
}

static void test_attach_live_is_live(void **state)
{
    struct options plain = run("--mode gil 7"), attach = run("attach --live --mode gil 7");

    (void)state;
    assert_int_equal(attach.command, COMMAND_LIVE);
    assert_int_equal(attach.span, SPAN_WINDOW);
    assert_int_equal(attach.mode, plain.mode);
    assert_int_equal(attach.pids[0], plain.pids[0]);
}

static void test_attach(void **state)
{
    struct options options =
        run("attach -d 2.5 --collapsed -o out.txt --stats stats.json -f -r 20k 7");

    (void)state;
    assert_int_equal(options.command, COMMAND_ATTACH);
    assert_int_equal(options.duration_ns, 2500 * NS_PER_MS);
    assert_int_equal(options.span, SPAN_START);
    assert_true(options.collapsed);
    assert_string_equal(options.output, "out.txt");
    assert_string_equal(options.stats, "stats.json");
    assert_true(options.force);
    assert_true(options.rate_hz == 20000);
    assert_int_equal(run("attach 7").duration_ns, 0);
    assert_int_equal(run("attach -l 15 7").limit, 15);
}

static void test_dump(void **state)
{
    struct options options = run("dump -t 9 7 -o -");

    (void)state;
    assert_int_equal(options.command, COMMAND_DUMP);
    assert_int_equal(options.tid, 9);
    assert_string_equal(options.output, "-");
}

static void test_doctor_needs_no_process(void **state)
{
    (void)state;
    assert_int_equal(run("doctor").command, COMMAND_DOCTOR);
    assert_int_equal(run("doctor").pids[0], 0);
    assert_int_equal(run("doctor 7").pids[0], 7);
    assert_usage("doctor word", "'word' is not the id of a process");
    assert_usage("doctor 7 8", "one word too many");
    assert_usage("doctor 0", "not the id of a process");
    assert_usage("doctor -d 1 7", "--duration does not go with doctor");
    assert_usage("doctor -t 9 7", "--thread does not go with doctor");
    assert_usage("dump", "the id of a Python process is missing");
}

static void test_several_processes(void **state)
{
    struct options options = run("-p 7,8,4194304 --subprocesses");

    (void)state;
    assert_int_equal(options.pid_count, 3);
    assert_int_equal(options.pids[1], 8);
    assert_int_equal(options.pids[2], 4194304);
    assert_true(options.subprocesses);
    assert_int_equal(run("attach 7,8").pid_count, 2);
    assert_string_equal(run("dump --name app --user www --cgroup web").name, "app");
    assert_string_equal(run("attach --user www").user, "www");
    assert_string_equal(run("--cgroup web.service --subprocesses").cgroup, "web.service");
    for (const char *const *bad = (const char *const[]){"7,", ",7", "7,,8", "7,x", "0", "7 ,8", NULL};
         *bad; bad++) {
        char line[64];

        snprintf(line, sizeof line, "-p %s", *bad);
        assert_usage(line, strchr(*bad, ' ') ? "one word too many" : "--pid: '");
    }
    assert_usage("7 8", "one word too many");
    assert_usage("-p 7 --name app", "--pid does not go with --name");
    assert_usage("7 --user www", "--user does not go with the id of a process");
    assert_usage("--name /[/", "--name: not a regular expression");
    assert_usage("doctor 7,8", "doctor looks at one process");
    assert_usage("doctor --name app", "--name does not go with doctor");
    assert_usage("attach --subprocesses", "the id of a Python process is missing");
}

/* --pid may be given again, and beside a word: none of them is forgotten. */
static void test_ids_add_up(void **state)
{
    struct options options = run("-p 7 -p 8,9 --pid=10");

    (void)state;
    assert_int_equal(options.pid_count, 4);
    assert_int_equal(options.pids[0], 7);
    assert_int_equal(options.pids[1], 8);
    assert_int_equal(options.pids[2], 9);
    assert_int_equal(options.pids[3], 10);
    options = run("attach 7,8 -p 9");
    assert_int_equal(options.pid_count, 3);
    assert_int_equal(options.pids[0], 7);
    assert_int_equal(options.pids[2], 9);
    assert_usage("-p 7 8", "'8' is one word too many");
    assert_usage("-p 7 -p 8x", "--pid: '8x'");
    assert_usage("doctor 7 -p 8", "--pid does not go with doctor");
}

/* There is room for so many, however they are told. */
static void test_ids_are_bounded(void **state)
{
    char list[3 * OPTIONS_PIDS_MAX + 1] = "7";
    char *argv[] = {PROGRAM, "-p", list, "-p", "8", NULL};
    struct options options;

    (void)state;
    for (size_t i = 2; i < OPTIONS_PIDS_MAX; i++)
        strcat(list, ",7");
    assert_int_equal(options_parse(5, argv, &options), OPTIONS_RUN);
    assert_int_equal(options.pid_count, OPTIONS_PIDS_MAX);
    strcat(list, ",7");
    assert_int_equal(options_parse(5, argv, &options), OPTIONS_USAGE);
    assert_non_null(strstr(options.problem, "--pid: '8' is not "));
    assert_non_null(strstr(options.problem, ", of which there may be 256;"));
}

static void test_no_process(void **state)
{
    struct options options;

    (void)state;
    assert_int_equal(parse("", &options), OPTIONS_CHOOSE);
    assert_non_null(strstr(options.problem, "the id of a Python process is missing"));
    assert_int_equal(parse("--subprocesses -r 100", &options), OPTIONS_CHOOSE);
    assert_int_equal(parse("attach --live", &options), OPTIONS_CHOOSE);
    assert_usage("--snapshot file.txt", "the id of a Python process is missing");
}

static void test_options_stand_anywhere(void **state)
{
    (void)state;
    setenv("POSIXLY_CORRECT", "1", 1);
    assert_int_equal(run("7 --mode cpu").mode, MODE_CPU);
    assert_int_equal(run("-r 10 attach 7").command, COMMAND_ATTACH);
    assert_int_equal(run("attach 7 -d 3").duration_ns, 3 * NS_PER_S);
    assert_int_equal(run("--mode=cpu -- 7").pids[0], 7);
    unsetenv("POSIXLY_CORRECT");
}

static void test_long_names_may_be_cut(void **state)
{
    (void)state;
    assert_true(run("--samp=2khz 7").rate_hz == 2000);
    assert_usage("--s 7", "'--s'");
}

static void test_rates(void **state)
{
    static const struct {
        const char *line;
        double hz;
    } good[] = {
        {"-r 1000 7", 1000}, {"-r 1khz 7", 1000}, {"-r 1KHz 7", 1000}, {"-r20K 7", 20000},
        {"-r 1mhz 7", 1e6},  {"-r 1M 7", 1e6},    {"-r 0.5k 7", 500},  {"-r 250HZ 7", 250},
        {"-r 1 7", 1},       {"-r max 7", INFINITY}, {"-r MAX 7", INFINITY},
    };
    static const char *const bad[] = {
        "-r 0 7",    "-r 0.5 7", "-r 2mhz 7", "-r 1000001 7", "-r -5 7",  "-r 1e3 7", "-r nan 7",
        "-r 0x10 7", "-r k 7",   "-r . 7",    "-r 1ghz 7",    "-r 1kk 7", "-r 1.2.3 7", "-r +5 7",
        "-r 111111111111111111111111111111111111111 7", "-r maximum 7", "-r inf 7",
    };

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(run(good[i].line).rate_hz == good[i].hz);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_usage(bad[i], "--sampling-rate");
    assert_usage("-r 2mhz 7", "'2mhz' is not a rate from 1 Hz to 1 MHz");
}

static void test_seconds(void **state)
{
    (void)state;
    assert_int_equal(run("--window 1 7").window_ns, NS_PER_S);
    assert_int_equal(run("--window 60 7").window_ns, 60 * NS_PER_S);
    assert_int_equal(run("--refresh 0.25 7").refresh_ns, 250 * NS_PER_MS);
    assert_usage("--window 0.5 7", "--window: '0.5' is not a number of seconds from 1 to 60");
    assert_usage("--window 61 7", "--window");
    assert_usage("attach -d 0 7", "--duration");
    assert_usage("attach -d 10s 7", "--duration");
    assert_usage("attach -d inf 7", "--duration");
}

static void test_words(void **state)
{
    (void)state;
    assert_int_equal(run("--mode GIL 7").mode, MODE_GIL);
    assert_int_equal(run("--span start 7").span, SPAN_START);
    assert_string_equal(OPTIONS_THEMES[run("--theme light 7").theme], "light");
    assert_int_equal(run("--mode exception 7").mode, MODE_EXCEPTION);
    assert_usage("--mode fun 7", "'fun' is not one of wall, cpu, gil, exception");
    assert_usage("--theme pink 7", "dark");
}

static void test_filter(void **state)
{
    (void)state;
    assert_string_equal(run("--filter (x 7").filter, "(x");
    assert_string_equal(run("--filter /(x)/ 7").filter, "/(x)/");
    assert_usage("--filter /(x/ 7", "--filter: ");
}

static void test_sort_is_of_the_view(void **state)
{
    struct options options = run("--sort file 7");

    (void)state;
    assert_int_equal(options.sort, FUNCTION_FILE);
    assert_true(options.ascending);
    options = run("--sort total 7");
    assert_int_equal(options.sort, FUNCTION_TOTAL);
    assert_false(options.ascending);
    options = run("--sort tid --view threads 7");
    assert_int_equal(options.sort, THREAD_KEY_TID);
    assert_int_equal(run("--view threads 7").sort, THREAD_KEY_CPU);
    assert_usage("--sort tid 7", "functions have no column 'tid'");
    assert_usage("--sort self --view threads 7", "threads have no column 'self'");
}

static void test_snapshot(void **state)
{
    struct options options = run("--snapshot view.csv --after 3 7");

    (void)state;
    assert_string_equal(options.snapshot, "view.csv");
    assert_int_equal(options.after_ns, 3 * NS_PER_S);
    assert_int_equal(run("--snapshot view.csv --window 20 7").after_ns, 20 * NS_PER_S);
    assert_usage("--after 3 7", "--after goes only with --snapshot");
    assert_usage("--snapshot= 7", "--snapshot");
}

static void test_what_does_not_go_together(void **state)
{
    (void)state;
    assert_usage("--collapsed 7", "--collapsed does not go with the live view");
    assert_usage("attach --live -d 3 7", "--duration does not go with the live view");
    assert_usage("attach --snapshot x 7", "--snapshot does not go with attach");
    assert_usage("dump --mode cpu 7", "--mode does not go with dump");
    assert_usage("dump --mode cpu 7", "try tachyon-top dump --help");
    assert_usage("attach --collapsed --filter x 7", "--collapsed does not go with --filter");
    assert_usage("--blocking --engine ride 7", "--blocking does not go with --engine");
    assert_usage("dump --blocking 7", "--blocking does not go with dump");
    assert_usage("-a -t 3 7", "--thread does not go with --all-threads");
}

static void test_process(void **state)
{
    (void)state;
    assert_int_equal(run("4194304").pids[0], 4194304);
    assert_usage("attach", "on a terminal, tachyon-top without arguments lists them");
    assert_usage("0", "'0'");
    assert_usage("4194305", "'4194305'");
    assert_usage("-- -5", "'-5'");
    assert_usage("12x", "neither the id of a process nor a command");
    assert_usage("1.0", "'1.0'");
    assert_usage("dump python", "'python' is not the id of a process");
    assert_usage("1 2", "'2'");
    assert_usage("7 attach", "'attach'");
    assert_usage("attach dump 7", "'dump'");
}

static void test_unknown_options(void **state)
{
    (void)state;
    assert_usage("--nope 7", "'--nope'");
    assert_usage("-x 7", "'-x'");
    assert_usage("-fx 7", "'-x'");
    assert_usage("--live=3 7", "--live takes no argument");
    assert_usage("7 --mode", "--mode needs an argument: MODE");
    assert_usage("7 -r", "--sampling-rate needs an argument: RATE");
}

/* What is repeated from the command line cannot steer the terminal, nor fill the message up. */
static void test_messages_are_clean(void **state)
{
    char line[400] = "--nope\x1b[31m";
    struct options options;

    (void)state;
    assert_int_equal(parse(line, &options), OPTIONS_USAGE);
    assert_null(strchr(options.problem, '\x1b'));
    assert_int_equal(parse("-\xe9 7", &options), OPTIONS_USAGE);
    assert_null(strchr(options.problem, '\xe9'));
    memset(line, 'a', sizeof line - 1);
    assert_usage(line, "aaaa");
}

/* What `write` writes, to be freed. */
static char *written(void (*write)(FILE *stream, const void *what), const void *what)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);

    assert_non_null(stream);
    write(stream, what);
    assert_int_equal(fclose(stream), 0);
    return text;
}

static void write_help(FILE *stream, const void *options)
{
    options_write_help(stream, options);
}

static void write_man(FILE *stream, const void *part)
{
    assert_true(options_write_man(stream, part));
}

static void write_completion(FILE *stream, const void *shell)
{
    assert_true(options_write_completion(stream, shell));
}

static void assert_lines_fit(const char *text, size_t width)
{
    while (*text) {
        size_t length = strcspn(text, "\n");

        assert_true(length <= width);
        text += length + (text[length] == '\n');
    }
}

static void test_help(void **state)
{
    struct options options;
    char *help;

    (void)state;
    assert_int_equal(parse("--help", &options), OPTIONS_HELP);
    help = written(write_help, &options);
    assert_lines_fit(help, 79);
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        char name[64];

        snprintf(name, sizeof name, "--%s", OPTION_ROWS[i].name);
        assert_non_null(strstr(help, name));
    }
    free(help);
    assert_int_equal(parse("-V", &options), OPTIONS_VERSION);
}

static void test_help_of_a_command(void **state)
{
    struct options options;
    char *help;

    (void)state;
    assert_int_equal(parse("dump -h", &options), OPTIONS_HELP);
    help = written(write_help, &options);
    assert_lines_fit(help, 79);
    assert_non_null(strstr(help, "Usage: tachyon-top dump [OPTIONS] PID[,PID...]\n"));
    assert_non_null(strstr(help, "--output FILE"));
    assert_null(strstr(help, "--mode"));
    assert_null(strstr(help, "attach"));
    free(help);
}

/* Letters and names are unique, commands without options do not happen, files need an argument. */
static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option_row *row = &OPTION_ROWS[i];

        assert_int_not_equal(row->commands, 0);
        assert_int_equal(row->argument == NULL, row->kind == KIND_FLAG);
        assert_int_equal(row->words != NULL, row->kind == KIND_WORD);
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(row->name, OPTION_ROWS[j].name);
            if (row->letter)
                assert_int_not_equal(row->letter, OPTION_ROWS[j].letter);
        }
    }
    for (size_t i = 0; i < OPTION_BOND_COUNT; i++) {
        size_t found = 0;

        for (size_t j = 0; j < OPTION_COUNT; j++)
            found += strcmp(OPTION_ROWS[j].name, OPTION_BONDS[i].option) == 0 ||
                     strcmp(OPTION_ROWS[j].name, OPTION_BONDS[i].other) == 0;
        assert_int_equal(found, 2);
    }
}

static void test_man_and_completions_tell_of_all(void **state)
{
    static const char *const SHELLS[] = {"bash", "zsh", "fish"};
    static const char *const FILES_TO_RUN[] = {"$command == run", "'*:program:_files'", "'__tachyon_top_command run' -F\n"};
    char *man = written(write_man, "options");

    (void)state;
    for (size_t shell = 0; shell < 3; shell++) {
        char *completion = written(write_completion, SHELLS[shell]);

        for (size_t i = 0; i < OPTION_COUNT; i++)
            assert_non_null(strstr(completion, OPTION_ROWS[i].name));
        if (strcmp(SHELLS[shell], "zsh") == 0) /* others offer all options again, always */
            assert_non_null(strstr(completion, "'*'{-p+,--pid=}'"));
        assert_non_null(strstr(completion, FILES_TO_RUN[shell]));
        free(completion);
    }
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        char entry[64] = "\\-\\-", *end = entry + 4;

        for (const char *from = OPTION_ROWS[i].name; *from; from++) {
            if (*from == '-')
                *end++ = '\\';
            *end++ = *from;
        }
        *end = '\0';
        assert_non_null(strstr(man, entry));
    }
    free(man);
    assert_false(options_write_man(stderr, "nothing"));
    assert_false(options_write_completion(stderr, "csh"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_live_by_default),
        cmocka_unit_test(test_run_leaves_the_program_its_words),
        cmocka_unit_test(test_attach_live_is_live),
        cmocka_unit_test(test_attach),
        cmocka_unit_test(test_dump),
        cmocka_unit_test(test_doctor_needs_no_process),
        cmocka_unit_test(test_several_processes),
        cmocka_unit_test(test_ids_add_up),
        cmocka_unit_test(test_ids_are_bounded),
        cmocka_unit_test(test_no_process),
        cmocka_unit_test(test_options_stand_anywhere),
        cmocka_unit_test(test_long_names_may_be_cut),
        cmocka_unit_test(test_rates),
        cmocka_unit_test(test_seconds),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_filter),
        cmocka_unit_test(test_sort_is_of_the_view),
        cmocka_unit_test(test_snapshot),
        cmocka_unit_test(test_what_does_not_go_together),
        cmocka_unit_test(test_process),
        cmocka_unit_test(test_unknown_options),
        cmocka_unit_test(test_messages_are_clean),
        cmocka_unit_test(test_help),
        cmocka_unit_test(test_help_of_a_command),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_man_and_completions_tell_of_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
