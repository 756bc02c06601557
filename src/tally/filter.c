#include "tally/snapshot.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

struct filter {
    bool is_regex;
    regex_t regex;
    char plain[]; /* in small letters */
};

/* Without regard to the locale: bytes of other characters than ASCII's stay as they are, so that
   UTF-8 is compared byte by byte. */
static char folded(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool compile(struct filter *filter, const char *pattern, struct error *error)
{
    const int failure = regcomp(&filter->regex, pattern, REG_EXTENDED | REG_ICASE | REG_NOSUB);
    char reason[128];

    if (failure == 0) {
        filter->is_regex = true;
        return true;
    }
    regerror(failure, &filter->regex, reason, sizeof reason);
    return error_set(error, ERROR_PATTERN, "not a regular expression: %s", reason);
}

struct filter *filter_new(const char *text, struct error *error)
{
    const size_t length = strlen(text);
    struct filter *filter = calloc(1, sizeof *filter + length + 1);

    if (!filter) {
        error_set(error, ERROR_MEMORY, "no memory for a filter");
        return NULL;
    }
    if (text[0] != '/') {
        for (size_t i = 0; i < length; i++)
            filter->plain[i] = folded(text[i]);
        return filter;
    }
    memcpy(filter->plain, text + 1, length - 1);
    if (length > 1 && text[length - 1] == '/')
        filter->plain[length - 2] = '\0';
    if (!compile(filter, filter->plain, error)) {
        free(filter);
        return NULL;
    }
    return filter;
}

void filter_free(struct filter *filter)
{
    if (!filter)
        return;
    if (filter->is_regex)
        regfree(&filter->regex);
    free(filter);
}

static bool starts_with(const char *text, const char *plain)
{
    for (; *plain; text++, plain++)
        if (folded(*text) != *plain)
            return false;
    return true;
}

static bool matches(const struct filter *filter, const char *text)
{
    if (filter->is_regex)
        return regexec(&filter->regex, text, 0, NULL, 0) == 0;
    for (;; text++) {
        if (starts_with(text, filter->plain))
            return true;
        if (!*text)
            return false;
    }
}

bool filter_matches(const struct filter *filter, const char *first, const char *second)
{
    return !filter || matches(filter, first) || matches(filter, second);
}
