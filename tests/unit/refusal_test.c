/* refusal: which rule it is that keeps a process from being read, from made-up facts; that each is told with
   what changes it; and what /proc tells of this process itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "memory/refusal.h"

#define ALL UINT64_C(0x1ffffffffff)

/* A user without rights and a process of the same user, as on a machine of one's own. */
static struct access plain_access(void)
{
    struct access access = {
        .ours = {.state = 'R', .uid = {1000, 1000, 1000}, .gid = {1000, 1000, 1000}, .bounding = ALL,
                 .uid_map = "0 0 4294967295\n"},
        .yama_scope = -1,
    };

    access.theirs = access.ours;
    return access;
}

static void make_root(struct rights *rights)
{
    for (int i = 0; i < 3; i++)
        rights->uid[i] = rights->gid[i] = 0;
    rights->permitted = rights->effective = ALL;
}

static void take_capability(struct rights *rights)
{
    rights->permitted &= ~RIGHTS_PTRACE;
    rights->effective &= ~RIGHTS_PTRACE;
    rights->bounding &= ~RIGHTS_PTRACE;
}

static struct finding told(const struct access *access, enum refusal expected)
{
    struct finding finding = {.name = "memory"};
    const enum refusal refusal = refusal_judge(access);

    assert_int_equal(refusal, expected);
    refusal_tell(access, refusal, &finding);
    assert_int_equal(finding.mark, MARK_NO);
    assert_true(strlen(finding.text) > 10);
    assert_true(strlen(finding.remedy) > 10);
    /* Nothing is cut, also not in the sentence of an error. */
    assert_true(strlen(finding.text) < sizeof finding.text - 1);
    assert_true(strlen(finding.remedy) < sizeof finding.remedy - 1);
    assert_true(strlen(finding.without) < sizeof finding.without - 1);
    assert_true(strlen(finding.text) + strlen(finding.remedy) + 64 < sizeof((struct error){0}).text);
    return finding;
}

static void has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("'%s' does not say '%s'", text, part);
}

static void who_it_belongs_to_is_told_first(void **state)
{
    struct access access = plain_access();
    struct finding finding;

    (void)state;
    make_root(&access.theirs);
    access.theirs.undumpable = true;
    access.yama_scope = 1;
    finding = told(&access, REFUSAL_USER);
    has(finding.text, "uid 0");
    has(finding.remedy, "sudo");
    access.theirs = plain_access().theirs;
    access.theirs.uid[2] = 7;
    finding = told(&access, REFUSAL_USER);
    has(finding.text, "1000, 1000 and 7");
    access.theirs.uid[2] = 1000;
    access.theirs.gid[0] = 5;
    has(told(&access, REFUSAL_GROUP).text, "gid 5");
}

static void the_same_user_is_refused_for_other_reasons(void **state)
{
    struct access access = plain_access();

    (void)state;
    access.theirs.permitted = UINT64_C(1) << 10;
    has(told(&access, REFUSAL_MORE_RIGHTS).remedy, "sudo");
    access.yama_scope = 1;
    told(&access, REFUSAL_MORE_RIGHTS);
    access.theirs.undumpable = true;
    has(told(&access, REFUSAL_UNDUMPABLE).text, "PR_SET_DUMPABLE");
    access = plain_access();
    told(&access, REFUSAL_MODULE);
    access.yama_scope = 0;
    told(&access, REFUSAL_MODULE);
    /* A filter is no reason: it refuses the call, and the file is read instead. */
    access.ours.filtered = true;
    told(&access, REFUSAL_MODULE);
}

static void yama_is_told_with_its_scope(void **state)
{
    struct access access = plain_access();
    struct finding finding;

    (void)state;
    access.yama_scope = 1;
    finding = told(&access, REFUSAL_YAMA);
    has(finding.text, "ptrace_scope is 1");
    has(finding.remedy, "sudo sysctl kernel.yama.ptrace_scope=0");
    has(finding.without, "PR_SET_PTRACER");
    access.yama_scope = 2;
    finding = told(&access, REFUSAL_YAMA);
    has(finding.text, "ptrace_scope is 2");
    assert_null(strstr(finding.remedy, "sysctl"));
    access.yama_scope = 3;
    make_root(&access.ours);
    has(told(&access, REFUSAL_FORBIDDEN).text, "everybody");
}

