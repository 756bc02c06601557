/* signals: one that asks to end is told of, and ends by itself where the terminal takes nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tui/signals.h"

#define DEADLINE_S 20 /* SIGALRM ends what does not end by itself */

static int terminal[2]; /* a pipe is as full or as empty as one */

static int begin(void **state)
{
    (void)state;
    return pipe2(terminal, O_CLOEXEC);
}

static int end(void **state)
{
    (void)state;
    close(terminal[0]);
    close(terminal[1]);
    return 0;
}

static void fill_terminal(void)
{
    char bytes[4096] = "";

    fcntl(terminal[1], F_SETFL, O_NONBLOCK);
    while (write(terminal[1], bytes, sizeof bytes) > 0)
        continue;
    fcntl(terminal[1], F_SETFL, 0);
}

static void guard_terminal(void)
{
    struct signals_restore restore = {.fd = terminal[1], .bytes = "restored", .length = 8};
    struct error error;

    if (!signals_catch(&error))
        abort();
    signals_set_restore(&restore);
}

static void raise_term_twice(void)
{
    raise(SIGTERM);
    raise(SIGTERM);
}

static void raise_two_that_ask_to_end(void)
{
    raise(SIGHUP);
    signals_take();
    raise(SIGINT);
}

static void raise_one_of_each(void)
{
    raise(SIGTERM);
    raise(SIGWINCH);
}

/* It is read on as soon as another process runs. */
static void raise_term_twice_while_it_is_slow(void)
{
    char bytes[4096];
    int go[2];

    if (pipe2(go, O_CLOEXEC) != 0)
        abort();
    if (fork() == 0) {
        close(go[1]);
        _exit(read(go[0], bytes, 1) < 0 || read(terminal[0], bytes, sizeof bytes) < 0);
    }
    raise(SIGTERM);
    close(go[1]);
    raise(SIGTERM);
}

static void crash(void)
{
    raise(SIGABRT);
}

/* Does it in a process of its own that has a terminal to restore; gives the signal that ended that, or 0. */
static int ended_by(void (*act)(void))
{
    const pid_t pid = fork();
    int status;

    if (pid == 0) {
        alarm(DEADLINE_S);
        guard_terminal();
        act();
        _exit(0);
    }
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void what_came_is_told_once(void **state)
{
    (void)state;
    guard_terminal();
    raise_term_twice(); /* as timeout(1) does: to its child, and to its group */
    raise(SIGWINCH);
    assert_int_equal(signals_take(), SIGNALS_QUIT | SIGNALS_RESIZED);
    assert_int_equal(signals_take(), 0);
    signals_release();
}

static void a_second_one_ends_what_waits_for_the_terminal(void **state)
{
    (void)state;
    fill_terminal();
    assert_int_equal(ended_by(raise_one_of_each), 0);
    assert_int_equal(ended_by(raise_term_twice), SIGTERM);
    assert_int_equal(ended_by(raise_two_that_ask_to_end), SIGINT);
    assert_int_equal(ended_by(raise_term_twice_while_it_is_slow), 0);
}

static void a_crash_restores(void **state)
{
    char bytes[16] = "";

    (void)state;
    assert_int_equal(ended_by(crash), SIGABRT);
    assert_int_equal(read(terminal[0], bytes, sizeof bytes), 8);
    assert_string_equal(bytes, "restored");
    fill_terminal();
    assert_int_equal(ended_by(crash), SIGABRT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_came_is_told_once),
        TEST(a_second_one_ends_what_waits_for_the_terminal),
        TEST(a_crash_restores),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
