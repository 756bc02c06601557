#include "discover/container.h"

#include <stdio.h>
#include <string.h>

enum { ID_DIGITS = 64, ASKED_DIGITS_MIN = 6 };

/* The path behind "HIERARCHY:CONTROLLERS:" in a line whose beginning matches, or NULL. */
static const char *path_of_line(const char *text, const char *controllers)
{
    const char *line = text;

    while (line != NULL && *line != '\0') {
        const char *first = strchr(line, ':');
        const char *second = first != NULL ? strchr(first + 1, ':') : NULL;

        if (second == NULL)
            return NULL;
        if (controllers == NULL || (strncmp(first + 1, controllers, strlen(controllers)) == 0 &&
                                    second == first + 1 + strlen(controllers)))
            return second + 1;
        line = strchr(line, '\n');
        line = line != NULL ? line + 1 : NULL;
    }
    return NULL;
}

void cgroup_path(const char *text, char *path, size_t room)
{
    const char *found = strncmp(text, "0::", 3) == 0 ? text + 3 : path_of_line(text, "");

    /* Where hierarchies are both, the unified one may be empty, and tell "/". */
    if (found == NULL || found[strspn(found, "/")] == '\n' || found[strspn(found, "/")] == '\0') {
        const char *other = path_of_line(text, "name=systemd");

        if (other == NULL)
            other = path_of_line(text, NULL);
        found = other != NULL ? other : found;
    }
    snprintf(path, room, "%.*s", found != NULL ? (int)strcspn(found, "\n") : 0,
             found != NULL ? found : "");
}

/* The first run of exactly ID_DIGITS hexadecimal digits, or NULL. */
static const char *find_id(const char *path)
{
    static const char DIGITS[] = "0123456789abcdef";

    while (*path != '\0') {
        const size_t length = strspn(path, DIGITS);

        if (length == ID_DIGITS)
            return path;
        path += length > 0 ? length : strcspn(path, DIGITS);
    }
    return NULL;
}

void container_of(const char *path, char name[CONTAINER_NAME_SIZE])
{
    static const char *const LXC[] = {"/lxc.payload.", "/lxc.payload/", "/lxc/"};
    const char *id = find_id(path);

    name[0] = '\0';
    if (id != NULL) {
        snprintf(name, CONTAINER_NAME_SIZE, "%.*s", CONTAINER_ID_LENGTH, id);
        return;
    }
    for (size_t i = 0; i < sizeof LXC / sizeof LXC[0]; i++) {
        const char *at = strstr(path, LXC[i]);

        if (at == NULL)
            continue;
        at += strlen(LXC[i]);
        snprintf(name, CONTAINER_NAME_SIZE, "%.*s", (int)strcspn(at, "/"), at);
        return;
    }
}

/* Whether the part of a path that begins at `part` is `asked`, or that with the ending of a unit of systemd's. */
static bool part_is(const char *part, const char *asked)
{
    static const char *const ENDINGS[] = {"", ".service", ".scope", ".slice"};
    const size_t length = strcspn(part, "/");
    const size_t asked_length = strlen(asked);

    if (length < asked_length || strncmp(part, asked, asked_length) != 0)
        return false;
    for (size_t i = 0; i < sizeof ENDINGS / sizeof ENDINGS[0]; i++)
        if (length == asked_length + strlen(ENDINGS[i]) &&
            strncmp(part + asked_length, ENDINGS[i], strlen(ENDINGS[i])) == 0)
            return true;
    return false;
}

bool cgroup_matches(const char *path, const char *asked)
{
    const char *id = find_id(path);
    size_t length = strlen(asked);

    if (length == 0)
        return false;
    if (asked[0] == '/') {
        while (length > 1 && asked[length - 1] == '/')
            length--;
        return strncmp(path, asked, length) == 0 &&
               (length == 1 || path[length] == '\0' || path[length] == '/');
    }
    if (id != NULL && length >= ASKED_DIGITS_MIN && length <= ID_DIGITS &&
        strncmp(id, asked, length) == 0)
        return true;
    for (const char *part = path; part != NULL; part = strchr(part, '/')) {
        part += *part == '/';
        if (part_is(part, asked))
            return true;
    }
    return false;
}
