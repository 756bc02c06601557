#include "doctor/trial.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clean.h"
#include "base/clock.h"
#include "sample/target.h"

enum {
    LOOKS_MAX = 20,
    LOOK_PAUSE_MS = 1,
    RECORD_BYTES_MAX = 65536, /* more than any record has within the bounds of record.h */
    FILES_MAX = 256,          /* looked for; what a program runs at one moment has fewer */
};

_Static_assert(sizeof(struct record_sample) + RECORD_DEPTH_MAX * sizeof(struct record_frame) <=
                   RECORD_BYTES_MAX,
               "the longest sample fits");

/* Takes the records one by one, where the live view has its ring. */
struct looking {
    struct sink sink;
    struct trial *trial;
    pid_t pid;
    char *files[FILES_MAX];
    _Alignas(RECORD_ALIGNMENT) unsigned char record[RECORD_BYTES_MAX];
};

/* Whether a file of that name, as the process knows it, can be read from here. */
static bool is_readable(pid_t pid, const char *path)
{
    char seen[RECORD_FILE_MAX + 64];

    snprintf(seen, sizeof seen, "/proc/%d/%s%s", (int)pid, path[0] == '/' ? "root" : "cwd/", path);
    return faccessat(AT_FDCWD, seen, R_OK, AT_EACCESS) == 0;
}

/* Whether a file was not met before; there is room for so many. */
static bool is_new(struct looking *looking, const char *path)
{
    size_t i = 0;

    for (; i < FILES_MAX && looking->files[i] != NULL; i++)
        if (strcmp(looking->files[i], path) == 0)
            return false;
    if (i < FILES_MAX)
        looking->files[i] = strdup(path);
    return i < FILES_MAX;
}

static void see_function(struct looking *looking, const struct record_function *function)
{
    struct trial *trial = looking->trial;
    char path[RECORD_FILE_MAX + 1];

    snprintf(path, sizeof path, "%.*s", (int)function->file_length,
             function->text + function->name_length);
    /* "<string>", "<frozen importlib._bootstrap>": never was a file. */
    if (path[0] == '\0' || path[0] == '<' || !is_new(looking, path))
        return;
    trial->sources++;
    if (is_readable(looking->pid, path))
        return;
    if (trial->sources_missing++ == 0)
        clean_utf8(trial->missing, sizeof trial->missing, path, strlen(path));
}

static void *reserve(struct sink *sink, size_t length)
{
    struct looking *looking = (struct looking *)(void *)sink;

    return length <= sizeof looking->record ? looking->record : NULL;
}

static void commit(struct sink *sink)
{
    struct looking *looking = (struct looking *)(void *)sink;
    const struct record_header *header = (const void *)looking->record;

    if (header->kind == RECORD_FUNCTION)
        see_function(looking, (const void *)looking->record);
}

static bool look(struct target *target, struct trial *trial, struct error *error)
{
    const struct timespec pause = {0, LOOK_PAUSE_MS * (long)NS_PER_MS};

    for (int i = 0; i < LOOKS_MAX; i++) {
        struct sampler_counts counts = {0};

        if (!target_round(target, &counts, error))
            return false;
        target_flush(target, &counts);
        trial->threads = counts.samples;
        trial->truncated = counts.truncated;
        trial->failed = counts.failed;
        if (counts.samples > 0 && counts.truncated == 0 && counts.failed == 0)
            break;
        nanosleep(&pause, NULL);
    }
    return true;
}

bool trial_look(struct trial *trial, pid_t pid, struct error *error)
{
    /* From any CPU: a look takes nothing from the process. */
    const struct target_options options = {
        .engine = {.kind = ENGINE_REMOTE, .budget = 1, .interval_ns = NS_PER_MS}};
    struct looking *looking = calloc(1, sizeof *looking);
    struct target *target;
    bool ok;

    *trial = (struct trial){0};
    if (looking == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    looking->sink = (struct sink){reserve, commit};
    looking->trial = trial;
    looking->pid = pid;
    target = target_new(pid, 0, &options, &looking->sink, error);
    ok = target != NULL && look(target, trial, error);
    if (target != NULL)
        trial->version_hex = target_version(target);
    target_free(target);
    for (size_t i = 0; i < FILES_MAX; i++)
        free(looking->files[i]);
    free(looking);
    return ok;
}
