/*
 * replay - runs a fuzz target over files, where it was not built with libFuzzer.
 *
 * Without arguments it takes the target's corpus of the source tree: tests/fuzz/corpus/NAME for a
 * program NAME_fuzz, below $srcdir as make check sets it. Arguments are files, or directories whose
 * files are all taken.
 */
#include "fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#define INPUT_MAX (16u << 20) /* bytes of one file */

static bool replay_file(const char *path, unsigned *count)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(INPUT_MAX), *exact;
    size_t length;

    if (!file || !data) {
        fprintf(stderr, "cannot read %s: %s\n", path, strerror(errno));
        if (file)
            fclose(file);
        free(data);
        return false;
    }
    length = fread(data, 1, INPUT_MAX, file);
    fclose(file);
    /* Of just its length, so that a sanitizer sees a byte read beyond it. */
    exact = realloc(data, length > 0 ? length : 1);
    LLVMFuzzerTestOneInput(exact, length);
    free(exact);
    ++*count;
    return true;
}

static bool replay(const char *path, unsigned *count)
{
    struct dirent **entries = NULL;
    struct stat status;
    bool done = true;
    int found;

    if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode))
        return replay_file(path, count);
    found = scandir(path, &entries, NULL, alphasort);
    for (int i = 0; i < found; i++) {
        char inner[PATH_MAX];

        if (entries[i]->d_name[0] != '.') {
            snprintf(inner, sizeof inner, "%s/%s", path, entries[i]->d_name);
            done = replay_file(inner, count) && done;
        }
        free(entries[i]);
    }
    free(entries);
    return done && found >= 0;
}

static void find_corpus(char path[static PATH_MAX])
{
    const char *top = getenv("srcdir");
    const char *name = program_invocation_short_name;
    const char *end = strstr(name, "_fuzz");

    snprintf(path, PATH_MAX, "%s/tests/fuzz/corpus/%.*s", top ? top : ".",
             (int)(end ? (size_t)(end - name) : strlen(name)), name);
}

int main(int argc, char **argv)
{
    char corpus[PATH_MAX];
    unsigned count = 0;
    bool done = true;

    for (int i = 1; i < argc; i++)
        done = replay(argv[i], &count) && done;
    if (argc == 1) {
        find_corpus(corpus);
        done = replay(corpus, &count);
    }
    printf("%u inputs\n", count);
    return done && count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
