#include "python/layout.h"

#include <inttypes.h>
#include <string.h>

#include "base/bytes.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Where _Py_DebugOffsets of each version tells a field of struct layout. */
enum { DEBUG_VERSIONS = 3, DEBUG_FIRST = LAYOUT_TOLD_FROM };

struct debug_field {
    uint16_t field;              /* offsetof(struct layout, …), of a uint32_t */
    uint16_t at[DEBUG_VERSIONS]; /* offsetof(_Py_DebugOffsets, …) in 3.13 to 3.15; 0: not there */
};

/* layout_tables.h defines
   - static const struct layout LAYOUTS[]: one whole row for each version, ascending, then those of free-threaded builds;
   - static const struct debug_field DEBUG_FIELDS[]: one for each field that any version tells;
   - static const uint16_t DEBUG_GIL_BASE[DEBUG_VERSIONS] and DEBUG_GC_BASE[DEBUG_VERSIONS]: where
     interpreter_state.gil_runtime_state and interpreter_state.gc stand in _Py_DebugOffsets.

   It tells gil_runtime_state_locked and _holder from the start of the interpreter, where we want
   them from the start of the GIL, and gc.collecting and gc.frame from the start of the collector's
   state, where we want them from that of the interpreter. */
#include "python/layout_tables.h"

const char LAYOUT_VERSIONS[] = "3.8 to 3.15";

/* The head of _Py_DebugOffsets, equal in all versions (Include/internal/pycore_debug_offsets.h). */
static const char COOKIE[8] = "xdebugpy";
enum { HEAD_VERSION_AT = 8, HEAD_FREE_THREADED_AT = 16, HEAD_FIXED_BYTES = 24 };

/* No offset in any structure we read is anywhere near this. */
enum { OFFSET_MAX = 8 << 20 };

/* Members of structures of which we copy the first bytes and decode the copy: also those that a target
   does not tell, as it tells where the copy ends. */
struct copied_member {
    uint16_t member; /* offsetof(struct layout, …), */
    uint16_t size;   /* and that of the bytes to copy, */
    uint16_t most;   /* which may be so many */
    uint16_t width;  /* of the member */
};

#define MEMBER(group, name, most, width)                                                           \
    {                                                                                              \
        offsetof(struct layout, group.name), offsetof(struct layout, group.size), most, width      \
    }
#define THREAD(name, width) MEMBER(thread, name, LAYOUT_THREAD_BYTES_MAX, width)
#define FRAME(name, width) MEMBER(frame, name, LAYOUT_FRAME_BYTES_MAX, width)
#define CODE(name, width) MEMBER(code, name, LAYOUT_CODE_BYTES_MAX, width)
static const struct copied_member COPIED[] = {
    THREAD(next, 8),
    THREAD(interpreter, 8),
    THREAD(current_frame, 8),
    THREAD(cframe, 8),
    THREAD(base_frame, 8),
    THREAD(thread_id, 8),
    THREAD(native_thread_id, 8),
    THREAD(unique_id, 8),
    THREAD(datastack_chunk, 8),
    THREAD(datastack_top, 8),
    THREAD(holds_gil, 4),
    THREAD(gil_requested, 4),
    THREAD(raised, 8),
    THREAD(handled, 8),
    THREAD(handled_last, 16), /* sizeof(struct _err_stackitem) since 3.11 */
    FRAME(code, 8),
    FRAME(previous, 8),
    FRAME(instruction, 8),
    FRAME(owner, 1),
    FRAME(is_entry, 1),
    FRAME(stack_top, 4),
    CODE(file, 8),
    CODE(name, 8),
    CODE(qualname, 8),
    CODE(line_table, 8),
    CODE(first_line, 4),
    CODE(version, 4),
    CODE(unit_count, 4),
    CODE(tlbc, 8),
};

static bool has_head(const void *head, size_t head_length)
{
    return head_length >= HEAD_FIXED_BYTES && layout_is_cookie(head);
}

