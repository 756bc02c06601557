#include "sample/collect.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"

enum {
    CFRAME_BYTES = 24,  /* of _PyCFrame, Include/cpython/pystate.h of 3.11 and 3.12: up to three words */
    CFRAMES_BYTES_MAX = 16384, /* of the part of the C stack that holds those met lately */
    SLOW_TIMES = 2,     /* a collection that takes so many times as long as usual proves nothing */
    CALL_WORK = 3,      /* what a collection costs besides its pieces, as if in pieces */
    WORD_BYTES = 8,
    PIECE_BYTES = 4096, /* how many bytes cost as much as one piece more */
};

static size_t larger(size_t a, uint32_t b)
{
    return b != LAYOUT_NONE && b > a ? b : a;
}

/* The thread state is read up to the last member that is of use. */
static size_t used_state_bytes(const struct layout *layout)
{
    size_t last = larger(layout->thread.datastack_top, layout->thread.next);

    last = larger(last, layout->thread.current_frame);
    last = larger(last, layout->thread.cframe);
    last = larger(last, layout->thread.base_frame);
    last = larger(last, layout->thread.thread_id);
    last = larger(last, layout->thread.native_thread_id);
    last = larger(last, layout->thread.handled);
    last = larger(last, layout->thread.raised);
    last = larger(last, layout->thread.handled_last + LAYOUT_HANDLED_BYTES - WORD_BYTES);
    return last + WORD_BYTES;
}

void collector_forget_cframes(struct collector *collector)
{
    /* Any place that can be read will do until the right one is known. */
    collector->cframes = (struct stretch){collector->thread, CFRAME_BYTES};
}

void collector_init(struct collector *collector, struct reader *reader, const struct layout *layout,
                    struct collect_buffer *buffer, remote_addr thread)
{
    *collector = (struct collector){
        .reader = reader, .layout = layout, .thread = thread, .buffer = buffer};
    collector->state_bytes = used_state_bytes(layout);
    collector_forget_cframes(collector);
}

static bool has_cframes(const struct collector *collector)
{
    return collector->layout->thread.cframe != LAYOUT_NONE;
}

static bool grow_buffer(struct collect_buffer *buffer, size_t need)
{
    unsigned char *grown;

    if (need <= buffer->size)
        return true;
    grown = realloc(buffer->bytes, need + need / 2);
    if (grown == NULL)
        return false;
    buffer->bytes = grown;
    buffer->size = need + need / 2;
    return true;
}

/* Follows what a collection usually takes for its work, at once downwards and slowly upwards, and tells
   whether this one took far longer. */
static bool took_long(struct collector *collector, uint64_t took_ns, size_t pieces, size_t bytes)
{
    const uint64_t each_ns = took_ns / (CALL_WORK + pieces + bytes / PIECE_BYTES);
    const uint64_t usual_ns = collector->usual_ns;

    if (usual_ns == 0 || each_ns < usual_ns)
        collector->usual_ns = each_ns;
    else if (each_ns < SLOW_TIMES * usual_ns)
        collector->usual_ns += (each_ns - usual_ns) / 16;
    else
        collector->usual_ns += usual_ns / 64 + 1;
    return usual_ns != 0 && each_ns >= SLOW_TIMES * usual_ns;
}

enum collect_result collect(struct collector *collector, const struct walk_extra *extra,
                            struct collection *collection)
{
    struct piece pieces[2 * WALK_PLACES_MAX + 2 + WALK_EXTRA_MAX];
    const size_t copy_bytes = collector->places.bytes;
    const size_t cframes_bytes = has_cframes(collector) ? collector->cframes.length : 0;
    const size_t up_to_state = copy_bytes + collector->state_bytes;
    const size_t up_to_extra = up_to_state + cframes_bytes;
    const size_t up_to_second = up_to_extra + extra->bytes;
    const size_t total = up_to_second + copy_bytes;
    size_t count = places_pieces(&collector->places, pieces);
    unsigned char *buffer;
    uint64_t start_ns;
    size_t got;

    if (!grow_buffer(collector->buffer, total)) {
        errno = ENOMEM;
        return COLLECT_FAILED;
    }
    pieces[count++] = (struct piece){collector->thread, collector->state_bytes};
    if (has_cframes(collector))
        pieces[count++] = (struct piece){collector->cframes.start, collector->cframes.length};
    memcpy(pieces + count, extra->pieces, extra->count * sizeof *pieces);
    count += extra->count;
    count += places_pieces_back(&collector->places, pieces + count);
    if (count > READER_PIECES_MAX)
        return COLLECT_LOST_EXTRA;
    buffer = collector->buffer->bytes;
    start_ns = clock_now_ns();
    got = reader_gather(collector->reader, pieces, count, buffer);
    *collection = (struct collection){
        .first = buffer,
        .state = buffer + copy_bytes,
        .cframes = buffer + up_to_state,
        .extra = buffer + up_to_extra,
        .second = buffer + up_to_second,
    };
    if (got == total) {
        collection->slow = took_long(collector, clock_now_ns() - start_ns, count, total);
        return COLLECTED;
    }
    /* Only a lost thread state ends it; any other place that went away is looked up anew. */
    if (errno != EFAULT || (got >= copy_bytes && got < up_to_state))
        return COLLECT_FAILED;
    return got >= up_to_extra && got < up_to_second ? COLLECT_LOST_EXTRA : COLLECT_LOST_PLACE;
}

/* Widens the stretch of _PyCFrames so that it holds this one, or begins it anew there. */
static void expect_cframe(struct collector *collector, remote_addr cframe)
{
    const uint64_t start = collector->cframes.start.value;
    const uint64_t end = start + collector->cframes.length;
    const uint64_t low = cframe.value < start ? cframe.value : start;
    const uint64_t high = cframe.value + CFRAME_BYTES > end ? cframe.value + CFRAME_BYTES : end;

    if (high - low <= CFRAMES_BYTES_MAX && start != collector->thread.value)
        collector->cframes = (struct stretch){remote_at(low), (uint32_t)(high - low)};
    else
        collector->cframes = (struct stretch){cframe, CFRAME_BYTES};
}

bool collection_top(struct collector *collector, const struct collection *collection,
                    remote_addr *top)
{
    const struct layout *layout = collector->layout;
    remote_addr cframe;
    uint64_t offset;

    if (!has_cframes(collector)) {
        *top = remote_at(word_at(collection->state, layout->thread.current_frame));
        return true;
    }
    cframe = remote_at(word_at(collection->state, layout->thread.cframe));
    offset = cframe.value - collector->cframes.start.value;
    if (offset + CFRAME_BYTES > collector->cframes.length || offset > collector->cframes.length) {
        expect_cframe(collector, cframe);
        return false;
    }
    *top = remote_at(word_at(collection->cframes + offset, layout->cframe_current_frame));
    return true;
}
