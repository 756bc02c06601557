#include "memory/refusal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <unistd.h>

#include "base/clean.h"

void access_ask(struct access *access, pid_t pid)
{
    rights_read(&access->ours, 0);
    access->hidden = !rights_read(&access->theirs, pid);
    access->yama_scope = rights_yama_scope();
}

bool access_parts_users(const struct access *access)
{
    return access->ours.uid_map[0] != '\0' && access->theirs.uid_map[0] != '\0' &&
           strcmp(access->ours.uid_map, access->theirs.uid_map) != 0;
}

/* Whether all of three ids are `id`. */
static bool are_all(const uint32_t ids[3], uint32_t id)
{
    return ids[0] == id && ids[1] == id && ids[2] == id;
}

enum refusal refusal_judge(const struct access *access)
{
    const struct rights *ours = &access->ours, *theirs = &access->theirs;
    const bool capable = (ours->effective & RIGHTS_PTRACE) != 0;
    const bool parted = access_parts_users(access);

    if (access->yama_scope == 3)
        return REFUSAL_FORBIDDEN;
    if (access->hidden)
        return REFUSAL_HIDDEN;
    if (capable)
        return parted ? REFUSAL_NAMESPACE : REFUSAL_MODULE;
    if (!are_all(theirs->uid, ours->uid[0]))
        return REFUSAL_USER;
    if (!are_all(theirs->gid, ours->gid[0]))
        return REFUSAL_GROUP;
    if (theirs->undumpable)
        return REFUSAL_UNDUMPABLE;
    if (parted)
        return REFUSAL_NAMESPACE;
    if ((theirs->permitted & ~ours->permitted) != 0)
        return REFUSAL_MORE_RIGHTS;
    return access->yama_scope > 0 ? REFUSAL_YAMA : REFUSAL_MODULE;
}

const char *refusal_way_to_capability(const struct rights *ours)
{
    if ((ours->bounding & RIGHTS_PTRACE) == 0)
        return "start the container with --cap-add=SYS_PTRACE, or run tachyon-top outside of it";
    if (ours->uid[1] == 0)
        return "run tachyon-top with all capabilities of root";
    if (ours->no_new_privs)
        return "run tachyon-top as root from elsewhere: no_new_privs keeps sudo from working here";
    return "run tachyon-top with sudo";
}

/* For whom the rules would not matter, had they what root has elsewhere. */
static const char *root_without(const struct rights *ours)
{
    return ours->uid[1] == 0 ? ", and this is root without CAP_SYS_PTRACE, as in a container" : "";
}

static void tell_user(const struct access *access, struct finding *finding)
{
    const struct rights *ours = &access->ours;
    const uint32_t *uid = access->theirs.uid;
    const char *way = refusal_way_to_capability(ours);
    const bool is_one = are_all(uid, uid[0]);
    const bool can_change = is_one && (ours->bounding & RIGHTS_PTRACE) != 0 && !ours->no_new_privs;

    if (is_one)
        finding_set(finding, MARK_NO, "it belongs to another user (uid %u)%s", uid[0],
                    root_without(ours));
    else
        finding_set(finding, MARK_NO,
                    "it changed its user (uids %u, %u and %u: real, effective, saved)%s", uid[0],
                    uid[1], uid[2], root_without(ours));
    finding_remedy(finding, "%s", can_change ? "run tachyon-top as that user or with sudo" : way);
}

static void tell_yama(const struct access *access, struct finding *finding)
{
    const bool is_one = access->yama_scope == 1;

    finding_set(finding, MARK_NO, "kernel.yama.ptrace_scope is %d, %s", access->yama_scope,
                is_one ? "which leaves a process to its parents and to root"
                       : "which leaves all processes to root");
    finding_remedy(finding, "%s%s", refusal_way_to_capability(&access->ours),
                   is_one ? ", or allow it with: sudo sysctl kernel.yama.ptrace_scope=0" : "");
    if (is_one)
        finding_without(finding, "what calls prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY) can be read");
}

