#include "python/code.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/hash.h"
#include "python/code_lines.h"
#include "python/text.h"

enum {
    NAME_ROOM = 512,
    FILE_ROOM = 4096,
    TABLE_HEAD_BYTES_MAX = 64, /* from its size to its bytes */
    SIGHTS_WHOLE = 8,          /* in a row as the same, after which only head and name are compared */
    CHANGE_MS = 5000,          /* an address was seen to become another's: so long, trust takes more */
    SURE_NS = 12000,           /* in less, a program does not call other functions in the places of some, and these again; */
    SURE_SIGHTS = 64,          /* and not at all where these were seen so often in a row */
};

struct function {
    struct code_function told;
    bool announced;
    char *key; /* "name\0file\0" and the first line: what functions are merged by */
    UT_hash_handle hh;
};

struct object {
    uint64_t address;
    struct code_identity identity;
    struct function *function; /* NULL: not known */
    char *name, *file;         /* its own: the function may be one that stands for many */
    size_t name_bytes, file_bytes; /* of their objects in the target, as far as they are compared */
    struct code_lines lines;
    uint64_t since_ns; /* when it was first read as what it is */
    unsigned sights;   /* how often it was seen so since, up to what trust takes */
    uint64_t until_ns; /* how long it is taken for that unseen */
    uint64_t seen;     /* the stack with which it was seen as that */
    uint32_t version;  /* of the code object that it was then */
    UT_hash_handle hh; /* the first was not compared with the target for longest */
};

struct code_table {
    struct reader *reader;
    const struct layout *layout;
    code_announce *announce;
    void *context;
    uint32_t next_number;
    uint64_t stack;        /* which one is being looked at */
    uint64_t changed_ns;   /* when an address was last seen to be another code object's; 0: never */
    struct object *objects;
    struct function *functions;
    struct function *more; /* stands for functions beyond the bounds, */
    uint64_t unnamed;      /* which so many code objects were of */
    size_t line_bytes;     /* of all objects */
    size_t text_bytes;     /* of all functions */
    struct code_lines_room *lines_room;
};

static void object_forget(struct code_table *table, struct object *object)
{
    table->line_bytes -= code_lines_bytes(&object->lines);
    code_lines_free(&object->lines);
    free(object->name);
    free(object->file);
    free(object);
}

static void object_free(struct code_table *table, struct object *object)
{
    HASH_DEL(table->objects, object);
    object_forget(table, object);
}

struct code_table *code_table_new(struct reader *reader, const struct layout *layout,
                                  uint32_t first_number, code_announce *announce, void *context,
                                  struct error *error)
{
    struct code_table *table = calloc(1, sizeof *table);

    if (table != NULL)
        table->lines_room = code_lines_room_new();
    if (table == NULL || table->lines_room == NULL) {
        code_table_free(table);
        error_set(error, ERROR_MEMORY, "out of memory");
        return NULL;
    }
    table->reader = reader;
    table->layout = layout;
    table->announce = announce;
    table->context = context;
    table->next_number = first_number;
    return table;
}

uint32_t code_table_next_number(const struct code_table *table)
{
    return table->next_number;
}

uint64_t code_table_unnamed(const struct code_table *table)
{
    return table->unnamed;
}

void code_table_free(struct code_table *table)
{
    struct object *object, *next_object;
    struct function *function, *next_function;

    if (table == NULL)
        return;
    HASH_ITER(hh, table->objects, object, next_object)
        object_free(table, object);
    HASH_ITER(hh, table->functions, function, next_function) {
        HASH_DEL(table->functions, function);
        free(function->key);
        free(function);
    }
    code_lines_room_free(table->lines_room);
    free(table);
}

/* What a copy of a code object's head says; false when it is none. */
static bool identity_of(const struct layout *layout, const unsigned char *head,
                        struct code_identity *identity)
{
    memset(identity, 0, sizeof *identity);
    identity->file = word_at(head, layout->code.file);
    identity->name = word_at(head, layout->code.qualname);
    identity->line_table = word_at(head, layout->code.line_table);
    identity->first_line = (uint32_t)int_at(head, layout->code.first_line);
    if (layout->code.bytecode != LAYOUT_NONE) {
        identity->bytecode = word_at(head, layout->code.bytecode);
        return identity->bytecode != 0;
    }
    identity->unit_count = (uint32_t)int_at(head, layout->code.unit_count);
    return identity->unit_count > 0 && identity->unit_count < 1u << 28;
}

