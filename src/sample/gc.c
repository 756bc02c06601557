#include "sample/gc.h"

#include <stdint.h>

#include "base/bytes.h"

uint32_t gc_rounds_left(uint32_t left, bool collecting)
{
    if (collecting)
        return GC_LATELY_ROUNDS;
    return left > 0 ? left - 1 : 0;
}

enum gc_watch gc_watch_once(const struct gil_now *gil, bool waiting, bool holds_gil)
{
    if (!remote_is_null(gil->gc_frame))
        return gil->gc_lately || waiting ? GC_FRAME : GC_UNWATCHED;
    return gil->gc_lately && holds_gil ? GC_FLAG : GC_UNWATCHED;
}

enum gc_watch gc_watch_many(const struct gil_now *gil)
{
    if (!remote_is_null(gil->gc_frame))
        return GC_FRAME;
    return !remote_is_null(gil->collecting) ? GC_FLAG : GC_UNWATCHED;
}

void gc_add_extra(enum gc_watch watch, const struct gil_now *gil, struct walk_extra *extra)
{
    if (watch == GC_FRAME)
        walk_extra_add(extra, (struct piece){gil->gc_frame, sizeof(uint64_t)});
    else if (watch == GC_FLAG)
        walk_extra_add(extra, (struct piece){gil->collecting, sizeof(int32_t)});
}

struct gc_at gc_see(enum gc_watch watch, const unsigned char *bytes)
{
    return (struct gc_at){
        .top = bytes != NULL && watch == GC_FLAG && int_at(bytes, 0) != 0,
        .above = remote_at(bytes != NULL && watch == GC_FRAME ? word_at(bytes, 0) : 0),
    };
}
