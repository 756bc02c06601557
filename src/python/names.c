#include "python/names.h"

#include <string.h>

#include "base/bytes.h"
#include "python/dict.h"
#include "python/text.h"

enum {
    MODULES_MAX = 65536,
    GLOBALS_MAX = 65536,
    THREADS_MAX = 16384,
    ATTRIBUTES_MAX = 512,
    LOOKUPS_MAX = 1024, /* tables of keys searched in one call: what a hostile target can cost */
    TYPES_MAX = 16,     /* types of Thread objects remembered in one call */
    BEFORE_MAX = 32,    /* bytes in front of an object that may hold pointers of its own */
    OBJECT_BYTES_MAX = BEFORE_MAX + 64,
    INTEGER_BYTES_MAX = 64,
    DIGIT_BITS = 30,  /* PyLong_SHIFT, longintrepr.h */
    IDENT_DIGITS = 2, /* an ident is an address */
};

/* Where objects of a type have their attributes. */
struct shape {
    remote_addr type;
    uint64_t flags;
    uint64_t basic_size;
    uint64_t dict_offset;
    remote_addr shared_keys; /* of the arrays of values of its instances */
    bool has_name;           /* among these keys, */
    uint32_t name_index;     /* at this index */
};

struct search {
    struct reader *reader;
    const struct layout *layout;
    struct shape shapes[TYPES_MAX];
    size_t shape_count;
    size_t next_shape; /* to be replaced when there are too many */
    unsigned lookups;
};

/* A thread on the way to its name. */
struct candidate {
    uint64_t ident;
    remote_addr object;
    remote_addr slot; /* where the object's pointer to its name stands */
    remote_addr name;
};

/* --- the way to threading._active ------------------------------------------------------------- */

static void note(struct names_trail *trail, remote_addr place, uint64_t word)
{
    trail->places[trail->length] = place;
    trail->words[trail->length++] = word;
}

static bool follow(struct search *search, struct names_trail *trail, remote_addr place,
                   remote_addr *to)
{
    if (!reader_read_word(search->reader, place, &to->value) || remote_is_null(*to))
        return false;
    note(trail, place, to->value);
    return true;
}

/* From a dict whose values are in its entries to the value of a key. */
static bool follow_key(struct search *search, struct names_trail *trail, remote_addr dict,
                       const char *name, uint32_t count_max, remote_addr *value)
{
    struct dict_keys keys;
    struct dict_entry entry;
    remote_addr table, at;
    uint32_t index;

    if (!follow(search, trail, remote_plus(dict, search->layout->dict.keys), &table) ||
        !dict_keys_read(search->reader, search->layout, table, count_max, &keys) ||
        !dict_keys_find(search->reader, search->layout, &keys, name, &index, &entry) ||
        remote_is_null(entry.value))
        return false;
    at = dict_entry_at(&keys, index);
    note(trail, remote_plus(at, keys.key_at), entry.key.value);
    note(trail, remote_plus(at, keys.value_at), entry.value.value);
    *value = entry.value;
    return true;
}

static bool trail_holds(struct search *search, const struct names_trail *trail, remote_addr start)
{
    struct piece pieces[NAMES_TRAIL_STEPS];
    uint64_t words[NAMES_TRAIL_STEPS];

    if (trail->length != NAMES_TRAIL_STEPS || !remote_equal(trail->places[0], start))
        return false;
    for (size_t i = 0; i < NAMES_TRAIL_STEPS; i++)
        pieces[i] = (struct piece){trail->places[i], sizeof words[i]};
    return reader_gather(search->reader, pieces, NAMES_TRAIL_STEPS, words) == sizeof words &&
           memcmp(words, trail->words, sizeof words) == 0;
}

static bool find_active(struct search *search, struct names_trail *trail, remote_addr interpreter,
                        remote_addr *active)
{
    const struct layout *layout = search->layout;
    const remote_addr start = remote_plus(interpreter, layout->interpreter.modules);
    remote_addr modules, threading, globals;

    if (trail_holds(search, trail, start)) {
        *active = remote_at(trail->words[NAMES_TRAIL_STEPS - 1]);
        return true;
    }
    trail->length = 0;
    return follow(search, trail, start, &modules) &&
           follow_key(search, trail, modules, "threading", MODULES_MAX, &threading) &&
           follow(search, trail, remote_plus(threading, layout->module_dict), &globals) &&
           follow_key(search, trail, globals, "_active", GLOBALS_MAX, active);
}

