/* program: what is no end of it is not taken for one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "launch/program.h"

enum { DEADLINE_S = 20 };

static char state_of(pid_t pid)
{
    char path[64], line[512], *field;
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    file = fopen(path, "re");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    fclose(file);
    field = strrchr(line, ')');
    assert_non_null(field);
    return field[2];
}

/* As --blocking does with one that is run: until its stop is waited for, the kernel tells of it as of an end. */
static void one_that_is_traced_and_stopped_has_not_ended(void **state)
{
    static char *const ARGUMENTS[] = {"-c", "exec sleep 600", NULL};
    const uint64_t deadline_ns = clock_now_ns() + DEADLINE_S * NS_PER_S;
    struct error error;
    struct program *program =
        program_start(&(struct program_options){.python = "/bin/sh", .arguments = ARGUMENTS}, &error);
    int status;

    (void)state;
    assert_non_null(program);
    if (ptrace(PTRACE_SEIZE, program_pid(program), NULL, NULL) != 0) {
        assert_int_equal(errno, EPERM);
        program_kill(program);
        program_free(program);
        skip();
    }
    assert_int_equal(ptrace(PTRACE_INTERRUPT, program_pid(program), NULL, NULL), 0);
    while (state_of(program_pid(program)) != 't')
        assert_true(clock_now_ns() < deadline_ns);
    assert_false(program_ended(program, &status));
    assert_int_equal(waitpid(program_pid(program), &status, __WALL), program_pid(program));
    assert_int_equal(ptrace(PTRACE_DETACH, program_pid(program), NULL, NULL), 0);
    program_signal(program, SIGTERM);
    while (!program_ended(program, &status))
        assert_true(clock_now_ns() < deadline_ns);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    program_free(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_is_traced_and_stopped_has_not_ended),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
