#include "discover/recognize.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/hash.h"
#include "memory/elf.h"
#include "memory/maps.h"
#include "memory/process.h"
#include "python/runtime.h"

#define FILES_MAX 8192u /* programs and libraries known; when there are more, they are looked up anew */

/* A file, as told from all others; without padding, as it is compared as bytes. */
struct file_key {
    uint64_t device, inode;
};

struct known_file {
    UT_hash_handle hh;
    struct file_key key;
    bool holds_python;
    bool is_read;         /* what follows was told by a process that runs it */
    uint32_t version_hex;
    char refusal[RECOGNIZED_REFUSAL_SIZE]; /* of this version */
};

struct recognizer {
    struct known_file *files;
};

struct recognizer *recognizer_new(void)
{
    return calloc(1, sizeof(struct recognizer));
}

static void forget_files(struct recognizer *recognizer)
{
    struct known_file *file, *next;

    HASH_ITER(hh, recognizer->files, file, next)
    {
        HASH_DEL(recognizer->files, file);
        free(file);
    }
}

void recognizer_free(struct recognizer *recognizer)
{
    if (recognizer == NULL)
        return;
    forget_files(recognizer);
    free(recognizer);
}

static struct known_file *find_file(const struct recognizer *recognizer, struct file_key key)
{
    struct known_file *file;

    HASH_FIND(hh, recognizer->files, &key, sizeof key, file);
    return file;
}

static struct known_file *add_file(struct recognizer *recognizer, struct file_key key,
                                   bool holds_python)
{
    struct known_file *file;

    if (HASH_COUNT(recognizer->files) >= FILES_MAX)
        forget_files(recognizer);
    file = calloc(1, sizeof *file);
    if (file == NULL)
        return NULL;
    file->key = key;
    file->holds_python = holds_python;
    HASH_ADD(hh, recognizer->files, key, sizeof file->key, file);
    if (HASH_ADD_FAILED(file)) {
        free(file);
        return NULL;
    }
    return file;
}

static bool holds_python(int fd)
{
    struct elf_symbol symbols[] = {{.name = "_PyRuntime"}, {.name = ".PyRuntime"}, {.name = "Py_Main"}};
    uint64_t load_address;

    return elf_find(fd, 0, &load_address, symbols, 3) &&
           (symbols[0].found || symbols[1].found || symbols[2].found);
}

/* The file that a process runs. False with errno when it may not be seen, or there is none. */
static bool look_at_program(struct recognizer *recognizer, pid_t pid, struct known_file **file)
{
    char path[64];
    struct stat found;
    int fd;

    *file = NULL;
    snprintf(path, sizeof path, "/proc/%d/exe", (int)pid);
    if (stat(path, &found) != 0)
        return false;
    *file = find_file(recognizer, (struct file_key){found.st_dev, found.st_ino});
    if (*file != NULL || !S_ISREG(found.st_mode))
        return true;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    *file = add_file(recognizer, (struct file_key){found.st_dev, found.st_ino}, holds_python(fd));
    close(fd);
    return true;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

/* The library of Python that a process has mapped, or NULL. */
static struct known_file *look_at_libraries(struct recognizer *recognizer, pid_t pid)
{
    struct known_file *file = NULL;
    struct mapped_files files;
    struct error error;

    if (!mapped_files_read(pid, &files, &error))
        return NULL;
    for (size_t i = 0; i < files.count && file == NULL; i++) {
        const struct mapped_file *mapped = &files.files[i];
        const struct file_key key = {makedev(mapped->device_major, mapped->device_minor),
                                     mapped->inode};

        if (!mapped->executable || strncmp(base_name(mapped->path), "libpython", 9) != 0)
            continue;
        file = find_file(recognizer, key);
        if (file == NULL)
            file = add_file(recognizer, key, true);
        if (file != NULL)
            file->holds_python = true;
    }
    mapped_files_free(&files);
    return file;
}

/* "3.11" of python3.11 as a version without its last part; 0: the name tells none. */
static uint32_t version_in_name(const char *name)
{
    unsigned major, minor;

    if (sscanf(name, "python%u.%u", &major, &minor) != 2 || major > 0xff || minor > 0xff)
        return 0;
    return major << 24 | minor << 16;
}

/* What the kernel calls the program is all that may be known of it. */
static bool is_called_python(const char *name)
{
    return strncmp(name, "python", 6) == 0 && name[6 + strspn(name + 6, "0123456789.")] == '\0';
}

/* Asks a process that may be read for the version that its file is of, once for each file. */
static void read_version(struct known_file *file, pid_t pid, struct reader *reader)
{
    struct runtime runtime;
    struct error error;

    if (file->is_read)
        return;
    if (runtime_find(&runtime, pid, reader, &error)) {
        file->is_read = true;
        file->version_hex = runtime.version_hex;
        return;
    }
    file->version_hex = runtime.version_hex;
    if (error.code != ERROR_VERSION)
        return; /* it is starting, or ending: the next one will tell */
    file->is_read = true;
    snprintf(file->refusal, sizeof file->refusal, "%s", error.text);
}

void recognize(struct recognizer *recognizer, pid_t pid, const char *name,
               struct recognized *recognized)
{
    struct known_file *file;
    struct reader *reader;
    struct error error;

    *recognized = (struct recognized){.version_hex = version_in_name(name)};
    if (look_at_program(recognizer, pid, &file)) {
        if (file == NULL || !file->holds_python)
            file = look_at_libraries(recognizer, pid);
        recognized->is_python = file != NULL && file->holds_python;
    } else if (errno == EACCES || errno == EPERM) {
        recognized->is_python = is_called_python(name);
    }
    if (!recognized->is_python)
        return;
    reader = process_reader_new(pid, &error);
    if (reader == NULL) {
        snprintf(recognized->refusal, sizeof recognized->refusal, "%s", error.text);
        return;
    }
    if (file != NULL) {
        read_version(file, pid, reader);
        if (file->version_hex != 0)
            recognized->version_hex = file->version_hex;
        snprintf(recognized->refusal, sizeof recognized->refusal, "%s", file->refusal);
    }
    reader_free(reader);
}
