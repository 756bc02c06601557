/*
 * process - the checks of one process, from whether it is there to what its threads tell. The first that fails is
 * the last: nothing can be said of the next then, and nothing is guessed.
 */
#include "doctor/doctor.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "base/clean.h"
#include "doctor/trial.h"
#include "export/text.h"
#include "memory/process.h"
#include "memory/refusal.h"
#include "python/runtime.h"
#include "sample/kernel_thread.h"
#include "sample/process_facts.h"

/* What the checks share, each of it made by the check that comes first to it. */
struct patient {
    pid_t pid;
    struct access access;
    struct reader *reader;
    struct runtime runtime;
    struct trial trial;
};

/* An error as a finding: what would help stands behind the last semicolon. Always false. */
static bool tell_error(struct finding *finding, const struct error *error)
{
    const char *end = strrchr(error->text, ';');

    if (end == NULL) {
        finding_set(finding, MARK_NO, "%s", error->text);
        return false;
    }
    finding_set(finding, MARK_NO, "%.*s", (int)(end - error->text), error->text);
    finding_remedy(finding, "%s", end + strspn(end, "; "));
    return false;
}

/* That its first thread ended looks the same, but leaves the others. */
static bool is_over(const struct patient *patient)
{
    const char state = patient->access.theirs.state;

    return state == 'X' || (state == 'Z' && process_memory_id(patient->pid) == patient->pid);
}

static bool check_process(struct patient *patient, struct finding *finding)
{
    const struct rights *theirs = &patient->access.theirs;
    char command[72]; /* enough to know it by */
    struct error error;

    access_ask(&patient->access, patient->pid);
    if (!rights_is_there(patient->pid) || is_over(patient) || theirs->is_kernel_thread) {
        absence_explain(patient->pid, &error);
        return tell_error(finding, &error);
    }
    if (patient->access.hidden) {
        refusal_tell(&patient->access, refusal_judge(&patient->access), finding);
        return false;
    }
    process_command(patient->pid, command, sizeof command);
    if (theirs->leader != patient->pid) {
        finding_set(finding, MARK_NOTE, "%d is a thread of process %d, of uid %u: %s", (int)patient->pid,
                    (int)theirs->leader, theirs->uid[1], command);
        finding_remedy(finding, "give the process: tachyon-top %d", (int)theirs->leader);
        return true;
    }
    if (process_is_stopped(patient->pid)) {
        finding_set(finding, MARK_NOTE, "%d of uid %u is stopped by a signal, and stands still: %s", (int)patient->pid,
                    theirs->uid[1], command);
        finding_remedy(finding, "kill -CONT %d lets it go on", (int)patient->pid);
        return true;
    }
    finding_set(finding, MARK_OK, "%d of uid %u: %s", (int)patient->pid, theirs->uid[1], command);
    return true;
}

/* The kinds of namespaces that are, by `wanted`, shared, not shared, or not known, with commas. */
static size_t list_namespaces(const enum shared shared[3], enum shared wanted, char *text, size_t room)
{
    static const char *const KINDS[] = {"user", "PID", "mount"};
    size_t length = 0, count = 0;

    text[0] = '\0';
    for (size_t i = 0; i < 3; i++)
        if (shared[i] == wanted) {
            length += (size_t)snprintf(text + length, room - length, "%s%s", count > 0 ? ", " : "",
                                       KINDS[i]);
            count++;
        }
    return count;
}

static bool check_namespaces(struct patient *patient, struct finding *finding)
{
    const pid_t pid = patient->pid;
    enum shared shared[] = {rights_share_namespace(pid, "user"), rights_share_namespace(pid, "pid"),
                            rights_share_namespace(pid, "mnt")};
    char others[32], unknown[32];
    size_t other_count, unknown_count;

    /* What may be told without the right to read the links. */
    if (access_parts_users(&patient->access))
        shared[0] = SHARED_NO;
    if (patient->access.theirs.pid_depth > 1)
        shared[1] = SHARED_NO;
    other_count = list_namespaces(shared, SHARED_NO, others, sizeof others);
    unknown_count = list_namespaces(shared, SHARED_UNKNOWN, unknown, sizeof unknown);
    if (other_count == 0 && unknown_count == 0)
        finding_set(finding, MARK_OK, "user, PID and mount namespace are those of this user");
    else if (other_count == 0)
        finding_set(finding, MARK_NOTE, "not to be told without the right to read it: %s", unknown);
    else
        finding_set(finding, MARK_NOTE, "of its own, as a container's: %s%s%s", others,
                    unknown_count > 0 ? "; not to be told: " : "", unknown);
    if (shared[1] == SHARED_NO || shared[2] == SHARED_NO)
        finding_without(finding, "threads are shown by their ids here, files by their paths there");
    return true;
}

