#include "discover/selection.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clean.h"
#include "base/hash.h"
#include "sample/process_facts.h"
#include "tally/snapshot.h"

/* A process that is meant. Its key is without padding, as it is compared as bytes. */
struct member_key {
    uint64_t pid;
    uint64_t started_ticks;
};

struct member {
    UT_hash_handle hh;
    struct member_key key;
    bool is_root;  /* by itself, and not as a descendant */
    uint64_t seen; /* the last time that it was found */
};

struct selection {
    struct selection_rules rules;
    struct filter *filter;
    uint32_t uid;
    struct member *members;
    const struct listed **found;
    size_t count, room;
    uint64_t turn;
};

static bool resolve_user(const char *name, uint32_t *uid, struct error *error)
{
    struct passwd entry, *found = NULL;
    char text[4096], *end;
    const unsigned long number = strtoul(name, &end, 10);

    if (getpwnam_r(name, &entry, text, sizeof text, &found) == 0 && found != NULL) {
        *uid = found->pw_uid;
        return true;
    }
    if (name[0] >= '0' && name[0] <= '9' && *end == '\0' && number < UINT32_MAX) {
        *uid = (uint32_t)number;
        return true;
    }
    clean_utf8(text, 96, name, strlen(name));
    return error_set(error, ERROR_PATTERN, "there is no user '%s'", text);
}

static bool add_member(struct selection *selection, pid_t pid, uint64_t started_ticks, bool is_root)
{
    struct member *member = calloc(1, sizeof *member);

    if (member == NULL)
        return false;
    member->key = (struct member_key){(uint64_t)pid, started_ticks};
    member->is_root = is_root;
    HASH_ADD(hh, selection->members, key, sizeof member->key, member);
    if (!HASH_ADD_FAILED(member))
        return true;
    free(member);
    return false;
}

uint64_t selection_rules_started_ticks(const struct selection_rules *rules, size_t index)
{
    return rules->started_ticks != NULL && rules->started_ticks[index] != 0
               ? rules->started_ticks[index]
               : process_started_ticks(rules->pids[index]);
}

static bool set_up(struct selection *selection, const struct selection_rules *rules,
                   struct error *error)
{
    selection->rules = *rules;
    /* These are known by their start from now on: another process of that id is not meant. */
    for (size_t i = 0; i < rules->pid_count; i++)
        if (!add_member(selection, rules->pids[i], selection_rules_started_ticks(rules, i), true))
            return error_set(error, ERROR_MEMORY, "out of memory");
    if (rules->name != NULL) {
        selection->filter = filter_new(rules->name, error);
        if (selection->filter == NULL)
            return false;
    }
    return rules->user == NULL || resolve_user(rules->user, &selection->uid, error);
}

struct selection *selection_new(const struct selection_rules *rules, struct error *error)
{
    struct selection *selection = calloc(1, sizeof *selection);

    if (selection == NULL) {
        error_set(error, ERROR_MEMORY, "out of memory");
        return NULL;
    }
    if (!set_up(selection, rules, error)) {
        selection_free(selection);
        return NULL;
    }
    return selection;
}

void selection_free(struct selection *selection)
{
    struct member *member, *next;

    if (selection == NULL)
        return;
    HASH_ITER(hh, selection->members, member, next)
    {
        HASH_DEL(selection->members, member);
        free(member);
    }
    filter_free(selection->filter);
    free(selection->found);
    free(selection);
}

bool selection_is_open(const struct selection *selection)
{
    const struct selection_rules *rules = &selection->rules;

    return rules->name != NULL || rules->user != NULL || rules->cgroup != NULL;
}

void selection_set_subprocesses(struct selection *selection, bool subprocesses)
{
    selection->rules.subprocesses = subprocesses;
}

static struct member *find_member(const struct selection *selection, pid_t pid,
                                  uint64_t started_ticks)
{
    const struct member_key key = {(uint64_t)pid, started_ticks};
    struct member *member;

    HASH_FIND(hh, selection->members, &key, sizeof key, member);
    return member;
}

/* Whether a process is meant by what it is. */
static bool matches(const struct selection *selection, const struct listed *listed)
{
    const struct selection_rules *rules = &selection->rules;
    const struct listed_python *python = listed->python;

    return selection_is_open(selection) && python != NULL &&
           (rules->name == NULL ||
            filter_matches(selection->filter, python->command, python->command)) &&
           (rules->user == NULL || python->uid == selection->uid) &&
           (rules->cgroup == NULL || cgroup_matches(python->cgroup, rules->cgroup));
}

/* Finds members among those that are none yet; true when there is a new one. */
static bool find_more(struct selection *selection, const struct listing *listing, bool *failed)
{
    size_t count;
    const struct listed *const *all = listing_all(listing, &count);
    bool any = false;

    for (size_t i = 0; i < count; i++) {
        const struct listed *listed = all[i], *parent;
        bool root;

        if (find_member(selection, listed->pid, listed->started_ticks) != NULL)
            continue;
        root = matches(selection, listed);
        if (!root && selection->rules.subprocesses) {
            parent = listing_find(listing, listed->parent);
            if (parent == NULL || find_member(selection, parent->pid, parent->started_ticks) == NULL)
                continue;
        } else if (!root) {
            continue;
        }
        if (!add_member(selection, listed->pid, listed->started_ticks, root))
            *failed = true;
        any = true;
    }
    return any;
}

static bool list_found(struct selection *selection, const struct listed *const *all, size_t count)
{
    struct member *member, *next;

    selection->count = 0;
    if (count > selection->room) {
        free(selection->found);
        selection->found = calloc(count, sizeof(struct listed *));
        selection->room = selection->found != NULL ? count : 0;
    }
    if (selection->room < count)
        return false;
    for (size_t i = 0; i < count; i++) {
        member = find_member(selection, all[i]->pid, all[i]->started_ticks);
        if (member == NULL)
            continue;
        member->seen = selection->turn;
        if (member->is_root || selection->rules.subprocesses)
            selection->found[selection->count++] = all[i];
    }
    HASH_ITER(hh, selection->members, member, next)
    {
        if (member->seen == selection->turn)
            continue;
        HASH_DEL(selection->members, member);
        free(member);
    }
    return true;
}

bool selection_find(struct selection *selection, const struct listing *listing, struct error *error)
{
    size_t count;
    const struct listed *const *all = listing_all(listing, &count);
    bool failed = false;

    selection->turn++;
    /* Parents come before their children but where ids or clocks went round: then once more. */
    while (find_more(selection, listing, &failed) && !failed)
        ;
    if (failed || !list_found(selection, all, count))
        return error_set(error, ERROR_MEMORY, "out of memory");
    return true;
}

const struct listed *const *selection_found(const struct selection *selection, size_t *count)
{
    *count = selection->count;
    return selection->found;
}

static void append(char *text, size_t size, const char *what, const char *value)
{
    char clean[96];
    const size_t length = strlen(text);

    if (value == NULL)
        return;
    clean_utf8(clean, sizeof clean, value, strlen(value));
    snprintf(text + length, size - length, "%s%s '%s'", length > 0 ? ", " : "", what, clean);
}

void selection_describe(const struct selection *selection, char *text, size_t size)
{
    text[0] = '\0';
    append(text, size, "name", selection->rules.name);
    append(text, size, "user", selection->rules.user);
    append(text, size, "cgroup", selection->rules.cgroup);
}
