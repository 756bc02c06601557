/* maps: lines of /proc/PID/maps as the kernel writes them, and others; the files of this very
 * process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cmocka.h>

#include "memory/maps.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static bool parse(const char *text, struct maps_line *line)
{
    /* With no byte more than told, so that a sanitizer sees it when one is read. */
    const size_t length = strlen(text);
    static char *copy;

    free(copy);
    copy = malloc(length > 0 ? length : 1);
    assert_non_null(copy);
    memcpy(copy, text, length);
    memset(line, 0xee, sizeof *line);
    return maps_line_parse(copy, length, line);
}

static void check_path(const struct maps_line *line, const char *path)
{
    assert_int_equal(line->path_length, strlen(path));
    assert_memory_equal(line->path, path, line->path_length);
}

static void a_line_is_taken_apart(void **state)
{
    struct maps_line line;

    (void)state;
    assert_true(parse("7f0e5a600000-7f0e5a785000 r-xp 00028000 fe:01 1835041                    "
                      "/usr/lib/x86_64-linux-gnu/libc.so.6",
                      &line));
    assert_int_equal(line.start, 0x7f0e5a600000);
    assert_int_equal(line.end, 0x7f0e5a785000);
    assert_int_equal(line.offset, 0x28000);
    assert_int_equal(line.device_major, 0xfe);
    assert_int_equal(line.device_minor, 1);
    assert_int_equal(line.inode, 1835041);
    assert_true(line.executable);
    assert_false(line.writable);
    check_path(&line, "/usr/lib/x86_64-linux-gnu/libc.so.6");
}

/* What this program may change of its data is among it, initialized or not, and none of what it may not. */
static void data_is_told(void **state)
{
    static char cleared[1 << 20], set[64] = "set";
    static const char constant[] = "constant";
    const uint64_t addresses[] = {(uintptr_t)cleared, (uintptr_t)(cleared + sizeof cleared - 1),
                                  (uintptr_t)set, (uintptr_t)constant, (uintptr_t)&state};
    const bool wanted[] = {true, true, true, false, false};
    struct piece pieces[MAPPED_DATA_MAX];
    struct error error;
    size_t count;

    (void)state;
    assert_true(mapped_data_read(getpid(), pieces, MAPPED_DATA_MAX, UINT64_MAX, &count, &error));
    for (size_t i = 0; i < COUNT(addresses); i++) {
        bool found = false;

        for (size_t k = 0; k < count; k++)
            found |= addresses[i] - pieces[k].address.value < pieces[k].length;
        assert_int_equal(found, wanted[i]);
    }
    /* No more than is wanted. */
    assert_true(mapped_data_read(getpid(), pieces, 1, UINT64_MAX, &count, &error));
    assert_int_equal(count, 1);
    assert_true(mapped_data_read(getpid(), pieces, MAPPED_DATA_MAX, 1, &count, &error));
    assert_int_equal(count, 0);
}

static void other_lines_of_the_kernel(void **state)
{
    struct maps_line line;

    (void)state;
    assert_true(parse("55d4a2000000-55d4a2021000 rw-p 00000000 00:00 0 ", &line));
    assert_int_equal(line.inode, 0);
    assert_false(line.executable);
    check_path(&line, "");
    assert_true(parse(
        "7ffd3a1f9000-7ffd3a21a000 rw-p 00000000 00:00 0                          [stack]", &line));
    check_path(&line, "[stack]");
    assert_true(parse("ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  "
                      "[vsyscall]",
                      &line));
    assert_int_equal(line.start, 0xffffffffff600000);
    assert_true(parse("400000-401000 r--s 7ffffffff000 103:fffff 18446744073709551615 /a", &line));
    assert_int_equal(line.offset, 0x7ffffffff000);
    assert_int_equal(line.device_major, 0x103);
    assert_int_equal(line.device_minor, 0xfffff);
    assert_int_equal(line.inode, UINT64_MAX);
}

static void paths_are_taken_whole(void **state)
{
    static const char *const PATHS[] = {
        "/tmp/a b  c", "/usr/bin/python3.11 (deleted)", "/tmp/new\\012line",
        "/名前",       "/memfd:x y (deleted)",
    };
    char text[8192];
    struct maps_line line;

    (void)state;
    for (size_t i = 0; i < COUNT(PATHS); i++) {
        snprintf(text, sizeof text, "1000-2000 r-xp 00000000 fe:01 12    %s", PATHS[i]);
        assert_true(parse(text, &line));
        check_path(&line, PATHS[i]);
    }
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    memcpy(text, "1000-2000 r-xp 00000000 fe:01 12 /", 34);
    assert_true(parse(text, &line));
    assert_int_equal(line.path_length, sizeof text - 1 - 33);
}

