#include "python/search.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "memory/maps.h"
#include "python/proof.h"
#include "python/runtime.h"
#include "python/version.h"

enum {
    BLOCK_BYTES = 1 << 18, /* read at once */
    CANDIDATES_MAX = 1 << 16,
    INTERPRETERS_MAX = 1 << 20,
    LEAST_ADDRESS = 1 << 16, /* below it nothing is mapped (vm.mmap_min_addr) */
    SEARCH_MAX_MS = 1000,    /* some ten times what it takes to look through SEARCH_BYTES_MAX */
};

struct finding_place {
    struct reader *reader;
    uint64_t until_ns; /* nothing is tried after it */
    unsigned candidates;
    struct runtime found;
};

static bool in_time(const struct finding_place *place)
{
    return clock_now_ns() < place->until_ns;
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
    found->version_hex = version_find(place->reader, found->address);
    return found->version_hex >> 16 == layout->version && proof_find(found, place->reader) == PROOF_GIVEN;
}

/* Whether a word can be the one that names the main interpreter: which the runtime holds from 3.11 on (struct
   pyruntimestate._main_interpreter, Include/internal/pycore_runtime.h), so that it is `ahead` of the word; before, it is
   on the heap, and as long as it is the only one, the word in front of it, .head, is `equal`. */
static bool may_name_main(const struct layout *layout, uint64_t ahead, bool equal)
{
    return layout_has_frame_objects(layout) ? equal : ahead < layout->runtime.size;
}

/* Looks at each word of a block that stands at `address`. */
static bool search_block(struct finding_place *place, remote_addr address, const unsigned char *bytes,
                         size_t length)
{
    for (size_t at = 0; at + 8 <= length; at += 8) {
        const uint64_t word = word_at(bytes, at);
        const uint64_t ahead = word - (address.value + at);
        const struct layout *layout;

        if (layout_is_cookie(bytes + at) && in_time(place) && try_told(place, remote_plus(address, (int64_t)at)))
            return true;
        /* Behind .main is .next_id, the number of interpreters so far. */
        if (word % 8 != 0 || word < LEAST_ADDRESS || ahead == 0 || at + 16 > length ||
            word_at(bytes, at + 8) - 1 >= INTERPRETERS_MAX)
            continue;
        for (size_t i = 0; (layout = layout_silent(i)) != NULL; i++)
            if (may_name_main(layout, ahead, at > 0 && word_at(bytes, at - 8) == word) &&
                place->candidates++ < CANDIDATES_MAX && in_time(place) &&
                try_untold(place, layout, remote_plus(address, (int64_t)at), word))
                return true;
    }
    return false;
}

bool search_pieces(struct reader *reader, const struct piece *pieces, size_t count, remote_addr *address,
                   uint32_t *version_hex)
{
    struct finding_place place = {.reader = reader, .until_ns = clock_now_ns() + SEARCH_MAX_MS * NS_PER_MS};
    unsigned char *block = malloc(BLOCK_BYTES);
    bool found = false;

    for (size_t i = 0; i < count && !found && block != NULL; i++) {
        for (size_t at = 0; at < pieces[i].length && !found && in_time(&place); at += BLOCK_BYTES) {
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
