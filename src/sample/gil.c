#include "sample/gil.h"

#include <errno.h>

#include "base/bytes.h"

enum { PIECE_BYTES_MAX = 4096, WORD_BYTES = 8 };

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

/* What is wanted, and where it is in the bytes that are read. */
struct wanted {
    struct piece piece;
    size_t read_with; /* which of the pieces that are read */
};

enum { WANT_THREADS, WANT_COLLECTING, WANT_GIL, WANTED };

/* Widens a piece so that it holds another one, too; false when that is too far away. */
static bool widen(struct piece *piece, const struct piece *other)
{
    const uint64_t end = piece->address.value + piece->length, other_end = other->address.value + other->length;
    const remote_addr start = piece->address.value < other->address.value ? piece->address : other->address;
    const uint64_t length = (end > other_end ? end : other_end) - start.value;

    if (length > PIECE_BYTES_MAX)
        return false;
    *piece = (struct piece){start, length};
    return true;
}

/* Pieces that hold all that is wanted, of which those near each other share one, as pieces are dear and bytes are
   cheap. Gives their number. */
static size_t share_pieces(struct wanted *wanted, struct piece *pieces)
{
    size_t count = 0;

    for (size_t i = 0; i < WANTED; i++) {
        size_t at = 0;

        while (at < count && !widen(&pieces[at], &wanted[i].piece))
            at++;
        if (at == count)
            pieces[count++] = wanted[i].piece;
        wanted[i].read_with = at;
    }
    return count;
}

/* The bytes of one that is wanted. */
static const unsigned char *bytes_of(const struct wanted *wanted, const struct piece *pieces, const unsigned char *bytes)
{
    for (size_t i = 0; i < wanted->read_with; i++)
        bytes += pieces[i].length;
    return bytes + (wanted->piece.address.value - pieces[wanted->read_with].address.value);
}

bool gil_read(const struct interpreter *interpreter, const struct layout *layout,
              struct reader *reader, bool with_gc, struct gil_shared *shared)
{
    struct wanted wanted[WANTED] = {
        [WANT_THREADS] = {{remote_plus(interpreter->address, layout->interpreter.threads_head), WORD_BYTES}, 0},
        [WANT_COLLECTING] = {{interpreter->gc_collecting, WORD_BYTES}, 0},
        [WANT_GIL] = {gil_piece(interpreter->gil, layout), 0},
    };
    unsigned char buffer[WANTED * PIECE_BYTES_MAX];
    struct piece pieces[WANTED];
    size_t count, bytes = 0;

    if (wanted[WANT_GIL].piece.length > PIECE_BYTES_MAX) {
        errno = EINVAL;
        return false;
    }
    count = share_pieces(wanted, pieces);
    for (size_t i = 0; i < count; i++)
        bytes += pieces[i].length;
    if (reader_gather(reader, pieces, count, buffer) != bytes)
        return false;
    *shared = (struct gil_shared){
        .gil = {
            .start = interpreter->gil,
            .size = layout->gil.size,
        },
        .collecting = int_at(bytes_of(&wanted[WANT_COLLECTING], pieces, buffer), 0) != 0,
        .new_threads = word_at(bytes_of(&wanted[WANT_THREADS], pieces, buffer), 0) != interpreter->first_thread.value,
    };
    gil_decode(&shared->gil, layout, bytes_of(&wanted[WANT_GIL], pieces, buffer));
    if (with_gc)
        watch_collector(layout, interpreter, shared);
    return true;
}