static bool check_memory(struct patient *patient, struct finding *finding)
{
    struct error error;

    patient->reader = process_reader_new(patient->pid, &error);
    if (patient->reader != NULL) {
        finding_set(finding, MARK_OK, "can be read by this user");
        return true;
    }
    if (error.code != ERROR_PERMISSION)
        return tell_error(finding, &error);
    refusal_tell(&patient->access, refusal_judge(&patient->access), finding);
    return false;
}

static bool check_python(struct patient *patient, struct finding *finding)
{
    struct runtime_file file;
    struct error error;
    char path[256];

    if (!runtime_search(&file, patient->pid, patient->reader, &error))
        return tell_error(finding, &error);
    if (file.path[0] == '\0') {
        finding_set(finding, MARK_OK, "CPython is in no file that tells it, and was found in memory (at 0x%llx)",
                    (unsigned long long)file.runtime.value);
        return true;
    }
    clean_utf8(path, sizeof path, file.path, strlen(file.path));
    finding_set(finding, MARK_OK, "CPython is in %s%s", path,
                file.by_memory             ? " (by its symbol _PyRuntime in memory)"
                : file.by_section          ? " (by its section .PyRuntime)"
                : file.runtime.value != 0 ? " (by its symbol _PyRuntime)"
                                          : "");
    return true;
}

static bool check_version(struct patient *patient, struct finding *finding)
{
    char version[TEXT_VERSION_SIZE];
    struct error error;

    if (!runtime_find(&patient->runtime, patient->pid, patient->reader, &error)) {
        tell_error(finding, &error);
        if (error.code == ERROR_VERSION && finding->remedy[0] == '\0')
            finding_remedy(finding, "run the program under a CPython %s", LAYOUT_VERSIONS);
        return false;
    }
    text_python_version(version, patient->runtime.version_hex);
    if (patient->runtime.layout.is_guess) {
        finding_set(finding, MARK_NOTE, "%s came after this tachyon-top: read as %u.%u, by what it tells of "
                                        "itself",
                    version, patient->runtime.layout.version >> 8,
                    patient->runtime.layout.version & 0xff);
        finding_remedy(finding, "a newer tachyon-top");
        return true;
    }
    finding_set(finding, patient->runtime.is_debug ? MARK_NOTE : MARK_OK, "%s%s%s, its structures known %s", version,
                !patient->runtime.layout.free_threaded                    ? ""
                : runtime_has_gil(&patient->runtime, patient->reader) ? " free-threaded, with a GIL enabled"
                                                                      : " free-threaded, without a GIL",
                patient->runtime.is_debug ? ", a debug build" : "",
                patient->runtime.layout.version >= LAYOUT_TOLD_FROM ? "from what it tells of them itself"
                                                                  : "from its headers");
    if (patient->runtime.is_debug) {
        finding_remedy(finding, "run the program under a CPython built without --with-pydebug");
        finding_without(finding, "stacks are right; times and shares are those of this build, in which each function "
                                 "is slower, by its own factor");
    }
    return true;
}

static bool check_stacks(struct patient *patient, struct finding *finding)
{
    const struct trial *trial = &patient->trial;
    struct error error;

    if (!trial_look(&patient->trial, patient->pid, &error))
        return tell_error(finding, &error);
    if (trial->threads == 0) {
        finding_set(finding, MARK_NO, "no stack could be read (threads tried: %llu)",
                    (unsigned long long)trial->failed);
        return false;
    }
    if (trial->truncated == 0 && trial->failed == 0)
        finding_set(finding, MARK_OK, "threads read: %llu, each stack proven whole",
                    (unsigned long long)trial->threads);
    else
        finding_set(finding, MARK_NOTE,
                    "threads read: %llu, of which %llu end in ‹moving›; not read: %llu",
                    (unsigned long long)trial->threads, (unsigned long long)trial->truncated,
                    (unsigned long long)trial->failed);
    return true;
}

