#include "memory/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "memory/refusal.h"

struct process_reader {
    struct reader reader;
    pid_t pid;
    bool by_file; /* process_vm_readv is filtered */
    int mem_fd;   /* /proc/PID/mem, which stays bound to the memory that it was opened on; -1: not to be
                     had */
};

static size_t gather_by_call(pid_t pid, const struct piece *pieces, size_t count, void *into)
{
    struct iovec remote[READER_PIECES_MAX];
    struct iovec local = {into, 0};
    ssize_t got;

    if (count > READER_PIECES_MAX)
        count = READER_PIECES_MAX;
    for (size_t i = 0; i < count; i++) {
        /* NOLINTNEXTLINE(performance-no-int-to-ptr): the kernel wants the target's address so */
        remote[i].iov_base = (void *)(uintptr_t)pieces[i].address.value;
        remote[i].iov_len = pieces[i].length;
        local.iov_len += pieces[i].length;
    }
    got = process_vm_readv(pid, &local, 1, remote, count, 0);
    if (got < 0)
        return 0;
    if ((size_t)got < local.iov_len)
        errno = EFAULT;
    return (size_t)got;
}

static size_t gather_by_file(int mem_fd, const struct piece *pieces, size_t count, void *into)
{
    size_t done = 0;

    for (size_t i = 0; i < count; i++) {
        const ssize_t got = pread(mem_fd, (char *)into + done, pieces[i].length,
                                  (off_t)pieces[i].address.value);

        if (got > 0)
            done += (size_t)got;
        if (got == (ssize_t)pieces[i].length)
            continue;
        /* It says EIO where nothing is mapped and EINVAL for what is no address; 0 when the address
           space is gone (mem_rw(), fs/proc/base.c). */
        if (got == 0)
            errno = ESRCH;
        else if (got > 0 || errno == EIO || errno == EINVAL)
            errno = EFAULT;
        break;
    }
    return done;
}

static size_t process_gather(struct reader *reader, const struct piece *pieces, size_t count,
                             void *into)
{
    const struct process_reader *process = (struct process_reader *)reader;

    if (process->by_file)
        return gather_by_file(process->mem_fd, pieces, count, into);
    return gather_by_call(process->pid, pieces, count, into);
}

static bool process_holds(struct reader *reader)
{
    const struct process_reader *process = (struct process_reader *)reader;
    char byte;

    return process->mem_fd < 0 || pread(process->mem_fd, &byte, 1, 0) != 0;
}

static void process_free(struct reader *reader)
{
    struct process_reader *process = (struct process_reader *)reader;

    if (process->mem_fd >= 0)
        close(process->mem_fd);
    free(process);
}

static const struct reader_type PROCESS_READER = {process_gather, process_holds, process_free};

/* Asks the kernel for nothing at all: an empty read fails as a real one would, but on permissions
   only (mm/process_vm_access.c checks them before it looks at any address). */
static int probe_call(pid_t pid)
{
    char byte;
    struct iovec local = {&byte, 1};
    struct iovec remote = {NULL, 1};

    if (process_vm_readv(pid, &local, 1, &remote, 1, 0) >= 0 || errno == EFAULT)
        return 0;
    return errno;
}

static int open_mem(pid_t pid)
{
    char path[64];

    snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
    return open(path, O_RDONLY | O_CLOEXEC);
}

struct reader *process_reader_new(pid_t pid, struct error *error)
{
    struct process_reader *process;
    int mem_fd, refusal;

    /* Where /proc has other numbers, the call and the files would be of two processes. */
    if (!proc_usable(error))
        return NULL;
    mem_fd = open_mem(pid);
    refusal = probe_call(pid);
    if (refusal == ESRCH) {
        absence_explain(pid, error);
        goto fail;
    }
    /* A seccomp filter may know the call and not the file. */
    if (refusal != 0 && mem_fd < 0) {
        refusal_explain(pid, error);
        return NULL;
    }
    process = malloc(sizeof *process);
    if (process == NULL) {
        error_set(error, ERROR_MEMORY, "out of memory");
        goto fail;
    }
    *process = (struct process_reader){{&PROCESS_READER}, pid, refusal != 0, mem_fd};
    return &process->reader;
fail:
    if (mem_fd >= 0)
        close(mem_fd);
    return NULL;
}
