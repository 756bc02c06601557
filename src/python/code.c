#include "python/code.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "python/lines.h"
#include "python/text.h"

enum {
    NAME_ROOM = 512,
    FILE_ROOM = 4096,
    TABLE_BYTES_MAX = 1 << 20, /* of one location table */
    RUNS_MAX = 1 << 16,        /* of one code object */
    UNIT_BYTES = 2,            /* sizeof(_Py_CODEUNIT), Include/cpython/code.h */
};

/* What makes a code object the one it was: if these are equal, so is all that we took from it. */
struct identity {
    uint64_t file, name, line_table;
    uint32_t first_line;
    uint32_t unit_count;
};

struct function {
    struct code_function told;
    bool announced;
    char *key; /* "name\0file\0" and the first line: what functions are merged by */
    UT_hash_handle hh;
};

struct object {
    uint64_t address;
    struct identity identity;
    struct function *function;
    struct line_run *runs;
    uint32_t run_count;
    uint32_t known_units; /* that the runs are for */
    bool has_lines; /* any run has one */
    uint64_t since_ns; /* when it was first met as what it is */
    uint64_t until_ns; /* how long it is taken for that */
    UT_hash_handle hh; /* the first was not compared with the target for longest */
};

struct code_table {
    struct reader *reader;
    const struct layout *layout;
    code_announce *announce;
    void *context;
    uint32_t next_number;
    struct object *objects;
    struct function *functions;
    struct function *more; /* stands for functions beyond the bounds */
    size_t run_bytes;      /* of all objects */
    size_t text_bytes;     /* of all functions */
    unsigned char *line_bytes;
    struct line_run *line_runs;
};

static void object_free(struct code_table *table, struct object *object)
{
    HASH_DEL(table->objects, object);
    table->run_bytes -= object->run_count * sizeof *object->runs;
    free(object->runs);
    free(object);
}

struct code_table *code_table_new(struct reader *reader, const struct layout *layout,
                                  uint32_t first_number, code_announce *announce, void *context,
                                  struct error *error)
{
    struct code_table *table = calloc(1, sizeof *table);

