#include "memory/image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct image_reader {
    struct reader reader;
    size_t count;
    struct image_segment segments[];
};

static const char *find(const struct image_reader *image, const struct piece *piece)
{
    for (size_t i = 0; i < image->count; i++) {
        const struct image_segment *segment = &image->segments[i];
        const uint64_t offset = piece->address.value - segment->address.value;

        if (offset < segment->length && piece->length <= segment->length - offset)
            return (const char *)segment->bytes + offset;
    }
    return NULL;
}

static size_t image_gather(struct reader *reader, const struct piece *pieces, size_t count,
                           void *into)
{
    const struct image_reader *image = (struct image_reader *)reader;
    size_t done = 0;

    for (size_t i = 0; i < count; i++) {
        const char *bytes = find(image, &pieces[i]);

        if (bytes == NULL) {
            errno = EFAULT;
            return done;
        }
        memcpy((char *)into + done, bytes, pieces[i].length);
        done += pieces[i].length;
    }
    return done;
}

static void image_free(struct reader *reader)
{
    free(reader);
}

static const struct reader_type IMAGE_READER = {.gather = image_gather, .free = image_free};

struct reader *image_reader_new(const struct image_segment *segments, size_t count,
                                struct error *error)
{
    struct image_reader *image = malloc(sizeof *image + count * sizeof *segments);

    if (image == NULL) {
        error_set(error, ERROR_MEMORY, "out of memory");
        return NULL;
    }
    image->reader.type = &IMAGE_READER;
    image->count = count;
    if (count > 0)
        memcpy(image->segments, segments, count * sizeof *segments);
    return &image->reader;
}
