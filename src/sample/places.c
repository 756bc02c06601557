#include "sample/places.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "sample/record.h"

enum {
    CHUNK_HEAD_BYTES = 24,   /* of _PyStackChunk before .data */
    CHUNK_BYTES_MAX = 1 << 20,
    SLACK_BYTES = 1024,      /* read beyond the top, for what may be pushed by the next time */
    FRAMES_MAX = 256,        /* places that are no chunks */
    CHUNKS_MAX = 144,
    OBJECTS_MAX = RECORD_DEPTH_MAX,
    FORGET_AFTER = 32,       /* copies without a frame found there */
    NEAR_BYTES = 2048,       /* frames no further apart share a place: both ends of the gap are mapped,
                                so all of it is, as it is less than a page */
    SHARED_BYTES_MAX = 16384,
    UPPER_BYTES = 12288,     /* next to the top of a stack that is split: a hundred frames or so */
    SPLIT_LEAST_BYTES = 20480,
};

static bool reserve(struct places *places, size_t count)
{
    const size_t room = count + count / 2 + 8;
    struct place *items;

    if (count <= places->room)
        return true;
    items = realloc(places->items, room * sizeof *items);
    if (items == NULL)
        return false;
    places->items = items;
    places->room = room;
    return true;
}

void places_free(struct places *places)
{
    free(places->items);
    *places = (struct places){.items = NULL};
}

static void set_offsets(struct places *places)
{
    uint32_t back = 0;

    places->bytes = 0;
    for (size_t i = 0; i < places->count; i++) {
        places->items[i].offset = (uint32_t)places->bytes;
        places->bytes += places->items[i].length;
    }
    for (size_t i = places->count; i-- > 0;) {
        places->items[i].back = back;
        back += places->items[i].length;
    }
    places->last_found = 0;
}

static struct piece piece_of(const struct place *place)
{
    return (struct piece){place->start, place->length};
}

size_t places_pieces(struct places *places, struct piece *pieces)
{
    places->serial++;
    return places_pieces_again(places, pieces);
}

size_t places_pieces_again(const struct places *places, struct piece *pieces)
{
    for (size_t i = 0; i < places->count; i++)
        pieces[i] = piece_of(&places->items[i]);
    return places->count;
}

size_t places_pieces_back(const struct places *places, struct piece *pieces)
{
    for (size_t i = 0; i < places->count; i++)
        pieces[i] = piece_of(&places->items[places->count - 1 - i]);
    return places->count;
}

static bool holds(const struct place *place, remote_addr address, size_t length)
{
    const uint64_t offset = address.value - place->start.value;

    return offset < place->length && length <= place->length - offset;
}

bool places_find(struct places *places, remote_addr address, size_t length,
                 struct place_found *found)
{
    /* From there to both sides: the next one of the chain is near. */
    for (size_t n = 0; n < places->count; n++) {
        const size_t back = (n + 1) / 2;
        const size_t i = (places->last_found + (n % 2 == 0 ? back : places->count - back)) % places->count;
        struct place *place = &places->items[i];

        if (holds(place, address, length)) {
            const uint32_t within = (uint32_t)(address.value - place->start.value);

            *found = (struct place_found){place->offset + within, place->back + within, (uint32_t)i};
            place->used = places->serial;
            places->last_found = i;
            return true;
        }
    }
    return false;
}

bool places_same_below(const struct places *places, remote_addr address, uint32_t at,
                       const unsigned char *first, const unsigned char *second)
{
    const bool in_chunk = places->items[at].is_chunk;

    for (size_t i = 0; i < places->count; i++) {
        const struct place *place = &places->items[i];
        size_t same = place->length;

        /* Chunks come from the bottom up: the last one has the top. */
        if (in_chunk && i > at && i + 1 == places->count)
            break;
        if (in_chunk && i == at)
            same = address.value - place->start.value;
        if (memcmp(first + place->offset, second + place->back, same) != 0)
            return false;
    }
    return true;
}

/* Turns round the order of those from `first` on. */
static void reverse_from(struct places *places, size_t first)
{
    for (size_t low = first, high = places->count; low + 1 < high; low++) {
        const struct place kept = places->items[low];

        high--;
        places->items[low] = places->items[high];
        places->items[high] = kept;
    }
}

