/*
 * recording - memory of a Python process, saved by tests/live/names_probe --record: its version,
 * the head of its runtime structure, and all that names_read() read of it. So the tests without a
 * Python and the fuzz targets have real dicts and objects of each version.
 *
 * A file is, in the byte order of the machine: uint32_t PY_VERSION_HEX, uint32_t length of the
 * head, uint64_t address of the interpreter, the head, and up to the end segments of uint64_t
 * address, uint64_t length, bytes.
 */
#ifndef TESTS_UNIT_RECORDING_H
#define TESTS_UNIT_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory/image.h"
#include "python/layout.h"

#define RECORDING_SEGMENTS_MAX 2048u
#define RECORDING_BYTES_MAX (1u << 20)

struct recording {
    uint32_t version_hex;
    uint32_t head_length;
    const unsigned char *head;
    remote_addr interpreter;
    struct layout layout;
    struct image_segment segments[RECORDING_SEGMENTS_MAX];
    size_t segment_count;
};

/* Takes `bytes` apart, which have to stay while the recording is used. False when its version has
   no layout, or it is cut before the first segment; segments that make no sense end it. */
bool recording_parse(const unsigned char *bytes, size_t length, struct recording *recording);

/* Reads the file NAME of tests/fuzz/corpus/names into memory that the caller frees; NULL when it is
   not to be read. */
unsigned char *recording_load(const char *name, size_t *length);

#endif