void refusal_tell(const struct access *access, enum refusal refusal, struct finding *finding)
{
    const struct rights *ours = &access->ours;
    const char *way = refusal_way_to_capability(ours);

    switch (refusal) {
    case REFUSAL_HIDDEN:
        finding_set(finding, MARK_NO, "/proc hides it from this user (mounted with hidepid)");
        finding_remedy(finding, "%s", way);
        break;
    case REFUSAL_FORBIDDEN:
        finding_set(finding, MARK_NO, "kernel.yama.ptrace_scope is 3, which forbids it to everybody "
                                      "until the next boot");
        finding_remedy(finding, "set it to less in /etc/sysctl.d, and boot");
        break;
    case REFUSAL_NAMESPACE:
        finding_set(finding, MARK_NO, "it is in another user namespace, where the rights that this "
                                      "user has here do not count");
        finding_remedy(finding, "run tachyon-top outside of this user namespace, on the host");
        break;
    case REFUSAL_USER:
        tell_user(access, finding);
        break;
    case REFUSAL_GROUP:
        finding_set(finding, MARK_NO, "its group is another (gid %u, and here %u)%s",
                    access->theirs.gid[0], ours->gid[0], root_without(ours));
        finding_remedy(finding, "%s", way);
        break;
    case REFUSAL_UNDUMPABLE:
        finding_set(finding, MARK_NO,
                    "it is not dumpable: it changed its user, asked for it with "
                    "prctl(PR_SET_DUMPABLE), or runs a file that this user cannot read%s",
                    root_without(ours));
        finding_remedy(finding, "%s", way);
        finding_without(finding, "a program that calls prctl(PR_SET_DUMPABLE, 1) can be read");
        break;
    case REFUSAL_MORE_RIGHTS:
        finding_set(finding, MARK_NO, "it runs with more rights than this user has (capabilities)%s",
                    root_without(ours));
        finding_remedy(finding, "%s", way);
        break;
    case REFUSAL_YAMA:
        tell_yama(access, finding);
        break;
    case REFUSAL_MODULE:
    case REFUSALS:
        finding_set(finding, MARK_NO, "ptrace's own rules allow it, so a security module (AppArmor, "
                                      "SELinux, Landlock) forbids it, or a user namespace that "
                                      "cannot be told from here");
        finding_remedy(finding, "run tachyon-top on the host, as root");
        break;
    }
}

bool refusal_explain(pid_t pid, struct error *error)
{
    struct access access;
    struct finding finding;

    if (!rights_is_there(pid))
        return error_set(error, ERROR_NO_PROCESS, "there is no process %d", (int)pid);
    access_ask(&access, pid);
    refusal_tell(&access, refusal_judge(&access), &finding);
    return error_set(error, ERROR_PERMISSION, "no permission to read process %d: %s; %s", (int)pid,
                     finding.text, finding.remedy);
}

bool proc_tell(struct finding *finding)
{
    switch (rights_proc()) {
    case PROC_MISSING:
        finding_set(finding, MARK_NO, "/proc is not mounted here");
        finding_remedy(finding, "mount it with: mount -t proc proc /proc");
        return false;
    case PROC_OTHER:
        finding_set(finding, MARK_NO,
                    "/proc is that of another PID namespace, and numbers processes otherwise");
        finding_remedy(finding, "mount that of this one with: mount -t proc proc /proc");
        return false;
    case PROC_OURS:
        break;
    }
    finding_set(finding, MARK_OK, "/proc is mounted, and of this PID namespace");
    return true;
}

bool proc_usable(struct error *error)
{
    struct finding finding;

    if (proc_tell(&finding))
        return true;
    return error_set(error, ERROR_SYSTEM, "%s; %s", finding.text, finding.remedy);
}

bool absence_explain(pid_t pid, struct error *error)
{
    struct rights theirs;

    if (!proc_usable(error))
        return false;
    if (!rights_is_there(pid))
        return error_set(error, ERROR_NO_PROCESS, "there is no process %d", (int)pid);
    if (!rights_read(&theirs, pid))
        return refusal_explain(pid, error);
    if (theirs.is_kernel_thread)
        return error_set(error, ERROR_NOT_PYTHON,
                         "process %d is not a Python process: it is a thread of the kernel", (int)pid);
    if (theirs.state == 'Z' || theirs.state == 'X')
        return error_set(error, ERROR_NO_PROCESS,
                         "process %d ended, and waits for its parent to take note of it", (int)pid);
    return error_set(error, ERROR_NO_PROCESS, "process %d ended just now", (int)pid);
}

/* The kernel's name of a process, cleaned; "?" when it does not tell. */
static void name_of(pid_t pid, char name[64])
{
    char path[64], text[64];
    FILE *file;

    snprintf(name, 64, "?");
    snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
    file = fopen(path, "re");
    if (file == NULL)
        return;
    if (fgets(text, sizeof text, file) != NULL)
        clean_utf8(name, 64, text, strcspn(text, "\n"));
    fclose(file);
}

/* Whether a thread is one of this program's. */
static bool is_ours(pid_t tid)
{
    char path[64];

    snprintf(path, sizeof path, "/proc/self/task/%d", (int)tid);
    return access(path, F_OK) == 0;
}

bool process_can_be_stopped(pid_t pid, struct error *error)
{
    struct rights rights;
    char name[64];

    if (rights_read(&rights, pid) && rights.tracer > 0 && !is_ours(rights.tracer)) {
        name_of(rights.tracer, name);
        return error_set(error, ERROR_PERMISSION,
                         "process %d cannot be stopped for --blocking: process %d (%s) traces it already, as "
                         "debuggers do; end that one, or go without --blocking",
                         (int)pid, (int)rights.tracer, name);
    }
    /* Of a process that we do not trace, all that is let through fails with ESRCH. */
    if (ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) == 0 || errno == ESRCH)
        return true;
    return error_set(error, ERROR_PERMISSION,
                     "process %d cannot be stopped for --blocking: a seccomp filter or security module forbids "
                     "ptrace; start the container with --cap-add=SYS_PTRACE, or go without --blocking",
                     (int)pid);
}
