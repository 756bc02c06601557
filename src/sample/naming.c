#include "sample/naming.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum {
    SEE_AHEAD_MS = 5,
    SEEING_UNUSED_MAX = 1,
};

_Static_assert(SEEING_MAX * CODE_AHEAD_MAX * LAYOUT_CODE_BYTES_MAX <= WALK_AHEAD_BYTES_MAX, "head and name find room");

bool naming_init(struct naming *naming)
{
    naming->memo = calloc(RECORD_DEPTH_MAX, sizeof *naming->memo);
    return naming->memo != NULL;
}

void naming_free(struct naming *naming)
{
    free(naming->memo);
    naming->memo = NULL;
}

/* Adds a code object to those to be seen; where there is no room, instead of one that is not on the stack. */
static void want_to_see(struct seeing *seeing, remote_addr code)
{
    size_t at = 0;

    while (at < seeing->count && !remote_equal(seeing->codes[at], code))
        at++;
    if (at == seeing->count && at == SEEING_MAX)
        for (at = 0; at < SEEING_MAX && seeing->unused[at] == 0; at++)
            ;
    if (at == SEEING_MAX)
        return; /* later */
    if (at == seeing->count)
        seeing->count++;
    seeing->codes[at] = code;
    seeing->unused[at] = 0;
}

void naming_begin(struct naming *naming)
{
    struct seeing *seeing = &naming->seeing;
    size_t kept = 0;

    for (size_t i = 0; i < seeing->count; i++) {
        if (++seeing->unused[i] > SEEING_UNUSED_MAX)
            continue;
        seeing->codes[kept] = seeing->codes[i];
        seeing->unused[kept++] = seeing->unused[i];
    }
    seeing->count = kept;
}

void naming_add_extra(struct naming *naming, const struct code_table *codes,
                      struct walk_extra *extra)
{
    const size_t ahead = code_pieces_ahead(codes);
    struct seeing *seeing = &naming->seeing;

    for (size_t i = 0; i < seeing->count; i++) {
        struct piece pieces[CODE_PIECES];
        const size_t count = code_pieces(codes, seeing->codes[i], pieces);

        seeing->pieces[i] = extra->count + count <= WALK_EXTRA_MAX &&
                                    extra->bytes + CODE_SEEN_BYTES_MAX <= WALK_EXTRA_BYTES_MAX
                                ? (uint8_t)count
                                : 0;
        for (size_t j = 0; j < ahead && seeing->pieces[i] > 0; j++)
            walk_extra_add_ahead(extra, pieces[j]);
        for (size_t j = 0; j < seeing->pieces[i]; j++)
            walk_extra_add(extra, pieces[j]);
    }
}

void naming_see(const struct naming *naming, struct code_table *codes,
                const struct walk_extra *extra, size_t first, const struct walk_stack *stack,
                bool runs, uint64_t now_ns)
{
    const struct seeing *seeing = &naming->seeing;
    const struct piece *piece = extra->pieces;
    const unsigned char *ahead = stack->ahead, *bytes = stack->extra;
    const size_t ahead_count = code_pieces_ahead(codes);

    code_next_stack(codes);
    if (bytes == NULL)
        return;
    while (piece < extra->pieces + first)
        bytes += piece++->length;
    for (size_t i = 0; i < seeing->count; i++) {
        const struct code_sight sight = {piece, seeing->pieces[i], ahead, bytes, runs ? stack->took_ns : 0};

        if (seeing->pieces[i] == 0)
            continue;
        code_see(codes, seeing->codes[i], &sight, now_ns);
        for (size_t j = 0; j < seeing->pieces[i]; j++, piece++) {
            ahead += j < ahead_count ? piece->length : 0;
            bytes += piece->length;
        }
    }
}

void naming_forget(struct naming *naming, struct code_table *codes)
{
    for (size_t i = 0; i < naming->seeing.count; i++)
        code_forget(codes, naming->seeing.codes[i]);
    naming->seeing.count = 0;
}

static bool same_place(const struct frame_memo *memo, const struct walk_frame *frame,
                       uint64_t now_ns)
{
    return remote_equal(memo->frame.code, frame->code) &&
           remote_equal(memo->frame.instruction, frame->instruction) && memo->frame.waits == frame->waits &&
           now_ns <= memo->until_ns;
}

/* A caller that stands where it ended did so more than once while it was read: it is not known from where it called. */
static uint32_t line_at(const struct walk_frame *frame, const struct code_place *place)
{
    return frame->waits && place->has_ended ? 0 : place->line;
}

/* Names one frame; what it was when it was met last in this place serves as well. What is soon to be seen
   again is seen with the next stack: then that needs no second reading. */
