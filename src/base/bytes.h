/*
 * bytes - numbers out of a copy of memory, wherever in it they stand: not aligned, as copies are not.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The 8 bytes from `offset` on. The copy has to reach that far. Any thread. */
static inline uint64_t word_at(const void *bytes, size_t offset)
{
    uint64_t word;

    memcpy(&word, (const char *)bytes + offset, sizeof word);
    return word;
}

/* The C int of the target's that stands there, 4 bytes. */
static inline int32_t int_at(const void *bytes, size_t offset)
{
    int32_t value;

    memcpy(&value, (const char *)bytes + offset, sizeof value);
    return value;
}

#endif
