#include "memory/maps.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "memory/refusal.h"

/* A number in `base` at *cursor, which moves behind it and behind `after`. */
static bool take_number(const char **cursor, int base, char after, uint64_t *number)
{
    char *end;

    errno = 0;
    *number = strtoull(*cursor, &end, base);
    if (end == *cursor || errno != 0 || *end != after)
        return false;
    *cursor = end + 1;
    return true;
}

bool maps_line_parse(const char *line, size_t length, struct maps_line *parsed)
{
    char head[128];
    const char *cursor = head;
    const size_t head_length = length < sizeof head - 1 ? length : sizeof head - 1;
    const char *permissions;
    uint64_t major, minor;
    size_t path_at;

    /* "START-END rwxp OFFSET MAJOR:MINOR INODE   PATH": the numbers fit the head with room to spare. */
    memcpy(head, line, head_length);
    head[head_length] = '\0';
    if (!take_number(&cursor, 16, '-', &parsed->start) ||
        !take_number(&cursor, 16, ' ', &parsed->end) || strlen(cursor) < 5 || cursor[4] != ' ')
        return false;
    permissions = cursor;
    cursor += 5;
    if (!take_number(&cursor, 16, ' ', &parsed->offset) ||
        !take_number(&cursor, 16, ':', &major) || !take_number(&cursor, 16, ' ', &minor))
        return false;
    parsed->inode = strtoull(cursor, (char **)&cursor, 10);
    path_at = (size_t)(cursor - head);
    while (path_at < length && line[path_at] == ' ')
        path_at++;
    parsed->device_major = (uint32_t)major;
    parsed->device_minor = (uint32_t)minor;
    parsed->writable = permissions[1] == 'w';
    parsed->executable = permissions[2] == 'x';
    parsed->path = line + path_at;
    parsed->path_length = length - path_at;
    return parsed->end > parsed->start;
}

static struct mapped_file *find_file(struct mapped_files *files, const struct maps_line *line)
{
    for (size_t i = files->count; i-- > 0;) {
        struct mapped_file *file = &files->files[i];

        if (file->inode == line->inode && file->device_major == line->device_major &&
            file->device_minor == line->device_minor)
            return file;
    }
    return NULL;
}

static bool add_line(struct mapped_files *files, const struct maps_line *line)
{
    struct mapped_file *file = find_file(files, line);
    struct mapped_file *grown;

    if (file != NULL) {
        file->executable |= line->executable;
        return true;
    }
    if (files->count >= MAPS_FILES_MAX || line->path_length > MAPS_PATH_MAX)
        return true;
    grown = realloc(files->files, (files->count + 1) * sizeof *grown);
    if (grown == NULL)
        return false;
    files->files = grown;
    file = &grown[files->count];
    *file = (struct mapped_file){
        .start = remote_at(line->start),
        .end = remote_at(line->end),
        .offset = line->offset,
        .device_major = line->device_major,
        .device_minor = line->device_minor,
        .inode = line->inode,
        .executable = line->executable,
        .path = strndup(line->path, line->path_length),
    };
    if (file->path == NULL)
        return false;
    files->count++;
    return true;
}

/* Takes a line of the maps, in order of address; false: out of memory. */
typedef bool take_line(void *context, const struct maps_line *line);

static bool read_lines(pid_t pid, take_line *take, void *context, struct error *error)
{
    char path[64];
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    FILE *maps;
    bool ok = true;

    snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
    maps = fopen(path, "re");
    if (maps == NULL && (errno == ENOENT || errno == ESRCH))
        return error_set(error, ERROR_NO_PROCESS, "there is no process %d", (int)pid);
    if (maps == NULL && (errno == EACCES || errno == EPERM))
        return refusal_explain(pid, error);
    if (maps == NULL)
        return error_set(error, ERROR_SYSTEM, "cannot open %s: %s", path, strerror(errno));
    while (ok && (length = getline(&line, &room, maps)) > 0) {
        struct maps_line parsed;

        if (line[length - 1] == '\n')
            length--;
        if (maps_line_parse(line, (size_t)length, &parsed))
            ok = take(context, &parsed);
    }
    free(line);
    fclose(maps);
    return ok || error_set(error, ERROR_MEMORY, "out of memory");
}

