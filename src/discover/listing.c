#include "discover/listing.h"

#include <dirent.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clean.h"
#include "base/clock.h"
#include "base/hash.h"
#include "memory/refusal.h"
#include "sample/process_facts.h"

enum {
    NAME_SIZE = 64,
    YOUNG_LOOKS = 4,    /* so often a process is asked whether it is a Python, whatever its name */
    NEW_LOOKS = 4,      /* at one that came a moment ago, between two at all */
    NEW_IDS_MAX = 512,  /* that are looked at at once; where more were given, the last of them */
    ASK_ONE_IN = 16,    /* of those that are none, in each look */
    DETAILS_ONE_IN = 4, /* of the Pythons: titles change, permissions are given */
    USERS_MAX = 1024,
};

struct entry {
    UT_hash_handle hh;
    struct listed listed;
    char name[NAME_SIZE]; /* of its program, as the kernel has it */
    uint32_t looks;       /* at all, since it is known, */
    uint32_t new_looks;   /* at those that came a moment ago, */
    bool is_new;          /* and it was not there at the first look of all */
    uint64_t seen;        /* the last look that had it */
};

struct user {
    UT_hash_handle hh;
    uint32_t uid;
    char name[LISTED_USER_SIZE];
};

struct listing {
    struct entry *entries; /* by id */
    struct user *users;
    struct recognizer *recognizer;
    const struct listed **all;
    size_t count, room, pythons;
    size_t fresh;          /* that came a moment ago, at most */
    uint64_t look;
    uint64_t looked_ns;    /* when the last look was; 0: never */
    pid_t last_id;         /* that was given to a process or thread when it was looked at last; 0: not known */
};

struct listing *listing_new(struct error *error)
{
    struct listing *listing = calloc(1, sizeof *listing);

    if (listing != NULL)
        listing->recognizer = recognizer_new();
    if (listing != NULL && listing->recognizer != NULL)
        return listing;
    free(listing);
    error_set(error, ERROR_MEMORY, "out of memory");
    return NULL;
}

static void remove_entry(struct listing *listing, struct entry *entry)
{
    HASH_DEL(listing->entries, entry);
    free(entry->listed.python);
    free(entry);
}

void listing_free(struct listing *listing)
{
    struct entry *entry, *next_entry;
    struct user *user, *next_user;

    if (listing == NULL)
        return;
    HASH_ITER(hh, listing->entries, entry, next_entry)
    {
        remove_entry(listing, entry);
    }
    HASH_ITER(hh, listing->users, user, next_user)
    {
        HASH_DEL(listing->users, user);
        free(user);
    }
    recognizer_free(listing->recognizer);
    free(listing->all);
    free(listing);
}

/* --- one process ------------------------------------------------------------------------------ */

/* What /proc/PID/stat tells (proc_pid_stat(5)). */
struct stat_told {
    char name[NAME_SIZE];
    char state;
    pid_t parent;
    uint64_t cpu_ticks, started_ticks;
    uint32_t threads;
};

static bool read_stat(pid_t pid, struct stat_told *told)
{
    char text[1024];
    const char *open, *close;
    unsigned long long user, system, threads, started;
    int parent;

    if (process_file(pid, "stat", text, sizeof text) == 0)
        return false;
    /* The name, field 2, may hold anything. */
    open = strchr(text, '(');
    close = strrchr(text, ')');
    if (open == NULL || close == NULL || close < open)
        return false;
    snprintf(told->name, sizeof told->name, "%.*s", (int)(close - open - 1), open + 1);
    if (sscanf(close + 1, " %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %*d %*d %*d %*d %llu %*d %llu",
               &told->state, &parent, &user, &system, &threads, &started) != 6)
        return false;
    told->parent = (pid_t)parent;
    told->cpu_ticks = user + system;
    told->threads = (uint32_t)threads;
    told->started_ticks = started;
    return true;
}

static const char *user_name(struct listing *listing, uint32_t uid)
{
    struct user *user;
    struct passwd entry, *found = NULL;
    char text[1024];

    HASH_FIND(hh, listing->users, &uid, sizeof uid, user);
    if (user != NULL)
        return user->name;
    user = HASH_COUNT(listing->users) < USERS_MAX ? calloc(1, sizeof *user) : NULL;
    if (user == NULL)
        return "?";
    user->uid = uid;
    if (getpwuid_r(uid, &entry, text, sizeof text, &found) == 0 && found != NULL)
        clean_utf8(user->name, sizeof user->name, found->pw_name, strlen(found->pw_name));
    else
        snprintf(user->name, sizeof user->name, "%u", uid);
    HASH_ADD(hh, listing->users, uid, sizeof user->uid, user);
    if (HASH_ADD_FAILED(user)) {
        free(user);
        return "?";
    }
    return user->name;
}

