/* process: reading a live process, by the system call and where a filter refuses it, and telling when
   it is no longer the one that it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "memory/process.h"

static const char TEXT[] = "what stands in the memory of a process";

/* Reads this process itself: 0 when all is as it should be. */
static int read_itself(void)
{
    char text[2 * sizeof TEXT];
    struct error error;
    struct reader *reader = process_reader_new(getpid(), &error);
    const struct piece pieces[] = {{remote_at((uintptr_t)TEXT), sizeof TEXT},
                                   {remote_at(8), 8},
                                   {remote_at((uintptr_t)TEXT), sizeof TEXT}};
    const struct piece beyond = {remote_at(UINT64_MAX - 63), 8};

    if (reader == NULL)
        return 1;
    if (!reader_read(reader, pieces[0].address, text, sizeof TEXT) || strcmp(text, TEXT) != 0)
        return 2;
    errno = 0;
    if (reader_gather(reader, pieces, 3, text) != sizeof TEXT || errno != EFAULT)
        return 3;
    errno = 0;
    if (reader_gather(reader, &beyond, 1, text) != 0 || errno != EFAULT)
        return 4;
    if (!reader_holds(reader))
        return 5;
    reader_free(reader);
    return 0;
}

static void memory_is_read_and_gaps_are_told(void **state)
{
    (void)state;
    assert_int_equal(read_itself(), 0);
}

/* From here on, process_vm_readv fails with EPERM, as in many containers. */
static bool refuse_the_call(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_process_vm_readv, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof code / sizeof code[0], code};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static void where_the_call_is_refused_the_file_serves_as_well(void **state)
{
    const pid_t child = fork();
    int status;

    (void)state;
    if (child == 0)
        _exit(refuse_the_call() ? read_itself() : 77);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77)
        skip();
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* Where the first thing that a process has mapped begins. */
static remote_addr first_mapping(pid_t pid)
{
    char path[64];
    unsigned long long start = 0;
    FILE *maps;

    snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
    maps = fopen(path, "r");
    assert_non_null(maps);
    assert_int_equal(fscanf(maps, "%llx", &start), 1);
    fclose(maps);
    return remote_at(start);
}

/* A child with pipes as its input and output. */
static pid_t fork_child(int to[2], int from[2])
{
    pid_t child;

    assert_int_equal(pipe(to), 0);
    assert_int_equal(pipe(from), 0);
    child = fork();
    if (child == 0) {
        dup2(to[0], 0);
        dup2(from[1], 1);
        close(to[1]);
    }
    return child;
}

static void close_pipes(const int to[2], const int from[2])
{
    close(to[0]);
    close(to[1]);
    close(from[0]);
    close(from[1]);
}

/* A child that runs another program when it is told to, and ends when it is told so again. */
static pid_t begin_child(int to[2], int from[2])
{
    const pid_t child = fork_child(to, from);

    if (child == 0) {
        char byte;

        if (write(1, "a", 1) == 1 && read(0, &byte, 1) == 1)
            execl("/bin/sh", "sh", "-c", "printf b; read line", (char *)NULL);
        _exit(1);
    }
    return child;
}

/* The same program again, at the same addresses, has what the other had where it is read. */
static void the_same_program_begun_anew_is_not_the_one_it_was(void **state)
{
    int to[2], from[2];
    char byte = 0, text[8];
    struct error error;
    const pid_t child = fork_child(to, from);
    struct reader *reader;
    remote_addr code;

    (void)state;
    if (child == 0) {
        personality(ADDR_NO_RANDOMIZE);
        execl("/bin/sh", "sh", "-c", "printf a; read line; exec sh -c 'printf b; read line'", (char *)NULL);
        _exit(1);
    }
    assert_int_equal(read(from[0], &byte, 1), 1);
    reader = process_reader_new(child, &error);
    assert_non_null(reader);
    code = first_mapping(child);
    for (int i = 0; i < 3; i++) {
        assert_true(reader_read(reader, code, text, sizeof text));
        assert_true(reader_holds(reader));
    }
    assert_int_equal(write(to[1], "\n", 1), 1);
    assert_int_equal(read(from[0], &byte, 1), 1);
    assert_int_equal(byte, 'b');
    assert_int_equal(first_mapping(child).value, code.value);
    assert_true(reader_read(reader, code, text, sizeof text));
    assert_false(reader_holds(reader));
    reader_free(reader);
    assert_int_equal(write(to[1], "\n", 1), 1);
    assert_int_equal(waitpid(child, NULL, 0), child);
    close_pipes(to, from);
}

