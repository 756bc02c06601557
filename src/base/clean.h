/*
 * clean - makes text from elsewhere safe to show: valid UTF-8 without anything that steers a terminal.
 *
 * Control characters, the marks that turn the direction of writing, line separators and lone
 * surrogates become U+FFFD, so that a name can neither move the cursor nor pose as another.
 */
#ifndef BASE_CLEAN_H
#define BASE_CLEAN_H

#include <stddef.h>
#include <stdint.h>

#define CLEAN_REPLACEMENT 0xfffdu

/* `codepoint` itself, or CLEAN_REPLACEMENT when it is not fit to be shown. Any thread. */
uint32_t clean_codepoint(uint32_t codepoint);

/* Appends `codepoint`, cleaned, as UTF-8 at into[length] if it and a final NUL fit into `room` bytes;
   gives the new length, or the old one when it did not fit. */
size_t clean_append(char *into, size_t length, size_t room, uint32_t codepoint);

/* Cleans `length` bytes that ought to be UTF-8 into `into`, terminated, cut at a whole character so
   that it fits `room` (at least 1); gives the length written. */
size_t clean_utf8(char *into, size_t room, const char *bytes, size_t length);

#endif
