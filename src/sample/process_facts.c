#include "sample/process_facts.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clean.h"
#include "base/clock.h"

size_t process_file(pid_t pid, const char *name, char *text, size_t room)
{
    char path[64];
    ssize_t length = -1;
    int fd;

    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        length = read(fd, text, room - 1);
        close(fd);
    }
    if (length < 0)
        length = 0;
    text[length] = '\0';
    return (size_t)length;
}

/* What comes behind the last slash of the first word: of a title that a program gave itself
   ("gunicorn: worker [/srv/app]") no more is a path. */
static const char *without_folder(const char *text)
{
    const size_t first = strcspn(text, " ");
    const char *slash = memrchr(text, '/', first);

    return slash != NULL && slash + 1 < text + first ? slash + 1 : text;
}

void process_command(pid_t pid, char *command, size_t room)
{
    char text[4096];
    const char *begin = text;
    ssize_t length = (ssize_t)process_file(pid, "cmdline", text, sizeof text);

    while (length > 0 && (text[length - 1] == '\0' || text[length - 1] == ' '))
        length--;
    if (length > 0) {
        begin = without_folder(text);
        length -= begin - text;
    }
    for (ssize_t i = 0; i < length; i++)
        if (begin[i] == '\0')
            text[begin - text + i] = ' ';
    if (length <= 0) {
        char name[64];

        if (process_file(pid, "comm", name, sizeof name) > 0)
            length = snprintf(text, sizeof text, "[%.*s]", (int)strcspn(name, "\n"), name);
    }
    clean_utf8(command, room, begin, length > 0 ? (size_t)length : 0);
}

/* Finds the blank in front of a field of /proc/PID/stat, numbered as in proc_pid_stat(5); NULL when the process is gone. */
static const char *find_stat_field(pid_t pid, int number, char *text, size_t room)
{
    const char *cursor;

    if (process_file(pid, "stat", text, room) == 0)
        return NULL;
    cursor = strrchr(text, ')'); /* the name, field 2, may hold anything */
    for (int field = 2; cursor != NULL && field < number; field++)
        cursor = strchr(cursor + 1, ' ');
    return cursor;
}

static uint64_t stat_field(pid_t pid, int number)
{
    char text[1024];
    const char *field = find_stat_field(pid, number, text, sizeof text);

    return field != NULL ? strtoull(field, NULL, 10) : 0;
}

bool process_is_stopped(pid_t pid)
{
    char text[1024];
    const char *state = find_stat_field(pid, 3, text, sizeof text);

    return state != NULL && state[1] == 'T';
}

pid_t process_parent(pid_t pid)
{
    return (pid_t)stat_field(pid, 4);
}

uint64_t process_started_ticks(pid_t pid)
{
    return stat_field(pid, 22);
}

uint64_t process_started_ns(pid_t pid)
{
    const uint64_t ticks = process_started_ticks(pid);
    struct timespec boot;
    uint64_t since_boot_ns, now_ns, started_ns;

    if (ticks == 0)
        return 0;
    started_ns = ticks * (NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK));
    clock_gettime(CLOCK_BOOTTIME, &boot);
    since_boot_ns = (uint64_t)boot.tv_sec * NS_PER_S + (uint64_t)boot.tv_nsec;
    now_ns = clock_now_ns();
    if (started_ns > since_boot_ns || since_boot_ns - started_ns >= now_ns)
        return 0;
    return now_ns - (since_boot_ns - started_ns);
}

uint64_t process_cpu_ns(clockid_t clock, bool valid)
{
    struct timespec used;

    if (!valid || clock_gettime(clock, &used) != 0)
        return 0;
    return (uint64_t)used.tv_sec * NS_PER_S + (uint64_t)used.tv_nsec;
}