static void another_program_or_none_is_not_the_one_it_was(void **state)
{
    int to[2], from[2], status;
    char byte = 0;
    struct error error;
    const pid_t child = begin_child(to, from);
    struct reader *reader;

    (void)state;
    assert_int_equal(read(from[0], &byte, 1), 1);
    reader = process_reader_new(child, &error);
    assert_non_null(reader);
    assert_true(reader_holds(reader));
    assert_int_equal(write(to[1], "x", 1), 1);
    assert_int_equal(read(from[0], &byte, 1), 1);
    assert_int_equal(byte, 'b');
    assert_false(reader_holds(reader));
    reader_free(reader);

    reader = process_reader_new(child, &error);
    assert_non_null(reader);
    assert_true(reader_holds(reader));
    assert_int_equal(write(to[1], "\n", 1), 1);
    assert_int_equal(waitid(P_PID, (id_t)child, &(siginfo_t){0}, WEXITED | WNOWAIT), 0);
    assert_false(reader_holds(reader));
    assert_false(reader_read(reader, remote_at((uintptr_t)TEXT), &byte, 1));
    assert_int_equal(errno, ESRCH);
    reader_free(reader);

    /* Ended, and not yet taken note of by its parent: there is a process, and it runs nothing. */
    assert_null(process_reader_new(child, &error));
    assert_int_equal(error.code, ERROR_NO_PROCESS);
    assert_non_null(strstr(error.text, "ended"));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_null(process_reader_new(child, &error));
    assert_int_equal(error.code, ERROR_NO_PROCESS);
    assert_non_null(strstr(error.text, "there is no process"));
    close_pipes(to, from);
}

static void *stay(void *unused)
{
    (void)unused;
    while (read(0, &(char){0}, 1) > 0) /* until the pipe is closed */
        ;
    _exit(0);
}

/* What the kernel tells of the state of process `pid`, which is a letter. */
static char state_of(pid_t pid)
{
    char path[64], state = '?';
    FILE *stat;

    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    stat = fopen(path, "r");
    assert_non_null(stat);
    assert_int_equal(fscanf(stat, "%*d %*s %c", &state), 1);
    fclose(stat);
    return state;
}

/* Reads a child whose first thread ends while another one goes on, which then ends, too. */
static void what_outlives_its_first_thread_is_read_on(void **state)
{
    int to[2], from[2];
    char byte = 0, text[sizeof TEXT];
    struct error error;
    const pid_t child = fork_child(to, from);
    struct reader *reader, *later;
    pthread_t thread;

    (void)state;
    if (child == 0) {
        if (pthread_create(&thread, NULL, stay, NULL) != 0 || write(1, "a", 1) != 1)
            _exit(1);
        pthread_exit(NULL);
    }
    assert_int_equal(read(from[0], &byte, 1), 1);
    reader = process_reader_new(child, &error);
    assert_non_null(reader);
    while (state_of(child) != 'Z')
        assert_true(reader_holds(reader));
    assert_true(reader_read(reader, remote_at((uintptr_t)TEXT), text, sizeof text));
    assert_string_equal(text, TEXT);
    reader_watch(reader);
    assert_true(reader_read(reader, remote_at((uintptr_t)TEXT), text, sizeof text));
    assert_true(reader_holds(reader));
    /* One that comes now finds it, too. */
    later = process_reader_new(child, &error);
    assert_non_null(later);
    assert_true(reader_read(later, remote_at((uintptr_t)TEXT), text, sizeof text));

    close(to[1]);
    assert_int_equal(waitid(P_PID, (id_t)child, &(siginfo_t){0}, WEXITED | WNOWAIT), 0);
    assert_false(reader_holds(reader));
    assert_false(reader_read(reader, remote_at((uintptr_t)TEXT), text, 1));
    assert_int_equal(errno, ESRCH);
    assert_false(reader_read(later, remote_at((uintptr_t)TEXT), text, 1));
    assert_int_equal(errno, ESRCH);
    assert_null(process_reader_new(child, &error));
    assert_int_equal(waitpid(child, NULL, 0), child);
    reader_free(reader);
    reader_free(later);
    close(to[0]);
    close(from[0]);
    close(from[1]);
}

static void a_thread_of_the_kernel_is_no_python(void **state)
{
    struct error error;
    char buffer[64];

    (void)state;
    if (readlink("/proc/2/exe", buffer, sizeof buffer) >= 0 || access("/proc/2/stat", R_OK) != 0)
        skip(); /* 2 is kthreadd, but for PID namespaces */
    assert_null(process_reader_new(2, &error));
    if (error.code != ERROR_PERMISSION)
        assert_int_equal(error.code, ERROR_NOT_PYTHON);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_read_and_gaps_are_told),
        cmocka_unit_test(where_the_call_is_refused_the_file_serves_as_well),
        cmocka_unit_test(another_program_or_none_is_not_the_one_it_was),
        cmocka_unit_test(the_same_program_begun_anew_is_not_the_one_it_was),
        cmocka_unit_test(what_outlives_its_first_thread_is_read_on),
        cmocka_unit_test(a_thread_of_the_kernel_is_no_python),
    };

    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