static void fill_details(struct listing *listing, pid_t pid, struct listed_python *python)
{
    char text[8192], path[LISTED_CGROUP_SIZE], container[CONTAINER_NAME_SIZE];
    const char *ids;
    unsigned effective = 0;

    process_file(pid, "status", text, sizeof text);
    ids = strstr(text, "\nUid:");
    if (ids != NULL && sscanf(ids, "\nUid: %*u %u", &effective) == 1)
        python->uid = effective;
    snprintf(python->user, sizeof python->user, "%s", user_name(listing, python->uid));
    process_command(pid, python->command, sizeof python->command);
    process_file(pid, "cgroup", text, sizeof text);
    cgroup_path(text, path, sizeof path);
    clean_utf8(python->cgroup, sizeof python->cgroup, path, strlen(path));
    container_of(python->cgroup, container);
    memcpy(python->container, container, sizeof container);
}

/* Whether it is time to ask whether a process is a Python, or for what may have changed of one. */
static bool is_due(const struct listing *listing, const struct entry *entry, bool renamed)
{
    const uint64_t turn = listing->look + (uint64_t)entry->listed.pid;

    return renamed || (entry->is_new && entry->looks <= YOUNG_LOOKS) ||
           turn % (entry->listed.python != NULL ? DETAILS_ONE_IN : ASK_ONE_IN) == 0;
}

static void ask(struct listing *listing, struct entry *entry)
{
    struct listed *listed = &entry->listed;
    struct recognized recognized;

    recognize(listing->recognizer, listed->pid, entry->name, &recognized);
    if (!recognized.is_python) {
        free(listed->python);
        listed->python = NULL;
        return;
    }
    if (listed->python == NULL)
        listed->python = calloc(1, sizeof *listed->python);
    if (listed->python == NULL)
        return;
    listed->python->recognized = recognized;
    fill_details(listing, listed->pid, listed->python);
}

static struct entry *find_entry(const struct listing *listing, pid_t pid)
{
    struct entry *entry;

    HASH_FIND(hh, listing->entries, &pid, sizeof pid, entry);
    return entry;
}

static struct entry *entry_of(struct listing *listing, pid_t pid, uint64_t started_ticks)
{
    struct entry *entry = find_entry(listing, pid);

    if (entry != NULL && entry->listed.started_ticks == started_ticks)
        return entry;
    if (entry != NULL)
        remove_entry(listing, entry); /* its id is another process's now */
    entry = calloc(1, sizeof *entry);
    if (entry == NULL)
        return NULL;
    entry->is_new = listing->look > 1;
    listing->fresh++;
    entry->seen = listing->look;
    entry->listed = (struct listed){.pid = pid, .started_ticks = started_ticks, .cpu_share = -1};
    HASH_ADD(hh, listing->entries, listed.pid, sizeof entry->listed.pid, entry);
    if (HASH_ADD_FAILED(entry)) {
        free(entry);
        return NULL;
    }
    return entry;
}

/* Takes what was told; true when it bears another name than before. */
static bool take(struct entry *entry, const struct stat_told *told)
{
    const bool renamed = strcmp(entry->name, told->name) != 0;

    memcpy(entry->name, told->name, sizeof entry->name);
    entry->listed.parent = told->parent;
    entry->listed.cpu_ticks = told->cpu_ticks;
    entry->listed.threads = told->threads;
    return renamed;
}

static bool is_dead(const struct stat_told *told)
{
    return told->state == 'Z' || told->state == 'X';
}

static bool look_at(struct listing *listing, pid_t pid, uint64_t since_ns)
{
    struct stat_told told;
    struct entry *entry;
    uint64_t cpu_ticks;
    bool renamed;

    if (!read_stat(pid, &told) || is_dead(&told))
        return true;
    entry = entry_of(listing, pid, told.started_ticks);
    if (entry == NULL)
        return false;
    cpu_ticks = entry->listed.cpu_ticks;
    renamed = take(entry, &told);
    if (entry->looks > 0 && since_ns > 0)
        entry->listed.cpu_share = (double)(told.cpu_ticks - cpu_ticks) * (double)NS_PER_S /
                                  (double)sysconf(_SC_CLK_TCK) / (double)since_ns;
    entry->looks++;
    entry->seen = listing->look;
    if (is_due(listing, entry, renamed))
        ask(listing, entry);
    return true;
}

/* --- those that came a moment ago ------------------------------------------------------------- */

/* The id that was given last, to a process or a thread: they are given in a row (alloc_pid(), kernel/pid.c; told in
   fs/proc/loadavg.c). 0: not known. */
static pid_t read_last_id(void)
{
    const int fd = open("/proc/loadavg", O_RDONLY | O_CLOEXEC);
    char text[128];
    const ssize_t length = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    int id;

    if (fd >= 0)
        close(fd);
    if (length <= 0)
        return 0;
    text[length] = '\0';
    return sscanf(text, "%*s %*s %*s %*s %d", &id) == 1 && id > 0 ? id : 0;
}

/* Whether an id is that of a process, and not of one of its threads, which have files in /proc, too. */
static bool is_process(pid_t pid)
{
    char text[1024];
    const char *group;
    int id;

    process_file(pid, "status", text, sizeof text);
    group = strstr(text, "\nTgid:");
    return group != NULL && sscanf(group, "\nTgid: %d", &id) == 1 && id == pid;
}

