#include "sample/task_ids.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "sample/kernel_thread.h"

enum { TASKS_MAX = 1 << 16 }; /* that are read */

struct task_ids task_ids_of(pid_t pid)
{
    return (struct task_ids){.pid = pid, .nested = kernel_threads_are_nested(pid)};
}

void task_ids_free(struct task_ids *ids)
{
    free(ids->list);
    *ids = (struct task_ids){0};
}

void task_ids_age(struct task_ids *ids)
{
    ids->current = false;
}

static int by_inner(const void *a, const void *b)
{
    const pid_t left = ((const struct task_id *)a)->inner, right = ((const struct task_id *)b)->inner;

    return (left > right) - (left < right);
}

/* False: there is no room for it. */
static bool append(struct task_ids *ids, struct task_id id)
{
    if (ids->count == ids->room) {
        const size_t room = ids->room * 2 + 16;
        struct task_id *list = ids->count < TASKS_MAX ? realloc(ids->list, room * sizeof *list) : NULL;

        if (list == NULL)
            return false;
        ids->list = list;
        ids->room = room;
    }
    ids->list[ids->count++] = id;
    return true;
}

static void read_all(struct task_ids *ids)
{
    char path[64];
    const struct dirent *entry;
    DIR *folder;
    bool fits = true;

    ids->count = 0;
    ids->current = true;
    snprintf(path, sizeof path, "/proc/%d/task", (int)ids->pid);
    folder = opendir(path);
    if (folder == NULL)
        return;
    while (fits && (entry = readdir(folder)) != NULL) {
        const pid_t outer = (pid_t)strtol(entry->d_name, NULL, 10);
        const pid_t inner = outer > 0 ? kernel_thread_innermost_id(ids->pid, outer) : 0;

        if (inner > 0)
            fits = append(ids, (struct task_id){inner, outer});
    }
    closedir(folder);
    if (ids->count > 0)
        qsort(ids->list, ids->count, sizeof *ids->list, by_inner);
}

/* A thread that was read before may have ended, and its id be another's. */
static pid_t look_up(const struct task_ids *ids, pid_t inner)
{
    const struct task_id key = {.inner = inner};
    const struct task_id *found =
        ids->count > 0 ? bsearch(&key, ids->list, ids->count, sizeof *ids->list, by_inner) : NULL;

    return found != NULL && kernel_thread_innermost_id(ids->pid, found->outer) == inner ? found->outer : 0;
}

pid_t task_ids_find(struct task_ids *ids, pid_t inner)
{
    pid_t outer;

    if (!ids->nested || inner <= 0)
        return inner;
    outer = look_up(ids, inner);
    if (outer != 0 || ids->current)
        return outer;
    read_all(ids);
    return look_up(ids, inner);
}
