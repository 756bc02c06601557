#include "sample/places.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "sample/record.h"

enum {
    CHUNK_HEAD_BYTES = 24,   /* of _PyStackChunk before .data */
    CHUNK_BYTES_MAX = 1 << 20,
    SLACK_BYTES_MAX = 512,   /* of what is read beyond the top, for what may be pushed by the next time */
    SLACK_LEAST_BYTES = 256, /* and an eighth of what is used: bytes are a good part of what a burst costs */
    SLACK_SHARE = 8,
    FRAMES_MAX = 256,        /* places that are no chunks */
    CHUNKS_MAX = 144,
    OBJECTS_MAX = RECORD_DEPTH_MAX,
    FORGET_AFTER = 32,       /* copies without a frame found there */
    NEAR_BYTES = 2048,       /* frames no further apart share a place: both ends of the gap are mapped,
                                so all of it is, as it is less than a page */
    SHARED_BYTES_MAX = 16384,
    WOVEN_BYTES_MAX = 131072, /* in places that are woven */
    UPPER_BYTES = 8192,      /* next to the top of a stack that is divided: some sixty frames */
    LOWER_LEAST_BYTES = 8192,
};

#define UNSET UINT32_MAX /* an offset */

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

bool places_have_outside(const struct places *places)
{
    for (size_t i = 0; i < places->count; i++)
        if (places->items[i].is_outside)
            return true;
    return false;
}

/* Whether the data stack is in several places. */
static bool is_crossed(const struct places *places)
{
    size_t count = 0;

    for (size_t i = 0; i < places->count; i++)
        count += places->items[i].is_stack;
    return count > 1;
}

static bool can_weave(const struct places *places)
{
    size_t bytes = 0;

    for (size_t i = 0; i < places->count; i++)
        bytes += places->items[i].length;
    return places->count > 1 && places->count <= PLACES_WOVEN_MAX && bytes <= WOVEN_BYTES_MAX &&
           (places->crossed || places_have_outside(places));
}

size_t places_piece_count(const struct places *places)
{
    return places->woven ? 2 * places->count + 2 : places->count;
}

/* Which place the piece `index` of a copy is of. */
static size_t place_at(const struct places *places, size_t index)
{
    const size_t count = places->count;

    if (!places->woven)
        return index;
    if (index == 0)
        return 0;
    if (index + 1 >= 2 * count)
        return index % 2 == 1 ? count - 1 : count - 2;
    return index % 2 == 1 ? (index + 1) / 2 : index / 2 - 1;
}

/* Of the pieces of a place, each is nearer to the thread state than the one before. */
static void set_offset(struct place *place, uint32_t at, uint32_t back)
{
    const bool is_first = place->offset == UNSET;

    for (size_t i = PLACES_OUTER - 1; i > 0; i--) {
        place->outer[i] = is_first ? at : place->outer[i - 1];
        place->outer_back[i] = is_first ? back : place->outer_back[i - 1];
    }
    place->outer[0] = is_first ? at : place->offset;
    place->outer_back[0] = is_first ? back : place->back;
    place->offset = at;
    place->back = back;
}

static void set_offsets(struct places *places)
{
    size_t count;
    uint32_t at = 0, back;

    places->crossed = is_crossed(places);
    places->woven = places->weaves && can_weave(places);
    count = places_piece_count(places);
    places->bytes = 0;
    for (size_t i = 0; i < count; i++)
        places->bytes += places->items[place_at(places, i)].length;
    for (size_t i = 0; i < places->count; i++)
        places->items[i].offset = UNSET;
    back = (uint32_t)places->bytes;
    for (size_t i = 0; i < count; i++) {
        struct place *place = &places->items[place_at(places, i)];

        back -= place->length;
        set_offset(place, at, back);
        at += place->length;
    }
    places->last_found = 0;
    places->version++;
}

void places_weave(struct places *places, bool weaves)
{
    if (places->weaves == weaves)
        return;
    places->weaves = weaves;
    set_offsets(places);
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
    const size_t count = places_piece_count(places);

    for (size_t i = 0; i < count; i++)
        pieces[i] = piece_of(&places->items[place_at(places, i)]);
    return count;
}