/* Looks at what may be a process that is not known. */
static bool meet(struct listing *listing, pid_t pid)
{
    const struct entry *known = find_entry(listing, pid);
    struct stat_told told;
    struct entry *entry;

    if (!read_stat(pid, &told) || is_dead(&told) || (known != NULL && known->listed.started_ticks == told.started_ticks) ||
        !is_process(pid))
        return true;
    entry = entry_of(listing, pid, told.started_ticks);
    if (entry == NULL)
        return false;
    entry->is_new = true;
    take(entry, &told);
    return true;
}

/* Asks those that are new whether they are Pythons, and again when they bear another name. Gives how many are, or were
   asked. */
static size_t ask_new(struct listing *listing)
{
    struct entry *entry, *next;
    size_t count = 0;

    if (listing->fresh == 0)
        return 0;
    listing->fresh = 0;
    HASH_ITER(hh, listing->entries, entry, next)
    {
        struct stat_told told;

        if (!entry->is_new || entry->new_looks >= NEW_LOOKS)
            continue;
        listing->fresh++;
        if (entry->new_looks++ > 0 &&
            (!read_stat(entry->listed.pid, &told) || is_dead(&told) ||
             told.started_ticks != entry->listed.started_ticks || !take(entry, &told))) {
            count += entry->listed.python != NULL;
            continue;
        }
        ask(listing, entry);
        count++;
    }
    return count;
}

/* --- all of them ------------------------------------------------------------------------------ */

static int by_start(const void *left, const void *right)
{
    const struct listed *a = *(const struct listed *const *)left;
    const struct listed *b = *(const struct listed *const *)right;

    if (a->started_ticks != b->started_ticks)
        return a->started_ticks < b->started_ticks ? -1 : 1;
    return (a->pid > b->pid) - (a->pid < b->pid);
}

/* Lists what was seen in this look, and forgets the rest. */
static bool list_seen(struct listing *listing)
{
    const size_t count = HASH_COUNT(listing->entries);
    struct entry *entry, *next;

    listing->count = listing->pythons = 0;
    if (count > listing->room) {
        free(listing->all);
        listing->room = count + count / 2;
        listing->all = calloc(listing->room, sizeof(struct listed *));
        if (listing->all == NULL)
            listing->room = 0;
    }
    HASH_ITER(hh, listing->entries, entry, next)
    {
        if (entry->seen != listing->look) {
            remove_entry(listing, entry);
        } else if (listing->room > 0) {
            listing->all[listing->count++] = &entry->listed;
            listing->pythons += entry->listed.python != NULL;
        }
    }
    if (listing->count > 0)
        qsort(listing->all, listing->count, sizeof(struct listed *), by_start);
    return count == 0 || listing->room > 0;
}

bool listing_look(struct listing *listing, struct error *error)
{
    const uint64_t now_ns = clock_now_ns();
    const uint64_t since_ns = listing->looked_ns != 0 ? now_ns - listing->looked_ns : 0;
    struct dirent *found;
    bool ok = true;
    DIR *folder;

    if (!proc_usable(error))
        return false;
    folder = opendir("/proc");
    if (folder == NULL)
        return error_set(error, ERROR_SYSTEM, "cannot open /proc");
    listing->look++;
    listing->looked_ns = now_ns;
    listing->last_id = read_last_id();
    while (ok && (found = readdir(folder)) != NULL) {
        char *end;
        const long pid = strtol(found->d_name, &end, 10);

        if (*end == '\0' && pid > 0)
            ok = look_at(listing, (pid_t)pid, since_ns);
    }
    closedir(folder);
    ok &= list_seen(listing);
    return ok || error_set(error, ERROR_MEMORY, "out of memory");
}

bool listing_look_at_new(struct listing *listing, bool *any, struct error *error)
{
    const pid_t last_id = read_last_id();
    const pid_t least_id = last_id > NEW_IDS_MAX ? last_id - NEW_IDS_MAX : 0;
    bool ok = true;

    /* Where they began anew, at the end of all ids, those before that are left to the next whole look. */
    if (listing->last_id > last_id || listing->last_id < least_id)
        listing->last_id = least_id;
    for (pid_t id = listing->last_id + 1; ok && id <= last_id; id++)
        ok = meet(listing, id);
    listing->last_id = last_id;
    *any = ask_new(listing) > 0;
    if (*any)
        ok &= list_seen(listing);
    return ok || error_set(error, ERROR_MEMORY, "out of memory");
}

const struct listed *const *listing_all(const struct listing *listing, size_t *count)
{
    *count = listing->count;
    return listing->all;
}

const struct listed *listing_find(const struct listing *listing, pid_t pid)
{
    const struct entry *entry = find_entry(listing, pid);

    return entry != NULL ? &entry->listed : NULL;
}

size_t listing_pythons(const struct listing *listing)
{
    return listing->pythons;
}
