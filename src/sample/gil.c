#include "sample/gil.h"

#include <errno.h>

#include "base/bytes.h"

/* From threads_head to gc_collecting, whichever comes first, in one piece. */
enum { INTERPRETER_BYTES_MAX = 4096, GIL_BYTES_MAX = 64 };

/* Says where to look for what the collector does. */
static void watch_collector(const struct layout *layout, remote_addr interpreter,
                            struct gil_shared *shared)
{
    shared->gil.gc_began = shared->collecting;
    shared->gil.collecting = remote_plus(interpreter, layout->interpreter.gc_collecting);
    if (layout->interpreter.gc_frame != LAYOUT_NONE)
        shared->gil.gc_frame = remote_plus(interpreter, layout->interpreter.gc_frame);
}

/* Up to the last of what is read of a GIL. */
static uint32_t gil_bytes(const struct layout *layout)
{
    const uint32_t holder = layout->gil.last_holder;
    const uint32_t locked = layout->gil.locked;
    const uint32_t last = holder > locked ? holder : locked;

    return (layout->gil.switches > last ? layout->gil.switches : last) + 8;
}

struct piece gil_piece(remote_addr gil, const struct layout *layout)
{
    return (struct piece){gil, gil_bytes(layout)};
}

void gil_decode(struct gil_now *gil, const struct layout *layout, const unsigned char *bytes)
{
    gil->locked = int_at(bytes, layout->gil.locked) == 1;
    gil->holder = remote_at(word_at(bytes, layout->gil.last_holder));
    gil->switches = word_at(bytes, layout->gil.switches);
}

bool gil_read(const struct interpreter *interpreter, const struct layout *layout,
              struct reader *reader, bool with_gc, struct gil_shared *shared)
{
    const uint32_t head = layout->interpreter.threads_head;
    const uint32_t gc = layout->interpreter.gc_collecting;
    const uint32_t first = head < gc ? head : gc;
    const uint32_t bytes = (head < gc ? gc : head) - first + 8;
    const struct piece gil = gil_piece(interpreter->gil, layout);
    unsigned char buffer[INTERPRETER_BYTES_MAX + GIL_BYTES_MAX];
    const struct piece pieces[] = {{remote_plus(interpreter->address, first), bytes},
                                   gil};

    if (bytes > INTERPRETER_BYTES_MAX || gil.length > GIL_BYTES_MAX) {
        errno = EINVAL;
        return false;
    }
    if (reader_gather(reader, pieces, 2, buffer) != bytes + gil.length)
        return false;
    *shared = (struct gil_shared){
        .gil = {
            .start = interpreter->gil,
            .size = layout->gil.size,
        },
        .collecting = int_at(buffer, gc - first) != 0,
        .new_threads = word_at(buffer, head - first) != interpreter->first_thread.value,
    };
    gil_decode(&shared->gil, layout, buffer + bytes);
    if (with_gc)
        watch_collector(layout, interpreter->address, shared);
    return true;
}
