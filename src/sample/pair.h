/*
 * pair - what the two copies of one frame prove, one read before the thread state and one after.
 *
 * Facts of Python/ceval.c and Include/internal/pycore_frame.h (pycore_interpframe.h from 3.14 on).
 */
#ifndef SAMPLE_PAIR_H
#define SAMPLE_PAIR_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"
#include "python/frame.h"
#include "python/layout.h"

struct pair {
    const unsigned char *first; /* layout->frame.size bytes each */
    const unsigned char *second;
};

/* Whether both hold the same call: what runs, and for whom. */
static inline bool pair_same_call(const struct layout *layout, struct pair pair)
{
    return word_at(pair.first, layout->frame.code) == word_at(pair.second, layout->frame.code) &&
           word_at(pair.first, layout->frame.previous) ==
               word_at(pair.second, layout->frame.previous) &&
           (layout->frame.owner == LAYOUT_NONE ||
            pair.first[layout->frame.owner] == pair.second[layout->frame.owner]);
}

/* Whether both hold the same call, and at the same instruction if it is not the top, which runs. */
static inline bool pair_same_moment(const struct layout *layout, struct pair pair, bool is_top)
{
    return pair_same_call(layout, pair) &&
           (is_top || word_at(pair.first, layout->frame.instruction) == word_at(pair.second, layout->frame.instruction));
}

/* Whether frames bear a mark while they run: up to 3.13. */
static inline bool pair_is_marked(const struct layout *layout)
{
    return layout->frame.stack_top != LAYOUT_NONE || layout_has_frame_objects(layout);
}

/* Whether a copy has the mark of a frame that runs itself, or waits for C code, as a frame object does also
   while any callee runs. */
static inline bool pair_has_mark(const struct layout *layout, const unsigned char *copy)
{
    int32_t stack_top;

    if (layout_has_frame_objects(layout))
        return frame_object_runs(layout, copy);
    memcpy(&stack_top, copy + layout->frame.stack_top, sizeof stack_top);
    return stack_top < 0;
}

/* Whether both can be of a frame that was on the stack in between. Of frame objects, the top alone may have been one
   that waited for its next call in one of them. The last of a chain has to run in both: the object of a generator or
   coroutine has no caller between two runs, and no generator either before the first and after the last
   (make_coro(), Python/ceval.c of 3.10; gen_send_ex(), Objects/genobject.c). */
static inline bool pair_may_stand(const struct layout *layout, struct pair pair, bool is_top)
{
    if (!layout_has_frame_objects(layout))
        return true;
    if (word_at(pair.second, layout->frame.previous) == 0)
        return frame_object_runs(layout, pair.first) && frame_object_runs(layout, pair.second);
    return (frame_object_lives(pair.first) && frame_object_lives(pair.second)) ||
           (is_top && (frame_object_runs(layout, pair.first) || frame_object_runs(layout, pair.second)));
}

/* Whether a caller bears the mark in both copies, as a frame object has to: the object of a call that ended
   keeps its bytes but for the mark, and is the next one's of the same code. */
static inline bool pair_stands(const struct layout *layout, struct pair pair)
{
    return !layout_has_frame_objects(layout) ||
           (frame_object_runs(layout, pair.first) && frame_object_runs(layout, pair.second));
}

/* Whether both hold a caller at the same instruction, and it does not run at either. The mark goes
   only while a frame waits for a callee in the same loop of the interpreter; of a frame object it does not
   tell that. */
static inline bool pair_same_instruction(const struct layout *layout, struct pair pair,
                                         bool callee_is_entry)
{
    if (layout_has_frame_objects(layout))
        return int_at(pair.first, layout->frame.instruction) ==
               int_at(pair.second, layout->frame.instruction);
    if (word_at(pair.first, layout->frame.instruction) !=
        word_at(pair.second, layout->frame.instruction))
        return false;
    return layout->frame.stack_top == LAYOUT_NONE || callee_is_entry ||
           (!pair_has_mark(layout, pair.first) && !pair_has_mark(layout, pair.second));
}

/* Whether a caller can have waited for its callee in between. Between the moment at which a frame has its code and that
   at which it becomes the top, it has the caller of what stood there before (3.13; DISPATCH_INLINED(), Python/ceval_macros.h):
   what two moments of that kind have in common never was a call. */
static inline bool pair_may_wait(const struct layout *layout, struct pair pair, bool callee_is_entry)
{
    return layout->frame.stack_top == LAYOUT_NONE || callee_is_entry ||
           !pair_has_mark(layout, pair.first) || !pair_has_mark(layout, pair.second);
}

/* Whether one of the copies was taken while this frame ran, so that all its callers were live in it.
   A frame that ended keeps its bytes, and would pass for the callee of whatever stands below it
   since; only the mark is gone. From 3.14 on it loses its code instead: no such proof is needed. */
static inline bool pair_seen_running(const struct layout *layout, struct pair pair)
{
    return !pair_is_marked(layout) || pair_has_mark(layout, pair.first) ||
           pair_has_mark(layout, pair.second);
}

/* Whether the second copy tells that this frame, and so all its callers, stood up to then. */
static inline bool pair_still_runs(const struct layout *layout, struct pair pair)
{
    return !pair_is_marked(layout) || pair_has_mark(layout, pair.second);
}

#endif
