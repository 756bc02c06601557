#include "memory/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/auxvec.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/clock.h"
#include "memory/refusal.h"

enum {
    MARK_BYTES = 16,   /* that AT_RANDOM points to (create_elf_tables(), fs/binfmt_elf.c) */
    AUXV_BYTES = 1024, /* of some twenty pairs of words */
    TASKS_ASKED_MAX = 256,
    FINDS_MAX = 3,
};

struct process_reader {
    struct reader reader;
    pid_t pid;
    bool by_file; /* process_vm_readv is filtered, or leads nowhere as the process's first thread ended */
    int mem_fd;   /* /proc/PID/mem, which stays bound to the memory that it was opened on; -1: not to be
                     had */
    /* Random bytes that the kernel gives to each program anew: as long as they are where they were, it is the same. */
    struct piece mark; /* of no length: not known */
    unsigned char mark_bytes[MARK_BYTES];
    bool watched; /* the next reading is to look at them, */
    bool marked;  /* and one did, and saw them */
    struct reader_foresight *foresight; /* of what the next reading is to read as well; NULL: nothing */
};

static struct iovec remote_piece(const struct piece *piece)
{
    /* NOLINTNEXTLINE(performance-no-int-to-ptr): the kernel wants the target's address so */
    return (struct iovec){(void *)(uintptr_t)piece->address.value, piece->length};
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

/* Whether the memory is there: the file says 0 where it is not. */
static bool file_holds(int mem_fd)
{
    char byte;

    return pread(mem_fd, &byte, 1, 0) != 0;
}

/* Whether the call failed, with errno, only as the thread ended that the process has its id from: that one has no memory
   then (exit_mm(), kernel/exit.c), and the others go on. From here on the file is read, which does not ask whose it is. */
static bool outlives_its_id(struct process_reader *process)
{
    const int error_number = errno;

    if (error_number == ESRCH && process->mem_fd >= 0)
        process->by_file = file_holds(process->mem_fd);
    errno = error_number;
    return process->by_file;
}

/* What one call reads: where to, and where from. */
struct call {
    struct iovec local[3];
    struct iovec remote[READER_PIECES_MAX];
    size_t parts; /* of `local`, */
    size_t count; /* and of `remote` */
};

/* Adds pieces that are read one after the other into `into`. Gives their bytes. */
static size_t add_pieces(struct call *call, const struct piece *pieces, size_t count, void *into)
{
    size_t bytes = 0;

    for (size_t i = 0; i < count; i++) {
        call->remote[call->count++] = remote_piece(&pieces[i]);
        bytes += pieces[i].length;
    }
    call->local[call->parts++] = (struct iovec){into, bytes};
    return bytes;
}

/* The first reading after process_watch() reads the mark as well, and one after process_foresee() what was foreseen: pieces
   more cost less than a call. */
static size_t gather_by_call(struct process_reader *process, const struct piece *pieces, size_t count, void *into,
                             struct reader_foresight *foresight)
{
    unsigned char mark[MARK_BYTES];
    struct call call;
    size_t wanted, marks = 0, got;
    uint64_t began_ns = 0;
    ssize_t result;

