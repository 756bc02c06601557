#include "sample/collect.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"

enum {
    CFRAME_BYTES = 24,  /* of _PyCFrame, Include/cpython/pystate.h of 3.11 and 3.12: up to three words */
    CFRAMES_BYTES_MAX = 16384, /* of the part of the C stack that holds those met lately */
    SLOW_TIMES = 2,     /* a collection that takes so many times as long as usual, */
    SLOW_LEAST_NS = 3000, /* and so much longer, proves nothing */
    CALL_WORK = 3,      /* what a collection costs besides its pieces, as if in pieces */
    WORD_BYTES = 8,
    PIECE_BYTES = 4096, /* how many bytes cost as much as one piece more */
    BYTES_AT_ONCE = 1 << 20, /* of collections in one reading: they are still in the CPU's cache when
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
    collector->cframes = (struct piece){collector->thread, CFRAME_BYTES};
}

void collector_init(struct collector *collector, struct reader *reader, const struct layout *layout,
                    struct collect_buffer *buffer, remote_addr thread)
{
    *collector = (struct collector){
        .reader = reader, .layout = layout, .thread = thread, .buffer = buffer};
    collector->state_bytes = used_state_bytes(layout);
    collector_forget_cframes(collector);
}

void collector_move(struct collector *collector, remote_addr thread)
{
    collector->thread = thread;
    places_clear(&collector->places);
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

/* Follows what a collection of its kind usually takes for its work, slowly upwards, and tells whether this one took far
   longer. Downwards it goes at once, but for one that is read with what a round begins with: what that finds cold in the
   caches differs from round to round, and its usual time is the mean, up to SLOW_TIMES what it takes at best. */
static bool took_long(struct collector *collector, enum collect_kind kind, uint64_t took_ns, size_t pieces, size_t bytes)
{
    uint64_t *usual = &collector->usual_ns[kind];
    const uint64_t work = CALL_WORK + pieces + bytes / PIECE_BYTES;
    const uint64_t each_ns = took_ns / work;
    const uint64_t usual_ns = *usual;

    if (usual_ns == 0)
        *usual = each_ns;
    else if (each_ns < usual_ns)
        *usual = kind == COLLECT_FORESEEN ? clock_least(usual_ns - (usual_ns - each_ns) / 16, SLOW_TIMES * each_ns) : each_ns;
    else if (each_ns < SLOW_TIMES * usual_ns)
        *usual += (each_ns - usual_ns) / 16;
    else
        *usual += usual_ns / 64 + 1;
    return usual_ns != 0 && each_ns >= SLOW_TIMES * usual_ns &&
           (each_ns - usual_ns) * work >= SLOW_LEAST_NS;
}

static size_t count_of(const struct places *places)
{
    return places != NULL ? places_piece_count(places) : 0;
}

static uint32_t bytes_of(const struct places *places)
{
    return places != NULL ? (uint32_t)places->bytes : 0;
}

static uint32_t extra_every(const struct collect_parts *parts)
{
    return parts->extra_every > 0 ? parts->extra_every : 1;
}

static uint32_t shared_by(const struct collect_parts *parts)
{
    return parts->shared_by > 0 ? parts->shared_by : 1;
}

/* Whether a copy follows this one of `count` collections, of which so many share their copies. */
static bool has_copy(uint32_t shared, uint32_t index, size_t count)
{
    return (index + 1) % shared == 0 || index + 1 == count;
}

/* How many pieces `count` collections take. */
static size_t count_pieces(const struct collector *collector, const struct collect_parts *parts,
                           const struct walk_extra *extra, size_t count)
{
    const uint32_t every = extra_every(parts), shared = shared_by(parts);
    const size_t copies = 1 + (count + shared - 1) / shared + (parts->lower != NULL);

    return extra->ahead_count + count_of(parts->lower) + count_of(parts->steady) +
           count_of(parts->places) * copies +
           count * (1 + has_cframes(collector)) + (count + every - 1) / every * extra->count;
}

static uint32_t cframes_bytes(const struct collector *collector)
{
    return has_cframes(collector) ? (uint32_t)collector->cframes.length : 0;
}

size_t collect_most(const struct collector *collector, const struct collect_parts *parts,
                    const struct walk_extra *extra, size_t wanted)
{
    const size_t each_bytes = parts->places->bytes + collector->state_bytes +
                              cframes_bytes(collector) + extra->bytes;
    const size_t by_bytes = 1 + BYTES_AT_ONCE / each_bytes;
    size_t most = wanted < by_bytes ? wanted : by_bytes;

    while (most > 1 && count_pieces(collector, parts, extra, most) > READER_PIECES_MAX)
        most--;
    return most;
}

/* Lists what is read in front of the first thread state. */
static size_t list_front(const struct collect_parts *parts, struct piece *pieces)
{
    size_t n = 0;

    if (parts->lower != NULL) {
        n = places_pieces_again(parts->places, pieces);
        n += places_pieces(parts->lower, pieces + n);
    }
    return n + places_pieces(parts->places, pieces + n);
}

/* Lists the pieces of `count` collections. */
static void list_pieces(const struct collector *collector, const struct collect_parts *parts,
                        const struct walk_extra *extra, size_t count, struct piece *pieces)
{
    const uint32_t shared = shared_by(parts);
    size_t n = extra->ahead_count;
    bool turned = false;

    memcpy(pieces, extra->ahead, n * sizeof *pieces);
    n += list_front(parts, pieces + n);
    for (uint32_t i = 0; i < count; i++) {
        pieces[n++] = (struct piece){collector->thread, collector->state_bytes};
        if (has_cframes(collector))
            pieces[n++] = collector->cframes;
        if (i == 0 && parts->steady != NULL)
            n += places_pieces(parts->steady, pieces + n);
        if (i % extra_every(parts) == 0) {
            memcpy(pieces + n, extra->pieces, extra->count * sizeof *pieces);
            n += extra->count;
        }
        if (!has_copy(shared, i, count))
            continue;
        n += turned ? places_pieces_again(parts->places, pieces + n) : places_pieces_back(parts->places, pieces + n);
        turned = !turned;
    }
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

static bool has_extra(const struct collect_sizes *sizes, uint32_t index)
{
    return index % sizes->extra_every == 0;
}

/* The bytes from the thread state of a collection to what is extra with it. */
static size_t bytes_to_extra(const struct collect_sizes *sizes, uint32_t index)
{
    return (size_t)sizes->state + sizes->cframes + (index == 0 ? sizes->steady : 0);
}

/* The bytes from the thread state of a collection to what is behind it and what is extra with it: a copy, or the next one's. */
static size_t bytes_of_state(const struct collect_sizes *sizes, uint32_t index)
{
    return bytes_to_extra(sizes, index) + (has_extra(sizes, index) ? sizes->extra : 0);
}

/* The bytes from the thread state of a collection to that of the next. */
static size_t bytes_to_next(const struct collect_sizes *sizes, uint32_t index)
{
    return bytes_of_state(sizes, index) + (has_copy(sizes->shared_by, index, sizes->count) ? sizes->copy : 0);
}

/* Sets where the parts of the collection `index` are, whose thread state is set, and first copy if it shares that with
   the one before. */
static void set_parts(struct collection *collection, uint32_t index)
{
    const struct collect_sizes *sizes = &collection->sizes;
    const uint32_t next = index - index % sizes->extra_every + sizes->extra_every;

    collection->index = index;
    collection->cframes = collection->state + sizes->state;
    if (index % sizes->shared_by == 0) {
        uint32_t i = index;

        collection->first = collection->state - sizes->copy;
        collection->second = collection->state;
        do
            collection->second += bytes_of_state(sizes, i);
        while (!has_copy(sizes->shared_by, i++, sizes->count));
    }
    if (has_extra(sizes, index)) {
        collection->extra = collection->state + bytes_to_extra(sizes, index);
    } else if (next < sizes->count && 2 * (next - index) <= sizes->extra_every) {
        /* The next is as near as the one before, or nearer. */
        collection->extra = collection->state + bytes_to_extra(sizes, next);
        for (uint32_t i = index; i < next; i++)
            collection->extra += bytes_to_next(sizes, i);
    }
}

/* The bytes of all parts. */
static size_t all_bytes(const struct collect_sizes *sizes)
{
    size_t bytes = sizes->ahead + sizes->copy + (sizes->lower > 0 ? sizes->copy + sizes->lower : 0);

    for (uint32_t i = 0; i < sizes->count; i++)
        bytes += bytes_to_next(sizes, i);
    return bytes;
}

/* Sets where everything of the first collection is in the buffer. */
static void lay_out(struct collection *collection, const unsigned char *buffer)
{
    const struct collect_sizes *sizes = &collection->sizes;

    collection->ahead = buffer;
    collection->in_front = buffer + sizes->ahead;
    collection->lower = collection->in_front + (sizes->lower > 0 ? sizes->copy : 0);
    collection->state = collection->lower + sizes->lower + sizes->copy;
    collection->steady = collection->state + sizes->state + sizes->cframes;
    set_parts(collection, 0);
}

/* What could not be read, after so many bytes. */
static enum collect_result what_is_lost(const struct collection *collection, size_t got)
{
    const struct collect_sizes *sizes = &collection->sizes;
    const size_t in_front = (size_t)(collection->first - collection->in_front);
    uint32_t index = 0;

    if (errno != EFAULT)
        return COLLECT_FAILED;
    if (got < sizes->ahead)
        return COLLECT_LOST_EXTRA;
    got -= sizes->ahead;
    if (got < in_front)
        return COLLECT_LOST_PLACE;
    got -= in_front;
    if (got < sizes->copy)
        return COLLECT_LOST_PLACE;
    got -= sizes->copy;
    while (index < sizes->count && got >= bytes_to_next(sizes, index))
        got -= bytes_to_next(sizes, index++);
    /* Only a lost thread state ends it; any other place that went away is looked up anew. */
    if (index == sizes->count)
        return COLLECT_LOST_PLACE;
    if (got < sizes->state)
        return COLLECT_FAILED;
    return got < bytes_to_extra(sizes, index) || got >= bytes_of_state(sizes, index) ? COLLECT_LOST_PLACE
                                                                                     : COLLECT_LOST_EXTRA;
}

enum collect_result collect(struct collector *collector, const struct collect_parts *parts,
                            const struct walk_extra *extra, size_t count,
                            struct collection *collection)
{
    const size_t piece_count = count_pieces(collector, parts, extra, count);
    struct collect_buffer *buffer = collector->buffer;
    enum collect_kind kind = count > 1 ? COLLECT_MANY : COLLECT_ONE;
    size_t total;

    *collection = (struct collection){
        .parts = parts,
        .sizes = {
            .ahead = (uint32_t)extra->ahead_bytes,
            .copy = bytes_of(parts->places),
            .lower = bytes_of(parts->lower),
            .state = (uint32_t)collector->state_bytes,
            .cframes = cframes_bytes(collector),
            .steady = bytes_of(parts->steady),
            .extra = (uint32_t)extra->bytes,
            .count = (uint32_t)count,
            .extra_every = extra_every(parts),
            .shared_by = shared_by(parts),
        },
        .cframes_at = collector->cframes,
    };
    total = all_bytes(&collection->sizes);
    if (!grow_buffer(buffer, total, piece_count)) {
        errno = ENOMEM;
        return COLLECT_FAILED;
    }
    lay_out(collection, buffer->bytes);
    list_pieces(collector, parts, extra, count, buffer->pieces);
    if (foresight_take(&buffer->foresight, buffer->pieces, piece_count, total, buffer->bytes, &collection->took_ns)) {
        kind = COLLECT_FORESEEN;
    } else {
        const uint64_t start_ns = clock_now_ns();
        const size_t got = gather(collector->reader, buffer->pieces, piece_count, buffer->bytes);

        if (got != total)
            return what_is_lost(collection, got);
        collection->took_ns = clock_now_ns() - start_ns;
        foresight_note(&buffer->foresight, buffer->pieces, piece_count);
    }
    collection->slow = took_long(collector, kind, collection->took_ns, piece_count, total);
    return COLLECTED;
}

bool collection_find(const struct collection *collection, remote_addr address, size_t length,
                     struct collected *found)
{
    const struct collect_parts *parts = collection->parts;
    const uint32_t lower_from = (uint32_t)parts->places->count;
    struct place_found at;

    if (places_find(parts->places, address, length, &at)) {
        *found = (struct collected){
            .first = collection->first + (collection->turned ? at.second : at.first),
            .second = collection->second + (collection->turned ? at.first : at.second),
            .place = at.place,
            .outside = at.outside,
            .innermost = at.innermost,
            .crossed = at.crossed,
            .part = IN_COPIES,
        };
        for (size_t i = 0; parts->places->woven && i < PLACES_OUTER; i++) {
            found->outer[2 * i] = collection->first + (collection->turned ? at.outer_second : at.outer_first)[i];
            found->outer[2 * i + 1] = collection->second + (collection->turned ? at.outer_first : at.outer_second)[i];
        }
        return true;
    }
    if (parts->lower != NULL && places_find(parts->lower, address, length, &at)) {
        *found = (struct collected){
            .first = collection->lower + at.first,
            .second = collection->lower + at.first,
            .place = lower_from + at.place,
            .part = IN_LOWER,
        };
        return true;
    }
    if (parts->steady == NULL || !places_find(parts->steady, address, length, &at))
        return false;
    *found = (struct collected){
        .first = collection->steady + at.first,
        .second = collection->steady + at.first,
        .place = lower_from + (uint32_t)(parts->lower != NULL ? parts->lower->count : 0) + at.place,
        .part = IN_STEADY,
    };
    return true;
}

void collection_next(struct collection *collection)
{
    const struct collect_sizes *sizes = &collection->sizes;

    collection->state += bytes_to_next(sizes, collection->index);
    if (has_copy(sizes->shared_by, collection->index, sizes->count))
        collection->turned = !collection->turned;
    set_parts(collection, collection->index + 1);
}

bool collection_shares(const struct collection *collection)
{
    return collection->index % collection->sizes.shared_by != 0;
}

bool collection_repeats(const struct collection *collection)
{
    const struct collect_sizes *sizes = &collection->sizes;

    return collection_shares(collection) &&
           memcmp(collection->state, collection->state - bytes_to_next(sizes, collection->index - 1),
                  (size_t)sizes->state + sizes->cframes) == 0;
}

/* Widens the stretch of _PyCFrames so that it holds this one; false when it is too far away. */
static bool widen_cframes(struct collector *collector, remote_addr cframe)
{
    const struct piece both = piece_around(collector->cframes, (struct piece){cframe, CFRAME_BYTES});

    if (both.length > CFRAMES_BYTES_MAX || remote_equal(collector->cframes.address, collector->thread))
        return false;
    collector->cframes = both;
    return true;
}

/* The bytes of a _PyCFrame; NULL when they were not read. */
static const unsigned char *find_cframe(const struct collection *collection, remote_addr cframe)
{
    const struct piece *at = &collection->cframes_at;
    const uint64_t offset = cframe.value - at->address.value;

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
            collector->cframes = (struct piece){cframe, CFRAME_BYTES};
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