/* --- from Thread objects to their names ------------------------------------------------------- */

static bool find_name(struct search *search, remote_addr table, struct dict_keys *keys,
                      uint32_t *index)
{
    struct dict_entry unused;

    return search->lookups++ < LOOKUPS_MAX &&
           dict_keys_read(search->reader, search->layout, table, ATTRIBUTES_MAX, keys) &&
           dict_keys_find(search->reader, search->layout, keys, "_name", index, &unused);
}

static bool read_shape(struct search *search, remote_addr type, struct shape *shape)
{
    const struct layout *layout = search->layout;
    const struct piece pieces[] = {
        {remote_plus(type, layout->type.flags), sizeof(uint64_t)},
        {remote_plus(type, layout->type.basic_size), sizeof(uint64_t)},
        {remote_plus(type, layout->type.dict_offset), sizeof(uint64_t)},
        {remote_plus(type, layout->type.cached_keys), sizeof(uint64_t)},
    };
    uint64_t words[sizeof pieces / sizeof pieces[0]];
    struct dict_keys unused;

    if (reader_gather(search->reader, pieces, sizeof pieces / sizeof pieces[0], words) !=
        sizeof words)
        return false;
    *shape = (struct shape){
        .type = type,
        .flags = words[0],
        .basic_size = words[1],
        .dict_offset = words[2],
    };
    /* Types that are not made by a class statement end before that member. */
    if ((shape->flags & layout->type.cached_keys_flag) != 0) {
        shape->shared_keys = remote_at(words[3]);
        shape->has_name = find_name(search, shape->shared_keys, &unused, &shape->name_index);
    }
    return true;
}

static const struct shape *shape_of(struct search *search, remote_addr type)
{
    struct shape *shape;

    for (size_t i = 0; i < search->shape_count; i++)
        if (remote_equal(search->shapes[i].type, type))
            return &search->shapes[i];
    shape = &search->shapes[search->next_shape];
    if (!read_shape(search, type, shape)) {
        shape->type = remote_at(0);
        return NULL;
    }
    search->next_shape = (search->next_shape + 1) % TYPES_MAX;
    if (search->shape_count < TYPES_MAX)
        search->shape_count++;
    return shape;
}

static remote_addr slot_in_values(const struct search *search, remote_addr values, uint32_t index)
{
    return remote_plus(values, (int64_t)search->layout->dict.values_array + 8 * (int64_t)index);
}

static remote_addr slot_in_dict(struct search *search, const struct shape *shape, remote_addr dict)
{
    const struct layout *layout = search->layout;
    remote_addr table, values;
    struct dict_keys keys;
    uint32_t index = shape->name_index;

    if (!reader_read_pointer(search->reader, dict, layout->dict.keys, &table) ||
        !reader_read_pointer(search->reader, dict, layout->dict.values, &values))
        return remote_at(0);
    if (!remote_is_null(values) && shape->has_name && remote_equal(table, shape->shared_keys))
        return slot_in_values(search, values, index);
    if (!find_name(search, table, &keys, &index))
        return remote_at(0);
    return remote_is_null(values) ? remote_plus(dict_entry_at(&keys, index), keys.value_at)
                                  : slot_in_values(search, values, index);
}

/* The slot of an object whose type has its dict managed by the interpreter. `before` are the
   BEFORE_MAX bytes in front of the object. */
static remote_addr slot_in_managed(struct search *search, const struct shape *shape,
                                   const unsigned char *before, remote_addr object)
{
    const struct layout *layout = search->layout;
    const uint64_t tag = (uint64_t)layout->managed_values_tag;
    const uint64_t values = layout->managed_values != 0
                                ? word_at(before, (size_t)(BEFORE_MAX + layout->managed_values))
                                : 0;
    const remote_addr dict =
        remote_at(word_at(before, (size_t)(BEFORE_MAX + layout->managed_dict)));

    if (values != 0 && (values & tag) == tag)
        return shape->has_name ? slot_in_values(search, remote_at(values + tag), shape->name_index)
                               : remote_at(0);
    if (!remote_is_null(dict))
        return slot_in_dict(search, shape, dict);
    /* No dict was made yet, so the values behind the object are valid; where they are so no more,
       they are null (invalidate_and_clear_inline_values(), Objects/dictobject.c of 3.13). */
    if ((shape->flags & layout->type.inline_values_flag) != 0 && shape->has_name)
        return slot_in_values(search, remote_plus(object, (int64_t)shape->basic_size),
                              shape->name_index);
    return remote_at(0);
}

