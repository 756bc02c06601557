/*
 * container - what a process's cgroup tells of where it runs: its path, and the container that it is of.
 *
 * Plain text work; any thread.
 */
#ifndef DISCOVER_CONTAINER_H
#define DISCOVER_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>

#define CONTAINER_ID_LENGTH 12 /* as docker ps and podman ps show it */
#define CONTAINER_NAME_SIZE 33

/* The path in the text of /proc/PID/cgroup (cgroups(7)): that of the unified hierarchy, or where there is none of the
   hierarchy of systemd, or the first one; cut to `room`. "" when there is none. */
void cgroup_path(const char *text, char *path, size_t room);

/* The short form of the container that a cgroup path is of: the beginning of the 64 hexadecimal digits that docker,
   podman, containerd and CRI-O name it by, or the name that LXC gives it; "" when it is none. */
void container_of(const char *path, char name[CONTAINER_NAME_SIZE]);

/* Whether a process in the cgroup `path` is meant by `asked`: the path itself or one above it (which begins with a
   slash), a part of it, with or without its ending (.service, .scope, .slice), or the first digits, 6 at least, of its
   container's id. */
bool cgroup_matches(const char *path, const char *asked);

#endif
