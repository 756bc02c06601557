#include "sample/gil.h"

#include <errno.h>

#include "base/bytes.h"

enum {
    PIECE_BYTES_MAX = 4096,
    WORD_BYTES = 8,
    WAITERS_MAX = 256,   /* that are looked at for one */
    WAITER_NEXT = 8,     /* musl's struct waiter: where .next is, */
    WAITER_BARRIER = 20, /* and .barrier */
};

/* Says where to look for what the collector does. */
static void watch_collector(const struct layout *layout, const struct interpreter *interpreter,
                            struct gil_shared *shared)
{
    shared->gil.collecting = interpreter->gc_collecting;
    if (layout->interpreter.gc_frame != LAYOUT_NONE)
        shared->gil.gc_frame = remote_plus(interpreter->address, layout->interpreter.gc_frame);
}

/* Up to the last of what is read of a GIL. */
static uint32_t gil_bytes(const struct layout *layout)
{
    const uint32_t members[] = {layout->gil.last_holder, layout->gil.locked, layout->gil.switches,
                                layout->gil.enabled != LAYOUT_NONE ? layout->gil.enabled : 0, layout->gil.waiters,
                                layout->gil.current != LAYOUT_NONE ? layout->gil.current : 0};
    uint32_t last = 0;

    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        last = members[i] > last ? members[i] : last;
    return last + WORD_BYTES;
}

struct piece gil_piece(remote_addr gil, const struct layout *layout)
{
    return (struct piece){gil, gil_bytes(layout)};
}

/* The thread state that has the GIL, or had it last. To 3.11, PyThreadState_Swap() (Python/pystate.c) goes from one to
   another and leaves the GIL as it is, whose last holder is still the one that took it: what has it is the current one.
   There is none from when the GIL is taken until the state that took it becomes current (PyEval_RestoreThread(),
   Python/ceval.c), nor from before it is dropped (PyEval_SaveThread()); drop_gil() makes the one that was current the
   last holder before all else (Python/ceval_gil.h). */
static remote_addr holder(const struct gil_now *gil, const struct layout *layout, const unsigned char *bytes)
{
    const uint64_t current = layout->gil.current != LAYOUT_NONE ? word_at(bytes, layout->gil.current) : 0;

    return gil->locked && current != 0 ? remote_at(current) : gil->taken_by;
}

void gil_decode(struct gil_now *gil, const struct layout *layout, const unsigned char *bytes)
{
    gil->none = layout->gil.enabled != LAYOUT_NONE && int_at(bytes, layout->gil.enabled) == 0;
    gil->locked = int_at(bytes, layout->gil.locked) == 1;
    gil->taken_by = remote_at(word_at(bytes, layout->gil.last_holder));
    gil->holder = holder(gil, layout, bytes);
    gil->switches = word_at(bytes, layout->gil.switches);
    gil->waiters = remote_at(layout->gil.waiters > 0 ? word_at(bytes, layout->gil.waiters) : 0);
}

/* musl's pthread_cond_timedwait() waits on a word of its own stack: `barrier` of a struct waiter, which the condition
   variable lists (src/thread/pthread_cond_timedwait.c of 1.2). */
static bool is_listed(remote_addr waiter, struct reader *reader, uint64_t futex)
{
    for (int i = 0; i < WAITERS_MAX && !remote_is_null(waiter); i++) {
        if (waiter.value + WAITER_BARRIER == futex)
            return true;
        if (!reader_read_pointer(reader, waiter, WAITER_NEXT, &waiter))
            return false;
    }
    return false;
}

/* The condition variables and mutexes that take_gil() and drop_gil() sleep in are part of its structure
   (Python/ceval_gil.c). */
bool gil_is_wanted(const struct gil_now *gil, struct reader *reader, uint64_t futex)
{
    return futex - gil->start.value < gil->size || is_listed(gil->waiters, reader, futex);
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
    const struct piece both = piece_around(*piece, *other);

    if (both.length > PIECE_BYTES_MAX)
        return false;
    *piece = both;
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