/* Where the object keeps its pointer to its name; null when that is not to be found. `bytes` are
   BEFORE_MAX in front of the object, and its first. */
static remote_addr slot_of(struct search *search, const unsigned char *bytes, remote_addr object)
{
    const struct layout *layout = search->layout;
    const struct shape *shape =
        shape_of(search, remote_at(word_at(bytes, BEFORE_MAX + layout->object.type)));
    remote_addr dict;

    if (shape == NULL)
        return remote_at(0);
    if ((shape->flags & layout->type.managed_dict_flag) != 0)
        return slot_in_managed(search, shape, bytes, object);
    if (shape->dict_offset == 0 || shape->dict_offset > UINT32_MAX ||
        !reader_read_pointer(search->reader, object, (uint32_t)shape->dict_offset, &dict))
        return remote_at(0);
    return slot_in_dict(search, shape, dict);
}

/* --- a block of threading._active, step by step ------------------------------------------------
   Each step keeps the candidates of which it could read what it needs, and gives their number. */

static size_t take_idents(struct search *search, const struct dict_entry *entries, size_t count,
                          struct candidate *candidates)
{
    const struct layout *layout = search->layout;
    const size_t row_bytes = layout->integer.digits + IDENT_DIGITS * sizeof(uint32_t);
    unsigned char rows[DICT_BLOCK * INTEGER_BYTES_MAX];
    remote_addr addresses[DICT_BLOCK];
    bool read[DICT_BLOCK];
    size_t used = 0, kept = 0;

    if (row_bytes > INTEGER_BYTES_MAX || layout->integer.tag + sizeof(uint64_t) > row_bytes)
        return 0;
    for (size_t i = 0; i < count; i++) {
        if (!remote_is_null(entries[i].key) && !remote_is_null(entries[i].value)) {
            candidates[used].object = entries[i].value;
            addresses[used++] = entries[i].key;
        }
    }
    reader_rows(search->reader, addresses, used, row_bytes, rows, read);
    for (size_t i = 0; i < used; i++) {
        const unsigned char *row = rows + i * row_bytes;
        uint64_t digit_count;
        uint32_t digits[IDENT_DIGITS];

        if (!read[i])
            continue;
        digit_count = word_at(row, layout->integer.tag) >> layout->integer.size_shift;
        memcpy(digits, row + layout->integer.digits, sizeof digits);
        if (digit_count < 1 || digit_count > IDENT_DIGITS)
            continue;
        candidates[kept].object = candidates[i].object;
        candidates[kept++].ident =
            digits[0] | (digit_count == 2 ? (uint64_t)digits[1] << DIGIT_BITS : 0);
    }
    return kept;
}

static size_t take_slots(struct search *search, struct candidate *candidates, size_t count)
{
    const size_t row_bytes = BEFORE_MAX + search->layout->object.type + sizeof(uint64_t);
    unsigned char rows[DICT_BLOCK * OBJECT_BYTES_MAX];
    remote_addr addresses[DICT_BLOCK];
    bool read[DICT_BLOCK];
    size_t kept = 0;

    if (row_bytes > OBJECT_BYTES_MAX)
        return 0;
    for (size_t i = 0; i < count; i++)
        addresses[i] = remote_plus(candidates[i].object, -BEFORE_MAX);
    reader_rows(search->reader, addresses, count, row_bytes, rows, read);
    for (size_t i = 0; i < count; i++) {
        struct candidate candidate = candidates[i];

        if (!read[i])
            continue;
        candidate.slot = slot_of(search, rows + i * row_bytes, candidate.object);
        if (!remote_is_null(candidate.slot))
            candidates[kept++] = candidate;
    }
    return kept;
}

