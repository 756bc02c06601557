/*
 * refusal - why a process cannot be read, and what would help: the one place that these sentences come
 * from, for errors and for `tachyon-top doctor`.
 *
 * The rules are those of ptrace(2), "Ptrace access mode checking", gone through in the kernel's order
 * (__ptrace_may_access(), kernel/ptrace.c; cap_ptrace_access_check(), security/commoncap.c;
 * yama_ptrace_access_check(), security/yama/yama_lsm.c). All functions may be called from any thread.
 */
#ifndef MEMORY_REFUSAL_H
#define MEMORY_REFUSAL_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/finding.h"
#include "memory/rights.h"

enum refusal {
    REFUSAL_HIDDEN,         /* /proc tells nothing of it */
    REFUSAL_FORBIDDEN,      /* Yama forbids it to everybody */
    REFUSAL_NAMESPACE,      /* it is in a user namespace in which we have no rights */
    REFUSAL_USER,           /* it is another user's */
    REFUSAL_GROUP,          /* its group is another */
    REFUSAL_UNDUMPABLE,
    REFUSAL_MORE_RIGHTS,    /* it has capabilities that we have not */
    REFUSAL_YAMA,
    REFUSAL_MODULE,         /* none of these: a security module's rule */
    REFUSALS,
};

/* The reader, who was refused, and whom it wanted to read. */
struct access {
    struct rights ours;
    struct rights theirs;
    bool hidden;            /* `theirs` is not known */
    int yama_scope;         /* as rights_yama_scope() gives it */
};

/* Asks for the facts about process `pid`. */
void access_ask(struct access *access, pid_t pid);

/* Whether two processes are known to be in different user namespaces. */
bool access_parts_users(const struct access *access);

/* What it is that the kernel refused for. */
enum refusal refusal_judge(const struct access *access);

/* Tells it: `finding` gets MARK_NO, why, what would help, and what works without. */
void refusal_tell(const struct access *access, enum refusal refusal, struct finding *finding);

/* How this user gets CAP_SYS_PTRACE, in words that follow "to change that,": with sudo, or by the
   container. */
const char *refusal_way_to_capability(const struct rights *ours);

/* Fills `error` with why this user may not read process `pid` and what would help. Always false. */
bool refusal_explain(pid_t pid, struct error *error);

/* Fills `error` with why nothing can be read of process `pid`, as it has no memory or cannot be found:
   there is none of that id, it ended, it is a thread of the kernel's, or /proc is not to be used. Always
   false. */
bool absence_explain(pid_t pid, struct error *error);

/* Whether /proc is there and numbers processes as system calls do; tells it, or the reason. */
bool proc_tell(struct finding *finding);
bool proc_usable(struct error *error);

/* Whether threads of process `pid`, which may be read, can be stopped (stop.h), as far as can be told
   without doing it; false with who else traces it already, or what forbids it. */
bool process_can_be_stopped(pid_t pid, struct error *error);

#endif