static bool is_of_file(const struct maps_line *line)
{
    return line->inode != 0 && line->path_length > 0 && line->path[0] == '/';
}

static bool take_file(void *context, const struct maps_line *line)
{
    return !is_of_file(line) || add_line(context, line);
}

bool mapped_files_read(pid_t pid, struct mapped_files *files, struct error *error)
{
    *files = (struct mapped_files){0};
    if (read_lines(pid, take_file, files, error))
        return true;
    mapped_files_free(files);
    return false;
}

/* What mapped_data_read() gathers. */
struct data {
    struct piece *pieces;
    size_t count, room;
    uint64_t bytes_left;
    uint64_t file_end; /* where the part of a file ends that was taken last; 0: the last line is none */
};

static bool take_data(void *context, const struct maps_line *line)
{
    struct data *data = context;
    const bool behind = line->path_length == 0 && line->start == data->file_end;
    const uint64_t bytes = line->end - line->start;

    if (is_of_file(line))
        data->file_end = line->end;
    if (!line->writable || (!is_of_file(line) && !behind) || data->count == data->room ||
        bytes > data->bytes_left)
        return true;
    data->pieces[data->count++] = (struct piece){remote_at(line->start), bytes};
    data->bytes_left -= bytes;
    return true;
}

bool mapped_data_read(pid_t pid, struct piece *pieces, size_t room, uint64_t bytes_max, size_t *count,
                      struct error *error)
{
    struct data data = {.pieces = pieces, .room = room, .bytes_left = bytes_max};
    const bool ok = read_lines(pid, take_data, &data, error);

    *count = data.count;
    return ok;
}

void mapped_files_free(struct mapped_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        free(files->files[i].path);
    free(files->files);
    *files = (struct mapped_files){0};
}

/* Opens `path` if it is a regular file that `is_it` (NULL: any). It is the target's to choose what
   stands there, and opening a pipe or a device can have effects: it is looked at before it is opened
   for reading. */
static int open_regular(const char *path, bool (*is_it)(const struct mapped_file *, const struct stat *),
                        const struct mapped_file *file)
{
    char itself[64];
    struct stat found;
    const int handle = open(path, O_PATH | O_CLOEXEC);
    int fd = -1;

    if (handle < 0)
        return -1;
    snprintf(itself, sizeof itself, "/proc/self/fd/%d", handle);
    if (fstat(handle, &found) == 0 && S_ISREG(found.st_mode) && (is_it == NULL || is_it(file, &found)))
        fd = open(itself, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    close(handle);
    return fd;
}

/* Overlay file systems and btrfs tell another device in maps than in stat: the inode must do then. */
static bool same_inode(const struct mapped_file *file, const struct stat *found)
{
    return found->st_ino == file->inode;
}

/* Not so below our own root, where another file system may have the same number and path. */
static bool same_device_and_inode(const struct mapped_file *file, const struct stat *found)
{
    return same_inode(file, found) && major(found->st_dev) == file->device_major &&
           minor(found->st_dev) == file->device_minor;
}

int mapped_file_open(pid_t pid, const struct mapped_file *file)
{
    char path[MAPS_PATH_MAX + 64];
    int fd;

    snprintf(path, sizeof path, "/proc/%d/map_files/%" PRIx64 "-%" PRIx64, (int)pid,
             file->start.value, file->end.value);
    fd = open_regular(path, NULL, file); /* the kernel itself leads to the file */
    if (fd >= 0)
        return fd;
    snprintf(path, sizeof path, "/proc/%d/root%s", (int)pid, file->path);
    fd = open_regular(path, same_inode, file);
    if (fd >= 0)
        return fd;
    /* The one way to a deleted file that needs no privilege, and leads to the executable alone. */
    snprintf(path, sizeof path, "/proc/%d/exe", (int)pid);
    fd = open_regular(path, same_inode, file);
    return fd >= 0 ? fd : open_regular(file->path, same_device_and_inode, file);
}
