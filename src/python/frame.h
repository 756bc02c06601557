/*
 * frame - what one interpreter frame says, from a copy of its bytes.
 */
#ifndef PYTHON_FRAME_H
#define PYTHON_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "memory/address.h"
#include "python/layout.h"

struct frame {
    remote_addr code;
    remote_addr previous;
    remote_addr instruction;
    enum frame_owner owner; /* OWNERS when its bytes are no frame's */
    bool is_bottom;         /* may be the last of a chain: an entry of the interpreter's loop */
};

/* Decodes layout->frame.size bytes. Any thread. */
static inline struct frame frame_decode(const struct layout *layout, const unsigned char *bytes)
{
    const unsigned char owner = bytes[layout->frame.owner];
    struct frame frame = {
        .code = remote_at(word_at(bytes, layout->frame.code) & ~layout->frame.tag_mask),
        .previous = remote_at(word_at(bytes, layout->frame.previous)),
        .instruction = remote_at(word_at(bytes, layout->frame.instruction)),
        .owner = owner < sizeof layout->frame.owners ? layout->frame.owners[owner] : OWNERS,
    };

    frame.is_bottom = layout->frame.is_entry != LAYOUT_NONE ? bytes[layout->frame.is_entry] == 1
                                                            : frame.owner == OWNER_ENTRY;
    return frame;
}

#endif
