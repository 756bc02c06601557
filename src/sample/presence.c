#include "sample/presence.h"

#include <errno.h>
#include <poll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "memory/process.h"
#include "sample/process_facts.h"

enum {
    HELD_EVERY_US = 500,    /* it is looked whether it is the same program still: a new one takes longer
                               to have frames, which at the same addresses would pass for the old one's */
    FAILED_ROUNDS_MAX = 20, /* rounds in a row of which nothing could be read before it is looked into */
    START_YOUNG_MS = 2000,  /* a process younger than this is given time to become a Python */
    START_PATIENCE_MS = 1000,
    START_PAUSE_US = 10000,
    START_UP_PAUSE_US = 200, /* and from when it is one on, until it has an interpreter */
    AWAITED_PATIENCE_MS = 10000,
    AWAITED_PAUSE_US = 1000,
    FOLLOW_PATIENCE_MS = 2000, /* for another program to become a Python, */
    FOLLOW_PAUSE_US = 1000,    /* which is looked for so often */
};

/* Found, but without an interpreter so far: that comes in the next milliseconds, before any line is run. */
static bool starts_up(const struct runtime *runtime, const struct error *error)
{
    return error->code == ERROR_READ && runtime->version_hex != 0;
}

static void pause_us(long us)
{
    const struct timespec pause = {0, us * (long)NS_PER_US};

    nanosleep(&pause, NULL);
}

/* Looks once for the runtime of a process, and, where it is about to start up, until it did. */
static struct reader *look(pid_t pid, uint64_t until_ns, struct runtime *runtime, struct error *error)
{
    /* Opened anew each time: a reader stays with the program that it was opened on. */
    struct reader *reader = process_reader_new(pid, error);
    bool found;

    if (reader == NULL)
        return NULL;
    found = runtime_find(runtime, pid, reader, error);
    while (!found && starts_up(runtime, error) && reader_holds(reader) && clock_now_ns() < until_ns) {
        pause_us(START_UP_PAUSE_US);
        found = runtime_still_there(runtime, reader);
    }
    if (found && reader_holds(reader))
        return reader;
    if (found)
        error_set(error, ERROR_READ, "process %d became another program just now", (int)pid);
    reader_free(reader);
    return NULL;
}

/* Whether the process, and not another that has its id by now, is there; false also where that is not known. */
static bool is_there(const struct presence *presence)
{
    struct pollfd end = {.fd = presence->pid_fd, .events = POLLIN};

    return presence->pid_fd >= 0 && poll(&end, 1, 0) == 0;
}

void presence_free(struct presence *presence)
{
    if (presence->pid_fd >= 0)
        close(presence->pid_fd);
    presence->pid_fd = -1;
}

struct reader *presence_find(struct presence *presence, pid_t pid, bool awaited, struct runtime *runtime,
                             struct error *error)
{
    const uint64_t began_ns = clock_now_ns();
    const bool is_young = awaited || began_ns - process_started_ns(pid) < START_YOUNG_MS * NS_PER_MS;
    const uint64_t patience_ms = awaited ? AWAITED_PATIENCE_MS : is_young ? START_PATIENCE_MS : 0;
    const uint64_t until_ns = began_ns + patience_ms * NS_PER_MS;

    *presence = (struct presence){.pid = pid, .pid_fd = (int)syscall(SYS_pidfd_open, pid, 0)};
    for (;;) {
        struct reader *reader = look(pid, until_ns, runtime, error);

        if (reader != NULL && (presence->pid_fd < 0 || is_there(presence)))
            return reader;
        if (reader != NULL) {
            reader_free(reader);
            error_set(error, ERROR_NO_PROCESS, "process %d ended just now", (int)pid);
            return NULL;
        }
        if ((error->code != ERROR_NOT_PYTHON && error->code != ERROR_READ) || clock_now_ns() >= until_ns)
            return NULL;
        pause_us(awaited ? AWAITED_PAUSE_US : START_PAUSE_US);
    }
}

