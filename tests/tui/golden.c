#include "tests/tui/golden.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LINE_SIZE 4096

static FILE *open_golden(const char *name, const char *how)
{
    const char *source = getenv("srcdir");
    char path[LINE_SIZE];

    snprintf(path, sizeof path, "%s/tests/tui/golden/%s.txt", source ? source : ".", name);
    FILE *file = fopen(path, how);
    if (!file)
        fail_msg("cannot open %s", path);
    return file;
}

static void compare(const struct grid *grid, FILE *file, const char *name)
{
    char expected[LINE_SIZE], found[LINE_SIZE];

    for (int row = 0; row < grid->rows; row++) {
        if (!fgets(expected, sizeof expected, file))
            expected[0] = 0;
        expected[strcspn(expected, "\n")] = 0;
        grid_row_text(grid, row, found, sizeof found);
        if (strcmp(found, expected) == 0)
            continue;
        grid_write(grid, stderr);
        fail_msg("%s, row %d:\nexpected %s\nfound    %s", name, row, expected, found);
    }
    if (fgets(expected, sizeof expected, file))
        fail_msg("%s has more rows than were drawn", name);
}

void golden_check(const struct grid *grid, const char *name)
{
    const char *update = getenv("UPDATE_GOLDEN");
    FILE *file = open_golden(name, update && *update ? "w" : "r");

    if (update && *update)
        grid_write(grid, file);
    else
        compare(grid, file, name);
    fclose(file);
}
