/* discover: cgroups and containers by their texts, and real processes by what they are. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "discover/container.h"
#include "discover/selection.h"
#include "sample/process_facts.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void test_paths(void **state)
{
    static const struct {
        const char *text, *path;
    } CASES[] = {
        {"0::/system.slice/nginx.service\n", "/system.slice/nginx.service"},
        {"12:cpu,cpuacct:/a\n1:name=systemd:/docker/x\n0::/\n", "/docker/x"},
        {"0::/\n", "/"},
        {"3:memory:/only\n", "/only"},
        {"0::/with:colon\n", "/with:colon"},
        {"", ""},
        {"nonsense", ""},
    };
    char path[64];

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        cgroup_path(CASES[i].text, path, sizeof path);
        assert_string_equal(path, CASES[i].path);
    }
    cgroup_path("0::/longer/than/its/room\n", path, 8);
    assert_string_equal(path, "/longer");
}

static void test_containers(void **state)
{
    static const struct {
        const char *path, *name;
    } CASES[] = {
        {"/system.slice/docker-" ID ".scope", "0123456789ab"},
        {"/docker/" ID, "0123456789ab"},
        {"/kubepods.slice/kubepods-pod1.slice/cri-containerd-" ID ".scope", "0123456789ab"},
        {"/machine.slice/libpod-" ID ".scope/container", "0123456789ab"},
        {"/lxc.payload.web/init.scope", "web"},
        {"/lxc/db", "db"},
        {"/docker/" ID "0", ""},
        {"/user.slice/user-1000.slice/session-2.scope", ""},
        {"", ""},
    };
    char name[CONTAINER_NAME_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        container_of(CASES[i].path, name);
        assert_string_equal(name, CASES[i].name);
    }
}

static void test_cgroups_that_match(void **state)
{
    static const struct {
        const char *path, *asked;
        bool matches;
    } CASES[] = {
        {"/system.slice/app.service", "app", true},
        {"/system.slice/app.service", "app.service", true},
        {"/system.slice/app.service", "system", true},
        {"/system.slice/app.service/worker", "app", true},
        {"/system.slice/app.service", "/system.slice", true},
        {"/system.slice/app.service", "/system.slice/", true},
        {"/system.slice/app.service", "/", true},
        {"/system.slice/app.service", "/system", false},
        {"/system.slice/app.service", "ap", false},
        {"/system.slice/app.service", "service", false},
        {"/system.slice/app.service", "", false},
        {"/docker/" ID, "0123456789ab", true},
        {"/docker/" ID, ID, true},
        {"/docker/" ID, "01234", false},
        {"/docker/" ID, "123456789abc", false},
        {"", "app", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++)
        if (cgroup_matches(CASES[i].path, CASES[i].asked) != CASES[i].matches)
            fail_msg("%s, %s", CASES[i].path, CASES[i].asked);
}

/* --- real processes --------------------------------------------------------------------------- */

/* A child that sleeps, and one of its own below it; the end of the first leaves the second an orphan. */
struct family {
    pid_t child, grandchild;
};

static struct family start_family(void)
{
    struct family family = {0};
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    family.child = fork();
    if (family.child == 0) {
        const pid_t grandchild = fork();

        if (grandchild > 0 && write(ends[1], &grandchild, sizeof grandchild) < 0)
            _exit(1);
        for (;;)
            pause();
    }
    assert_int_equal(read(ends[0], &family.grandchild, sizeof family.grandchild),
                     sizeof family.grandchild);
    close(ends[0]);
    close(ends[1]);
    return family;
}

static bool has(const struct selection *selection, pid_t pid)
{
    size_t count;
    const struct listed *const *found = selection_found(selection, &count);

    for (size_t i = 0; i < count; i++)
        if (found[i]->pid == pid)
            return true;
    return false;
}

static void find(struct selection *selection, struct listing *listing)
{
    struct error error;

    assert_true(listing_look(listing, &error));
    assert_true(selection_find(selection, listing, &error));
}

static void test_descendants(void **state)
{
    struct error error;
    struct listing *listing = listing_new(&error);
    const struct family family = start_family();
    const struct selection_rules rules = {.pids = &family.child, .pid_count = 1,
                                          .subprocesses = true};
    struct selection *selection = selection_new(&rules, &error);

    (void)state;
    find(selection, listing);
    assert_true(has(selection, family.child));
    assert_true(has(selection, family.grandchild));
    assert_false(has(selection, getpid()));
    assert_false(selection_is_open(selection));

    selection_set_subprocesses(selection, false);
    find(selection, listing);
    assert_true(has(selection, family.child));
    assert_false(has(selection, family.grandchild));

    /* Once known it stays one, though it is another's child by then. */
    selection_set_subprocesses(selection, true);
    kill(family.child, SIGKILL);
    waitpid(family.child, NULL, 0);
    find(selection, listing);
    assert_false(has(selection, family.child));
    assert_true(has(selection, family.grandchild));
    kill(family.grandchild, SIGKILL);
    selection_free(selection);
    listing_free(listing);
}

