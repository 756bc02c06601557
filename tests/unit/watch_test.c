/* watch: its end is not held up by a process that never lets itself be attached to. */
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "watch.h"

enum { DEADLINE_S = 60 };

/* By this, this program and those that it forks are taken for Pythons. */
extern const char _PyRuntime[];
const char _PyRuntime[64] = "none";

static sem_t attaching;  /* posted when a thread tries to attach to another process than this one, */
static sem_t let_attach; /* and waited for then */
static pid_t child;
static struct watch *watch;

/* What takes the place of the session: any address is a seat. */
struct sampler_seat *session_add(struct session *session, pid_t pid, uint64_t started_ticks, struct error *error)
{
    (void)session;
    (void)started_ticks;
    (void)error;
    if (pid != getpid()) {
        sem_post(&attaching);
        sem_wait(&let_attach);
    }
    return (struct sampler_seat *)&attaching;
}

void session_leave(struct session *session, struct sampler_seat *seat)
{
    (void)session;
    (void)seat;
}

bool session_lost_program(const struct sampler_seat *seat)
{
    (void)seat;
    return false;
}

static int begin(void **state)
{
    (void)state;
    alarm(DEADLINE_S); /* what hangs fails */
    sem_init(&attaching, 0, 0);
    sem_init(&let_attach, 0, 0);
    return 0;
}

static int end(void **state)
{
    (void)state;
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    return 0;
}

/* Watches this process and its descendants, of which it is about to attach to the first. */
static void watch_child(void)
{
    const pid_t self = getpid();
    const struct selection_rules rules = {.pids = &self, .pid_count = 1, .subprocesses = true};
    struct error error;

    watch = watch_new(NULL, &rules, &error);
    assert_non_null(watch);
    assert_true(watch_start(watch, &error));
    child = fork();
    if (child == 0)
        for (;;)
            pause();
    assert_true(child > 0);
    sem_wait(&attaching);
}

static void it_ends_when_it_has_attached(void **state)
{
    (void)state;
    watch_child();
    sem_post(&let_attach);
    assert_true(watch_stop(watch));
    assert_true(watch_stop(watch));
    assert_true(watch_free(watch));
    assert_true(watch_free(NULL));
}

static void it_is_left_behind_when_it_hangs(void **state)
{
    (void)state;
    watch_child();
    assert_false(watch_stop(watch));
    assert_false(watch_stop(watch));
    assert_false(watch_free(watch));
    sem_post(&let_attach); /* it still has all that it needs to end */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_ends_when_it_has_attached, begin, end),
        cmocka_unit_test_setup_teardown(it_is_left_behind_when_it_hangs, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
