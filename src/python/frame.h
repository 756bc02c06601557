/*
 * frame - what one interpreter frame says, from a copy of its bytes: a frame of the data stack and its like, or
 * to 3.10 a frame object.
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

/* To 3.10: whether anything refers to a frame object. Those that are kept for later calls have a count of 0,
   and where they had their caller, the next of their list (frame_dealloc(), Objects/frameobject.c). */
static inline bool frame_object_lives(const unsigned char *bytes)
{
    return word_at(bytes, 0) != 0; /* PyObject.ob_refcnt, the first member of any object */
}

/* And whether its call is going on, by its own word (_PyEval_EvalFrameDefault(), Python/ceval.c, sets that
   behind the thread state's .frame and takes it back in front of it). A call that is traced as it begins, or in
   3.10 as it ends, goes on without. */
static inline bool frame_object_runs(const struct layout *layout, const unsigned char *bytes)
{
    return frame_object_lives(bytes) &&
           (layout->frame.running >> (bytes[layout->frame.state] & 7u) & 1) != 0;
}

/* To 3.10: .f_lasti as an address from the code object's on, as if its instructions began there. */
static inline remote_addr frame_object_instruction(const struct layout *layout,
                                                   const unsigned char *bytes, remote_addr code)
{
    const int64_t unit_bytes = 2; /* sizeof(_Py_CODEUNIT): -1 stands for the one before the first */
    const int64_t last = int_at(bytes, layout->frame.instruction);

    return remote_plus(code, last < 0 ? -unit_bytes : last * layout->frame.lasti_bytes);
}

static inline struct frame frame_object_decode(const struct layout *layout, const unsigned char *bytes)
{
    struct frame frame = {
        .code = remote_at(word_at(bytes, layout->frame.code)),
        .previous = remote_at(word_at(bytes, layout->frame.previous)),
        .owner = OWNER_THREAD,
    };

    frame.instruction = frame_object_instruction(layout, bytes, frame.code);
    frame.is_bottom = word_at(bytes, layout->frame.generator) == 0;
    return frame;
}

static inline struct frame stack_frame_decode(const struct layout *layout, const unsigned char *bytes)
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

/* Decodes layout->frame.size bytes. Any thread. */
static inline struct frame frame_decode(const struct layout *layout, const unsigned char *bytes)
{
    if (layout_has_frame_objects(layout))
        return frame_object_decode(layout, bytes);
    return stack_frame_decode(layout, bytes);
}

#endif
