#include "sample/gil.h"

#include <errno.h>

#include "base/bytes.h"

enum { PIECE_BYTES_MAX = 4096, WORD_BYTES = 8, GIL_BYTES_MAX = 64 };

/* Says where to look for what the collector does. */
static void watch_collector(const struct layout *layout, const struct interpreter *interpreter,
                            struct gil_shared *shared)
{
    shared->gil.gc_began = shared->collecting;
    shared->gil.collecting = interpreter->gc_collecting;
    if (layout->interpreter.gc_frame != LAYOUT_NONE)
        shared->gil.gc_frame = remote_plus(interpreter->address, layout->interpreter.gc_frame);
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
    gil->none = layout->gil.enabled != LAYOUT_NONE && int_at(bytes, layout->gil.enabled) == 0;
    gil->locked = int_at(bytes, layout->gil.locked) == 1;
    gil->holder = remote_at(word_at(bytes, layout->gil.last_holder));
    gil->switches = word_at(bytes, layout->gil.switches);
}

/* Two words in one piece where they are near each other, else in two. Gives the number of pieces, and where
   the words are in their bytes. */
static size_t pair_of_words(remote_addr a, remote_addr b, struct piece pieces[2], size_t at[2])
{
    const bool a_first = a.value < b.value;
    const uint64_t apart = a_first ? b.value - a.value : a.value - b.value;

    if (apart <= PIECE_BYTES_MAX - WORD_BYTES) {
        pieces[0] = (struct piece){a_first ? a : b, (size_t)apart + WORD_BYTES};
        at[0] = a_first ? 0 : (size_t)apart;
        at[1] = a_first ? (size_t)apart : 0;
        return 1;
    }
    pieces[0] = (struct piece){a, WORD_BYTES};
    pieces[1] = (struct piece){b, WORD_BYTES};
    at[0] = 0;
    at[1] = WORD_BYTES;
    return 2;
}

bool gil_read(const struct interpreter *interpreter, const struct layout *layout,
              struct reader *reader, bool with_gc, struct gil_shared *shared)
{
    const struct piece gil = gil_piece(interpreter->gil, layout);
    unsigned char buffer[PIECE_BYTES_MAX + GIL_BYTES_MAX];
    struct piece pieces[3];
    size_t at[2], count, bytes = 0;

    count = pair_of_words(remote_plus(interpreter->address, layout->interpreter.threads_head),
                          interpreter->gc_collecting, pieces, at);
    for (size_t i = 0; i < count; i++)
        bytes += pieces[i].length;
    pieces[count++] = gil;
    if (gil.length > GIL_BYTES_MAX) {
        errno = EINVAL;
        return false;
    }
    if (reader_gather(reader, pieces, count, buffer) != bytes + gil.length)
        return false;
    *shared = (struct gil_shared){
        .gil = {
            .start = interpreter->gil,
            .size = layout->gil.size,
        },
        .collecting = int_at(buffer, at[1]) != 0,
        .new_threads = word_at(buffer, at[0]) != interpreter->first_thread.value,
    };
    gil_decode(&shared->gil, layout, buffer + bytes);
    if (with_gc)
        watch_collector(layout, interpreter, shared);
    return true;
}