static enum presence_now ended(struct error *error)
{
    error_set(error, ERROR_GONE, "the process ended");
    return PRESENCE_ENDED;
}

/* Why the memory that was attached to is gone: with the process, or for that of another program. */
static enum presence_now memory_gone(struct presence *presence, struct reader *reader,
                                     const struct runtime *runtime, uint64_t now_ns, struct error *error)
{
    char byte;

    if (is_there(presence)) {
        presence->left_ns = now_ns;
        return PRESENCE_LEFT;
    }
    if (presence->pid_fd >= 0 || (!reader_read(reader, runtime->address, &byte, 1) && errno == ESRCH))
        return ended(error);
    error_set(error, ERROR_GONE, "the process ended, or became another program by exec");
    return PRESENCE_ENDED;
}

static bool is_due(const struct presence *presence, uint64_t now_ns)
{
    return now_ns - presence->held_ns >= HELD_EVERY_US * NS_PER_US;
}

void presence_watch(const struct presence *presence, struct reader *reader, uint64_t now_ns)
{
    if (is_due(presence, now_ns))
        reader_watch(reader);
}

enum presence_now presence_holds(struct presence *presence, struct reader *reader,
                                 const struct runtime *runtime, uint64_t now_ns, struct error *error)
{
    if (!is_due(presence, now_ns))
        return PRESENCE_SAME;
    if (!reader_holds(reader))
        return memory_gone(presence, reader, runtime, now_ns, error);
    presence->held_ns = now_ns;
    return PRESENCE_SAME;
}

void presence_seen(struct presence *presence)
{
    presence->failed_rounds = 0;
}

enum presence_now presence_after_failure(struct presence *presence, struct reader *reader,
                                         const struct runtime *runtime, int error_number,
                                         struct error *error)
{
    if (!reader_holds(reader))
        return memory_gone(presence, reader, runtime, clock_now_ns(), error);
    if (error_number == ESRCH)
        return ended(error);
    if (error_number == EPERM || error_number == EACCES) {
        error_set(error, ERROR_PERMISSION, "the process took away the permission to read it");
        return PRESENCE_ENDED;
    }
    if (++presence->failed_rounds < FAILED_ROUNDS_MAX)
        return PRESENCE_SAME;
    presence->failed_rounds = 0;
    if (runtime_still_there(runtime, reader))
        return PRESENCE_SAME;
    if (!reader_holds(reader))
        return memory_gone(presence, reader, runtime, clock_now_ns(), error);
    error_set(error, ERROR_GONE, "its Python ended, and the process is about to");
    return PRESENCE_ENDED;
}

bool presence_follow(struct presence *presence, uint64_t now_ns, struct reader **reader,
                     struct runtime *runtime, struct error *error)
{
    struct runtime found;
    struct error why;

    *reader = NULL;
    if (now_ns - presence->looked_ns < FOLLOW_PAUSE_US * NS_PER_US)
        return true;
    presence->looked_ns = now_ns;
    *reader = look(presence->pid, 0, &found, &why);
    if (!is_there(presence)) { /* what was found may be of another process */
        reader_free(*reader);
        *reader = NULL;
        return error_set(error, ERROR_GONE, "the process ended");
    }
    if (*reader != NULL) {
        *runtime = found;
        presence->held_ns = presence->failed_rounds = 0;
        return true;
    }
    /* Memory goes first when a process ends (exit_mm() before exit_notify(), kernel/exit.c). */
    if (why.code == ERROR_NO_PROCESS)
        return error_set(error, ERROR_GONE, "the process ended");
    if ((why.code == ERROR_NOT_PYTHON || why.code == ERROR_READ) &&
        now_ns - presence->left_ns < FOLLOW_PATIENCE_MS * NS_PER_MS)
        return true;
    return error_set(error, ERROR_GONE, "it became another program by exec: %s", why.text);
}