static bool check_sources(struct patient *patient, struct finding *finding)
{
    const struct trial *trial = &patient->trial;

    if (trial->sources == 0) {
        finding_set(finding, MARK_NOTE, "of the functions that run now, none is of a file");
    } else if (trial->sources_missing == 0) {
        finding_set(finding, MARK_OK, "of the functions that run now, all files can be read here (%u)",
                    trial->sources);
    } else {
        finding_set(finding, MARK_NOTE,
                    "of the functions that run now, %u of %u files cannot be read here: %.200s",
                    trial->sources_missing, trial->sources, trial->missing);
        finding_without(finding, "all: functions are shown with file and line, which need no source");
    }
    return true;
}

static bool check_clocks(struct patient *patient, struct finding *finding)
{
    struct kernel_thread thread;
    struct kernel_run run;
    struct kernel_wait wait;
    bool runs, waits;

    if (!kernel_thread_open(&thread, patient->pid, patient->pid)) {
        finding_set(finding, MARK_NO, "process %d ended just now", (int)patient->pid);
        return false;
    }
    runs = kernel_thread_run(&thread, &run);
    waits = kernel_thread_wait(&thread, &wait);
    kernel_thread_close(&thread);
    if (runs && waits) {
        finding_set(finding, MARK_OK,
                    "the kernel tells their CPU time (schedstat) and what they wait for (syscall)");
        return true;
    }
    finding_set(finding, MARK_NOTE, "the kernel does not tell %s%s%s", runs ? "" : "their CPU time (schedstat)",
                runs || waits ? "" : ", nor ", waits ? "" : "what they wait for (syscall)");
    finding_remedy(finding, "a kernel built with CONFIG_SCHED_INFO (schedstat) and "
                            "CONFIG_HAVE_ARCH_TRACEHOOK (syscall), as those of distributions are");
    finding_without(finding, "%s%s%s", runs ? "" : "wall and GIL time are right, CPU time is not",
                    runs || waits ? "" : "; ",
                    waits ? "" : "threads without the GIL are all told as idle");
    return true;
}

static bool check_riding(struct patient *patient, struct finding *finding)
{
    cpu_set_t ours, theirs, both;

    if (sched_getaffinity(0, sizeof ours, &ours) != 0 ||
        sched_getaffinity(patient->pid, sizeof theirs, &theirs) != 0 ||
        sched_setaffinity(0, sizeof ours, &ours) != 0) {
        finding_set(finding, MARK_NOTE, "a thread cannot be moved between CPUs here (%s)",
                    strerrorname_np(errno));
        finding_without(finding, "--engine remote is used: quick calls end in ‹moving› more often");
        return true;
    }
    CPU_AND(&both, &ours, &theirs);
    if (CPU_EQUAL(&both, &theirs)) {
        finding_set(finding, MARK_OK, "the sampler may run on all CPUs that the process runs on");
        return true;
    }
    finding_set(finding, MARK_NOTE, "the sampler may run on %d of the %d CPUs that the process may run on",
                CPU_COUNT(&both), CPU_COUNT(&theirs));
    finding_remedy(finding, "start tachyon-top without taskset, or in the same cpuset");
    finding_without(finding, "--engine remote is used: quick calls end in ‹moving› more often");
    return true;
}

static const struct {
    const char *name;
    bool (*check)(struct patient *patient, struct finding *finding); /* false: the rest has no sense */
} CHECKS[] = {
    {"process", check_process}, {"namespaces", check_namespaces}, {"memory", check_memory},
    {"Python", check_python},   {"version", check_version},       {"stacks", check_stacks},
    {"sources", check_sources}, {"threads", check_clocks},        {"riding", check_riding},
};

void doctor_examine_process(struct doctor *doctor, pid_t pid)
{
    struct patient patient = {.pid = pid};
    bool goes_on = rights_proc() == PROC_OURS; /* else that was told, and its numbers mean nothing */

    doctor->pid = pid;
    for (size_t i = 0; i < sizeof CHECKS / sizeof CHECKS[0] && goes_on; i++) {
        struct finding finding = {.name = CHECKS[i].name};

        goes_on = CHECKS[i].check(&patient, &finding);
        doctor_add(doctor, &finding, 1);
    }
    reader_free(patient.reader);
}