size_t places_pieces_back(const struct places *places, struct piece *pieces)
{
    const size_t count = places_piece_count(places);

    for (size_t i = 0; i < count; i++)
        pieces[i] = piece_of(&places->items[place_at(places, count - 1 - i)]);
    return count;
}

static bool holds(const struct place *place, remote_addr address, size_t length)
{
    const uint64_t offset = address.value - place->start.value;

    return offset < place->length && length <= place->length - offset;
}

/* The place that holds these bytes; places->count: none does. Looked for from where the last one was found to both sides:
   the next one of a chain is near. */
static size_t place_of(const struct places *places, remote_addr address, size_t length)
{
    const size_t last = places->last_found, count = places->count;

    if (last < count && holds(&places->items[last], address, length))
        return last;
    for (size_t apart = 1; apart < count; apart++) {
        if (last >= apart && holds(&places->items[last - apart], address, length))
            return last - apart;
        if (last + apart < count && holds(&places->items[last + apart], address, length))
            return last + apart;
    }
    return count;
}

bool places_find(struct places *places, remote_addr address, size_t length,
                 struct place_found *found)
{
    const size_t at = place_of(places, address, length);
    struct place *place;
    uint32_t within;

    if (at == places->count)
        return false;
    place = &places->items[at];
    within = (uint32_t)(address.value - place->start.value);
    *found = (struct place_found){
        .first = place->offset + within,
        .second = place->back + within,
        .place = (uint32_t)at,
        .outside = place->is_outside,
        .innermost = place->is_outside && (at + 1 == places->count || place[1].is_chunk),
        .crossed = place->is_stack && places->crossed,
    };
    for (size_t i = 0; i < PLACES_OUTER; i++) {
        found->outer_first[i] = place->outer[i] + within;
        found->outer_second[i] = place->outer_back[i] + within;
    }
    place->used = places->serial;
    places->last_found = at;
    return true;
}

/* How much of a place is or may be below the frame at `address`, in place `at`. */
static size_t below(const struct places *places, size_t index, remote_addr address, uint32_t at)
{
    const struct place *place = &places->items[index];

    if (!places->items[at].is_chunk)
        return place->length;
    if (index == at)
        return address.value - place->start.value;
    /* Chunks come from the bottom up: the last one has the top. */
    return index > at && index + 1 == places->count ? 0 : place->length;
}

static const unsigned char *bytes_of(const struct place *place, struct places_copy copy)
{
    return copy.bytes + (copy.is_back ? place->back : place->offset);
}

bool places_same_below(const struct places *places, remote_addr address, uint32_t at,
                       struct places_copy a, struct places_copy b)
{
    for (size_t i = 0; i < places->count; i++) {
        const struct place *place = &places->items[i];

        if (memcmp(bytes_of(place, a), bytes_of(place, b), below(places, i, address, at)) != 0)
            return false;
    }
    return true;
}

size_t places_offset_in_whole(const struct places *whole, const struct places *part, size_t index)
{
    const struct place *place = &part->items[index];

    return part == whole ? place->offset : whole->items[place->origin].offset + place->skipped;
}

bool places_part_same_below(const struct places *part, remote_addr address, uint32_t at, struct places_copy copy,
                            const struct places *whole, const unsigned char *whole_copy)
{
    for (size_t i = 0; i < part->count; i++)
        if (memcmp(bytes_of(&part->items[i], copy), whole_copy + places_offset_in_whole(whole, part, i),
                   below(part, i, address, at)) != 0)
            return false;
    return true;
}

