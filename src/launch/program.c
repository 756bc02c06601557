#include "launch/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"

enum {
    END_PATIENCE_MS = 1500, /* for one that was asked to end, or seems about to */
    END_LOOK_MS = 5,
    START_LOOK_MS = 50,
};

struct program {
    pid_t pid;
    bool apart;
    int output; /* the terminal's other side; -1: none */
    int end_fd; /* its pidfd; -1: none */
};

/* What is to come of these here, whatever this process began with. */
static const struct {
    int signal;
    void (*action)(int);
} OWN_SIGNALS[] = {
    {SIGPIPE, SIG_IGN}, /* a reader of the output that has seen enough ends the writing, not the program, */
    {SIGXFSZ, SIG_IGN}, /* nor does a limit to the size of files: there may be one to take back */
    {SIGCHLD, SIG_DFL}, /* if it was ignored, nobody would know how the program ended */
};
enum { OWN_SIGNAL_COUNT = sizeof OWN_SIGNALS / sizeof OWN_SIGNALS[0] };

static sigset_t mask_before;
static struct sigaction actions_before[OWN_SIGNAL_COUNT];

void program_take_signals(void)
{
    sigprocmask(SIG_BLOCK, NULL, &mask_before);
    for (int i = 0; i < OWN_SIGNAL_COUNT; i++) {
        sigaction(OWN_SIGNALS[i].signal, NULL, &actions_before[i]);
        signal(OWN_SIGNALS[i].signal, OWN_SIGNALS[i].action);
    }
}

static void give_signals_back(void)
{
    for (int i = 0; i < OWN_SIGNAL_COUNT; i++)
        sigaction(OWN_SIGNALS[i].signal, &actions_before[i], NULL);
    sigprocmask(SIG_SETMASK, &mask_before, NULL);
}

/* --- in the child, before it is the program ------------------------------------------------------ */

/* Gives it the files that it is to begin with; false with errno. */
static bool child_takes_files(const struct program_options *options, int terminal)
{
    const char *input = options->input != NULL ? options->input : options->apart ? "/dev/null" : NULL;

    if (input != NULL) {
        const int file = open(input, O_RDONLY | O_NOCTTY);

        if (file < 0 || dup2(file, STDIN_FILENO) < 0)
            return false;
        if (file != STDIN_FILENO)
            close(file);
    }
    if (terminal < 0)
        return true;
    return dup2(terminal, STDOUT_FILENO) >= 0 && dup2(terminal, STDERR_FILENO) >= 0;
}

/* Becomes the program, or tells `failure` the number of the error. */
static void be_program(const struct program_options *options, char *const *argv, int terminal, int failure)
{
    int number;
    ssize_t told;

    if (options->apart)
        setsid();
    give_signals_back(); /* to open a pipe may take for ever, and is to be ended */
    if (child_takes_files(options, terminal))
        execvp(argv[0], argv);
    number = errno;
    told = write(failure, &number, sizeof number);
    (void)told;
    _exit(127);
}

/* --- in this process --------------------------------------------------------------------------- */

/* The words of its command line, each still the options'; NULL: out of memory. */
static char **command_line(const struct program_options *options)
{
    size_t count = 0;
    char **words;

    while (options->arguments[count] != NULL)
        count++;
    words = calloc(count + 4, sizeof *words);
    if (words == NULL)
        return NULL;
    count = 0;
    words[count++] = (char *)options->python;
    if (options->module != NULL) {
        words[count++] = (char *)"-m";
        words[count++] = (char *)options->module;
    }
    for (char *const *argument = options->arguments; *argument != NULL; argument++)
        words[count++] = *argument;
    return words;
}

/* A terminal for the program: its two sides. What is written comes out as it was. */
static bool open_terminal(const struct program_options *options, int sides[2], struct error *error)
{
    const struct winsize size = {.ws_row = options->rows, .ws_col = options->columns};
    struct termios settings;
    char name[64];

    sides[0] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (sides[0] < 0 || grantpt(sides[0]) != 0 || unlockpt(sides[0]) != 0 ||
        ptsname_r(sides[0], name, sizeof name) != 0)
        return error_set(error, ERROR_SYSTEM, "no terminal for what the program writes: %s", strerror(errno));
    sides[1] = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (sides[1] < 0 || tcgetattr(sides[1], &settings) != 0)
        return error_set(error, ERROR_SYSTEM, "no terminal for what the program writes: %s", strerror(errno));
    settings.c_lflag &= (tcflag_t)~(ECHO | ISIG);
    tcsetattr(sides[1], TCSANOW, &settings);
    ioctl(sides[0], TIOCSWINSZ, &size);
    return true;
}

static bool cannot_start(const struct program_options *options, int number, struct error *error)
{
    if (options->input != NULL && access(options->input, R_OK) != 0)
        return error_set(error, ERROR_FILE, "cannot read %s: %s", options->input, strerror(errno));
    return error_set(error, ERROR_SYSTEM, "cannot run %s: %s; --python PROGRAM names another interpreter",
                     options->python, strerror(number));
}

static void close_if_open(int file)
{
    if (file >= 0)
        close(file);
}

