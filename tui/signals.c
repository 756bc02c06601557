#include "tui/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define STALL_MS 1000

static const struct {
    int signal;
    unsigned seen;
} CAUGHT[] = {
    {SIGINT, SIGNALS_QUIT},      {SIGTERM, SIGNALS_QUIT}, {SIGHUP, SIGNALS_QUIT},
    {SIGWINCH, SIGNALS_RESIZED}, {SIGTSTP, SIGNALS_STOP}, {SIGCONT, SIGNALS_CONTINUED},
};

/* Signals that end the program where it stands. */
static const int CRASHES[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGQUIT};

static struct sigaction before_caught[COUNT_OF(CAUGHT)];
static struct sigaction before_crashes[COUNT_OF(CRASHES)];
static stack_t before_stack;
static void *crash_stack;
static int wake_pipe[2] = {-1, -1};
static atomic_uint seen_signals;
static struct signals_restore restore_now;
static atomic_bool restore_ready;
static atomic_bool told_to_quit; /* since signals_catch() */

/* Whether the terminal takes nothing: its output was stopped, or the network to it is gone. One that
   is slow, or that another thread writes to at this moment, does within the time. */
static bool terminal_stalls(void)
{
    struct pollfd terminal = {.fd = restore_now.fd, .events = POLLOUT};

    return poll(&terminal, 1, STALL_MS) == 0;
}

/* A signal to quit that is not the first. Where the terminal stalls, the main thread waits for it,
   now or when it puts the screen back, and does not end: so this one does what it does without a
   handler. Elsewhere a second one says nothing: timeout(1) sends one to the process, and at once
   another to its group. */
static void insist(int signal)
{
    const struct sigaction normal = {.sa_handler = SIG_DFL};

    if (!atomic_load(&restore_ready) || !terminal_stalls())
        return;
    tcsetattr(restore_now.fd, TCSANOW, &restore_now.settings);
    sigaction(signal, &normal, NULL);
    raise(signal); /* waits until the handler returns */
}

static void on_signal(int signal)
{
    int saved_errno = errno;
    unsigned seen = 0;

    for (size_t i = 0; i < COUNT_OF(CAUGHT); i++)
        if (CAUGHT[i].signal == signal)
            seen |= CAUGHT[i].seen;
    atomic_fetch_or(&seen_signals, seen);
    /* A full pipe wakes as well as one more byte. */
    ssize_t written = write(wake_pipe[1], "", 1);
    (void)written;
    if ((seen & SIGNALS_QUIT) && atomic_exchange(&told_to_quit, true))
        insist(signal);
    errno = saved_errno;
}

static void on_crash(int signal)
{
    if (atomic_exchange(&restore_ready, false)) {
        ssize_t written =
            terminal_stalls() ? 0 : write(restore_now.fd, restore_now.bytes, restore_now.length);
        (void)written;
        tcsetattr(restore_now.fd, TCSANOW, &restore_now.settings);
    }
    for (size_t i = 0; i < COUNT_OF(CRASHES); i++)
        if (CRASHES[i] == signal)
            sigaction(signal, &before_crashes[i], NULL);
    /* It waits until the handler returns to where the signal came, and then finds who handled it
       before. */
    raise(signal);
}

static bool open_pipe(struct error *error)
{
    if (pipe2(wake_pipe, O_CLOEXEC | O_NONBLOCK) == 0)
        return true;
    return error_set(error, ERROR_SYSTEM, "no pipe for signals: %s", strerror(errno));
}

/* A stack of its own, so that the handler also runs when the main thread's overflowed. Without the
   memory for one it runs on the main stack. */
static void set_crash_stack(void)
{
    crash_stack = malloc(SIGSTKSZ * 2);
    if (!crash_stack)
        return;
    stack_t stack = {.ss_sp = crash_stack, .ss_size = SIGSTKSZ * 2};
    if (sigaltstack(&stack, &before_stack) != 0) {
        free(crash_stack);
        crash_stack = NULL;
    }
}

bool signals_catch(struct error *error)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    struct sigaction crash = {.sa_handler = on_crash, .sa_flags = SA_ONSTACK};

    if (!open_pipe(error))
        return false;
    atomic_store(&seen_signals, 0);
    atomic_store(&told_to_quit, false);
    set_crash_stack();
    sigemptyset(&action.sa_mask);
    sigemptyset(&crash.sa_mask);
    for (size_t i = 0; i < COUNT_OF(CAUGHT); i++)
        sigaction(CAUGHT[i].signal, &action, &before_caught[i]);
    for (size_t i = 0; i < COUNT_OF(CRASHES); i++)
        sigaction(CRASHES[i], &crash, &before_crashes[i]);
    return true;
}

void signals_release(void)
{
    atomic_store(&restore_ready, false);
    for (size_t i = 0; i < COUNT_OF(CAUGHT); i++)
        sigaction(CAUGHT[i].signal, &before_caught[i], NULL);
    for (size_t i = 0; i < COUNT_OF(CRASHES); i++)
        sigaction(CRASHES[i], &before_crashes[i], NULL);
    if (crash_stack) {
        sigaltstack(&before_stack, NULL);
        free(crash_stack);
        crash_stack = NULL;
    }
    close(wake_pipe[0]);
    close(wake_pipe[1]);
    wake_pipe[0] = wake_pipe[1] = -1;
}

void signals_set_restore(const struct signals_restore *restore)
{
    atomic_store(&restore_ready, false);
    if (!restore)
        return;
    restore_now = *restore;
    atomic_store(&restore_ready, true);
}

int signals_fd(void)
{
    return wake_pipe[0];
}

unsigned signals_take(void)
{
    char bytes[64];

    while (read(wake_pipe[0], bytes, sizeof bytes) > 0)
        continue;
    return atomic_exchange(&seen_signals, 0);
}

void signals_stop_here(void)
{
    struct sigaction normal = {.sa_handler = SIG_DFL}, ours;

    sigemptyset(&normal.sa_mask);
    sigaction(SIGTSTP, &normal, &ours);
    raise(SIGTSTP);
    sigaction(SIGTSTP, &ours, NULL);
}