static enum code_result name_frame(struct naming *naming, struct code_table *codes,
                                   struct frame_memo *memo, const struct walk_frame *frame,
                                   bool is_live, uint64_t now_ns)
{
    struct code_place place;
    enum code_result result = CODE_FOUND;

    if (!same_place(memo, frame, now_ns)) {
        memo->until_ns = 0;
        result = code_find(codes, frame->code, frame->instruction, now_ns, &place);
        if (result == CODE_FOUND)
            *memo = (struct frame_memo){*frame, {place.function, line_at(frame, &place)}, place.until_ns};
        /* What was seen may be what came in the place of its code object. */
        if (result == CODE_FOUND && place.until_ns == 0 && !is_live)
            result = CODE_UNSEEN;
    }
    if (result == CODE_UNSEEN || memo->until_ns < now_ns + SEE_AHEAD_MS * NS_PER_MS)
        want_to_see(&naming->seeing, frame->code);
    return result;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t naming_fresh(const struct naming *naming, const struct walk_stack *stack, uint64_t now_ns)
{
    if (stack->rest_of == 0 || stack->rest_of != naming->serial ||
        now_ns + SEE_AHEAD_MS * NS_PER_MS > naming->until_ns)
        return stack->depth;
    return stack->depth - smaller(stack->depth - stack->fresh, naming->same);
}

/* Takes note of which stack was named: all of it, or not. */
static void note_named(struct naming *naming, const struct walk_stack *stack, size_t fresh, bool whole,
                       uint64_t until_ns)
{
    naming->kept = stack->depth - fresh;
    naming->until_ns = until_ns;
    if (!whole || (stack->serial == 0 && fresh == stack->depth)) {
        naming->serial = 0;
    } else if (stack->serial != 0) {
        naming->serial = stack->serial;
        naming->same = stack->depth;
    } else {
        naming->same = smaller(naming->same, naming->kept);
    }
}

/* From the root on, so that those find room to be seen first. */
size_t naming_name(struct naming *naming, struct code_table *codes, const struct walk_stack *stack,
                   size_t fresh, uint64_t now_ns, bool *untold)
{
    uint64_t until_ns = fresh < stack->depth ? naming->until_ns : UINT64_MAX;
    size_t unseen = stack->depth;

    *untold = false;
    for (size_t i = fresh; i-- > 0 && !*untold;) {
        struct frame_memo *memo = &naming->memo[stack->depth - 1 - i];
        const enum code_result result = name_frame(naming, codes, memo, &stack->frames[i],
                                                   i >= stack->live_from, now_ns);

        *untold = result == CODE_UNTOLD;
        if (result == CODE_UNSEEN && unseen == stack->depth)
            unseen = i;
        until_ns = clock_least(until_ns, memo->until_ns);
    }
    note_named(naming, stack, fresh, unseen == stack->depth && !*untold, until_ns);
    return unseen;
}

/* Adds a frame below those that the sample has. */
static void add_frame(struct record_sample *sample, struct record_frame *frames,
                      struct record_frame frame)
{
    if (sample->depth < RECORD_DEPTH_MAX)
        frames[sample->depth++] = frame;
    else
        sample->flags |= SAMPLE_CUT;
}

/* Whether nothing stands between the frames of a stack that is put, or in front of them. */
static bool is_plain(const struct record_sample *sample, size_t first, struct gc_at gc, bool native_markers)
{
    return sample->depth == 0 && first == 0 && !gc.top && remote_is_null(gc.above) && !native_markers;
}

/* How many frames at the root were put the last time, as they are. */
static size_t frames_put(const struct naming *naming, const struct walk_stack *stack)
{
    return naming->put_serial != 0 && naming->put_serial == stack->rest_of
               ? smaller(naming->kept, stack->depth - stack->fresh)
               : 0;
}

void naming_put(struct naming *naming, const struct walk_stack *stack, size_t first, struct gc_at gc,
                bool native_markers, struct record_sample *sample, struct record_frame *frames)
{
    const bool plain = is_plain(sample, first, gc, native_markers);
    const size_t kept = plain ? frames_put(naming, stack) : 0;
    const size_t fresh = stack->depth - kept;
    bool called_c = false;

    if (kept > 0)
        memmove(frames + fresh, frames + naming->put_depth - kept, kept * sizeof *frames);
    if (gc.top && first == 0)
        add_frame(sample, frames, (struct record_frame){FUNCTION_GC, 0});
    for (size_t i = first; i < fresh; i++) {
        const struct walk_frame *frame = &stack->frames[i];
        const struct record_frame named = *naming_found(naming, stack, i);

        called_c |= native_markers && frame->called_c && i > 0 && sample->depth > 0;
        if (remote_equal(frame->address, gc.above)) {
            add_frame(sample, frames, (struct record_frame){FUNCTION_GC, 0});
            called_c = false;
        }
        if (named.function == CODE_HIDDEN)
            continue;
        if (called_c)
            add_frame(sample, frames, (struct record_frame){FUNCTION_NATIVE, 0});
        add_frame(sample, frames, named);
        called_c = false;
    }
    if (kept > 0) {
        memmove(frames + sample->depth, frames + fresh, kept * sizeof *frames);
        sample->depth = (uint16_t)(sample->depth + kept);
    }
    /* It began when no Python code ran. */
    if (!remote_is_null(gc.above) && remote_equal(stack->base, gc.above) && !stack->cut)
        add_frame(sample, frames, (struct record_frame){FUNCTION_GC, 0});
    /* Where one was left out, the others are elsewhere. */
    naming->put_serial = plain && sample->depth == stack->depth ? stack->serial : 0;
    naming->put_depth = stack->depth;
}
