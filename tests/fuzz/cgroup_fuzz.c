/* Any bytes as /proc/PID/cgroup, and as what was asked for. */
#include "fuzz.h"

#include <string.h>

#include "discover/container.h"

enum { PATH_ROOM = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
    char *text = malloc(length + 1);
    char path[PATH_ROOM], name[CONTAINER_NAME_SIZE];

    REQUIRE(text != NULL);
    if (length > 0)
        memcpy(text, data, length);
    text[length] = '\0';
    cgroup_path(text, path, sizeof path);
    REQUIRE(strlen(path) < sizeof path && strchr(path, '\n') == NULL);
    container_of(text, name);
    REQUIRE(strlen(name) < sizeof name && strchr(name, '/') == NULL);
    container_of(path, name);
    REQUIRE(!cgroup_matches(text, ""));
    REQUIRE(path[0] != '/' || strcmp(path, "/") == 0 || path[strlen(path) - 1] == '/' ||
            cgroup_matches(path, path));
    cgroup_matches(path, text);
    cgroup_matches(text, path);
    free(text);
    return 0;
}