static bool has_version(const struct layout *layout)
{
    return layout->code.version != LAYOUT_NONE;
}

/* 0 where it is not told. */
static uint32_t version_of(const struct layout *layout, const unsigned char *head)
{
    return has_version(layout) ? (uint32_t)int_at(head, layout->code.version) : 0;
}

static struct function *add_function(struct code_table *table, char *key, size_t key_length,
                                     uint32_t first_line)
{
    struct function *function = calloc(1, sizeof *function);

    if (function == NULL || key == NULL)
        goto fail;
    function->key = key;
    function->told = (struct code_function){
        .number = table->next_number,
        .first_line = first_line,
        .name = key,
        .file = key + strlen(key) + 1,
    };
    HASH_ADD_KEYPTR(hh, table->functions, function->key, key_length, function);
    if (HASH_ADD_FAILED(function))
        goto fail;
    table->next_number++;
    table->text_bytes += key_length;
    return function;
fail:
    free(key);
    free(function);
    return NULL;
}

/* Finds or makes the function of this name, file and first line. */
static struct function *intern(struct code_table *table, const char *name, const char *file,
                               uint32_t first_line)
{
    const size_t name_bytes = strlen(name) + 1;
    const size_t file_bytes = strlen(file) + 1;
    const size_t key_length = name_bytes + file_bytes + sizeof first_line;
    struct function *function;
    char *key = malloc(key_length);

    if (key == NULL)
        return NULL;
    memcpy(key, name, name_bytes);
    memcpy(key + name_bytes, file, file_bytes);
    memcpy(key + name_bytes + file_bytes, &first_line, sizeof first_line);
    HASH_FIND(hh, table->functions, key, key_length, function);
    if (function != NULL) {
        free(key);
        return function;
    }
    if (HASH_COUNT(table->functions) < CODE_FUNCTIONS_MAX &&
        table->text_bytes + key_length <= CODE_TEXT_BYTES_MAX)
        return add_function(table, key, key_length, first_line);
    free(key);
    table->unnamed++;
    if (table->more == NULL) {
        key = calloc(1, sizeof "‹more›" + 1);
        if (key != NULL)
            memcpy(key, "‹more›", sizeof "‹more›");
        table->more = add_function(table, key, sizeof "‹more›" + 1, 0);
    }
    return table->more;
}

/* Reads the lines of `object`, the last of all. Others go where there are too many. */
static bool read_lines(struct code_table *table, struct object *object)
{
    bool was_read;

    table->line_bytes -= code_lines_bytes(&object->lines);
    was_read = code_lines_read(&object->lines, table->lines_room, table->reader, table->layout,
                               remote_at(object->address), &object->identity);
    table->line_bytes += code_lines_bytes(&object->lines);
    while (table->line_bytes > CODE_LINE_BYTES_MAX && table->objects != object)
        object_free(table, table->objects);
    return was_read;
}

/* How much of a str is compared: no more than there is, as nothing may be behind it. */
static size_t compared_bytes(struct code_table *table, uint64_t text)
{
    const uint64_t bytes = text_bytes(table->reader, table->layout, remote_at(text));

    return bytes < TEXT_FIRST_BYTES ? (size_t)bytes : TEXT_FIRST_BYTES;
}

/* Reads what `object->identity` points to: the names and the lines. */
static bool read_object(struct code_table *table, struct object *object)
{
    const struct code_identity *identity = &object->identity;
    char name[NAME_ROOM];
    char file[FILE_ROOM];

    if (!text_read(table->reader, table->layout, remote_at(identity->name), name, sizeof name) ||
        !text_read(table->reader, table->layout, remote_at(identity->file), file, sizeof file) ||
        !read_lines(table, object))
        return false;
    free(object->name);
    free(object->file);
    object->name = strdup(name);
    object->file = strdup(file);
    object->name_bytes = compared_bytes(table, identity->name);
    object->file_bytes = compared_bytes(table, identity->file);
    if (object->name == NULL || object->file == NULL || object->name_bytes == 0 ||
        object->file_bytes == 0)
        return false;
    object->function = intern(table, name, file, identity->first_line);
    return object->function != NULL;
}

static struct object *add_object(struct code_table *table, uint64_t address)
{
    struct object *object;

    if (HASH_COUNT(table->objects) >= CODE_OBJECTS_MAX)
        object_free(table, table->objects);
    object = calloc(1, sizeof *object);
    if (object == NULL)
        return NULL;
    object->address = address;
    HASH_ADD(hh, table->objects, address, sizeof object->address, object);
    if (HASH_ADD_FAILED(object)) {
        free(object);
        return NULL;
    }
    return object;
}

