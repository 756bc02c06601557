#include "tally/names.h"

#include <stdlib.h>
#include <string.h>

#include "base/clean.h"
#include "base/hash.h"

#define CLEANED_MAX (3 * NAMES_LENGTH_MAX) /* one bad byte becomes the three of U+FFFD */

struct name {
    UT_hash_handle hh;
    char text[];
};

struct names {
    struct name *table;
    size_t bytes, bytes_max;
};

struct names *names_new(size_t bytes_max)
{
    struct names *names = calloc(1, sizeof *names);

    if (names)
        names->bytes_max = bytes_max;
    return names;
}

void names_free(struct names *names)
{
    struct name *name, *next;

    if (!names)
        return;
    name = names->table;
    HASH_CLEAR(hh, names->table); /* the table, not what is in it */
    for (; name; name = next) {
        next = name->hh.next;
        free(name);
    }
    free(names);
}

/* Cleans `text` into `cleaned`; gives the length. */
static size_t clean(char cleaned[static CLEANED_MAX + 1], const char *text, size_t length)
{
    if (length > NAMES_LENGTH_MAX)
        length = NAMES_LENGTH_MAX;
    return clean_utf8(cleaned, CLEANED_MAX + 1, text, length);
}

static const char *find_cleaned(const struct names *names, const char *cleaned, size_t length)
{
    struct name *name;

    HASH_FIND(hh, names->table, cleaned, (unsigned)length, name);
    return name ? name->text : NULL;
}

static const char *add_cleaned(struct names *names, const char *cleaned, size_t length)
{
    const size_t bytes = sizeof(struct name) + length + 1;
    struct name *name;

    if (bytes > names->bytes_max - names->bytes)
        return NULL;
    name = malloc(bytes);
    if (!name)
        return NULL;
    memcpy(name->text, cleaned, length + 1);
    HASH_ADD_KEYPTR(hh, names->table, name->text, (unsigned)length, name);
    if (HASH_ADD_FAILED(name)) {
        free(name);
        return NULL;
    }
    names->bytes += bytes;
    return name->text;
}

const char *names_find(const struct names *names, const char *text, size_t length)
{
    char cleaned[CLEANED_MAX + 1];

    length = clean(cleaned, text, length);
    return find_cleaned(names, cleaned, length);
}

const char *names_share(struct names *names, const char *text, size_t length)
{
    char cleaned[CLEANED_MAX + 1];
    const char *kept;

    length = clean(cleaned, text, length);
    kept = find_cleaned(names, cleaned, length);
    return kept ? kept : add_cleaned(names, cleaned, length);
}
