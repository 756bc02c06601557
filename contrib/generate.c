/*
 * generate - keeps what is made from the program's tables in step with them.
 *
 *   contrib/generate           tells which parts of the files are stale; exit status 1 when any is
 *   contrib/generate --write   makes them anew
 *
 * These are the parts of doc/tachyon-top.1 between `.\" BEGIN part` and `.\" END part`, and the
 * completions in contrib/completions/. The files are looked for below $srcdir, or here.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "export/save.h"
#include "options.h"
#include "tui/actions.h"
#include "tui/chooser.h"

#define PATH_SIZE 4096

struct text {
    char *bytes;
    size_t length;
};

static const char *const MAN_PAGE = "doc/tachyon-top.1";
static const char *const MAN_PARTS[] = {"synopsis", "commands", "options", "keys", "list", NULL};

static const struct {
    const char *shell;
    const char *file;
} COMPLETIONS[] = {
    {"bash", "contrib/completions/tachyon-top.bash"},
    {"zsh", "contrib/completions/_tachyon-top"},
    {"fish", "contrib/completions/tachyon-top.fish"},
};

static _Noreturn void die(const char *what, const char *why)
{
    fprintf(stderr, "generate: %s: %s\n", what, why);
    exit(2);
}

static void path_of(char path[PATH_SIZE], const char *file)
{
    const char *top = getenv("srcdir");

    snprintf(path, PATH_SIZE, "%s/%s", top ? top : ".", file);
}

/* What a file holds; nothing when it is not there. */
static struct text read_file(const char *path)
{
    struct text text = {NULL, 0};
    FILE *stream = open_memstream(&text.bytes, &text.length), *file = fopen(path, "r");
    int byte;

    if (!stream)
        die(path, "out of memory");
    while (file && (byte = getc(file)) != EOF)
        putc(byte, stream);
    if (file)
        fclose(file);
    fclose(stream);
    return text;
}

/* Compares what a file holds with what it should; true when they are equal, or are made so. */
static bool settle(const char *file, struct text wanted, bool write)
{
    char path[PATH_SIZE];
    struct text found;
    struct error error;
    struct save *save;
    bool same;

    path_of(path, file);
    found = read_file(path);
    same = found.length == wanted.length && memcmp(found.bytes, wanted.bytes, found.length) == 0;
    free(found.bytes);
    if (!same && write) {
        save = save_open(path, true, &error);
        if (!save)
            die(path, error.text);
        fwrite(wanted.bytes, 1, wanted.length, save_stream(save));
        if (!save_commit(save, &error))
            die(path, error.text);
        return true;
    }
    if (!same)
        fprintf(stderr, "generate: %s is stale: run `make regenerate`\n", file);
    return same;
}

static bool settle_completion(size_t index, bool write)
{
    struct text wanted = {NULL, 0};
    FILE *stream = open_memstream(&wanted.bytes, &wanted.length);
    bool settled;

    if (!stream)
        die(COMPLETIONS[index].file, "out of memory");
    options_write_completion(stream, COMPLETIONS[index].shell);
    fclose(stream);
    settled = settle(COMPLETIONS[index].file, wanted, write);
    free(wanted.bytes);
    return settled;
}

/* The part that a line begins; NULL: none. */
static const char *part_begun(const char *line)
{
    static const char BEGIN[] = ".\\\" BEGIN ";
    size_t length = sizeof BEGIN - 1;

    if (strncmp(line, BEGIN, length) != 0)
        return NULL;
    for (size_t i = 0; MAN_PARTS[i]; i++)
        if (strncmp(line + length, MAN_PARTS[i], strcspn(line + length, "\n")) == 0)
            return MAN_PARTS[i];
    die(MAN_PAGE, "a part of an unknown name begins");
}

static void write_part(FILE *stream, const char *part)
{
    if (strcmp(part, "keys") == 0)
        actions_write_man(stream);
    else if (strcmp(part, "list") == 0)
        chooser_write_man(stream);
    else
        options_write_man(stream, part);
}

/* The page as it is, with the parts as they should be. */
static bool settle_man_page(bool write)
{
    char path[PATH_SIZE];
    struct text found, wanted = {NULL, 0};
    FILE *stream = open_memstream(&wanted.bytes, &wanted.length);
    bool inside = false, settled;
    size_t parts = 0;

    path_of(path, MAN_PAGE);
    found = read_file(path);
    if (!stream)
        die(path, "out of memory");
    for (const char *line = found.bytes; *line;) {
        size_t length = strcspn(line, "\n") + (strchr(line, '\n') != NULL);
        const char *part = part_begun(line);

        if (inside && strncmp(line, ".\\\" END", 7) == 0)
            inside = false;
        if (!inside)
            fwrite(line, 1, length, stream);
        if (part) {
            write_part(stream, part);
            inside = true;
            parts++;
        }
        line += length;
    }
    fclose(stream);
    if (inside || parts != sizeof MAN_PARTS / sizeof MAN_PARTS[0] - 1)
        die(path, "a part has no beginning or no end");
    settled = settle(MAN_PAGE, wanted, write);
    free(found.bytes);
    free(wanted.bytes);
    return settled;
}

int main(int argc, char *argv[])
{
    bool write = argc == 2 && strcmp(argv[1], "--write") == 0;
    bool settled;

    if (argc > 1 && !write)
        die("usage", "generate [--write]");
    settled = settle_man_page(write);
    for (size_t i = 0; i < sizeof COMPLETIONS / sizeof COMPLETIONS[0]; i++)
        settled = settle_completion(i, write) && settled;
    return settled ? 0 : 1;
}
