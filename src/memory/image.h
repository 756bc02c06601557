/*
 * image - a reader of memory that was saved, or made up: for tests and fuzzing, without a process.
 */
#ifndef MEMORY_IMAGE_H
#define MEMORY_IMAGE_H

#include "memory/reader.h"

/* Bytes that stand at an address. The caller owns the bytes and keeps them while the reader lives. */
struct image_segment {
    remote_addr address;
    const void *bytes;
    size_t length;
};

/* A reader of `count` segments (copied; their bytes are not), freed with reader_free(). Reads that no
   one segment holds whole fail with EFAULT. NULL: out of memory. */
struct reader *image_reader_new(const struct image_segment *segments, size_t count,
                                struct error *error);

#endif
