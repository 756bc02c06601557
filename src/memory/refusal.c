/*
 * refusal - why a process cannot be read: the rules of ptrace(2), "Ptrace access mode checking", asked
 * one by one; or that it has no memory.
 */
#include "memory/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CAP_SYS_PTRACE_BIT 19 /* include/uapi/linux/capability.h */

/* What follows `key` in /proc/PID/status (pid 0: ourselves), into `value`; false: nothing. */
static bool status_value(pid_t pid, const char *key, char *value, size_t room)
{
    char path[64];
    char line[256];
    bool found = false;
    FILE *file;

    if (pid == 0)
        snprintf(path, sizeof path, "/proc/self/status");
    else
        snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    file = fopen(path, "re");
    if (file == NULL)
        return false;
    while (!found && fgets(line, sizeof line, file) != NULL) {
        found = strncmp(line, key, strlen(key)) == 0;
        if (found)
            snprintf(value, room, "%s", line + strlen(key) + strspn(line + strlen(key), "\t "));
    }
    fclose(file);
    return found;
}

/* The same as a number in `base`; -1: none. */
static long long status_number(pid_t pid, const char *key, int base)
{
    char value[64];

    return status_value(pid, key, value, sizeof value) ? (long long)strtoull(value, NULL, base)
                                                       : -1;
}

/* Yama's scope (Documentation/admin-guide/LSM/Yama.rst), or -1 where there is no Yama. */
static int yama_scope(void)
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

static bool have_ptrace_capability(void)
{
    const long long effective = status_number(0, "CapEff:", 16);

    return effective >= 0 && (effective >> CAP_SYS_PTRACE_BIT & 1) != 0;
}

bool process_explain_refusal(pid_t pid, struct error *error)
{
    const long long owner = status_number(pid, "Uid:", 10);
    const int scope = yama_scope();

    if (owner < 0)
        return error_set(error, ERROR_NO_PROCESS, "there is no process %d", (int)pid);
    if (geteuid() == 0 || have_ptrace_capability()) {
        if (scope == 3)
            return error_set(error, ERROR_PERMISSION,
                             "no permission to read process %d: kernel.yama.ptrace_scope is 3, which "
                             "forbids it to everybody until the next boot",
                             (int)pid);
        if (!have_ptrace_capability())
            return error_set(error, ERROR_PERMISSION,
                             "no permission to read process %d: this is root without CAP_SYS_PTRACE, "
                             "as in a container; start the container with --cap-add=SYS_PTRACE",
                             (int)pid);
        return error_set(error, ERROR_PERMISSION,
                         "no permission to read process %d though this user has CAP_SYS_PTRACE: it is "
                         "in another user namespace, or a seccomp filter or security module forbids "
                         "it; run tachyon-top on the host",
                         (int)pid);
    }
    if (owner != (long long)geteuid())
        return error_set(error, ERROR_PERMISSION,
                         "no permission to read process %d: it belongs to another user (uid %lld); "
                         "run tachyon-top as that user or with sudo",
                         (int)pid, owner);
    if (scope == 1 || scope == 2 || scope == 3)
        return error_set(error, ERROR_PERMISSION,
                         "no permission to read process %d: kernel.yama.ptrace_scope is %d; run "
                         "tachyon-top with sudo%s",
                         (int)pid, scope,
                         scope == 1 ? ", or allow it with: sudo sysctl kernel.yama.ptrace_scope=0" : "");
    if (status_number(0, "Seccomp:", 10) > 0)
        return error_set(error, ERROR_PERMISSION,
                         "no permission to read process %d: a seccomp filter, as of a container, "
                         "forbids process_vm_readv; start the container with --cap-add=SYS_PTRACE",
                         (int)pid);
    return error_set(error, ERROR_PERMISSION,
                     "no permission to read process %d: it runs with more rights than this user has "
                     "(set-user-ID or capabilities), or made itself undumpable; run tachyon-top with "
                     "sudo",
                     (int)pid);
}

bool process_explain_absence(pid_t pid, struct error *error)
{
    char state[64];

    if (!status_value(pid, "State:", state, sizeof state))
        return error_set(error, ERROR_NO_PROCESS, "there is no process %d", (int)pid);
    if (state[0] == 'Z' || state[0] == 'X')
        return error_set(error, ERROR_NO_PROCESS,
                         "process %d ended, and waits for its parent to take note of it", (int)pid);
    return error_set(error, ERROR_NOT_PYTHON,
                     "process %d is not a Python process: it is a thread of the kernel, or is just "
                     "ending",
                     (int)pid);
}
