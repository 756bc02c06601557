#include "sample/kernel_thread.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clean.h"

enum { FDS_LEFT = 64 }; /* descriptors that are left to the rest of the program */

static int open_file(pid_t pid, pid_t tid, const char *name)
{
    char path[96];

    snprintf(path, sizeof path, "/proc/%d/task/%d/%s", (int)pid, (int)tid, name);
    return open(path, O_RDONLY | O_CLOEXEC);
}

static bool fd_is_dear(int fd)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
           (rlim_t)fd + FDS_LEFT >= limit.rlim_cur;
}

static struct kernel_file take_up(const struct kernel_thread *thread, const char *name)
{
    struct kernel_file file = {.fd = open_file(thread->pid, thread->tid, name)};

    file.there = file.fd >= 0 || errno == EMFILE || errno == ENFILE;
    if (file.fd >= 0 && fd_is_dear(file.fd)) {
        close(file.fd);
        file.fd = -1;
    }
    return file;
}

static bool is_there(pid_t pid, pid_t tid)
{
    const int folder = open_file(pid, tid, "");

    if (folder < 0)
        return !kernel_thread_ended(errno);
    close(folder);
    return true;
}

bool kernel_thread_open(struct kernel_thread *thread, pid_t pid, pid_t tid)
{
    *thread = KERNEL_THREAD_NONE;
    thread->pid = pid;
    thread->tid = tid;
    if (tid <= 0)
        return false;
    thread->schedstat = take_up(thread, "schedstat");
    if (thread->schedstat.fd < 0 && !is_there(pid, tid))
        return false;
    thread->syscall = take_up(thread, "syscall");
    return true;
}

bool kernel_thread_is_held(const struct kernel_thread *thread)
{
    return thread->schedstat.fd >= 0;
}

static void close_file(struct kernel_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
}

void kernel_thread_close(struct kernel_thread *thread)
{
    close_file(&thread->schedstat);
    close_file(&thread->syscall);
    close_file(&thread->stat);
    *thread = KERNEL_THREAD_NONE;
}

bool kernel_thread_ended(int error_number)
{
    /* What an open file says, and what opening one does (fs/proc/base.c). */
    return error_number == ESRCH || error_number == ENOENT;
}

static bool read_text(int fd, char *text, size_t room)
{
    ssize_t length;

    if (fd < 0)
        return false;
    length = pread(fd, text, room - 1, 0);
    if (length == 0)
        errno = EIO;
    if (length <= 0)
        return false;
    text[length] = '\0';
    return true;
}

/* Reads a file that is open, or is opened for it. */
static bool read_file(const struct kernel_thread *thread, const struct kernel_file *file,
                      const char *name, char *text, size_t room)
{
    bool done;
    int fd;

    if (!file->there) {
        errno = ENOSYS;
        return false;
    }
    if (file->fd >= 0)
        return read_text(file->fd, text, room);
    fd = open_file(thread->pid, thread->tid, name);
    done = read_text(fd, text, room);
    if (fd >= 0) {
        const int kept_errno = errno;

        close(fd);
        errno = kept_errno;
    }
    return done;
}

/* The ids of a thread from /proc/…/status, from our PID namespace to its innermost: gives their number,
   and the last. */
static unsigned namespace_ids(int status_fd, pid_t *innermost)
{
    char text[4096];
    const char *line;
    char *end;
    unsigned count = 0;

    if (!read_text(status_fd, text, sizeof text) || (line = strstr(text, "\nNSpid:")) == NULL)
        return 0;
    for (line += strlen("\nNSpid:");; line = end) {
        const long id = strtol(line, &end, 10);

        if (end == line || memchr(line, '\n', (size_t)(end - line)) != NULL)
            return count;
        *innermost = (pid_t)id;
        count++;
    }
}

/* The same of a thread; 0 when it is gone. */
static unsigned ids_of(pid_t pid, pid_t tid, pid_t *innermost)
{
    const int fd = open_file(pid, tid, "status");
    unsigned count;

    if (fd < 0)
        return 0;
    count = namespace_ids(fd, innermost);
    close(fd);
    return count;
}

bool kernel_threads_are_nested(pid_t pid)
{
    pid_t innermost;

    return ids_of(pid, pid, &innermost) > 1;
}

pid_t kernel_thread_innermost_id(pid_t pid, pid_t tid)
{
    pid_t innermost;

    return ids_of(pid, tid, &innermost) > 0 ? innermost : 0;
}

bool kernel_thread_run(struct kernel_thread *thread, struct kernel_run *run)
{
    char text[96];
    char *cursor = text;

    /* "CPU_NS WAITED_NS TURNS" */
    if (!read_file(thread, &thread->schedstat, "schedstat", text, sizeof text))
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
    if (!read_file(thread, &thread->syscall, "syscall", text, sizeof text))
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

int kernel_thread_cpu(struct kernel_thread *thread)
{
    char text[1024];
    const char *cursor;

    if (!thread->stat.there)
        thread->stat = take_up(thread, "stat");
    if (!read_file(thread, &thread->stat, "stat", text, sizeof text))
        return -1;
    cursor = strrchr(text, ')');
    for (int field = 2; cursor != NULL && field < 39; field++)
        cursor = strchr(cursor + 1, ' ');
    return cursor != NULL ? atoi(cursor) : -1;
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