/* What stands in the slots; null where that cannot be read. */
static void read_slots(struct search *search, const struct candidate *candidates, size_t count,
                       remote_addr *pointers)
{
    remote_addr addresses[DICT_BLOCK] = {{0}};
    uint64_t words[DICT_BLOCK];
    bool read[DICT_BLOCK];

    for (size_t i = 0; i < count; i++)
        addresses[i] = candidates[i].slot;
    reader_rows(search->reader, addresses, count, sizeof words[0], words, read);
    for (size_t i = 0; i < count; i++)
        pointers[i] = remote_at(read[i] ? words[i] : 0);
}

static size_t take_pointers(struct search *search, struct candidate *candidates, size_t count)
{
    remote_addr pointers[DICT_BLOCK];
    size_t kept = 0;

    read_slots(search, candidates, count, pointers);
    for (size_t i = 0; i < count; i++) {
        if (!remote_is_null(pointers[i])) {
            candidates[kept] = candidates[i];
            candidates[kept++].name = pointers[i];
        }
    }
    return kept;
}

static size_t take_names(struct search *search, struct candidate *candidates, size_t count,
                         struct thread_name *names)
{
    unsigned char rows[DICT_BLOCK][TEXT_FIRST_BYTES];
    remote_addr addresses[DICT_BLOCK] = {{0}};
    bool read[DICT_BLOCK];
    size_t kept = 0;

    for (size_t i = 0; i < count; i++)
        addresses[i] = candidates[i].name;
    reader_rows(search->reader, addresses, count, sizeof rows[0], rows, read);
    for (size_t i = 0; i < count; i++) {
        struct thread_name *name = &names[kept];

        name->ident = candidates[i].ident;
        if ((read[i] &&
             text_decode(search->layout, rows[i], sizeof rows[i], name->text, sizeof name->text)) ||
            text_read(search->reader, search->layout, addresses[i], name->text, sizeof name->text))
            candidates[kept++] = candidates[i];
    }
    return kept;
}

/* A pointer that is no more what it was may have led to memory that held something else already; and one that is may
   have led to another text meanwhile, of which a part was read: texts do not change, so it has to be the same again. */
static size_t keep_unchanged(struct search *search, struct candidate *candidates,
                             size_t count, struct thread_name *names)
{
    remote_addr pointers[DICT_BLOCK];
    struct thread_name again[DICT_BLOCK];
    size_t kept = 0, read;

    read_slots(search, candidates, count, pointers);
    for (size_t i = 0; i < count; i++) {
        if (!remote_equal(pointers[i], candidates[i].name))
            continue;
        candidates[kept] = candidates[i];
        names[kept++] = names[i];
    }
    count = kept;
    read = take_names(search, candidates, count, again);
    kept = 0;
    for (size_t i = 0, j = 0; i < count && j < read; i++) {
        if (names[i].ident != again[j].ident)
            continue; /* it could not be read any more */
        if (strcmp(names[i].text, again[j++].text) == 0)
            names[kept++] = names[i];
    }
    return kept;
}

size_t names_read(struct reader *reader, const struct layout *layout, remote_addr interpreter,
                  struct names_trail *trail, struct thread_name *names, size_t room)
{
    struct search search = {.reader = reader, .layout = layout};
    struct dict_entry entries[DICT_BLOCK];
    struct candidate candidates[DICT_BLOCK];
    struct dict_keys keys;
    remote_addr active, table;
    uint32_t taken;
    size_t done = 0;

    if (!find_active(&search, trail, interpreter, &active) ||
        !reader_read_pointer(reader, active, layout->dict.keys, &table) ||
        !dict_keys_read(reader, layout, table, THREADS_MAX, &keys))
        return 0;
    for (uint32_t first = 0; done < room; first += taken) {
        size_t count;

        taken = dict_entries_read(reader, &keys, first, entries);
        if (taken == 0)
            break;
        count = take_idents(&search, entries, taken, candidates);
        count = take_slots(&search, candidates, count);
        count = take_pointers(&search, candidates, count);
        if (count > room - done)
            count = room - done;
        count = take_names(&search, candidates, count, &names[done]);
        done += keep_unchanged(&search, candidates, count, &names[done]);
    }
    return done;
}
