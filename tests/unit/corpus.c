#include "corpus.h"

#include <stdio.h>
#include <stdlib.h>

size_t corpus_read(const char *parser, const char *name, void *bytes, size_t room)
{
    const char *top = getenv("srcdir");
    char path[4096];
    size_t length;
    FILE *file;

    snprintf(path, sizeof path, "%s/tests/fuzz/corpus/%s/%s", top != NULL ? top : ".", parser, name);
    file = fopen(path, "rbe");
    if (file == NULL) {
        fprintf(stderr, "cannot read %s\n", path);
        return 0;
    }
    length = fread(bytes, 1, room, file);
    fclose(file);
    return length;
}
