#include "recording.h"

#include <stdlib.h>
#include <string.h>

#include "corpus.h"

enum { FIXED_BYTES = 16, SEGMENT_HEAD_BYTES = 16 };

static void parse_segments(const unsigned char *bytes, size_t length, struct recording *recording)
{
    size_t at = 0;

    recording->segment_count = 0;
    while (length - at > SEGMENT_HEAD_BYTES && recording->segment_count < RECORDING_SEGMENTS_MAX) {
        struct image_segment *segment = &recording->segments[recording->segment_count];
        uint64_t segment_length;

        memcpy(&segment->address.value, bytes + at, sizeof segment->address.value);
        memcpy(&segment_length, bytes + at + 8, sizeof segment_length);
        at += SEGMENT_HEAD_BYTES;
        if (segment_length > length - at)
            return;
        segment->bytes = bytes + at;
        segment->length = (size_t)segment_length;
        recording->segment_count++;
        at += (size_t)segment_length;
    }
}

bool recording_parse(const unsigned char *bytes, size_t length, struct recording *recording)
{
    struct error error;

    if (length < FIXED_BYTES)
        return false;
    memcpy(&recording->version_hex, bytes, sizeof recording->version_hex);
    memcpy(&recording->head_length, bytes + 4, sizeof recording->head_length);
    memcpy(&recording->interpreter.value, bytes + 8, sizeof recording->interpreter.value);
    bytes += FIXED_BYTES;
    length -= FIXED_BYTES;
    if (recording->head_length > length)
        return false;
    recording->head = bytes;
    if (!layout_select(&recording->layout, recording->version_hex, recording->head,
                       recording->head_length, &error))
        return false;
    parse_segments(bytes + recording->head_length, length - recording->head_length, recording);
    return true;
}

unsigned char *recording_load(const char *name, size_t *length)
{
    unsigned char *bytes = malloc(RECORDING_BYTES_MAX);

    *length = bytes != NULL ? corpus_read("names", name, bytes, RECORDING_BYTES_MAX) : 0;
    if (*length > 0)
        return bytes;
    free(bytes);
    return NULL;
}
