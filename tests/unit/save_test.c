/* save: a file appears whole or not at all, and nothing that was there is harmed unasked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "export/save.h"

#define NOBODY 65534

/* A file system that cannot rename without replacing, as NFS: the linker puts this in the way. And the
   errno of one that has no links either, as some of FUSE. */
static bool old_file_system;
static int without_links;

int __real_renameat2(int, const char *, int, const char *, unsigned);
int __wrap_renameat2(int, const char *, int, const char *, unsigned);

int __wrap_renameat2(int from, const char *old, int to, const char *new, unsigned flags)
{
    if (!old_file_system)
        return __real_renameat2(from, old, to, new, flags);
    errno = EINVAL;
    return -1;
}

int __real_linkat(int, const char *, int, const char *, int);
int __wrap_linkat(int, const char *, int, const char *, int);

int __wrap_linkat(int from, const char *old, int to, const char *new, int flags)
{
    if (without_links == 0)
        return __real_linkat(from, old, to, new, flags);
    errno = without_links;
    return -1;
}

/* Each test works in an empty directory of its own, which is its current one. */
static char directory[64];

static int enter_directory(void **state)
{
    (void)state;
    old_file_system = false;
    without_links = 0;
    strcpy(directory, "/tmp/save_test.XXXXXX");
    umask(022);
    return mkdtemp(directory) && chdir(directory) == 0 ? 0 : -1;
}

static int leave_directory(void **state)
{
    DIR *entries = opendir(".");
    struct dirent *entry;

    (void)state;
    while (entries && (entry = readdir(entries)))
        if (unlink(entry->d_name) != 0)
            rmdir(entry->d_name);
    if (entries)
        closedir(entries);
    return chdir("/") == 0 && rmdir(directory) == 0 ? 0 : -1;
}

