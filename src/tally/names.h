/*
 * names - texts kept once: equal texts are one pointer, which holds until names_free().
 *
 * What goes in is cleaned (base/clean.h), so that nothing here can steer a terminal wherever the
 * records came from. The bytes kept are bounded. One thread.
 */
#ifndef TALLY_NAMES_H
#define TALLY_NAMES_H

#include <stddef.h>

struct names;

/* No names yet, and never more than `bytes_max` of memory in them; NULL: out of memory. */
struct names *names_new(size_t bytes_max);
void names_free(struct names *names);

#define NAMES_LENGTH_MAX 4096u /* bytes of one text; what is beyond is cut */

/* `length` bytes at `text`, cleaned and terminated, if they are kept already; else NULL. */
const char *names_find(const struct names *names, const char *text, size_t length);

/* The same, and keeps them if they are not. NULL: a new text, and no room or no memory for it. */
const char *names_share(struct names *names, const char *text, size_t length);

#endif