static void what_is_no_line_is_refused(void **state)
{
    static const char *const WRONG[] = {
        "",
        "1000",
        "1000-",
        "1000-2000",
        "1000-2000 r-xp",
        "1000-2000 r-x",
        "1000-2000 r-xp ",
        "1000-2000 r-xp 0",
        "1000-2000 r-xp 0 fe",
        "1000-2000 r-xp 0 fe:",
        "1000-2000 r-xp 0 fe:01",
        "1000-2000 r-xpp 0 fe:01 12 /a",
        "1000 2000 r-xp 0 fe:01 12 /a",
        "g000-2000 r-xp 0 fe:01 12 /a",
        "2000-1000 r-xp 0 fe:01 12 /a",
        "1000-1000 r-xp 0 fe:01 12 /a",
        "1000-10000000000000000 r-xp 0 fe:01 12 /a",
        "Size:                132 kB",
    };
    struct maps_line line;

    (void)state;
    for (size_t i = 0; i < COUNT(WRONG); i++)
        if (parse(WRONG[i], &line))
            fail_msg("'%s' is taken for a line", WRONG[i]);
}

/* However a line is cut, its path lies within what is left of it. */
static void a_cut_line_is_refused_or_shorter(void **state)
{
    static const char LINE[] =
        "7f0e5a600000-7f0e5a785000 r-xp 00028000 fe:01 1835041      /usr/lib/libc.so.6";
    char text[sizeof LINE];

    (void)state;
    for (size_t length = 0; length < sizeof LINE; length++) {
        struct maps_line line;

        memcpy(text, LINE, length);
        text[length] = '\0';
        if (parse(text, &line)) {
            assert_true(length > strlen("7f0e5a600000-7f0e5a785000 r-xp 00028000 fe:01"));
            assert_true(line.path_length <= length);
        }
    }
}

static const struct mapped_file *find_inode(const struct mapped_files *files, ino_t inode)
{
    for (size_t i = 0; i < files->count; i++)
        if (files->files[i].inode == inode)
            return &files->files[i];
    return NULL;
}

/* Below our own root, a file of the same path and inode may be another file system's. */
static void a_file_of_ours_is_of_the_same_device(void **state)
{
    const pid_t nobody = 0x7fffffff; /* so that no other way leads anywhere */
    char path[4096];
    const ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    struct mapped_files files;
    struct mapped_file file;
    struct error error;
    struct stat own;
    int fd;

    (void)state;
    assert_true(length > 0);
    path[length] = '\0';
    assert_int_equal(stat(path, &own), 0);
    assert_true(mapped_files_read(getpid(), &files, &error));
    file = *find_inode(&files, own.st_ino);
    mapped_files_free(&files);
    file.path = path;
    if (minor(own.st_dev) != file.device_minor || major(own.st_dev) != file.device_major)
        skip(); /* a file system that tells other devices in maps */
    fd = mapped_file_open(nobody, &file);
    assert_true(fd >= 0);
    close(fd);
    file.device_minor++;
    assert_int_equal(mapped_file_open(nobody, &file), -1);
}

static void own_files_are_found_and_opened(void **state)
{
    const struct mapped_file *file;
    struct mapped_files files;
    struct error error;
    struct stat own, opened;
    int fd;

    (void)state;
    assert_int_equal(stat("/proc/self/exe", &own), 0);
    assert_true(mapped_files_read(getpid(), &files, &error));
    file = find_inode(&files, own.st_ino);
    assert_non_null(file);
    assert_true(file->executable);
    assert_true(files.count >= 2); /* libc, cmocka */
    for (size_t i = 0; i < files.count; i++) {
        assert_int_equal(files.files[i].path[0], '/');
        for (size_t k = 0; k < i; k++)
            assert_true(files.files[k].inode != files.files[i].inode ||
                        files.files[k].device_minor != files.files[i].device_minor ||
                        files.files[k].device_major != files.files[i].device_major);
    }
    fd = mapped_file_open(getpid(), file);
    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &opened), 0);
    assert_int_equal(opened.st_ino, own.st_ino);
    close(fd);
    mapped_files_free(&files);
    assert_int_equal(files.count, 0);
}

/* Another file in the place of the one that is mapped is not opened for it. */
static void another_file_of_that_path_is_not_opened(void **state)
{
    struct mapped_file file = {
        .start = remote_at(0x1000),
        .end = remote_at(0x2000),
        .inode = UINT64_MAX,
        .path = (char[]){"/proc/self/exe"},
    };

    (void)state;
    assert_int_equal(mapped_file_open(getpid(), &file), -1);
    file.path = (char[]){"/nowhere (deleted)"};
    assert_int_equal(mapped_file_open(getpid(), &file), -1);
}

static void a_process_that_is_not_there_is_told(void **state)
{
    struct mapped_files files;
    struct error error;

    (void)state;
    assert_false(mapped_files_read(0x7fffffff, &files, &error));
    assert_int_equal(error.code, ERROR_NO_PROCESS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(data_is_told),
        cmocka_unit_test(a_file_of_ours_is_of_the_same_device),
        cmocka_unit_test(a_line_is_taken_apart),
        cmocka_unit_test(other_lines_of_the_kernel),
        cmocka_unit_test(paths_are_taken_whole),
        cmocka_unit_test(what_is_no_line_is_refused),
        cmocka_unit_test(a_cut_line_is_refused_or_shorter),
        cmocka_unit_test(own_files_are_found_and_opened),
        cmocka_unit_test(another_file_of_that_path_is_not_opened),
        cmocka_unit_test(a_process_that_is_not_there_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