/* What is listed of this very process, which is no Python. */
static void test_listing(void **state)
{
    struct error error;
    struct listing *listing = listing_new(&error);
    const struct listed *ours;

    (void)state;
    assert_true(listing_look(listing, &error));
    ours = listing_find(listing, getpid());
    assert_non_null(ours);
    assert_int_equal(ours->parent, getppid());
    assert_int_equal(ours->started_ticks, process_started_ticks(getpid()));
    assert_true(ours->cpu_share < 0);
    assert_null(ours->python);
    assert_true(listing_look(listing, &error));
    assert_true(listing_find(listing, getpid())->cpu_share >= 0);
    listing_free(listing);
}

static void *tell_thread_id(void *argument)
{
    int *const ends = argument;
    const pid_t id = gettid();
    char byte;

    if (write(ends[1], &id, sizeof id) != sizeof id || read(ends[2], &byte, 1) < 0)
        abort();
    return NULL;
}

/* Those that came since the last look are found without looking at all; a thread is none, though its id is new, too. */
static void test_new_ones(void **state)
{
    struct error error;
    struct listing *listing = listing_new(&error);
    int ends[4];
    pthread_t thread;
    pid_t child, thread_id;
    bool any;

    (void)state;
    assert_true(listing_look(listing, &error));
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(pipe(ends + 2), 0);
    child = fork();
    if (child == 0) {
        pause();
        _exit(0);
    }
    assert_int_equal(pthread_create(&thread, NULL, tell_thread_id, ends), 0);
    assert_int_equal(read(ends[0], &thread_id, sizeof thread_id), sizeof thread_id);
    assert_true(listing_look_at_new(listing, &any, &error));
    assert_true(any);
    assert_non_null(listing_find(listing, child));
    assert_int_equal(listing_find(listing, child)->parent, getpid());
    assert_null(listing_find(listing, thread_id));

    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    assert_true(listing_look(listing, &error));
    assert_null(listing_find(listing, child));
    close(ends[3]); /* lets it end */
    pthread_join(thread, NULL);
    for (int i = 0; i < 3; i++)
        close(ends[i]);
    listing_free(listing);
}

/* Of two processes that have the same id one after the other, only the one that was meant is. */
static void test_an_id_with_its_start(void **state)
{
    const pid_t pid = getpid();
    const uint64_t started_ticks = process_started_ticks(pid), another = started_ticks - 1, whichever = 0;
    const uint64_t *const starts[] = {&started_ticks, &whichever, NULL, &another};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        const struct selection_rules rules = {.pids = &pid, .started_ticks = starts[i], .pid_count = 1};
        struct error error;
        struct listing *listing = listing_new(&error);
        struct selection *selection = selection_new(&rules, &error);

        find(selection, listing);
        assert_int_equal(has(selection, pid), starts[i] != &another);
        selection_free(selection);
        listing_free(listing);
    }
}

static void test_rules_that_are_none(void **state)
{
    struct error error;

    (void)state;
    assert_null(selection_new(&(struct selection_rules){.user = "no such user"}, &error));
    assert_non_null(strstr(error.text, "there is no user 'no such user'"));
    assert_null(selection_new(&(struct selection_rules){.name = "/(/"}, &error));
    assert_int_equal(error.code, ERROR_PATTERN);
}

static void test_descriptions(void **state)
{
    struct error error;
    struct selection *selection = selection_new(
        &(struct selection_rules){.name = "app\033", .user = "0", .cgroup = "web"}, &error);
    char text[128];

    (void)state;
    assert_non_null(selection);
    selection_describe(selection, text, sizeof text);
    assert_string_equal(text, "name 'app\ufffd', user '0', cgroup 'web'");
    selection_free(selection);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_containers),
        cmocka_unit_test(test_cgroups_that_match),
        cmocka_unit_test(test_descendants),
        cmocka_unit_test(test_listing),
        cmocka_unit_test(test_new_ones),
        cmocka_unit_test(test_an_id_with_its_start),
        cmocka_unit_test(test_rules_that_are_none),
        cmocka_unit_test(test_descriptions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
