#include "sample/foresight.h"

#include <string.h>

enum { ROUNDS_MAX = 64 }; /* without an offer, after some in vain */

void foresight_begin(struct foresight *foresight)
{
    foresight_drop(foresight);
    foresight->is_first = true;
}

void foresight_offer(struct foresight *foresight, struct reader *reader, void *into)
{
    foresight_begin(foresight);
    if (foresight->count == 0)
        return;
    if (foresight->rounds_left > 0) {
        foresight->rounds_left--;
        return;
    }
    foresight->reading =
        (struct reader_foresight){.pieces = foresight->pieces, .count = foresight->count, .into = into};
    foresight->offered = true;
    reader_foresee(reader, &foresight->reading);
}

/* What was offered, if anything was, is of no use. */
static void miss(struct foresight *foresight)
{
    const unsigned more = foresight->rounds_next * 2 + 1;

    if (!foresight->offered)
        return;
    foresight->offered = false;
    foresight->rounds_left = foresight->rounds_next;
    foresight->rounds_next = more < ROUNDS_MAX ? more : ROUNDS_MAX;
}

void foresight_drop(struct foresight *foresight)
{
    miss(foresight);
    foresight->is_first = false;
}

bool foresight_take(struct foresight *foresight, const struct piece *pieces, size_t count, size_t bytes, const void *into,
                    uint64_t *took_ns)
{
    const bool taken = foresight->offered && foresight->reading.into == into && foresight->reading.bytes == bytes &&
                       foresight->count == count && memcmp(foresight->pieces, pieces, count * sizeof *pieces) == 0;

    if (!taken) {
        miss(foresight);
        return false;
    }
    foresight->offered = foresight->is_first = false;
    foresight->rounds_next /= 2;
    *took_ns = foresight->reading.took_ns;
    return true;
}

void foresight_note(struct foresight *foresight, const struct piece *pieces, size_t count)
{
    if (!foresight->is_first)
        return;
    foresight->is_first = false;
    foresight->count = count <= FORESIGHT_PIECES_MAX ? count : 0;
    memcpy(foresight->pieces, pieces, foresight->count * sizeof *pieces);
}