static struct object *find_object(const struct code_table *table, uint64_t address)
{
    struct object *object;

    HASH_FIND(hh, table->objects, &address, sizeof address, object);
    return object;
}

/* Moves an object to the end of the order; false when there is no memory for that, and it is gone. */
static bool put_last(struct code_table *table, struct object *object)
{
    HASH_DEL(table->objects, object);
    HASH_ADD(hh, table->objects, address, sizeof object->address, object);
    if (!HASH_ADD_FAILED(object))
        return true;
    object_forget(table, object);
    return false;
}

_Static_assert(CODE_PIECES * LAYOUT_CODE_BYTES_MAX <= CODE_SEEN_BYTES_MAX &&
                   LAYOUT_CODE_BYTES_MAX + 2 * TEXT_FIRST_BYTES + TABLE_HEAD_BYTES_MAX +
                           CODE_TABLE_BEGIN_BYTES <=
                       CODE_SEEN_BYTES_MAX,
               "what is told is the bound");

/* What stands in front of a location table's bytes, from its size on. A target may tell nonsense. */
static uint32_t table_head_bytes(const struct layout *layout)
{
    const uint32_t bytes = layout->bytes.data - layout->object.var_size;

    return bytes >= sizeof(uint64_t) && bytes <= TABLE_HEAD_BYTES_MAX ? bytes : TABLE_HEAD_BYTES_MAX;
}

size_t code_pieces(const struct code_table *table, remote_addr code,
                   struct piece pieces[CODE_PIECES])
{
    const struct object *object = find_object(table, code.value);
    const bool known = object != NULL && object->function != NULL;

    pieces[0] = (struct piece){code, table->layout->code.size};
    /* Where these are is not known yet: anything that can be read will do. */
    pieces[1] = pieces[2] = pieces[3] = (struct piece){code, table->layout->code.size};
    if (known) {
        const remote_addr lines = remote_at(object->identity.line_table);
        const uint32_t head = table_head_bytes(table->layout);

        pieces[1] = (struct piece){remote_at(object->identity.name), object->name_bytes};
        pieces[2] = (struct piece){remote_at(object->identity.file), object->file_bytes};
        pieces[3] = (struct piece){remote_plus(lines, table->layout->object.var_size),
                                   head + object->lines.table_begin_bytes};
    }
    return known && object->sights >= SIGHTS_WHOLE ? 2 : CODE_PIECES;
}

/* Whether what was read with a stack is what is known. Texts are compared letter by letter: they can be
   others in the same places, where all addresses are equal. */
static bool is_same(const struct code_table *table, const struct object *object,
                    const struct code_identity *identity, const struct code_sight *sight)
{
    const struct piece *pieces = sight->pieces;
    const unsigned char *name = sight->bytes + pieces[0].length;
    const unsigned char *lines;

    /* Where the parts are that were read was known by these addresses. */
    if (object->function == NULL || memcmp(identity, &object->identity, sizeof *identity) != 0 ||
        pieces[1].address.value != identity->name ||
        !text_begins(table->layout, name, pieces[1].length, object->name))
        return false;
    if (sight->count < CODE_PIECES)
        return object->sights >= SIGHTS_WHOLE;
    lines = name + pieces[1].length + pieces[2].length;
    return text_begins(table->layout, name + pieces[1].length, pieces[2].length, object->file) &&
           word_at(lines, 0) == object->lines.table_bytes &&
           memcmp(lines + table_head_bytes(table->layout), object->lines.table_begin,
                  object->lines.table_begin_bytes) == 0;
}

size_t code_pieces_ahead(const struct code_table *table)
{
    return has_version(table->layout) ? 1 : CODE_AHEAD_MAX;
}

/* Whether what was read in front of a stack is of the object that was seen with it, and not of another that was in its
   place. */
static bool is_same_ahead(const struct code_table *table, const struct object *object, const struct code_identity *identity,
                          uint32_t version, const struct code_sight *sight)
{
    const struct layout *layout = table->layout;
    const unsigned char *ahead = sight->ahead;
    struct code_identity other;

    return identity_of(layout, ahead, &other) && memcmp(&other, identity, sizeof other) == 0 &&
           version_of(layout, ahead) == version &&
           (has_version(layout) || text_begins(layout, ahead + sight->pieces[0].length, sight->pieces[1].length, object->name));
}

