#include "export/save.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEMPORARY_SIZE 40
#define TEMPORARY_TRIES 16
#define FILE_MODE 0644
#define NO_MODE ((mode_t)-1)

struct save {
    FILE *stream;
    char *path;       /* as the user gave it, for errors; NULL: standard output */
    const char *name; /* its last part, within `path` */
    int directory;    /* open, holds the file; -1: standard output */
    bool replace;
    char temporary[TEMPORARY_SIZE]; /* name in `directory`; "": not there (any more) */
};

static bool cannot_write(const struct save *save, int number, struct error *error)
{
    return error_set(error, number == ENOMEM ? ERROR_MEMORY : ERROR_FILE, "cannot write %s: %s",
                     save->path ? save->path : "standard output", strerror(number));
}

static bool already_there(const struct save *save, struct error *error)
{
    return error_set(error, ERROR_EXISTS, "%s is already there, and is replaced only with --force",
                     save->path);
}

static void save_free(struct save *save)
{
    int saved = errno;

    if (save->stream)
        fclose(save->stream);
    if (save->temporary[0])
        unlinkat(save->directory, save->temporary, 0);
    if (save->directory >= 0)
        close(save->directory);
    free(save->path);
    free(save);
    errno = saved;
}

static struct save *save_new(const char *path, bool replace, struct error *error)
{
    struct save *save = calloc(1, sizeof *save);

    if (save) {
        save->directory = -1;
        save->replace = replace;
        save->path = path ? strdup(path) : NULL;
    }
    if (!save || (path && !save->path)) {
        free(save);
        error_set(error, ERROR_MEMORY, "out of memory");
        return NULL;
    }
    return save;
}

/* Opens the directory that is to hold the file, so that what happens to its path no longer matters,
   and sets the file's name within it. */
static bool open_directory(struct save *save, struct error *error)
{
    char *slash = strrchr(save->path, '/');
    const char *directory = ".";

    save->name = slash ? slash + 1 : save->path;
    if (save->name[0] == '\0')
        return error_set(error, ERROR_FILE, "cannot write %s: it names no file",
                         save->path[0] ? save->path : "a file without a name");
    if (slash)
        directory = slash == save->path ? "/" : save->path;
    if (slash && slash != save->path)
        *slash = '\0';
    /* It need not be one that may be read: files may be put where nobody may look. */
    save->directory = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (slash && slash != save->path)
        *slash = '/';
    return save->directory >= 0 || cannot_write(save, errno, error);
}

/* Whether the wanted name may be taken: sets `mode` to the permission bits of the file that is to
   be replaced, NO_MODE when there is none. */
