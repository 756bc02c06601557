#include "sample/presence.h"

#include <errno.h>
#include <time.h>

#include "base/clock.h"
#include "memory/process.h"
#include "sample/process_facts.h"

enum {
    HELD_EVERY_US = 500,    /* it is looked whether it is the same program still: a new one takes longer
                               to have frames, which at the same addresses would pass for the old one's */
    FAILED_ROUNDS_MAX = 20, /* rounds in a row of which nothing could be read before it is looked into */
    START_YOUNG_MS = 2000,  /* a process younger than this is given time to become a Python */
    START_PATIENCE_MS = 1000,
    START_PAUSE_MS = 10,
};

struct reader *presence_find(pid_t pid, struct runtime *runtime, struct error *error)
{
    const struct timespec pause = {0, START_PAUSE_MS * (long)NS_PER_MS};
    const uint64_t began_ns = clock_now_ns();
    const bool is_young = began_ns - process_started_ns(pid) < START_YOUNG_MS * NS_PER_MS;

    for (;;) {
        /* Opened anew each time: a reader stays with the program that it was opened on. */
        struct reader *reader = process_reader_new(pid, error);

        if (reader == NULL)
            return NULL;
        if (runtime_find(runtime, pid, reader, error)) {
            if (reader_holds(reader))
                return reader;
            error_set(error, ERROR_READ, "process %d became another program just now", (int)pid);
        }
        reader_free(reader);
        if (!is_young || clock_now_ns() - began_ns > START_PATIENCE_MS * NS_PER_MS ||
            (error->code != ERROR_NOT_PYTHON && error->code != ERROR_READ))
            return NULL;
        nanosleep(&pause, NULL);
    }
}

/* Why the memory that was attached to is gone: with the process, or for that of another program. */
static bool memory_gone(struct reader *reader, const struct runtime *runtime, struct error *error)
{
    char byte;

    if (!reader_read(reader, runtime->address, &byte, 1) && errno == ESRCH)
        return error_set(error, ERROR_GONE, "the process ended");
    return error_set(error, ERROR_GONE,
                     "its Python ended (it is shutting down, or became another program by exec)");
}

bool presence_holds(struct presence *presence, struct reader *reader, const struct runtime *runtime,
                    uint64_t now_ns, struct error *error)
{
    if (now_ns - presence->held_ns < HELD_EVERY_US * NS_PER_US)
        return true;
    if (!reader_holds(reader))
        return memory_gone(reader, runtime, error);
    presence->held_ns = now_ns;
    return true;
}

void presence_seen(struct presence *presence)
{
    presence->failed_rounds = 0;
}

bool presence_after_failure(struct presence *presence, struct reader *reader, const struct runtime *runtime,
                            int error_number, struct error *error)
{
    if (error_number == ESRCH)
        return error_set(error, ERROR_GONE, "the process ended");
    if (error_number == EPERM || error_number == EACCES)
        return error_set(error, ERROR_PERMISSION,
                         "the process took away the permission to read it");
    if (++presence->failed_rounds < FAILED_ROUNDS_MAX)
        return true;
    presence->failed_rounds = 0;
    if (reader_holds(reader) && runtime_still_there(runtime, reader))
        return true;
    return memory_gone(reader, runtime, error);
}
