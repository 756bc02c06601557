/*
 * machine - the checks of what holds for any process that this user may want to look into.
 */
#include "doctor/doctor.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "memory/refusal.h"
#include "memory/rights.h"

/* What the checks share. */
struct machine {
    struct rights ours;
    int yama_scope;
    bool may_all;  /* CAP_SYS_PTRACE is there to be used */
    bool is_whole; /* in the user namespace that the machine began with */
};

/* That one numbers all users as themselves (user_namespaces(7)). */
static bool is_first_namespace(const char *uid_map)
{
    unsigned inside, outside, count;

    return sscanf(uid_map, "%u %u %u", &inside, &outside, &count) != 3 ||
           (inside == 0 && outside == 0 && count == UINT32_MAX);
}

static bool check_kernel(const struct machine *machine, struct finding *finding)
{
    struct utsname name;

    (void)machine;
    uname(&name);
    if (strcmp(name.machine, "x86_64") == 0)
        finding_set(finding, MARK_OK, "Linux %.64s on %.32s", name.release, name.machine);
    else
        finding_set(finding, MARK_NOTE, "Linux %.64s on %.32s; tested is x86_64 only", name.release,
                    name.machine);
    return true;
}

static bool check_proc(const struct machine *machine, struct finding *finding)
{
    (void)machine;
    return proc_tell(finding);
}

static bool check_user(const struct machine *machine, struct finding *finding)
{
    if (machine->is_whole)
        finding_set(finding, MARK_OK, "uid %u, in the machine's own user namespace", geteuid());
    else
        finding_set(finding, MARK_NOTE,
                    "uid %u of a user namespace: its rights end with it, as a container's do", geteuid());
    return true;
}

static bool check_capability(const struct machine *machine, struct finding *finding)
{
    const struct rights *ours = &machine->ours;

    if (machine->may_all) {
        finding_set(finding, MARK_OK, "CAP_SYS_PTRACE: other users' processes can be read, too%s",
                    machine->is_whole ? "" : ", in this user namespace");
        return true;
    }
    finding_set(finding, MARK_NOTE, "no CAP_SYS_PTRACE%s: only processes of this user can be read",
                (ours->bounding & RIGHTS_PTRACE) == 0
                    ? ", nor can it be had here (it is not in the bounding set)"
                    : "");
    finding_remedy(finding, "%s", refusal_way_to_capability(ours));
    return true;
}

/* Yama's scope; what it forbids to one process is told in the words of a refusal. */
static bool check_ptrace(const struct machine *machine, struct finding *finding)
{
    const struct access access = {.ours = machine->ours,
                                  .theirs = machine->ours,
                                  .yama_scope = machine->yama_scope};
    const int scope = machine->yama_scope;

    if (scope <= 0) {
        finding_set(finding, MARK_OK, scope < 0 ? "no Yama on this kernel"
                                                : "kernel.yama.ptrace_scope is 0");
        return true;
    }
    if (scope <= 2 && machine->may_all) {
        finding_set(finding, MARK_OK,
                    "kernel.yama.ptrace_scope is %d, which CAP_SYS_PTRACE stands above", scope);
        return true;
    }
    refusal_tell(&access, scope == 3 ? REFUSAL_FORBIDDEN : REFUSAL_YAMA, finding);
    if (scope == 1)
        finding->mark = MARK_NOTE; /* there are processes that allow it */
    return true;
}

static bool check_call(const struct machine *machine, struct finding *finding)
{
    const int refused = rights_call_refused();

    if (refused == 0) {
        finding_set(finding, MARK_OK, "process_vm_readv works%s",
                    machine->ours.filtered ? ", also under the seccomp filter that is in force" : "");
        return true;
    }
    finding_set(finding, MARK_NOTE, "process_vm_readv is refused (%s), %s", strerrorname_np(refused),
                machine->ours.filtered ? "by the seccomp filter that is in force"
                                       : "or not built into this kernel");
    finding_remedy(finding, "start the container with --cap-add=SYS_PTRACE, or with a seccomp profile that "
                            "allows process_vm_readv");
    finding_without(finding, "/proc/PID/mem is read instead, with a call for each piece: more samples end "
                             "in ‹moving›");
    return true;
}

static const struct {
    const char *name;
    bool (*check)(const struct machine *machine, struct finding *finding); /* false: the rest has no sense */
} CHECKS[] = {
    {"kernel", check_kernel},         {"/proc", check_proc},   {"user", check_user},
    {"capability", check_capability}, {"ptrace", check_ptrace}, {"system call", check_call},
};

void doctor_examine_machine(struct doctor *doctor)
{
    struct machine machine = {.yama_scope = rights_yama_scope()};
    bool goes_on = true;

    rights_read(&machine.ours, 0);
    machine.may_all = (machine.ours.effective & RIGHTS_PTRACE) != 0;
    machine.is_whole = is_first_namespace(machine.ours.uid_map);
    for (size_t i = 0; i < sizeof CHECKS / sizeof CHECKS[0] && goes_on; i++) {
        struct finding finding = {.name = CHECKS[i].name};

        goes_on = CHECKS[i].check(&machine, &finding);
        doctor_add(doctor, &finding, 1);
    }
}
