#include "sample/kernel_thread.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clean.h"

static int open_file(pid_t pid, pid_t tid, const char *name)
{
    char path[96];

    snprintf(path, sizeof path, "/proc/%d/task/%d/%s", (int)pid, (int)tid, name);
    return open(path, O_RDONLY | O_CLOEXEC);
}

void kernel_thread_open(struct kernel_thread *thread, pid_t pid, pid_t tid)
{
    thread->schedstat_fd = tid > 0 ? open_file(pid, tid, "schedstat") : -1;
    thread->syscall_fd = tid > 0 ? open_file(pid, tid, "syscall") : -1;
}

void kernel_thread_close(struct kernel_thread *thread)
{
    if (thread->schedstat_fd >= 0)
        close(thread->schedstat_fd);
    if (thread->syscall_fd >= 0)
        close(thread->syscall_fd);
    *thread = (struct kernel_thread){-1, -1};
}

static bool read_text(int fd, char *text, size_t room)
{
    ssize_t length;

    if (fd < 0)
        return false;
    length = pread(fd, text, room - 1, 0);
    if (length <= 0)
        return false;
    text[length] = '\0';
    return true;
}

bool kernel_thread_run(struct kernel_thread *thread, struct kernel_run *run)
{
    char text[96];
    char *cursor = text;

    /* "CPU_NS WAITED_NS TURNS" */
    if (!read_text(thread->schedstat_fd, text, sizeof text))
        return false;
    run->cpu_ns = strtoull(cursor, &cursor, 10);
    strtoull(cursor, &cursor, 10);
    run->turns = strtoull(cursor, &cursor, 10);
    return true;
}

bool kernel_thread_wait(struct kernel_thread *thread, struct kernel_wait *wait)
{
    char text[256];
    char *cursor;
    long number;

    /* "running", "-1 SP PC" outside of a system call, or "NUMBER 0xARG … SP PC". */
    if (!read_text(thread->syscall_fd, text, sizeof text))
        return false;
    *wait = (struct kernel_wait){0};
    number = strtol(text, &cursor, 10);
    if (cursor == text) {
        wait->running = true;
        return true;
    }
    if (number == SYS_futex) {
        wait->in_futex = true;
        wait->futex = strtoull(cursor, NULL, 16);
    }
    return true;
}

void kernel_thread_name(pid_t pid, pid_t tid, char *name, size_t room)
{
    char text[64];
    const int fd = open_file(pid, tid, "comm");

    name[0] = '\0';
    if (fd < 0)
        return;
    if (read_text(fd, text, sizeof text)) {
        text[strcspn(text, "\n")] = '\0';
        clean_utf8(name, room, text, strlen(text));
    }
    close(fd);
}
