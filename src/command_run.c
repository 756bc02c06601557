/* command_run - `run` without a screen: the program, this program between it and the signals, and the sampling. */
#include "commands.h"

#include <sys/wait.h>

#include "base/clock.h"
#include "launch/gate.h"
#include "launch/program.h"
#include "memory/stop.h"

enum { END_LOOK_MS = 50 }; /* at whether it has ended, when SIGCHLD does not come for that */

/* What asks a program to end, or for something that is its own matter: sent on to it. */
static const int SENT_ON[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM, SIGWINCH};

/* What stops a job: this program stops with it. */
static const int STOPS[] = {SIGTSTP, SIGTTIN, SIGTTOU};

/* What run has in hand. */
struct running {
    struct program *program;
    int gate;
};

/* A key's signal comes from the kernel, and to the whole process group: the program has it already. */
static bool came_by_key(const siginfo_t *signal)
{
    return signal->si_code == SI_KERNEL;
}

static bool is_stop(int signal)
{
    for (size_t i = 0; i < sizeof STOPS / sizeof STOPS[0]; i++)
        if (STOPS[i] == signal)
            return true;
    return false;
}

static bool pass_on(const struct signal_care *care, struct session *session, const siginfo_t *signal)
{
    const struct running *running = care->context;

    if (signal->si_signo == SIGCHLD)
        return false;
    if (!came_by_key(signal))
        program_signal(running->program, signal->si_signo);
    if (!is_stop(signal->si_signo))
        return false;
    command_stop_for_now(session, signal->si_signo);
    if (!came_by_key(signal))
        program_signal(running->program, SIGCONT);
    return false;
}

static void let_program_begin(const struct signal_care *care)
{
    struct running *running = care->context;

    gate_open(running->gate);
    running->gate = GATE_NONE;
}

static bool has_ended(const struct signal_care *care)
{
    const struct running *running = care->context;
    int status;

    return program_ended(running->program, &status);
}

/* Every signal that is looked after is blocked from before the program begins. What descends from it may go on for
   long, and who waits for the program is not to wait for that: the sampling is over with it, unless its length is given. */
static struct signal_care care_for_program(struct running *running, const struct options *options)
{
    struct signal_care care = {.heed = pass_on,
                               .begun = let_program_begin,
                               .over = options->subprocesses && options->duration_ns == 0 ? has_ended : NULL,
                               .context = running};

    sigemptyset(&care.signals);
    for (size_t i = 0; i < sizeof SENT_ON / sizeof SENT_ON[0]; i++)
        sigaddset(&care.signals, SENT_ON[i]);
    for (size_t i = 0; i < sizeof STOPS / sizeof STOPS[0]; i++)
        sigaddset(&care.signals, STOPS[i]);
    pthread_sigmask(SIG_BLOCK, &care.signals, NULL);
    return care;
}

/* Waits for the end of a program that nobody looks at any more. */
static int await_end(const struct signal_care *care, struct session *session)
{
    const struct running *running = care->context;
    const struct timespec look = {0, END_LOOK_MS * (long)NS_PER_MS};
    sigset_t signals = care->signals;
    siginfo_t signal;
    int status;

    sigaddset(&signals, SIGCHLD);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    while (!program_ended(running->program, &status))
        if (sigtimedwait(&signals, &signal, &look) > 0)
            pass_on(care, session, &signal);
    return status;
}

static struct program *start(const struct options *options, struct error *error)
{
    return program_start(&(struct program_options){.python = options->python,
                                                   .module = options->module,
                                                   .arguments = options->arguments,
                                                   .input = options->input},
                         error);
}

/* What to say when it could not be looked at: it is not to go on as if it were. One that has ended by itself is
   a result, too. */
static bool not_looked_at(const struct running *running, FILE *notes, int *status, const struct error *reason)
{
    if (program_ended_unseen(running->program, reason, status)) {
        fprintf(notes, "The program ended before it could be looked at\n");
        return true;
    }
    program_kill(running->program);
    return false;
}

/* Samples a program that has begun, and stays until its end. */
static bool attend(struct running *running, const struct signal_care *care, const struct options *asked,
                   struct attach *attach, FILE *notes, int *status, struct error *error)
{
    struct options options = *asked;
    struct command_targets targets;
    bool ok;

    options.pids[0] = program_pid(running->program);
    options.pid_count = 1;
    stopper_leave_end(options.pids[0]);
    if (!command_open(&targets, &options, error)) {
        command_close(&targets);
        return not_looked_at(running, notes, status, error);
    }
    ok = attach_sample(attach, &targets, care, notes, error);
    let_program_begin(care); /* where there was no sampling */
    *status = await_end(care, targets.session);
    command_close(&targets);
    return ok;
}

bool command_run(const struct options *options, FILE *notes, int *status, struct error *error)
{
    struct running running = {.gate = GATE_NONE};
    const struct signal_care care = care_for_program(&running, options);
    struct attach *attach = attach_new(options, error);
    bool ok = attach != NULL;

    if (ok && options->module == NULL)
        running.gate = gate_shut(options->arguments[0]);
    if (ok)
        running.program = start(options, error);
    ok = running.program != NULL && attend(&running, &care, options, attach, notes, status, error);
    gate_open(running.gate);
    attach_free(attach);
    program_free(running.program);
    return ok;
}