/* Waits until the child became the program, or tells of an error. Signals that are blocked here until the program has
   begun end one that waits for its files. */
static void await_program(pid_t child, int failure)
{
    static const int ENDS[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    struct pollfd told = {.fd = failure, .events = POLLIN};
    sigset_t pending;

    while (poll(&told, 1, START_LOOK_MS) <= 0) {
        sigpending(&pending);
        for (size_t i = 0; i < sizeof ENDS / sizeof ENDS[0]; i++)
            if (sigismember(&pending, ENDS[i]) == 1)
                kill(child, ENDS[i]);
    }
}

/* Makes the child, and learns whether it became the program: it closes `failure` by that. */
static bool launch(struct program *program, const struct program_options *options, int terminal,
                   struct error *error)
{
    char **argv = command_line(options);
    int failure[2], number = 0;
    ssize_t told;

    if (argv == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    if (pipe2(failure, O_CLOEXEC) != 0) {
        free(argv);
        return error_set(error, ERROR_SYSTEM, "no pipe to start a program with: %s", strerror(errno));
    }
    program->pid = fork();
    if (program->pid == 0)
        be_program(options, argv, terminal, failure[1]);
    number = errno;
    free(argv);
    close(failure[1]);
    if (program->pid < 0) {
        close(failure[0]);
        return error_set(error, ERROR_SYSTEM, "cannot start another process: %s", strerror(number));
    }
    await_program(program->pid, failure[0]);
    do
        told = read(failure[0], &number, sizeof number);
    while (told < 0 && errno == EINTR);
    close(failure[0]);
    if (told == 0)
        return true;
    waitpid(program->pid, NULL, 0);
    program->pid = 0;
    return cannot_start(options, number, error);
}

struct program *program_start(const struct program_options *options, struct error *error)
{
    struct program *program = calloc(1, sizeof *program);
    int sides[2] = {-1, -1};
    bool started;

    if (program == NULL) {
        error_set(error, ERROR_MEMORY, "out of memory");
        return NULL;
    }
    started = (!options->apart || open_terminal(options, sides, error)) &&
              launch(program, options, sides[1], error);
    close_if_open(sides[1]);
    if (!started) {
        close_if_open(sides[0]);
        free(program);
        return NULL;
    }
    program->apart = options->apart;
    program->output = sides[0];
    program->end_fd = (int)syscall(SYS_pidfd_open, program->pid, 0);
    return program;
}

pid_t program_pid(const struct program *program)
{
    return program->pid;
}

int program_output(const struct program *program)
{
    return program->output;
}

int program_end_fd(const struct program *program)
{
    return program->end_fd;
}

void program_resize(const struct program *program, unsigned short columns, unsigned short rows)
{
    const struct winsize size = {.ws_row = rows, .ws_col = columns};

    if (program->output >= 0)
        ioctl(program->output, TIOCSWINSZ, &size);
}

void program_signal(const struct program *program, int signal)
{
    int status;

    if (!program_ended(program, &status))
        kill(program->apart ? -program->pid : program->pid, signal);
}

bool program_ended(const struct program *program, int *status)
{
    siginfo_t info = {0};

    /* It stays a zombie, and so its id stays its own. The kernel also tells here of one that this program traces and has
       stopped (wait_task_stopped(), kernel/exit.c of Linux 6). */
    if (waitid(P_PID, (id_t)program->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0 ||
        info.si_code == CLD_TRAPPED || info.si_code == CLD_STOPPED)
        return false;
    *status = info.si_code == CLD_EXITED ? W_EXITCODE(info.si_status, 0) : info.si_status;
    return true;
}

static bool ends_soon(const struct program *program, int *status)
{
    const struct timespec pause = {0, END_LOOK_MS * (long)NS_PER_MS};
    const uint64_t until_ns = clock_now_ns() + END_PATIENCE_MS * NS_PER_MS;

    while (!program_ended(program, status)) {
        if (clock_now_ns() >= until_ns)
            return false;
        nanosleep(&pause, NULL);
    }
    return true;
}

bool program_ended_unseen(const struct program *program, const struct error *reason, int *status)
{
    const bool is_gone = reason->code == ERROR_GONE || reason->code == ERROR_NO_PROCESS;

    return is_gone ? ends_soon(program, status) : program_ended(program, status);
}

void program_kill(const struct program *program)
{
    int status;

    program_signal(program, SIGTERM);
    program_signal(program, SIGCONT);
    if (!ends_soon(program, &status))
        program_signal(program, SIGKILL);
}

void program_tell_end(int status, char *text, size_t size)
{
    const char *name = WIFSIGNALED(status) ? sigabbrev_np(WTERMSIG(status)) : NULL;

    if (WIFEXITED(status))
        snprintf(text, size, "ended with status %d", WEXITSTATUS(status));
    else if (name != NULL)
        snprintf(text, size, "was killed by SIG%s", name);
    else
        snprintf(text, size, "was killed by signal %d", WTERMSIG(status));
}

void program_free(struct program *program)
{
    if (program == NULL)
        return;
    waitpid(program->pid, NULL, WNOHANG);
    close_if_open(program->output);
    close_if_open(program->end_fd);
    free(program);
}
