#include "memory/rights.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define KERNEL_THREAD_FLAG 0x00200000ul /* PF_KTHREAD, include/linux/sched.h */

static void path_of(char path[64], pid_t pid, const char *name)
{
    if (pid == 0)
        snprintf(path, 64, "/proc/self/%s", name);
    else
        snprintf(path, 64, "/proc/%d/%s", (int)pid, name);
}

/* A file of a process's, terminated, cut to `room`; false: not to be had. */
static bool read_file(pid_t pid, const char *name, char *text, size_t room)
{
    char path[64];
    size_t length;
    FILE *file;

    path_of(path, pid, name);
    file = fopen(path, "re");
    if (file == NULL)
        return false;
    length = fread(text, 1, room - 1, file);
    text[length] = '\0';
    fclose(file);
    return length > 0;
}

/* What stands behind "\nKey:" in the text of a status file; "" when there is no such line. */
static const char *value_of(const char *status, const char *key)
{
    const char *at = strstr(status, key);

    return at != NULL ? at + strlen(key) : "";
}

static void take_ids(const char *value, uint32_t ids[3])
{
    char *end;

    for (int i = 0; i < 3; i++, value = end)
        ids[i] = (uint32_t)strtoul(value, &end, 10);
}

static unsigned count_words(const char *value)
{
    unsigned count = 0;

    for (const char *at = value + strspn(value, " \t"); *at != '\0' && *at != '\n';
         at += strspn(at, " \t")) {
        at += strcspn(at, " \t\n");
        count++;
    }
    return count;
}

/* Files of a process that is not dumpable belong to root, and not to its effective user
   (task_dump_owner(), fs/proc/base.c). */
static bool is_undumpable(pid_t pid, uint32_t effective_uid)
{
    char path[64];
    struct stat found;

    path_of(path, pid, "mem");
    return stat(path, &found) == 0 && found.st_uid != effective_uid;
}

/* Field 9 of /proc/PID/stat; the name, field 2, may hold anything (proc_pid_stat(5)). */
static bool is_kernel_thread(pid_t pid)
{
    char text[512];
    const char *cursor;

    if (!read_file(pid, "stat", text, sizeof text))
        return false;
    cursor = strrchr(text, ')');
    for (int field = 2; cursor != NULL && field < 9; field++)
        cursor = strchr(cursor + 1, ' ');
    return cursor != NULL && (strtoul(cursor, NULL, 10) & KERNEL_THREAD_FLAG) != 0;
}

bool rights_read(struct rights *rights, pid_t pid)
{
    char status[8192]; /* of which a list of many groups may take a part */
    const char *state;

    *rights = (struct rights){0};
    if (!read_file(pid, "status", status, sizeof status))
        return false;
    state = value_of(status, "\nState:");
    rights->state = state[strspn(state, " \t")];
    rights->leader = (pid_t)strtol(value_of(status, "\nTgid:"), NULL, 10);
    take_ids(value_of(status, "\nUid:"), rights->uid);
    take_ids(value_of(status, "\nGid:"), rights->gid);
    rights->permitted = strtoull(value_of(status, "\nCapPrm:"), NULL, 16);
    rights->effective = strtoull(value_of(status, "\nCapEff:"), NULL, 16);
    rights->bounding = strtoull(value_of(status, "\nCapBnd:"), NULL, 16);
    rights->tracer = (pid_t)strtol(value_of(status, "\nTracerPid:"), NULL, 10);
    rights->no_new_privs = strtol(value_of(status, "\nNoNewPrivs:"), NULL, 10) != 0;
    rights->filtered = strtol(value_of(status, "\nSeccomp:"), NULL, 10) != 0;
    rights->pid_depth = count_words(value_of(status, "\nNSpid:"));
    rights->undumpable = is_undumpable(pid, rights->uid[1]);
    rights->is_kernel_thread = is_kernel_thread(pid);
    read_file(pid, "uid_map", rights->uid_map, sizeof rights->uid_map);
    return true;
}

bool rights_is_there(pid_t pid)
{
    return getpgid(pid) >= 0 || errno != ESRCH;
}

enum proc_folder rights_proc(void)
{
    char target[32];
    const ssize_t length = readlink("/proc/self", target, sizeof target - 1);

    if (length <= 0)
        return PROC_MISSING;
    target[length] = '\0';
    return strtol(target, NULL, 10) == getpid() ? PROC_OURS : PROC_OTHER;
}

int rights_yama_scope(void)
{
    FILE *file = fopen("/proc/sys/kernel/yama/ptrace_scope", "re");
    int scope = -1;

    if (file == NULL)
        return -1;
    if (fscanf(file, "%d", &scope) != 1)
        scope = -1;
    fclose(file);
    return scope;
}

int rights_call_refused(void)
{
    char from = 'x', to = 0;
    const struct iovec local = {&to, 1}, remote = {&from, 1};

    return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == 1 ? 0 : errno;
}

static bool namespace_of(pid_t pid, const char *kind, char *text, size_t room)
{
    char name[32], path[64];
    ssize_t length;

    snprintf(name, sizeof name, "ns/%s", kind);
    path_of(path, pid, name);
    length = readlink(path, text, room - 1);
    text[length > 0 ? length : 0] = '\0';
    return length > 0;
}

enum shared rights_share_namespace(pid_t pid, const char *kind)
{
    char ours[64], theirs[64];

    if (!namespace_of(0, kind, ours, sizeof ours) || !namespace_of(pid, kind, theirs, sizeof theirs))
        return SHARED_UNKNOWN;
    return strcmp(ours, theirs) == 0 ? SHARED_YES : SHARED_NO;
}
