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
    BYTES_AT_ONCE = 1 << 19, /* of collections in one reading: they are still in the CPU's cache when
                                they are looked at */
};

static size_t larger(size_t a, uint32_t b)
{
    return b != LAYOUT_NONE && b > a ? b : a;
}

/* The thread state is read up to the last member that is of use. */
static size_t used_state_bytes(const struct layout *layout)
{
    size_t last = layout->thread.next;

    last = larger(last, layout->thread.datastack_top);
    last = larger(last, layout->thread.current_frame);
    last = larger(last, layout->thread.cframe);
    last = larger(last, layout->thread.base_frame);
    last = larger(last, layout->thread.thread_id);
    last = larger(last, layout->thread.native_thread_id);
    last = larger(last, layout->thread.unique_id);
    last = larger(last, layout->thread.handled);
    last = larger(last, layout->thread.raised);
    last = larger(last, layout->thread.holds_gil);
    last = larger(last, layout->thread.handled_last + layout->handled.size - WORD_BYTES);
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

void collector_free(struct collector *collector)
{
    places_free(&collector->places);
}

void collect_buffer_free(struct collect_buffer *buffer)
{
    free(buffer->bytes);
    free(buffer->pieces);
    *buffer = (struct collect_buffer){.bytes = NULL};
}

static bool grow_buffer(struct collect_buffer *buffer, size_t need, size_t pieces)
{
    if (need > buffer->size) {
        unsigned char *grown = realloc(buffer->bytes, need + need / 2);

        if (grown == NULL)
            return false;
        buffer->bytes = grown;
        buffer->size = need + need / 2;
    }
    if (pieces > buffer->piece_room) {
        struct piece *grown = realloc(buffer->pieces, (pieces + pieces / 2) * sizeof *grown);

        if (grown == NULL)
            return false;
        buffer->pieces = grown;
        buffer->piece_room = pieces + pieces / 2;
    }
    return true;
}

/* Follows what a collection usually takes for its work, at once downwards and slowly upwards, and tells
   whether this one took far longer. */
static bool took_long(uint64_t *usual, uint64_t took_ns, size_t pieces, size_t bytes)
{
    const uint64_t each_ns = took_ns / (CALL_WORK + pieces + bytes / PIECE_BYTES);
    const uint64_t usual_ns = *usual;

    if (usual_ns == 0 || each_ns < usual_ns)
        *usual = each_ns;
    else if (each_ns < SLOW_TIMES * usual_ns)
        *usual += (each_ns - usual_ns) / 16;
    else
        *usual += usual_ns / 64 + 1;
    return usual_ns != 0 && each_ns >= SLOW_TIMES * usual_ns;
}

/* What of a collection is read between its two copies. */
static size_t middle_pieces(const struct collector *collector, const struct walk_extra *extra)
{
    return 1 + has_cframes(collector) + extra->count;
}

static size_t cframes_bytes(const struct collector *collector)
{
    return has_cframes(collector) ? collector->cframes.length : 0;
}

size_t collect_most(const struct collector *collector, const struct collect_parts *parts,
                    const struct walk_extra *extra, size_t wanted)
{
    const size_t places = parts->places->count;
    const size_t around = places + (parts->lower != NULL ? 2 * parts->lower->count : 0);
    const size_t each = places + middle_pieces(collector, extra);
    const size_t each_bytes = parts->places->bytes + collector->state_bytes +
                              cframes_bytes(collector) + extra->bytes;
    const size_t by_pieces = around + each > READER_PIECES_MAX ? 1 : (READER_PIECES_MAX - around) / each;
    const size_t by_bytes = 1 + BYTES_AT_ONCE / each_bytes;
    const size_t most = by_pieces < by_bytes ? by_pieces : by_bytes;

    return wanted < most ? wanted : most;
}

static size_t count_pieces(const struct collector *collector, const struct collect_parts *parts,
                           const struct walk_extra *extra, size_t count)
{
    const size_t places = parts->places->count;

    return places + (parts->lower != NULL ? 2 * parts->lower->count : 0) +
           count * (places + middle_pieces(collector, extra));
}

/* Lists the pieces of `count` collections. */
static void list_pieces(struct collector *collector, const struct collect_parts *parts,
                          const struct walk_extra *extra, size_t count, struct piece *pieces)
{
    struct places *places = parts->places;
    size_t n = 0;

    if (parts->lower != NULL)
        n = places_pieces(parts->lower, pieces);
    n += places_pieces(places, pieces + n);
    for (size_t i = 0; i < count; i++) {
        pieces[n++] = (struct piece){collector->thread, collector->state_bytes};
        if (has_cframes(collector))
            pieces[n++] = (struct piece){collector->cframes.start, collector->cframes.length};
        memcpy(pieces + n, extra->pieces, extra->count * sizeof *pieces);
        n += extra->count;
        n += i % 2 == 0 ? places_pieces_back(places, pieces + n) : places_pieces_again(places, pieces + n);
    }
    if (parts->lower != NULL)
        n += places_pieces_again(parts->lower, pieces + n);
}

/* As many at once as one system call can read. */
static size_t gather(struct reader *reader, const struct piece *pieces, size_t count, unsigned char *into)
{
    size_t got = 0;

    for (size_t i = 0; i < count; i += READER_PIECES_MAX) {
        const size_t some = count - i < READER_PIECES_MAX ? count - i : READER_PIECES_MAX;
        const size_t bytes = reader_gather(reader, pieces + i, some, into + got);
        size_t wanted = 0;

        got += bytes;
        for (size_t j = i; j < i + some; j++)
            wanted += pieces[j].length;
        if (bytes != wanted)
            break;
    }
    return got;
}

/* What could not be read, after so many bytes. */
static enum collect_result what_is_lost(const struct collection *collection, size_t got)
{
    const size_t copy_bytes = (size_t)(collection->state - collection->first);
    const size_t within = got < copy_bytes ? 0 : (got - copy_bytes) % collection->to_next;
    const size_t up_to_cframes = (size_t)(collection->cframes - collection->state);
    const size_t up_to_extra = (size_t)(collection->extra - collection->state);
    const size_t up_to_second = (size_t)(collection->second - collection->state);

    /* Only a lost thread state ends it; any other place that went away is looked up anew. */
    if (errno != EFAULT || (got >= copy_bytes && within < up_to_cframes))
        return COLLECT_FAILED;
    return within >= up_to_extra && within < up_to_second ? COLLECT_LOST_EXTRA : COLLECT_LOST_PLACE;
}

enum collect_result collect(struct collector *collector, const struct collect_parts *parts,
                            const struct walk_extra *extra, size_t count,
                            struct collection *collection)
{
    const size_t lower_bytes = parts->lower != NULL ? parts->lower->bytes : 0;
    const size_t copy_bytes = parts->places->bytes;
    const size_t up_to_cframes = copy_bytes + collector->state_bytes;
    const size_t up_to_extra = up_to_cframes + cframes_bytes(collector);
    const size_t up_to_second = up_to_extra + extra->bytes;
    const size_t total = 2 * lower_bytes + copy_bytes + count * up_to_second;
    const size_t piece_count = count_pieces(collector, parts, extra, count);
    unsigned char *buffer, *copies;
    uint64_t start_ns;
    size_t got;

    if (!grow_buffer(collector->buffer, total, piece_count)) {
        errno = ENOMEM;
        return COLLECT_FAILED;
    }
    buffer = collector->buffer->bytes;
    copies = buffer + lower_bytes;
    list_pieces(collector, parts, extra, count, collector->buffer->pieces);
    start_ns = clock_now_ns();
    got = gather(collector->reader, collector->buffer->pieces, piece_count, buffer);
    *collection = (struct collection){
        .first = copies,
        .state = copies + copy_bytes,
        .cframes = copies + up_to_cframes,
        .cframes_at = collector->cframes,
        .extra = copies + up_to_extra,
        .second = copies + up_to_second,
        .to_next = (uint32_t)up_to_second,
        .places = parts->places,
        .lower = parts->lower,
        .lower_first = buffer,
        .lower_second = copies + copy_bytes + count * up_to_second,
    };
    if (got != total)
        return got < lower_bytes ? COLLECT_LOST_PLACE : what_is_lost(collection, got - lower_bytes);
    collection->slow = took_long(&collector->usual_ns[count > 1], clock_now_ns() - start_ns, piece_count,
                                 total);
    return COLLECTED;
}

bool collection_find(const struct collection *collection, remote_addr address, size_t length,
                     struct collected *found)
{
    struct place_found at;

    if (places_find(collection->places, address, length, &at)) {
        *found = (struct collected){
            .first = collection->first + (collection->turned ? at.second : at.first),
            .second = collection->second + (collection->turned ? at.first : at.second),
            .place = at.place,
        };
        return true;
    }
    if (collection->lower == NULL || !places_find(collection->lower, address, length, &at))
        return false;
    *found = (struct collected){
        .first = collection->lower_first + at.first,
        .second = collection->lower_second + at.first,
        .place = (uint32_t)collection->places->count + at.place,
        .in_lower = true,
    };
    return true;
}

bool collection_lower_is_same(const struct collection *collection)
{
    return memcmp(collection->lower_first, collection->lower_second, collection->lower->bytes) == 0;
}

void collection_next(struct collection *collection)
{
    const size_t bytes = collection->to_next;

    collection->first += bytes;
    collection->state += bytes;
    collection->cframes += bytes;
    collection->extra += bytes;
    collection->second += bytes;
    collection->turned = !collection->turned;
}

/* Widens the stretch of _PyCFrames so that it holds this one; false when it is too far away. */
static bool widen_cframes(struct collector *collector, remote_addr cframe)
{
    const uint64_t start = collector->cframes.start.value;
    const uint64_t end = start + collector->cframes.length;
    const uint64_t low = cframe.value < start ? cframe.value : start;
    const uint64_t high = cframe.value + CFRAME_BYTES > end ? cframe.value + CFRAME_BYTES : end;

    if (high - low > CFRAMES_BYTES_MAX || start == collector->thread.value)
        return false;
    collector->cframes = (struct stretch){remote_at(low), (uint32_t)(high - low)};
    return true;
}

/* The bytes of a _PyCFrame; NULL when they were not read. */
static const unsigned char *find_cframe(const struct collection *collection, remote_addr cframe)
{
    const struct stretch *at = &collection->cframes_at;
    const uint64_t offset = cframe.value - at->start.value;

    return offset + CFRAME_BYTES > at->length || offset > at->length
               ? NULL
               : collection->cframes + offset;
}

bool collection_top(struct collector *collector, const struct collection *collection,
                    remote_addr *top)
{
    const struct layout *layout = collector->layout;
    const unsigned char *bytes;
    remote_addr cframe;

    if (!has_cframes(collector)) {
        *top = remote_at(word_at(collection->state, layout->thread.current_frame));
        return true;
    }
    cframe = remote_at(word_at(collection->state, layout->thread.cframe));
    bytes = find_cframe(collection, cframe);
    if (bytes == NULL) {
        if (!widen_cframes(collector, cframe))
            collector->cframes = (struct stretch){cframe, CFRAME_BYTES};
        return false;
    }
    *top = remote_at(word_at(bytes, layout->cframe_current_frame));
    return true;
}

bool collection_entered_from(struct collector *collector, const struct collection *collection,
                             remote_addr *frame)
{
    const struct layout *layout = collector->layout;
    const unsigned char *bytes =
        find_cframe(collection, remote_at(word_at(collection->state, layout->thread.cframe)));
    /* .previous stands behind .current_frame (Include/cpython/pystate.h of 3.11 and 3.12). */
    const remote_addr previous =
        remote_at(bytes != NULL ? word_at(bytes, layout->cframe_current_frame + WORD_BYTES) : 0);

    if (previous.value - collector->thread.value < layout->thread.size) {
        *frame = remote_at(0); /* the thread state's own, .root_cframe */
        return true;
    }
    bytes = bytes != NULL ? find_cframe(collection, previous) : NULL;
    if (bytes == NULL) {
        widen_cframes(collector, previous);
        return false;
    }
    *frame = remote_at(word_at(bytes, layout->cframe_current_frame));
    return true;
}