    call.parts = call.count = 0;
    if (count > READER_PIECES_MAX)
        count = READER_PIECES_MAX;
    wanted = add_pieces(&call, pieces, count, into);
    if (process->watched && !process->marked && call.count < READER_PIECES_MAX)
        marks = add_pieces(&call, &process->mark, 1, mark);
    if (foresight != NULL && call.count + foresight->count <= READER_PIECES_MAX) {
        began_ns = clock_now_ns();
        add_pieces(&call, foresight->pieces, foresight->count, foresight->into);
    }
    result = process_vm_readv(process->pid, call.local, call.parts, call.remote, call.count, 0);
    if (result < 0)
        return outlives_its_id(process) ? gather_by_file(process->mem_fd, pieces, count, into) : 0;
    got = (size_t)result;
    if (got < wanted) {
        errno = EFAULT;
        return got;
    }
    process->marked |= marks > 0 && got >= wanted + marks && memcmp(mark, process->mark_bytes, MARK_BYTES) == 0;
    if (began_ns > 0 && got > wanted + marks) {
        foresight->bytes = got - wanted - marks;
        foresight->took_ns = clock_now_ns() - began_ns;
    }
    return wanted;
}

static size_t process_gather(struct reader *reader, const struct piece *pieces, size_t count,
                             void *into)
{
    struct process_reader *process = (struct process_reader *)reader;
    struct reader_foresight *foresight = process->foresight;

    process->foresight = NULL;
    if (process->by_file)
        return gather_by_file(process->mem_fd, pieces, count, into);
    return gather_by_call(process, pieces, count, into, foresight);
}

static void process_foresee(struct reader *reader, struct reader_foresight *foresight)
{
    ((struct process_reader *)reader)->foresight = foresight;
}

static bool process_holds(struct reader *reader)
{
    struct process_reader *process = (struct process_reader *)reader;
    const bool marked = process->marked;

    /* What is read from here on may be another's: it tells nothing of the next time. */
    process->watched = process->marked = false;
    if (marked)
        return true;
    return process->mem_fd < 0 || file_holds(process->mem_fd);
}

static void process_watch(struct reader *reader)
{
    struct process_reader *process = (struct process_reader *)reader;

    process->watched = process->mark.length > 0;
    process->marked = false;
}

static void process_free(struct reader *reader)
{
    struct process_reader *process = (struct process_reader *)reader;

    if (process->mem_fd >= 0)
        close(process->mem_fd);
    free(process);
}

static const struct reader_type PROCESS_READER = {
    .gather = process_gather,
    .holds = process_holds,
    .watch = process_watch,
    .foresee = process_foresee,
    .free = process_free,
};

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

pid_t process_memory_id(pid_t pid)
{
    char path[64];
    const struct dirent *entry;
    pid_t found = 0;
    DIR *tasks;

    if (probe_call(pid) != ESRCH)
        return pid;
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    tasks = opendir(path);
    if (tasks == NULL)
        return pid;
    for (unsigned i = 0; i < TASKS_ASKED_MAX && found == 0 && (entry = readdir(tasks)) != NULL; i++) {
        const pid_t task = (pid_t)strtol(entry->d_name, NULL, 10);

        if (task > 0 && task != pid && probe_call(task) != ESRCH)
            found = task;
    }
    closedir(tasks);
    return found != 0 ? found : pid;
}

static int open_mem(pid_t pid)
{
    char path[64];

    snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
    return open(path, O_RDONLY | O_CLOEXEC);
}

/* Where a value of the auxiliary vector leads; null: it has none. */
static remote_addr auxiliary(pid_t pid, uint64_t type)
{
    uint64_t pairs[AUXV_BYTES / 16][2];
    char path[64];
    ssize_t got;
    int fd;

    snprintf(path, sizeof path, "/proc/%d/auxv", (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return remote_at(0);
    got = read(fd, pairs, sizeof pairs);
    close(fd);
    for (ssize_t i = 0; i < got / (ssize_t)sizeof pairs[0]; i++)
        if (pairs[i][0] == type)
            return remote_at(pairs[i][1]);
    return remote_at(0);
}

/* Takes note of the program's random bytes, by the file that is bound to its memory. */
static void find_mark(struct process_reader *process)
{
    const struct piece mark = {auxiliary(process->pid, AT_RANDOM), MARK_BYTES};

    if (!process->by_file && process->mem_fd >= 0 && !remote_is_null(mark.address) &&
        gather_by_file(process->mem_fd, &mark, 1, process->mark_bytes) == MARK_BYTES)
        process->mark = mark;
}

/* Opens the file of the memory, or gives -1 in its place, and tells what process_vm_readv() says of it. By the id of one of
   the threads, which may end just then. */
static int find_memory(pid_t pid, int *mem_fd)
{
    int refusal = ESRCH;

    *mem_fd = -1;
    for (int i = 0; i < FINDS_MAX && refusal == ESRCH; i++) {
        const pid_t id = process_memory_id(pid);

        if (*mem_fd >= 0)
            close(*mem_fd);
        *mem_fd = open_mem(id);
        refusal = probe_call(id);
    }
    return refusal;
}

struct reader *process_reader_new(pid_t pid, struct error *error)
{
    struct process_reader *process;
    int mem_fd, refusal;

    /* Where /proc has other numbers, the call and the files would be of two processes. */
    if (!proc_usable(error))
        return NULL;
    refusal = find_memory(pid, &mem_fd);
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
    *process = (struct process_reader){
        .reader = {&PROCESS_READER}, .pid = pid, .by_file = refusal != 0, .mem_fd = mem_fd};
    find_mark(process);
    return &process->reader;
fail:
    if (mem_fd >= 0)
        close(mem_fd);
    return NULL;
}
