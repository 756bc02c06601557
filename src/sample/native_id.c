#include "sample/native_id.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"

enum {
    THREADS_MAX = 32,   /* that are looked at to find the offset */
    OFFSET_MAX = 1024,  /* no larger one is looked at */
    TASKS_ASKED_MAX = 256,
};

/* struct pthread: nptl/descr.h of glibc, on x86-64 and aarch64; src/internal/pthread_impl.h of musl 1.2, on
   the same. */
static const uint32_t KNOWN[] = {0x2d0, 0xd0, 0x30, 0x20};

/* Whether the process has such a task. */
static bool is_task(const struct native_ids *ids, int32_t id)
{
    char path[64];
    const pid_t task = task_ids_find(ids->tasks, id);

    if (task <= 0)
        return false;
    snprintf(path, sizeof path, "/proc/%d/task/%d", (int)ids->tasks->pid, (int)task);
    return access(path, F_OK) == 0;
}

/* The beginnings of the structures of several threads. */
struct beginnings {
    uint64_t idents[THREADS_MAX];
    unsigned char bytes[THREADS_MAX][OFFSET_MAX];
    uint32_t length[THREADS_MAX];
    size_t count;
    unsigned asked; /* how often the kernel was asked for a task */
};

/* Nothing need be mapped behind a structure: what there is of it is read in halves. */
static uint32_t read_beginning(const struct native_ids *ids, uint64_t ident, unsigned char *bytes)
{
    for (uint32_t length = OFFSET_MAX; length >= 64; length /= 2)
        if (reader_read(ids->reader, remote_at(ident), bytes, length))
            return length;
    return 0;
}

static void read_beginnings(const struct native_ids *ids, const struct thread_found *threads, size_t count,
                            struct beginnings *all)
{
    all->count = 0;
    all->asked = 0;
    for (size_t i = 0; i < count && all->count < THREADS_MAX; i++) {
        bool known = false;

        for (size_t j = 0; j < all->count; j++)
            known |= all->idents[j] == threads[i].ident;
        if (known)
            continue;
        all->idents[all->count] = threads[i].ident;
        all->length[all->count] = read_beginning(ids, threads[i].ident, all->bytes[all->count]);
        all->count += all->length[all->count] > 0;
    }
}

/* How many of the threads have an id at `offset`; 0: what stands there is something else. One that has just
   ended has 0 there, and so have those that a fork left behind in the child; with musl they have -1
   (__reclaim_stacks(), nptl/allocatestack.c of glibc; fork(), src/process/fork.c of musl 1.2). */
static size_t threads_with_id(const struct native_ids *ids, struct beginnings *all, uint32_t offset)
{
    int32_t found[THREADS_MAX];
    size_t count = 0;

    for (size_t i = 0; i < all->count; i++) {
        int32_t id;

        if (offset + sizeof id > all->length[i])
            return 0;
        id = int_at(all->bytes[i], offset);
        if (id == 0 || id == -1)
            continue;
        for (size_t j = 0; j < count; j++)
            if (found[j] == id)
                return 0;
        found[count++] = id;
    }
    for (size_t i = 0; i < count; i++)
        if (found[i] < 0 || all->asked++ >= TASKS_ASKED_MAX || !is_task(ids, found[i]))
            return 0;
    return count;
}

static bool take_offset(struct native_ids *ids, struct beginnings *all, uint32_t offset)
{
    const size_t count = threads_with_id(ids, all, offset);

    if (count == 0)
        return false;
    ids->offset = offset;
    ids->sure = count > 1;
    return true;
}

/* Looks for the offset in the structures of the threads found, of which some may be the same. */
static void learn(struct native_ids *ids)
{
    struct beginnings all;

    ids->learned = true;
    read_beginnings(ids, ids->found, ids->count, &all);
    for (size_t i = 0; i < sizeof KNOWN / sizeof KNOWN[0]; i++)
        if (take_offset(ids, &all, KNOWN[i]))
            return;
    for (uint32_t offset = sizeof(int32_t); offset < OFFSET_MAX; offset += sizeof(int32_t))
        if (take_offset(ids, &all, offset))
            return;
}

void native_ids_begin(struct native_ids *ids, const struct thread_found *found, size_t count)
{
    ids->found = found;
    ids->count = count;
    ids->learned = ids->sure;
    task_ids_age(ids->tasks); /* which those found may have come after */
}

/* The id of the thread whose pthread_self() this is, as its own structure says; 0: not known. */
static pid_t own_id(struct native_ids *ids, uint64_t ident)
{
    int32_t id;

    if (!ids->learned)
        learn(ids);
    if (ids->offset == 0 ||
        !reader_read(ids->reader, remote_plus(remote_at(ident), ids->offset), &id, sizeof id) ||
        !is_task(ids, id))
        return 0;
    return id;
}

void native_id_find(struct native_ids *ids, struct thread_found *thread)
{
    if (!ids->told)
        thread->native_id = (uint64_t)own_id(ids, thread->ident);
}

/* The thread that forks is the only one in the child, which has its id from that. */
bool native_id_correct(struct native_ids *ids, struct thread_found *thread)
{
    pid_t id;

    if (!ids->told || thread->mark == 0 || thread->native_id != thread->mark ||
        is_task(ids, (int32_t)thread->mark))
        return false;
    id = own_id(ids, thread->ident);
    if (id == 0 || task_ids_find(ids->tasks, id) != ids->tasks->pid)
        return false;
    thread->native_id = (uint64_t)id;
    ids->mistold = true;
    return true;
}
