/*
 * maps - the files that a process has mapped, from /proc/PID/maps (proc_pid_maps(5)), and how to open
 * the very file that it has.
 */
#ifndef MEMORY_MAPS_H
#define MEMORY_MAPS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "memory/address.h"
#include "memory/reader.h"

#define MAPS_PATH_MAX 4096u
#define MAPS_FILES_MAX 4096u

/* A file and its lowest mapping. */
struct mapped_file {
    remote_addr start;     /* of the lowest mapping */
    remote_addr end;
    uint64_t offset;       /* in the file, of that mapping */
    uint32_t device_major, device_minor;
    uint64_t inode;
    bool executable;       /* any of its mappings is */
    char *path;            /* as /proc tells it, perhaps with " (deleted)" */
};

struct mapped_files {
    struct mapped_file *files;
    size_t count;
};

/* One line of a maps file, `length` bytes without the newline; path points into it. False when it is
   none. Any thread. */
struct maps_line {
    uint64_t start, end, offset, inode;
    uint32_t device_major, device_minor;
    bool executable, writable;
    const char *path;      /* not terminated; "" for anonymous memory */
    size_t path_length;
};
bool maps_line_parse(const char *line, size_t length, struct maps_line *parsed);

/* The distinct files mapped by process `pid`, in order of address; at most MAPS_FILES_MAX. The caller
   frees them with mapped_files_free(). */
bool mapped_files_read(pid_t pid, struct mapped_files *files, struct error *error);
void mapped_files_free(struct mapped_files *files);

/* The memory that holds what programs and libraries may change of their data: writable parts of files, each with the
   nameless memory right behind it. In order of address, at most `room` pieces, of at most `bytes_max` in all; gives
   their number. */
#define MAPPED_DATA_MAX 1024u
bool mapped_data_read(pid_t pid, struct piece *pieces, size_t room, uint64_t bytes_max, size_t *count,
                      struct error *error);

/* Opens the file itself for reading, whatever root the process has and though it be deleted, or gives
   -1 when no way leads to it. A path is followed only to a regular file of the same inode; below the process's
   root the device is not compared, as overlay file systems tell another in /proc than in stat(2); below ours it is. */
int mapped_file_open(pid_t pid, const struct mapped_file *file);

#endif
