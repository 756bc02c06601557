/*
 * sink - where a sampler puts its records: the ring for a live view, memory for one look.
 *
 * A table of functions, so that sampling knows nothing of what is behind it.
 */
#ifndef SAMPLE_SINK_H
#define SAMPLE_SINK_H

#include <stddef.h>

struct sink {
    /* Room for a record of `length` bytes, aligned to 8, or NULL when there is none now. */
    void *(*reserve)(struct sink *sink, size_t length);
    /* Hands over the record reserved last. */
    void (*commit)(struct sink *sink);
};

#endif