void places_part_copy_above(const struct places *part, remote_addr address, uint32_t at, struct places_copy copy,
                            const struct places *whole, unsigned char *whole_copy)
{
    for (size_t i = 0; i < part->count; i++) {
        const size_t same = below(part, i, address, at);

        memcpy(whole_copy + places_offset_in_whole(whole, part, i) + same, bytes_of(&part->items[i], copy) + same,
               part->items[i].length - same);
    }
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

/* Adds a piece of a place to a part. */
static void add_part(struct places *part, const struct place *place, size_t origin, size_t skipped, size_t length)
{
    struct place *item = &part->items[part->count++];

    *item = *place;
    item->start = remote_plus(place->start, (int64_t)skipped);
    item->length = (uint32_t)length;
    item->origin = (uint16_t)origin;
    item->skipped = (uint32_t)skipped;
}

static size_t chunk_bytes(const struct places *places)
{
    size_t bytes = 0;

    for (size_t i = 0; i < places->count; i++)
        bytes += places->items[i].is_chunk ? places->items[i].length : 0;
    return bytes;
}

static bool has_entries(const struct places *places)
{
    for (size_t i = 0; i < places->count; i++)
        if (places->items[i].is_entry)
            return true;
    return false;
}

/* Divides a chunk, of which `left` bytes are upper, and gives how many are left of these. */
static size_t split_chunk(const struct place *place, size_t origin, size_t left, struct places_parts *parts)
{
    const size_t upper_bytes = place->length < left ? place->length : left;
    const size_t lower_bytes = place->length - upper_bytes;

    if (upper_bytes > 0)
        add_part(&parts->upper, place, origin, lower_bytes, upper_bytes);
    /* A frame across the cut is in the lower part. */
    if (lower_bytes > 0)
        add_part(&parts->lower, place, origin, 0,
                 upper_bytes > LAYOUT_FRAME_BYTES_MAX ? lower_bytes + LAYOUT_FRAME_BYTES_MAX
                                                      : place->length);
    return left - upper_bytes;
}

static void end_part(struct places *part)
{
    reverse_from(part, 0);
    set_offsets(part);
}

/* False when all of the places are upper, or there is no memory. */
static bool divide(const struct places *places, struct places_parts *parts, size_t upper_bytes)
{
    const size_t upper = upper_bytes > 0 ? upper_bytes : UPPER_BYTES;
    size_t left = chunk_bytes(places) >= upper + LOWER_LEAST_BYTES ? upper : SIZE_MAX;

    parts->upper.count = parts->lower.count = parts->steady.count = 0;
    parts->upper.weaves = places->weaves;
    if ((left == SIZE_MAX && !has_entries(places)) || !reserve(&parts->upper, places->count) ||
        !reserve(&parts->lower, places->count) || !reserve(&parts->steady, places->count))
        return false;
    for (size_t i = places->count; i-- > 0;) {
        const struct place *place = &places->items[i];

        if (place->is_chunk)
            left = split_chunk(place, i, left, parts);
        else
            add_part(place->is_entry ? &parts->steady : &parts->upper, place, i, 0, place->length);
    }
    end_part(&parts->upper);
    end_part(&parts->lower);
    end_part(&parts->steady);
    return parts->upper.count > 0 && (parts->lower.count > 0 || parts->steady.count > 0);
}

bool places_split(struct places *places, struct places_parts *parts, size_t upper_bytes)
{
    if (parts->whole != places || parts->version != places->version || parts->upper_bytes != upper_bytes) {
        parts->divided = divide(places, parts, upper_bytes);
        parts->whole = places;
        parts->version = places->version;
        parts->upper_bytes = upper_bytes;
    }
    if (parts->divided)
        parts->upper.serial = parts->lower.serial = parts->steady.serial = ++places->serial;
    return parts->divided;
}

size_t places_bytes_from(const struct places *places, remote_addr address)
{
    size_t bytes = 0;

    for (size_t i = places->count; i-- > 0 && places->items[i].is_chunk;) {
        const struct place *chunk = &places->items[i];

        if (holds(chunk, address, 1))
            return bytes + chunk->length - (address.value - chunk->start.value);
        bytes += chunk->length;
    }
    return 0;
}

void places_take_marks(struct places *places, const struct places *part)
{
    for (size_t i = 0; i < part->count; i++)
        if (part->items[i].used == part->serial)
            places->items[part->items[i].origin].used = places->serial;
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
static bool add(struct places *places, size_t at, struct place added)
{
    if (places->bytes + added.length > WALK_BYTES_MAX || !reserve(places, places->count + 1))
        return false;
    memmove(places->items + at + 1, places->items + at, (places->count - at) * sizeof *places->items);
    added.used = places->serial;
    places->items[at] = added;
    places->count++;
    set_offsets(places);
    return true;
}

/* Drops what was met of chunks before they were known; those begin at `chunks`. */
static void drop_parts_of_chunks(struct places *places, size_t chunks)
{
    size_t kept = 0;

    for (size_t i = 0; i < places->count; i++) {
        bool is_part = false;

        for (size_t at = chunks; at < places->count && i < chunks; at++)
            is_part |= holds(&places->items[at], places->items[i].start, 1);
        if (!is_part)
            places->items[kept++] = places->items[i];
    }
    places->count = kept;
}

/* How much is read of the top chunk, of which so much is used. */
static uint64_t with_slack(uint64_t used)
{
    const uint64_t slack = SLACK_LEAST_BYTES + used / SLACK_SHARE;

    return used + (slack < SLACK_BYTES_MAX ? slack : SLACK_BYTES_MAX);
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
        used = i == 0 ? with_slack(top.value - data.value)
                      : word_at(head, layout->chunk.top) * sizeof(uint64_t);
        if (used > size) /* also when it makes no sense */
            used = size;
        if (used > 0 &&
            !add(places, places->count,
                 (struct place){.start = data, .length = (uint32_t)used, .is_chunk = true, .is_stack = true}))
            break;
        chunk = remote_at(word_at(head, layout->chunk.previous));
    }
    /* Added from the top chunk down: turned round, it comes last. */
    reverse_from(places, frames);
    drop_parts_of_chunks(places, frames);
    set_offsets(places);
}

/* Widens a place so that it holds a frame that is near; false when none is. */
static bool widen(struct places *places, remote_addr address, uint32_t length, enum frame_owner owner)
{
    for (size_t i = 0; i < places->count; i++) {
        struct place *place = &places->items[i];
        const struct piece both = piece_around(piece_of(place), (struct piece){address, length});

        if (place->is_chunk || both.length > SHARED_BYTES_MAX || both.length > place->length + length + NEAR_BYTES)
            continue;
        place->start = both.address;
        place->length = (uint32_t)both.length;
        place->used = places->serial;
        place->is_entry &= owner == OWNER_ENTRY;
        place->is_outside |= owner == OWNER_GENERATOR;
        place->is_stack |= owner == OWNER_THREAD;
        set_offsets(places);
        return true;
    }
    return false;
}

bool places_add_frame(struct places *places, remote_addr address, uint32_t length, enum frame_owner owner)
{
    struct place added = {.start = address,
                          .length = length,
                          .is_entry = owner == OWNER_ENTRY,
                          .is_outside = owner == OWNER_GENERATOR,
                          .is_stack = owner == OWNER_THREAD};
    struct place *oldest = NULL;
    size_t frames = 0;

    if (widen(places, address, length, owner))
        return true;
    for (size_t i = 0; i < places->count; i++) {
        struct place *place = &places->items[i];

        if (place->is_chunk)
            continue;
        frames++;
        if (oldest == NULL || places->serial - place->used > places->serial - oldest->used)
            oldest = place;
    }
    /* In front, so that the chunks stay next to the thread state. */
    if (frames < FRAMES_MAX)
        return add(places, 0, added);
    if (oldest->used == places->serial)
        return false; /* more frames at once than there is room for */
    added.used = places->serial;
    *oldest = added;
    set_offsets(places);
    return true;
}

/* Moves the place `from` down to index `to`. */
static void move_down(struct places *places, size_t from, size_t to)
{
    const struct place moved = places->items[from];

    memmove(places->items + to + 1, places->items + to, (from - to) * sizeof moved);
    places->items[to] = moved;
}

void places_arrange(struct places *places, const struct walk_frame *frames, size_t count)
{
    size_t met = 0, outside = 0;

    while (outside < places->count && !places->items[outside].is_chunk)
        outside++;
    for (size_t i = 0; i < count; i++) {
        const size_t at = place_of(places, frames[i].address, 1);

        if (at < met || at >= outside || !places->items[at].is_outside)
            continue;
        move_down(places, at, met++);
        places->last_found = met - 1;
    }
    for (size_t at = met; at < outside; at++)
        move_down(places, at, at - met);
    set_offsets(places);
}

bool places_add_object(struct places *places, size_t at, remote_addr address, uint32_t length)
{
    return widen(places, address, length, OWNER_OBJECT) ||
           (places->count < OBJECTS_MAX && add(places, at, (struct place){.start = address, .length = length}));
}

void places_parts_free(struct places_parts *parts)
{
    places_free(&parts->upper);
    places_free(&parts->lower);
    places_free(&parts->steady);
}

void places_clear(struct places *places)
{
    places->count = 0;
    set_offsets(places);
}