bool layout_is_cookie(const void *bytes)
{
    return memcmp(bytes, COOKIE, sizeof COOKIE) == 0;
}

uint32_t layout_head_version(const void *head, size_t head_length)
{
    if (!has_head(head, head_length))
        return 0;
    return (uint32_t)word_at(head, HEAD_VERSION_AT);
}

static const struct layout *row_for(uint32_t version, bool free_threaded)
{
    for (size_t i = 0; i < COUNT(LAYOUTS); i++)
        if (LAYOUTS[i].version == version && LAYOUTS[i].free_threaded == free_threaded)
            return &LAYOUTS[i];
    return NULL;
}

const struct layout *layout_silent(size_t index)
{
    size_t count = 0;

    while (count < COUNT(LAYOUTS) && LAYOUTS[count].version < LAYOUT_TOLD_FROM)
        count++;
    return index < count ? &LAYOUTS[count - 1 - index] : NULL;
}

/* The newest row, for a version 3 that came after it. What tells its own offsets can be read without a row of
   its own, as long as it is made in the same way. */
static const struct layout *row_before(uint32_t version, bool free_threaded)
{
    const struct layout *newest = NULL;

    for (size_t i = 0; i < COUNT(LAYOUTS); i++)
        if (LAYOUTS[i].free_threaded == free_threaded &&
            (newest == NULL || LAYOUTS[i].version > newest->version))
            newest = &LAYOUTS[i];
    return newest != NULL && version > newest->version && version >> 8 == newest->version >> 8 ? newest : NULL;
}

static uint32_t *field_at(struct layout *layout, size_t offset)
{
    return (uint32_t *)(void *)((char *)layout + offset);
}

/* Lays what the target says of itself over the row. */
static bool apply_debug_offsets(struct layout *layout, const void *head, size_t head_length,
                                struct error *error)
{
    const size_t column = layout->version - DEBUG_FIRST;
    const size_t gil_base_at = DEBUG_GIL_BASE[column];

    for (size_t i = 0; i < COUNT(DEBUG_FIELDS); i++) {
        const struct debug_field *field = &DEBUG_FIELDS[i];
        const size_t at = field->at[column];
        const bool in_gil = field->field == offsetof(struct layout, gil.locked) ||
                            field->field == offsetof(struct layout, gil.last_holder);
        uint64_t offset;

        /* Of what a build does not have, it tells 0. */
        if (at == 0 || *field_at(layout, field->field) == LAYOUT_NONE)
            continue;
        if (at + sizeof offset > head_length || gil_base_at + sizeof offset > head_length)
            return error_set(error, ERROR_READ,
                             "the debug offsets of this Python are cut short at %zu bytes",
                             head_length);
        offset = word_at(head, at);
        if (in_gil)
            offset -= word_at(head, gil_base_at);
        else if (field->field == offsetof(struct layout, interpreter.gc_collecting) ||
                 field->field == offsetof(struct layout, interpreter.gc_frame))
            offset += word_at(head, DEBUG_GC_BASE[column]);
        if (offset > OFFSET_MAX)
            return error_set(error, ERROR_READ,
                             "the debug offsets of this Python make no sense (%" PRIu64
                             " at byte %zu)",
                             offset, at);
        *field_at(layout, field->field) = (uint32_t)offset;
    }
    return true;
}

/* Lets each copy reach to its last member. */
static bool cover_members(struct layout *layout, struct error *error)
{
    for (size_t i = 0; i < COUNT(COPIED); i++) {
        const uint32_t member = *field_at(layout, COPIED[i].member);
        uint32_t *size = field_at(layout, COPIED[i].size);

        if (member != LAYOUT_NONE && *size < member + COPIED[i].width)
            *size = member + COPIED[i].width;
        if (*size > COPIED[i].most)
            return error_set(error, ERROR_READ,
                             "the debug offsets of this Python make no sense (%" PRIu32
                             " bytes to a member)",
                             *size);
    }
    return true;
}