static void assert_entries(unsigned count)
{
    DIR *entries = opendir(".");
    unsigned found = 0;

    assert_non_null(entries);
    while (readdir(entries))
        found++;
    closedir(entries);
    assert_int_equal(found - 2, count);
}

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void assert_contents(const char *path, const char *text)
{
    char found[64] = "";
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    found[fread(found, 1, sizeof found - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(found, text);
}

static mode_t mode_of(const char *path)
{
    struct stat status;

    assert_int_equal(lstat(path, &status), 0);
    return status.st_mode & 07777;
}

static struct save *begin(const char *path, bool replace)
{
    struct error error = {0};
    struct save *save = save_open(path, replace, &error);

    if (!save)
        fail_msg("%s: %s", path, error.text);
    return save;
}

static void assert_refused(const char *path, bool replace, enum error_code code, const char *text)
{
    struct error error = {0};

    assert_null(save_open(path, replace, &error));
    assert_int_equal(error.code, code);
    assert_non_null(strstr(error.text, text));
}

static void test_new_file(void **state)
{
    struct save *save = begin("new.txt", false);
    struct error error;

    (void)state;
    fputs("all of it\n", save_stream(save));
    assert_int_equal(access("new.txt", F_OK), -1);
    assert_true(save_commit(save, &error));
    assert_contents("new.txt", "all of it\n");
    assert_int_equal(mode_of("new.txt"), 0644);
    assert_entries(1);
}

static void test_mode_follows_umask(void **state)
{
    struct error error;

    (void)state;
    umask(027);
    assert_true(save_commit(begin("new.txt", false), &error));
    assert_int_equal(mode_of("new.txt"), 0640);
}

static void test_other_directories(void **state)
{
    struct error error;
    char path[128];

    (void)state;
    assert_int_equal(mkdir("sub", 0755), 0);
    assert_true(save_commit(begin("sub/new.txt", false), &error));
    assert_int_equal(unlink("sub/new.txt"), 0);
    snprintf(path, sizeof path, "%s/new.txt", directory);
    assert_true(save_commit(begin(path, false), &error));
    assert_contents("new.txt", "");
    assert_entries(2);
}

static void test_abort_leaves_nothing(void **state)
{
    struct save *save = begin("new.txt", false);

    (void)state;
    fputs("half of", save_stream(save));
    save_abort(save);
    save_abort(NULL);
    assert_entries(0);
}

static void test_existing_is_kept(void **state)
{
    (void)state;
    put("old.txt", "old");
    assert_refused("old.txt", false, ERROR_EXISTS, "old.txt");
    assert_contents("old.txt", "old");
    assert_entries(1);
}

static void test_existing_is_replaced_when_asked(void **state)
{
    struct save *save;
    struct error error;

    (void)state;
    put("old.txt", "old and long");
    assert_int_equal(chmod("old.txt", 0600), 0);
    save = begin("old.txt", true);
    fputs("new", save_stream(save));
    assert_contents("old.txt", "old and long");
    assert_true(save_commit(save, &error));
    assert_contents("old.txt", "new");
    assert_int_equal(mode_of("old.txt"), 0600);
    assert_entries(1);
}

static void test_replacing_what_is_not_there(void **state)
{
    struct error error;

    (void)state;
    assert_true(save_commit(begin("new.txt", true), &error));
    assert_int_equal(mode_of("new.txt"), 0644);
}

/* A new file comes there, and one that came meanwhile is kept. */
static void assert_new_only(void)
{
    struct save *save = begin("new.txt", false);
    struct error error = {0};

    fputs("all of it", save_stream(save));
    if (!save_commit(save, &error))
        fail_msg("%s", error.text);
    assert_contents("new.txt", "all of it");
    assert_entries(1);
    assert_int_equal(unlink("new.txt"), 0);
    save = begin("new.txt", false);
    put("new.txt", "theirs");
    assert_false(save_commit(save, &error));
    assert_int_equal(error.code, ERROR_EXISTS);
    assert_contents("new.txt", "theirs");
    assert_entries(1);
    assert_int_equal(unlink("new.txt"), 0);
}

static void test_file_system_without_noreplace(void **state)
{
    (void)state;
    old_file_system = true;
    assert_new_only();
}

static void test_file_system_without_links(void **state)
{
    static const int ERRORS[] = {EPERM, ENOSYS, EOPNOTSUPP};
    struct save *save;
    struct error error = {0};

    (void)state;
    old_file_system = true;
    for (size_t i = 0; i < sizeof ERRORS / sizeof ERRORS[0]; i++) {
        without_links = ERRORS[i];
        assert_new_only();
    }
    /* A link that leads nowhere is something, too. */
    save = begin("new.txt", false);
    assert_int_equal(symlink("nowhere", "new.txt"), 0);
    assert_false(save_commit(save, &error));
    assert_int_equal(error.code, ERROR_EXISTS);
    assert_int_equal(unlink("new.txt"), 0);
    without_links = EIO; /* it has links */
    assert_false(save_commit(begin("new.txt", false), &error));
    assert_int_equal(error.code, ERROR_FILE);
    assert_entries(0);
}

/* A folder into which files may be put, and in which nobody may look. */
static void test_drop_box(void **state)
{
    struct error error = {0};
    pid_t child;
    int status;

    (void)state;
    assert_int_equal(chmod(".", 0711), 0);
    assert_int_equal(mkdir("box", 0700), 0);
    assert_int_equal(chmod("box", 01333), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct save *save = NULL;

        /* Root may look anywhere. */
        if (getuid() != 0 || (setgid(NOBODY) == 0 && setuid(NOBODY) == 0))
            save = save_open("box/new.txt", false, &error);
        if (save && fputs("dropped", save_stream(save)) >= 0 && save_commit(save, &error))
            _exit(0);
        fprintf(stderr, "%s\n", error.text);
        _exit(1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_contents("box/new.txt", "dropped");
    assert_int_equal(unlink("box/new.txt"), 0);
    assert_int_equal(rmdir("box"), 0); /* nothing else is left in it */
}

/* Whoever puts a file there while ours is being written keeps it. */
static void test_file_that_came_meanwhile(void **state)
{
    struct save *save = begin("new.txt", false);
    struct error error = {0};

    (void)state;
    fputs("ours", save_stream(save));
    put("new.txt", "theirs");
    assert_false(save_commit(save, &error));
    assert_int_equal(error.code, ERROR_EXISTS);
    assert_contents("new.txt", "theirs");
    assert_entries(1);
}

static void test_link_that_came_meanwhile(void **state)
{
    struct save *save;
    struct error error = {0};

    (void)state;
    put("target", "precious");
    save = begin("new.txt", true);
    assert_int_equal(symlink("target", "new.txt"), 0);
    assert_false(save_commit(save, &error));
    assert_int_equal(error.code, ERROR_FILE);
    assert_contents("target", "precious");
    assert_entries(2);
}

static void test_links_are_not_followed(void **state)
{
    (void)state;
    put("target", "precious");
    assert_int_equal(symlink("target", "link"), 0);
    assert_int_equal(symlink("nowhere", "dangling"), 0);
    assert_refused("link", true, ERROR_FILE, "symbolic link");
    assert_refused("link", false, ERROR_FILE, "symbolic link");
    assert_refused("dangling", false, ERROR_FILE, "symbolic link");
    assert_contents("target", "precious");
    assert_entries(3);
}

static void test_other_kinds_of_files(void **state)
{
    (void)state;
    assert_int_equal(mkfifo("pipe", 0600), 0);
    assert_int_equal(mkdir("sub", 0755), 0);
    assert_refused("pipe", true, ERROR_FILE, "not a regular file");
    assert_refused("/dev/null", true, ERROR_FILE, "not a regular file");
    assert_refused("sub", true, ERROR_FILE, "directory");
    assert_refused(".", true, ERROR_FILE, "directory");
    assert_refused("sub/", true, ERROR_FILE, "sub/");
    assert_refused("", true, ERROR_FILE, "without a name");
}

static void test_no_such_directory(void **state)
{
    char name[300];

    (void)state;
    put("file", "");
    assert_refused("nowhere/new.txt", false, ERROR_FILE,
                   "cannot write nowhere/new.txt: No such file");
    assert_refused("file/new.txt", false, ERROR_FILE, "Not a directory");
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_refused(name, false, ERROR_FILE, "too long");
}

/* A disk that is full shows when buffers are written out: a limit on file sizes does it as well. */
static void test_no_room(void **state)
{
    struct rlimit before, small;
    struct save *save;
    struct error error = {0};
    bool saved;

    (void)state;
    put("old.txt", "old");
    save = begin("old.txt", true);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 4096;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    for (int i = 0; i < 100000; i++)
        putc('x', save_stream(save));
    saved = save_commit(save, &error);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_false(saved);
    assert_int_equal(error.code, ERROR_FILE);
    assert_non_null(strstr(error.text, "cannot write old.txt: File too large"));
    assert_contents("old.txt", "old");
    assert_entries(1);
}

/* Standard output made a file for a while: what is written comes there, and it stays open. */
static void test_standard_output(void **state)
{
    static const char *const NAMES[] = {"-", "/dev/stdout", NULL};
    int original = dup(STDOUT_FILENO);
    bool written = true;

    (void)state;
    fflush(stdout);
    assert_true(original >= 0);
    for (size_t i = 0; i < 3; i++) {
        int file = open("captured", O_WRONLY | O_CREAT | O_TRUNC, 0600);
        struct error error;
        struct save *save;

        dup2(file, STDOUT_FILENO);
        close(file);
        save = save_open_output(NAMES[i], false, &error);
        written = written && save;
        if (save) {
            fputs("text", save_stream(save));
            written = save_commit(save, &error) && fcntl(STDOUT_FILENO, F_GETFD) >= 0 && written;
        }
        dup2(original, STDOUT_FILENO);
        assert_true(written);
        assert_contents("captured", "text");
    }
    close(original);
}

static void test_output_that_is_full(void **state)
{
    int original = dup(STDOUT_FILENO), full = open("/dev/full", O_WRONLY);
    struct error error = {0};
    struct save *save;
    bool saved;

    (void)state;
    fflush(stdout);
    dup2(full, STDOUT_FILENO);
    close(full);
    save = save_open_output("-", false, &error);
    dup2(original, STDOUT_FILENO);
    close(original);
    assert_non_null(save);
    fputs("text", save_stream(save));
    saved = save_commit(save, &error);
    assert_false(saved);
    assert_string_equal(error.text, "cannot write standard output: No space left on device");
}

static void test_output_to_a_file(void **state)
{
    struct error error;
    struct save *save = save_open_output("out.txt", false, &error);

    (void)state;
    assert_non_null(save);
    assert_true(save_commit(save, &error));
    assert_contents("out.txt", "");
    assert_null(save_open_output("out.txt", false, &error));
    assert_int_equal(error.code, ERROR_EXISTS);
}

#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, enter_directory, leave_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(test_new_file),
        IN_DIRECTORY(test_mode_follows_umask),
        IN_DIRECTORY(test_other_directories),
        IN_DIRECTORY(test_abort_leaves_nothing),
        IN_DIRECTORY(test_existing_is_kept),
        IN_DIRECTORY(test_existing_is_replaced_when_asked),
        IN_DIRECTORY(test_replacing_what_is_not_there),
        IN_DIRECTORY(test_file_system_without_noreplace),
        IN_DIRECTORY(test_file_system_without_links),
        IN_DIRECTORY(test_drop_box),
        IN_DIRECTORY(test_file_that_came_meanwhile),
        IN_DIRECTORY(test_link_that_came_meanwhile),
        IN_DIRECTORY(test_links_are_not_followed),
        IN_DIRECTORY(test_other_kinds_of_files),
        IN_DIRECTORY(test_no_such_directory),
        IN_DIRECTORY(test_no_room),
        IN_DIRECTORY(test_standard_output),
        IN_DIRECTORY(test_output_that_is_full),
        IN_DIRECTORY(test_output_to_a_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
