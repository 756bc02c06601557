#include "python/search.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "memory/maps.h"
#include "python/dict.h"
#include "python/proof.h"
#include "python/runtime.h"

enum {
    BLOCK_BYTES = 1 << 18, /* read at once */
    CANDIDATES_MAX = 1 << 16,
    MODULES_MAX = 65536,
    GLOBALS_MAX = 65536,
    DIGIT_BITS = 30, /* PyLong_SHIFT, Include/cpython/longintrepr.h */
};

/* Versions that do not tell their offsets, and whose runtime holds its main interpreter (struct
   pyruntimestate._main_interpreter, Include/internal/pycore_runtime.h). */
enum { UNTOLD_COUNT = 2 };
static const uint32_t UNTOLD[UNTOLD_COUNT] = {0x030c, 0x030b};

struct finding_place {
    struct reader *reader;
    struct layout untold[UNTOLD_COUNT];
    unsigned candidates;
    struct runtime found;
};

static bool find_key(struct reader *reader, const struct layout *layout, remote_addr dict,
                     const char *name, uint32_t count_max, remote_addr *value)
{
    struct dict_entry entry;
    struct dict_keys keys;
    remote_addr table;
    uint32_t index;

    if (!reader_read_pointer(reader, dict, layout->dict.keys, &table) ||
        !dict_keys_read(reader, layout, table, count_max, &keys) ||
        !dict_keys_find(reader, layout, &keys, name, &index, &entry))
        return false;
    *value = entry.value;
    return true;
}

/* sys.hexversion, as an int of one digit. */
static bool read_hexversion(const struct runtime *runtime, struct reader *reader, uint32_t *version_hex)
{
    const struct layout *layout = &runtime->layout;
    struct interpreter interpreter;
    remote_addr modules, sys, globals, number;
    uint64_t tag;
    bool whole;

    return runtime_interpreters(runtime, reader, &interpreter, 1, &whole) == 1 &&
           reader_read_pointer(reader, interpreter.address, layout->interpreter.modules, &modules) &&
           find_key(reader, layout, modules, "sys", MODULES_MAX, &sys) &&
           reader_read_pointer(reader, sys, layout->module_dict, &globals) &&
           find_key(reader, layout, globals, "hexversion", GLOBALS_MAX, &number) &&
           reader_read_word(reader, remote_plus(number, layout->integer.tag), &tag) &&
           tag >> layout->integer.size_shift == 1 &&
           reader_read(reader, remote_plus(number, layout->integer.digits), version_hex,
                       sizeof *version_hex) &&
           *version_hex >> DIGIT_BITS == 0;
}

/* A runtime that tells its offsets, from its cookie on. */
static bool try_told(struct finding_place *place, remote_addr address)
{
    unsigned char head[LAYOUT_HEAD_BYTES];
    struct runtime *found = &place->found;
    struct error error;

    *found = (struct runtime){.address = address};
    if (!reader_read(place->reader, address, head, sizeof head))
        return false;
    found->version_hex = layout_head_version(head, sizeof head);
    if (found->version_hex == 0)
        return false;
    /* Of one that is not served it is told which it is. */
    if (!layout_select(&found->layout, 0, head, sizeof head, &error))
        return error.code == ERROR_VERSION;
    return runtime_still_there(found, place->reader);
}

/* Whether an interpreter at `address` has a thread that says so. */
static bool has_thread(const struct layout *layout, struct reader *reader, uint64_t address)
{
    remote_addr thread, interpreter;

    return reader_read_pointer(reader, remote_at(address), layout->interpreter.threads_head, &thread) &&
           !remote_is_null(thread) && thread.value % 8 == 0 &&
           reader_read_pointer(reader, thread, layout->thread.interpreter, &interpreter) &&
           interpreter.value == address;
}

/* A runtime whose main interpreter, which it holds at `interpreter`, is named by the word at `main`. */
static bool try_untold(struct finding_place *place, const struct layout *layout, remote_addr main,
                       uint64_t interpreter)
{
    struct runtime *found = &place->found;

    if (!has_thread(layout, place->reader, interpreter))
        return false;
    /* struct pyinterpreters: .main stands behind .head */
    *found = (struct runtime){
        .address = remote_plus(main, -(int64_t)layout->runtime.interpreters_head - 8),
        .layout = *layout,
    };
    return proof_find(found, place->reader) == PROOF_GIVEN &&
           read_hexversion(found, place->reader, &found->version_hex) &&
           found->version_hex >> 16 == layout->version;
}

/* Looks at each word of a block that stands at `address`. */
static bool search_block(struct finding_place *place, remote_addr address, const unsigned char *bytes,
                         size_t length)
{
    for (size_t at = 0; at + 8 <= length && place->candidates < CANDIDATES_MAX; at += 8) {
        const uint64_t word = word_at(bytes, at);
        const uint64_t ahead = word - (address.value + at);

        if (layout_is_cookie(bytes + at) && try_told(place, remote_plus(address, (int64_t)at)))
            return true;
        if (word % 8 != 0 || ahead == 0)
            continue;
        for (size_t i = 0; i < UNTOLD_COUNT; i++)
            if (ahead < place->untold[i].runtime.size && place->candidates++ < CANDIDATES_MAX &&
                try_untold(place, &place->untold[i], remote_plus(address, (int64_t)at), word))
                return true;
    }
    return false;
}

bool search_pieces(struct reader *reader, const struct piece *pieces, size_t count, remote_addr *address,
                   uint32_t *version_hex)
{
    struct finding_place place = {.reader = reader};
    unsigned char *block = malloc(BLOCK_BYTES);
    bool found = false;
    struct error error;

    for (size_t i = 0; i < UNTOLD_COUNT; i++)
        if (!layout_select(&place.untold[i], UNTOLD[i] << 16, NULL, 0, &error))
            place.untold[i].runtime.size = 0;
    for (size_t i = 0; i < count && !found && block != NULL; i++) {
        for (size_t at = 0; at < pieces[i].length && !found; at += BLOCK_BYTES) {
            const size_t left = pieces[i].length - at;
            const struct piece piece = {remote_plus(pieces[i].address, (int64_t)at),
                                        left < BLOCK_BYTES ? left : BLOCK_BYTES};
            const size_t got = reader_gather(reader, &piece, 1, block);

            found = search_block(&place, piece.address, block, got);
        }
    }
    free(block);
    *address = place.found.address;
    *version_hex = place.found.version_hex;
    return found;
}

bool search_runtime(pid_t pid, struct reader *reader, remote_addr *address, uint32_t *version_hex)
{
    struct piece pieces[MAPPED_DATA_MAX];
    struct error error;
    size_t count;

    return mapped_data_read(pid, pieces, MAPPED_DATA_MAX, SEARCH_BYTES_MAX, &count, &error) &&
           search_pieces(reader, pieces, count, address, version_hex);
}