static void root_in_a_container_is_told_of_it(void **state)
{
    struct access access = plain_access();
    struct finding finding;

    (void)state;
    make_root(&access.ours);
    take_capability(&access.ours);
    finding = told(&access, REFUSAL_USER);
    has(finding.text, "root without CAP_SYS_PTRACE");
    has(finding.remedy, "--cap-add=SYS_PTRACE");
    make_root(&access.theirs);
    finding = told(&access, REFUSAL_MORE_RIGHTS);
    has(finding.remedy, "--cap-add=SYS_PTRACE");
    access.ours.bounding = ALL;
    assert_null(strstr(told(&access, REFUSAL_MORE_RIGHTS).remedy, "container"));
}

static void sudo_is_not_told_to_whom_it_cannot_help(void **state)
{
    struct access access = plain_access();

    (void)state;
    access.theirs.uid[0] = access.theirs.uid[1] = access.theirs.uid[2] = 7;
    access.ours.bounding &= ~RIGHTS_PTRACE;
    assert_null(strstr(told(&access, REFUSAL_USER).remedy, "sudo"));
    access = plain_access();
    access.theirs.undumpable = true;
    access.ours.no_new_privs = true;
    has(told(&access, REFUSAL_UNDUMPABLE).remedy, "no_new_privs");
}

static void user_namespaces_are_told(void **state)
{
    struct access access = plain_access();

    (void)state;
    snprintf(access.ours.uid_map, sizeof access.ours.uid_map, "0 1000 1\n");
    told(&access, REFUSAL_NAMESPACE);
    make_root(&access.ours);
    told(&access, REFUSAL_NAMESPACE);
    access.theirs.uid_map[0] = '\0'; /* not to be had */
    told(&access, REFUSAL_MODULE);
}

static void what_proc_hides_is_not_guessed_at(void **state)
{
    struct access access = plain_access();

    (void)state;
    access.theirs = (struct rights){0};
    access.hidden = true;
    has(told(&access, REFUSAL_HIDDEN).text, "hidepid");
}

/* In a child, as it would not come back from all of it: 0 when its facts are as they should be. */
static int look_at_itself(void)
{
    struct rights rights;

    if (!rights_read(&rights, getpid()) || rights.undumpable != (prctl(PR_GET_DUMPABLE) != 1))
        return 1;
    if (rights.uid[0] != getuid() || rights.uid[1] != geteuid() || rights.gid[1] != getegid())
        return 2;
    if (rights.leader != getpid() || rights.pid_depth != 1 || rights.is_kernel_thread)
        return 3;
    if (rights.uid_map[0] == '\0' || rights.state != 'R')
        return 4;
    if (rights_proc() != PROC_OURS || rights_share_namespace(getpid(), "pid") != SHARED_YES)
        return 5;
    if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0)
        return 77;
    /* Changing users took that away already, or this does. */
    if (prctl(PR_SET_DUMPABLE, 0) != 0 || !rights_read(&rights, getpid()))
        return 6;
    return rights.undumpable ? 0 : 7;
}

static void the_facts_of_a_process_are_read(void **state)
{
    const pid_t child = fork();
    struct rights rights;
    int status;

    (void)state;
    if (child == 0)
        _exit(look_at_itself());
    assert_int_equal(waitid(P_PID, (id_t)child, &(siginfo_t){0}, WEXITED | WNOWAIT), 0);
    assert_true(rights_is_there(child));
    assert_true(rights_read(&rights, child));
    assert_int_equal(rights.state, 'Z');
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_false(rights_is_there(child));
    assert_false(rights_read(&rights, child));
    if (WEXITSTATUS(status) == 77)
        skip();
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_it_belongs_to_is_told_first),
        cmocka_unit_test(the_same_user_is_refused_for_other_reasons),
        cmocka_unit_test(yama_is_told_with_its_scope),
        cmocka_unit_test(root_in_a_container_is_told_of_it),
        cmocka_unit_test(sudo_is_not_told_to_whom_it_cannot_help),
        cmocka_unit_test(user_namespaces_are_told),
        cmocka_unit_test(what_proc_hides_is_not_guessed_at),
        cmocka_unit_test(the_facts_of_a_process_are_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