static bool look_at_existing(struct save *save, mode_t *mode, struct error *error)
{
    struct stat status;

    *mode = NO_MODE;
    if (fstatat(save->directory, save->name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT || cannot_write(save, errno, error);
    if (S_ISLNK(status.st_mode))
        return error_set(error, ERROR_FILE,
                         "cannot write %s: it is a symbolic link; name the file itself",
                         save->path);
    if (S_ISDIR(status.st_mode))
        return error_set(error, ERROR_FILE, "cannot write %s: it is a directory", save->path);
    if (!S_ISREG(status.st_mode))
        return error_set(error, ERROR_FILE, "cannot write %s: it is not a regular file",
                         save->path);
    if (!save->replace)
        return already_there(save, error);
    *mode = status.st_mode & 0777;
    return true;
}

/* Gives an open file these permission bits; one that has them is left alone, for file systems that
   know no modes. */
static bool set_mode(int file, mode_t mode)
{
    struct stat status;

    return fstat(file, &status) == 0 &&
           ((status.st_mode & 0777) == mode || fchmod(file, mode) == 0);
}

static bool open_temporary(struct save *save, mode_t mode, struct error *error)
{
    /* Never, not even now, more open than what it replaces. */
    mode_t first_mode = mode == NO_MODE ? FILE_MODE : mode & FILE_MODE;
    int file = -1;

    for (int i = 0; i < TEMPORARY_TRIES && file < 0; i++) {
        uint64_t number;

        if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
            return cannot_write(save, EIO, error);
        snprintf(save->temporary, sizeof save->temporary, ".tachyon-top-%016" PRIx64, number);
        file = openat(save->directory, save->temporary,
                      O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, first_mode);
        if (file < 0 && errno != EEXIST)
            break;
    }
    if (file < 0) {
        save->temporary[0] = '\0';
        return cannot_write(save, errno, error);
    }
    if (mode == NO_MODE || set_mode(file, mode))
        save->stream = fdopen(file, "w");
    if (!save->stream) {
        cannot_write(save, errno, error);
        close(file);
        return false;
    }
    return true;
}

struct save *save_open(const char *path, bool replace, struct error *error)
{
    struct save *save = save_new(path, replace, error);
    mode_t mode;

    if (save && open_directory(save, error) && look_at_existing(save, &mode, error) &&
        open_temporary(save, mode, error))
        return save;
    if (save)
        save_free(save);
    return NULL;
}

struct save *save_open_output(const char *path, bool replace, struct error *error)
{
    const bool error_stream = path && strcmp(path, "/dev/stderr") == 0;
    struct save *save;
    int file;

    if (path && !error_stream && strcmp(path, "-") != 0 && strcmp(path, "/dev/stdout") != 0)
        return save_open(path, replace, error);
    save = save_new(NULL, true, error);
    if (!save)
        return NULL;
    file = fcntl(error_stream ? STDERR_FILENO : STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
    if (file >= 0)
        save->stream = fdopen(file, "w");
    if (!save->stream) {
        cannot_write(save, errno, error);
        if (file >= 0)
            close(file);
        save_free(save);
        return NULL;
    }
    return save;
}

FILE *save_stream(struct save *save)
{
    return save->stream;
}

/* Gives the temporary file its name, in place of what has it. */
static bool place_over(struct save *save)
{
    if (renameat(save->directory, save->temporary, save->directory, save->name) != 0)
        return false;
    save->temporary[0] = '\0';
    return true;
}

/* Gives the temporary file its name, if nothing has it; errno is EEXIST else. */
static bool place_new(struct save *save)
{
    const int directory = save->directory;
    struct stat status;

    if (renameat2(directory, save->temporary, directory, save->name, RENAME_NOREPLACE) == 0) {
        save->temporary[0] = '\0';
        return true;
    }
    if (errno != EINVAL && errno != ENOSYS)
        return false;
    /* File systems that do not know the flag know links, which do not replace either; the
       temporary name is then still to be removed. */
    if (linkat(directory, save->temporary, directory, save->name, 0) == 0)
        return true;
    if (errno != EPERM && errno != ENOSYS && errno != EOPNOTSUPP)
        return false;
    /* Some, as of FUSE, know neither: to look before is all that can be done. */
    if (fstatat(directory, save->name, &status, AT_SYMLINK_NOFOLLOW) == 0) {
        errno = EEXIST;
        return false;
    }
    return errno == ENOENT && place_over(save);
}

/* Gives the temporary file its name, if that is still free or may be replaced. */
static bool put_in_place(struct save *save, struct error *error)
{
    mode_t mode;

    /* Something else may have come there while the file was being written. */
    if (save->replace && !look_at_existing(save, &mode, error))
        return false;
    if (save->replace ? place_over(save) : place_new(save))
        return true;
    return errno == EEXIST ? already_there(save, error) : cannot_write(save, errno, error);
}

/* Everything written and closed: 0, or the errno of what went wrong. Not synced to the disk, which can
   take seconds, in which keys would wait: the file can be written again. */
static int finish_stream(FILE *stream)
{
    int problem = 0;

    /* An error of an earlier write may have left no errno. */
    errno = EIO;
    if (fflush(stream) != 0 || ferror(stream))
        problem = errno;
    if (fclose(stream) != 0 && !problem)
        problem = errno;
    return problem;
}

bool save_commit(struct save *save, struct error *error)
{
    bool to_file = save->path != NULL;
    int problem = finish_stream(save->stream);
    bool done;

    save->stream = NULL;
    if (!to_file && problem == EPIPE)
        problem = 0; /* who read it has seen enough, as `head` does */
    if (problem)
        done = cannot_write(save, problem, error);
    else
        done = !to_file || put_in_place(save, error);
    save_free(save);
    return done;
}

void save_abort(struct save *save)
{
    if (save)
        save_free(save);
}