bool places_split(const struct places *places, struct places *upper, struct places *lower)
{
    size_t chunks = 0, left = UPPER_BYTES;

    for (size_t i = 0; i < places->count; i++)
        chunks += places->items[i].is_chunk ? places->items[i].length : 0;
    /* Each chunk may be in both. */
    if (chunks < SPLIT_LEAST_BYTES || !reserve(upper, places->count) || !reserve(lower, places->count))
        return false;
    upper->count = lower->count = 0;
    for (size_t i = places->count; i-- > 0;) {
        struct place place = places->items[i];
        const size_t taken = !place.is_chunk || place.length < left ? place.length : left;

        if (taken > 0) {
            upper->items[upper->count] = place;
            upper->items[upper->count].start = remote_plus(place.start, (int64_t)(place.length - taken));
            upper->items[upper->count++].length = (uint32_t)taken;
        }
        if (!place.is_chunk || taken == place.length) {
            left -= place.is_chunk ? taken : 0;
            continue;
        }
        /* A frame across the cut is in the lower part. */
        place.length -= (uint32_t)(taken < LAYOUT_FRAME_BYTES_MAX ? 0 : taken - LAYOUT_FRAME_BYTES_MAX);
        lower->items[lower->count++] = place;
        left = 0;
    }
    reverse_from(upper, 0);
    reverse_from(lower, 0);
    set_offsets(upper);
    set_offsets(lower);
    return true;
}

/* Keeps the frames met lately, without the chunks. */
void places_forget(struct places *places)
{
    size_t kept = 0;

    for (size_t i = 0; i < places->count; i++) {
        const struct place *place = &places->items[i];

        if (!place->is_chunk && places->serial - place->used <= FORGET_AFTER)
            places->items[kept++] = *place;
    }
    places->count = kept;
    set_offsets(places);
}

/* Adds a place in front of the one `at`. */
static bool add(struct places *places, size_t at, remote_addr start, uint32_t length, bool is_chunk)
{
    if (places->bytes + length > WALK_BYTES_MAX || !reserve(places, places->count + 1))
        return false;
    memmove(places->items + at + 1, places->items + at, (places->count - at) * sizeof *places->items);
    places->items[at] = (struct place){
        .start = start, .length = length, .used = places->serial, .is_chunk = is_chunk};
    places->count++;
    set_offsets(places);
    return true;
}

void places_set_chunks(struct places *places, struct reader *reader, const struct layout *layout,
                       remote_addr chunk, remote_addr top)
{
    size_t frames;

    places_forget(places);
    frames = places->count;
    for (int i = 0; i < CHUNKS_MAX && !remote_is_null(chunk); i++) {
        const remote_addr data = remote_plus(chunk, layout->chunk.data);
        unsigned char head[CHUNK_HEAD_BYTES];
        uint64_t size, used;

        if (!reader_read(reader, chunk, head, sizeof head))
            break;
        size = word_at(head, layout->chunk.size);
        if (size <= layout->chunk.data || size > CHUNK_BYTES_MAX)
            break;
        size -= layout->chunk.data;
        used = i == 0 ? top.value - data.value + SLACK_BYTES
                      : word_at(head, layout->chunk.top) * sizeof(uint64_t);
        if (used > size) /* also when it makes no sense */
            used = size;
        if (used > 0 && !add(places, places->count, data, (uint32_t)used, true))
            break;
        chunk = remote_at(word_at(head, layout->chunk.previous));
    }
    /* Added from the top chunk down: turned round, it comes last. */
    reverse_from(places, frames);
    set_offsets(places);
}

/* Widens a place so that it holds a frame that is near; false when none is. */
static bool widen(struct places *places, remote_addr address, uint32_t length)
{
    for (size_t i = 0; i < places->count; i++) {
        struct place *place = &places->items[i];
        const uint64_t start = place->start.value;
        const uint64_t end = start + place->length;
        const uint64_t low = address.value < start ? address.value : start;
        const uint64_t high = address.value + length > end ? address.value + length : end;

        if (place->is_chunk || high - low > SHARED_BYTES_MAX ||
            address.value > end + NEAR_BYTES || address.value + length + NEAR_BYTES < start)
            continue;
        place->start = remote_at(low);
        place->length = (uint32_t)(high - low);
        place->used = places->serial;
        set_offsets(places);
        return true;
    }
    return false;
}

bool places_add_frame(struct places *places, remote_addr address, uint32_t length)
{
    struct place *oldest = NULL;
    size_t frames = 0;

    if (widen(places, address, length))
        return true;
    for (size_t i = 0; i < places->count; i++) {
        struct place *place = &places->items[i];

        if (place->is_chunk)
            continue;
        frames++;
        if (oldest == NULL || places->serial - place->used > places->serial - oldest->used)
            oldest = place;
    }
    if (frames < FRAMES_MAX)
        return add(places, 0, address, length, false); /* so that the chunks stay next to the thread state */
    if (oldest->used == places->serial)
        return false; /* more frames at once than there is room for */
    *oldest = (struct place){.start = address, .length = length, .used = places->serial};
    set_offsets(places);
    return true;
}

bool places_add_object(struct places *places, size_t at, remote_addr address, uint32_t length)
{
    return widen(places, address, length) ||
           (places->count < OBJECTS_MAX && add(places, at, address, length, false));
}

void places_clear(struct places *places)
{
    places->count = 0;
    set_offsets(places);
}