/* What it takes for a code object to be trusted between two sights: so many as the same in a row, in so long
   a time; and how long it lasts. Where they are made anew all the time, one of those may look like one that
   stays, if it is met in the same place as often as not. */
static const struct trust {
    unsigned sights;
    uint64_t for_ns;
    uint64_t lasts_ns;
} TRUST = {32, 500 * NS_PER_MS, CODE_TRUST_NS}, TRUST_IN_CHANGE = {256, 3 * NS_PER_S, CODE_TRUST_IN_CHANGE_NS};

/* Whether an address became another code object's lately. */
static bool is_in_change(const struct code_table *table, uint64_t now_ns)
{
    return table->changed_ns != 0 && now_ns - table->changed_ns < CHANGE_MS * NS_PER_MS;
}

/* Whether what is the same at both ends of a sight was so in between: code objects without versions can be replaced by
   others, and the others by some that look as they did. */
static bool is_sure(const struct code_table *table, const struct object *object, const struct code_sight *sight,
                    uint64_t now_ns)
{
    return has_version(table->layout) || sight->took_ns <= SURE_NS || object->sights >= SURE_SIGHTS ||
           !is_in_change(table, now_ns);
}

/* How long an object just seen is trusted to stay; 0: not at all. */
static uint64_t trusted_until_ns(const struct code_table *table, struct object *object,
                                 uint64_t now_ns)
{
    const struct trust *trust = is_in_change(table, now_ns) ? &TRUST_IN_CHANGE : &TRUST;

    if (object->sights < TRUST_IN_CHANGE.sights)
        object->sights++;
    if (object->sights < trust->sights || now_ns - object->since_ns < trust->for_ns)
        return 0;
    return now_ns + trust->lasts_ns;
}

void code_next_stack(struct code_table *table)
{
    table->stack++;
}

void code_forget(struct code_table *table, remote_addr code)
{
    struct object *object = find_object(table, code.value);

    if (object != NULL)
        object_free(table, object);
}

/* One made anew that looks like the one before is one more that did not stay: it is not trusted to. */
static void note_version(struct object *object, uint32_t version, uint64_t now_ns)
{
    if (version != object->version) {
        object->since_ns = now_ns;
        object->sights = 0;
    }
    object->version = version;
}

bool code_see(struct code_table *table, remote_addr code, const struct code_sight *sight, uint64_t now_ns)
{
    const uint32_t version = version_of(table->layout, sight->bytes);
    struct object *object = find_object(table, code.value);
    struct code_identity identity;
    bool is_known;

    if (!identity_of(table->layout, sight->bytes, &identity)) {
        if (object != NULL)
            object_free(table, object);
        return false;
    }
    if (object == NULL)
        object = add_object(table, code.value);
    if (object == NULL || !put_last(table, object))
        return false;
    is_known = is_same(table, object, &identity, sight);
    if (is_known && is_same_ahead(table, object, &identity, version, sight)) {
        note_version(object, version, now_ns);
        object->until_ns = trusted_until_ns(table, object, now_ns);
        object->seen = is_sure(table, object, sight, now_ns) ? table->stack : 0;
        return object->seen != 0;
    }
    if (object->function != NULL)
        table->changed_ns = now_ns;
    object->since_ns = now_ns;
    object->sights = 0;
    object->seen = 0;
    object->until_ns = 0;
    if (is_known)
        return false; /* but it may have come there while the stack was read */
    object->identity = identity;
    object->function = NULL;
    if (!read_object(table, object))
        object_free(table, object);
    return false;
}

static bool announce(struct code_table *table, struct function *function)
{
    if (!function->announced)
        function->announced = table->announce(table->context, &function->told);
    return function->announced;
}

enum code_result code_find(struct code_table *table, remote_addr code, remote_addr instruction,
                           uint64_t now_ns, struct code_place *place)
{
    const struct object *object = find_object(table, code.value);

    if (object == NULL || object->function == NULL ||
        (object->seen != table->stack && now_ns >= object->until_ns))
        return CODE_UNSEEN;
    *place = (struct code_place){CODE_HIDDEN, 0, object->until_ns, false};
    if (!object->lines.has_any)
        return CODE_FOUND;
    if (!announce(table, object->function))
        return CODE_UNTOLD;
    place->function = object->function->told.number;
    place->line = code_lines_find(&object->lines, table->reader, table->layout, code, &object->identity, instruction);
    place->has_ended = code_lines_end(&object->lines, table->layout, code, instruction);
    return CODE_FOUND;
}