/* The row with all that the target tells over it, and what follows from that. */
static bool lay_over(struct layout *layout, const struct layout *row, const void *head,
                     size_t head_length, struct error *error)
{
    if (!apply_debug_offsets(layout, head, head_length, error))
        return false;
    /* Not told, and always the members behind those that are. */
    layout->thread.datastack_top += layout->thread.datastack_chunk - row->thread.datastack_chunk;
    layout->thread.handled += layout->thread.raised - row->thread.raised;
    if (layout->is_guess)
        layout->code.version = LAYOUT_NONE;
    else if (layout->code.version != LAYOUT_NONE)
        layout->code.version += layout->code.first_line - row->code.first_line;
    return cover_members(layout, error);
}

/* Whether members of one structure overlap, or lie where no compiler puts them: so it looks where what tells
   the offsets has another shape than it is taken to have. */
static bool is_jumbled(struct layout *layout)
{
    for (size_t i = 0; i < COUNT(COPIED); i++) {
        const uint32_t member = *field_at(layout, COPIED[i].member);

        if (member == LAYOUT_NONE)
            continue;
        if (member % (COPIED[i].width < 8 ? COPIED[i].width : 8) != 0)
            return true;
        for (size_t k = 0; k < i; k++) {
            const uint32_t other = *field_at(layout, COPIED[k].member);

            if (other != LAYOUT_NONE && COPIED[k].size == COPIED[i].size &&
                member < other + COPIED[k].width && other < member + COPIED[i].width)
                return true;
        }
    }
    return false;
}

bool layout_select(struct layout *layout, uint32_t version_hex, const void *head,
                   size_t head_length, struct error *error)
{
    const struct layout *row;
    bool is_guess, free_threaded = false;

    if (has_head(head, head_length)) {
        version_hex = layout_head_version(head, head_length);
        free_threaded = word_at(head, HEAD_FREE_THREADED_AT) != 0;
    }
    row = row_for(version_hex >> 16, free_threaded);
    is_guess = row == NULL && has_head(head, head_length);
    if (is_guess)
        row = row_before(version_hex >> 16, free_threaded);
    if (row == NULL)
        return error_set(error, ERROR_VERSION,
                         "this is CPython %u.%u, and tachyon-top reads %s: it is too %s",
                         version_hex >> 24, version_hex >> 16 & 0xff, LAYOUT_VERSIONS,
                         version_hex >> 16 < LAYOUTS[0].version ? "old" : "new");
    *layout = *row;
    layout->is_guess = is_guess;
    if (layout->version < DEBUG_FIRST)
        return true;
    if (!has_head(head, head_length))
        return error_set(error, ERROR_READ,
                         "the runtime of this CPython %u.%u has no debug offsets",
                         version_hex >> 24, version_hex >> 16 & 0xff);
    if (lay_over(layout, row, head, head_length, error) && !(is_guess && is_jumbled(layout)))
        return true;
    return is_guess ? layout_misread(layout, version_hex, error) : false;
}

void layout_set_musl(struct layout *layout, bool is_musl)
{
    /* .cond is behind .switch_number in all versions (Include/internal/pycore_gil.h), and begins with a pointer that is
       not used, and that to the first waiter: _c_head (src/internal/pthread_impl.h of musl 1.2). */
    layout->gil.waiters = is_musl ? layout->gil.switches + 2 * (uint32_t)sizeof(uint64_t) : 0;
}

bool layout_misread(const struct layout *layout, uint32_t version_hex, struct error *error)
{
    return error_set(error, ERROR_VERSION,
                     "this is CPython %u.%u, and tachyon-top reads %s: it is too new, and what it tells of its "
                     "structures cannot be read as %u.%u does; use a newer tachyon-top",
                     version_hex >> 24, version_hex >> 16 & 0xff, LAYOUT_VERSIONS, layout->version >> 8,
                     layout->version & 0xff);
}
