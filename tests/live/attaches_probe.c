/*
 * attaches_probe - attaches to many processes one after the other, in one process, and looks for what is left behind.
 *
 *     attaches_probe COUNT SCRIPT PYTHON...
 *
 * Each time it starts SCRIPT (targets/lives.py) for a life of another kind, attaches somewhere in its first
 * milliseconds, samples it for some, and lets go. Nothing may be seen but functions that bear that target's token;
 * afterwards there are as many open files as before, and no more memory in use than after the first rounds.
 */
#include <dirent.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "sample/record.h"
#include "session.h"

enum {
    WORDS_MAX = 16,
    SAMPLE_MS = 40,
    DELAY_MAX_US = 60000,
    END_PATIENCE_MS = 10000,
    WARM_UP = 40,           /* attaches until memory is what it will be */
    GROWTH_MAX_KB = 64,
};

struct kind {
    const char *name;
    bool may_fail; /* to be attached to, as it may be over by then */
    bool is_killed, is_stopped;
};

static const struct kind KINDS[] = {
    {"runs", false, false, false},   {"forks", false, false, false},  {"execs", true, false, false},
    {"dies", true, false, false},    {"daemons", true, false, false}, {"threads", false, false, false},
    {"killed", false, true, false},  {"stopped", false, false, true}, {"zombie", true, false, false},
};

#define KIND_COUNT (sizeof KINDS / sizeof KINDS[0])

/* What is seen of one target. */
struct seen {
    char token[16];
    unsigned long samples, marks;
    unsigned execs;
};

static void fail(const char *kind, const char *what)
{
    fprintf(stderr, "FAIL: %s: %s\n", kind, what);
    exit(1);
}

static void see(void *context, const void *record, size_t length)
{
    struct seen *seen = context;
    const struct record_header *header = record;

    if (!record_check(record, length))
        fail("a record", "is none");
    seen->samples += header->kind == RECORD_SAMPLE;
    seen->execs += header->kind == RECORD_PROCESS;
    if (header->kind == RECORD_FUNCTION) {
        const struct record_function *function = record;
        char name[64], mark[32];

        snprintf(name, sizeof name, "%.*s", (int)function->name_length, function->text);
        snprintf(mark, sizeof mark, "mark_%s", seen->token);
        if (strncmp(name, "child_", 6) == 0 || (strncmp(name, "mark_", 5) == 0 && strcmp(name, mark) != 0))
            fail(mark, name);
        seen->marks += strcmp(name, mark) == 0;
    }
}

static unsigned open_files(void)
{
    DIR *folder = opendir("/proc/self/fd");
    unsigned count = 0;

    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count;
}

/* What is allocated, wherever freed memory went: resident memory would tell of that, too. */
static long used_kb(void)
{
    const struct mallinfo2 info = mallinfo2();

    return (long)((info.uordblks + info.hblkhd) / 1024);
}

static void pause_us(long us)
{
    const struct timespec pause = {us / 1000000, us % 1000000 * 1000};

    nanosleep(&pause, NULL);
}

static pid_t start(char *const *python, const char *script, const struct kind *kind, const char *token)
{
    char *words[WORDS_MAX];
    size_t count = 0;
    pid_t pid;

    while (python[count] != NULL && count < WORDS_MAX - 6) {
        words[count] = python[count];
        count++;
    }
    words[count++] = (char *)"-I";
    words[count++] = (char *)"-S";
    words[count++] = (char *)script;
    words[count++] = (char *)kind->name;
    words[count++] = (char *)token;
    words[count] = NULL;
    pid = fork();
    if (pid == 0) {
        execvp(words[0], words);
        _exit(127);
    }
    return pid;
}

/* Samples it for some milliseconds, or until it ends. */
static void sample(struct session *session, pid_t pid, const struct kind *kind, struct seen *seen)
{
    const uint64_t until_ns = clock_now_ns() + SAMPLE_MS * NS_PER_MS;
    struct error error;

    if (!session_start(session, &error))
        fail(kind->name, error.text);
    while (clock_now_ns() < until_ns && !session_ended(session)) {
        session_pump(session, SIZE_MAX, see, seen);
        pause_us(1000);
        if (kind->is_killed && clock_now_ns() > until_ns - SAMPLE_MS * NS_PER_MS / 2) {
            kill(pid, SIGKILL);
            waitpid(pid, NULL, 0); /* its id is free from here on */
            while (!session_ended(session) && clock_now_ns() < until_ns + END_PATIENCE_MS * NS_PER_MS) {
                session_pump(session, SIZE_MAX, see, seen);
                pause_us(1000);
            }
            if (!session_ended(session))
                fail(kind->name, "its end is not seen");
        }
    }
    session_stop(session, see, seen);
}

/* One life; gives the samples. */
static unsigned long attach_once(unsigned number, char *const *python, const char *script, unsigned *attached,
                                 unsigned *execs)
{
    const struct kind *kind = &KINDS[number % KIND_COUNT];
    struct seen seen = {.samples = 0};
    struct session *session;
    struct error error;
    pid_t pid;

    snprintf(seen.token, sizeof seen.token, "%u", number);
    pid = start(python, script, kind, seen.token);
    pause_us(random() % DELAY_MAX_US);
    if (kind->is_stopped) {
        kill(pid, SIGSTOP);
        waitpid(pid, NULL, WUNTRACED);
    }
    session = session_new(&(struct session_options){.target = {.engine = {.kind = ENGINE_AUTO,
                                                                          .budget = 0.02,
                                                                          .interval_ns = NS_PER_MS}}},
                          &error);
    if (session == NULL)
        fail(kind->name, error.text);
    else if (session_add(session, pid, 0, &error) != NULL) {
        (*attached)++;
        sample(session, pid, kind, &seen);
        *execs += seen.execs > 1 ? seen.execs - 1 : 0;
    } else if (!kind->may_fail && !kind->is_stopped) { /* stopped before it is a Python, it never becomes one */
        fail(kind->name, error.text);
    }
    session_free(session);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    return seen.samples;
}

int main(int argc, char *argv[])
{
    const unsigned count = argc > 3 ? (unsigned)atoi(argv[1]) : 0;
    const unsigned files = open_files();
    unsigned long samples = 0;
    unsigned attached = 0, execs = 0;
    long warm_kb = 0, end_kb;

    if (count == 0)
        return 2;
    srandom(42);
    for (unsigned i = 0; i < count; i++) {
        samples += attach_once(i, argv + 3, argv[2], &attached, &execs);
        if (open_files() != files)
            fail(KINDS[i % KIND_COUNT].name, "left a file open");
        if (i + 1 == WARM_UP)
            warm_kb = used_kb();
    }
    end_kb = used_kb();
    printf("%u attaches to %u lives, %lu samples, %u times followed through an exec, %ld kB allocated after %d, "
           "%ld kB in the end\n", attached, count, samples, execs, warm_kb, WARM_UP, end_kb);
    if (3 * attached < 2 * count)
        fail("attaches", "too few of them");
#ifndef __SANITIZE_ADDRESS__ /* which keeps what was freed for a while */
    if (end_kb > warm_kb + GROWTH_MAX_KB)
        fail("memory", "grows");
#endif
    return 0;
}