    if (table != NULL) {
        table->line_bytes = malloc(TABLE_BYTES_MAX);
        table->line_runs = malloc(RUNS_MAX * sizeof *table->line_runs);
    }
    if (table == NULL || table->line_bytes == NULL || table->line_runs == NULL) {
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
    free(table->line_bytes);
    free(table->line_runs);
    free(table);
}

static bool read_identity(struct code_table *table, remote_addr code, struct identity *identity)
{
    const struct layout *layout = table->layout;
    unsigned char head[LAYOUT_CODE_BYTES_MAX];

    if (!reader_read(table->reader, code, head, layout->code.size))
        return false;
    memset(identity, 0, sizeof *identity);
    identity->file = word_at(head, layout->code.file);
    identity->name = word_at(head, layout->code.qualname);
    identity->line_table = word_at(head, layout->code.line_table);
    identity->first_line = (uint32_t)int_at(head, layout->code.first_line);
    identity->unit_count = (uint32_t)int_at(head, layout->code.unit_count);
    return identity->unit_count > 0 && identity->unit_count < 1u << 28;
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
    if (table->more == NULL) {
        key = calloc(1, sizeof "‹more›" + 1);
        if (key != NULL)
            memcpy(key, "‹more›", sizeof "‹more›");
        table->more = add_function(table, key, sizeof "‹more›" + 1, 0);
    }
    return table->more;
}

/* Reads the lines into table->line_runs. Of a table that is too long, its beginning. */
static bool read_runs(struct code_table *table, const struct identity *identity, size_t *run_count,
                      uint32_t *known_units)
{
    const struct layout *layout = table->layout;
    const remote_addr bytes = remote_at(identity->line_table);
    uint64_t length;

    if (!reader_read_word(table->reader, remote_plus(bytes, layout->object.var_size), &length) ||
        length > INT32_MAX)
        return false;
    if (length > TABLE_BYTES_MAX)
        length = TABLE_BYTES_MAX;
    if (!reader_read(table->reader, remote_plus(bytes, layout->bytes.data), table->line_bytes,
                     (size_t)length))
        return false;
    *run_count = lines_read(table->line_bytes, (size_t)length, identity->first_line,
                            table->line_runs, RUNS_MAX, known_units);
    return true;
}

/* Gives `object`, the last of all, these runs instead of its own. Others go where there are too many. */
static bool keep_runs(struct code_table *table, struct object *object, size_t run_count)
{
    const size_t bytes = run_count * sizeof *object->runs;
    struct line_run *runs = malloc(bytes > 0 ? bytes : 1);

    if (runs == NULL)
        return false;
    while (table->run_bytes + bytes > CODE_RUN_BYTES_MAX && table->objects != object)
        object_free(table, table->objects);
    table->run_bytes += bytes - object->run_count * sizeof *object->runs;
    free(object->runs);
    memcpy(runs, table->line_runs, bytes);
    object->runs = runs;
    object->run_count = (uint32_t)run_count;
    object->has_lines = false;
    for (size_t i = 0; i < run_count; i++)
        object->has_lines |= runs[i].line != 0;
    return true;
}

/* Reads what `object->identity` points to: the names and the lines. */
static bool read_object(struct code_table *table, struct object *object)
{
    const struct identity *identity = &object->identity;
    char name[NAME_ROOM];
    char file[FILE_ROOM];
    size_t run_count;

    if (!text_read(table->reader, table->layout, remote_at(identity->name), name, sizeof name) ||
        !text_read(table->reader, table->layout, remote_at(identity->file), file, sizeof file) ||
        !read_runs(table, identity, &run_count, &object->known_units) ||
        !keep_runs(table, object, run_count))
        return false;
    object->function = intern(table, name, file, identity->first_line);
    return object->function != NULL;
}

/* Reads the object again if it is not what it was; false when it is none any more. What was read while
   its memory changed hands would be a mixture, so the identity has to be the same afterwards. */
static bool verify(struct code_table *table, struct object *object, uint64_t now_ns)
{
    struct identity before, after;

    if (!read_identity(table, remote_at(object->address), &before))
        return false;
    if (object->function != NULL &&
        memcmp(&before, &object->identity, sizeof before) == 0)
        return true;
    object->identity = before;
    object->since_ns = now_ns;
    return read_object(table, object) &&
           read_identity(table, remote_at(object->address), &after) &&
           memcmp(&before, &after, sizeof before) == 0;
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

/* Moves an object to the end of the order and verifies it. False when it is none, or gone. */
static bool refresh(struct code_table *table, struct object *object, uint64_t now_ns)
{
    uint64_t same_for_ns;

    HASH_DEL(table->objects, object);
    HASH_ADD(hh, table->objects, address, sizeof object->address, object);
    if (HASH_ADD_FAILED(object)) {
        table->run_bytes -= object->run_count * sizeof *object->runs;
        free(object->runs);
        free(object);
        return false;
    }
    if (!verify(table, object, now_ns)) {
        object_free(table, object);
        return false;
    }
    same_for_ns = now_ns - object->since_ns;
    object->until_ns = now_ns + (same_for_ns < CODE_TRUST_NS ? same_for_ns : CODE_TRUST_NS);
    return true;
}

static bool announce(struct code_table *table, struct function *function)
{
    if (!function->announced)
        function->announced = table->announce(table->context, &function->told);
    return function->announced;
}

/* An instruction that is none of the program's lines (a generator's first ones, or the one before the
   first, where a frame of 3.11 or 3.12 stands that has not begun) is told as the line that the function
   begins in. */
static uint32_t line_of(const struct code_table *table, const struct object *object,
                        remote_addr instruction)
{
    const uint64_t offset = instruction.value - (object->address + table->layout->code.units);
    const uint64_t unit = offset / UNIT_BYTES;
    uint32_t line = 0;

    if (remote_is_null(instruction))
        return 0;
    if (offset == (uint64_t)-(int64_t)UNIT_BYTES)
        return object->identity.first_line;
    if (unit >= object->identity.unit_count || unit >= object->known_units)
        return 0; /* not in this function, or in a part of it whose lines are not known */
    line = lines_find(object->runs, object->run_count, (uint32_t)unit);
    return line != 0 ? line : object->identity.first_line;
}

/* The object at `address` as it is now, NULL when there is none that makes sense. */
static struct object *find_object(struct code_table *table, uint64_t address, uint64_t now_ns)
{
    struct object *object;

    HASH_FIND(hh, table->objects, &address, sizeof address, object);
    if (object == NULL)
        object = add_object(table, address);
    if (object == NULL ||
        (object->function != NULL && now_ns <= object->until_ns))
        return object;
    return refresh(table, object, now_ns) ? object : NULL;
}

enum code_result code_find(struct code_table *table, remote_addr code, remote_addr instruction,
                           uint64_t now_ns, struct code_place *place)
{
    const struct object *object = find_object(table, code.value, now_ns);

    if (object == NULL)
        return CODE_BAD;
    *place = (struct code_place){CODE_HIDDEN, 0, object->until_ns};
    if (!object->has_lines)
        return CODE_FOUND;
    if (!announce(table, object->function))
        return CODE_UNTOLD;
    place->function = object->function->told.number;
    place->line = line_of(table, object, instruction);
    return CODE_FOUND;
}
