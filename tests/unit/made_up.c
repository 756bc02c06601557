#include "made_up.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "recording.h"

enum {
    CHUNK_BYTES = 16384,
    ROOT_CFRAME_BYTES = 24,
    MADE_UP_GENERATOR = 0x400, /* from a frame object to its generator */
};

static size_t read_pieces(struct made_up *made_up, const struct piece *pieces, size_t count, void *into)
{
    size_t done = 0;

    for (size_t i = 0; i < count; i++) {
        const uint64_t offset = pieces[i].address.value - MADE_UP_BASE;

        if (made_up->hook != NULL)
            made_up->hook(made_up, &pieces[i]);
        if (made_up->fail_with != 0 || offset > MADE_UP_BYTES ||
            pieces[i].length > MADE_UP_BYTES - offset) {
            errno = made_up->fail_with != 0 ? made_up->fail_with : EFAULT;
            return done;
        }
        memcpy((char *)into + done, made_up->bytes + offset, pieces[i].length);
        done += pieces[i].length;
    }
    return done;
}

static size_t gather(struct reader *reader, const struct piece *pieces, size_t count, void *into)
{
    struct made_up *made_up = (struct made_up *)reader;
    struct reader_foresight *foresight = made_up->foresight;
    const size_t done = read_pieces(made_up, pieces, count, into);

    made_up->calls++;
    made_up->foresight = NULL;
    if (foresight != NULL) {
        foresight->bytes = read_pieces(made_up, foresight->pieces, foresight->count, foresight->into);
        foresight->took_ns = made_up->foreseen_ns;
    }
    return done;
}

static void foresee(struct reader *reader, struct reader_foresight *foresight)
{
    ((struct made_up *)reader)->foresight = foresight;
}

static void keep(struct reader *reader)
{
    (void)reader; /* it is the made-up memory itself */
}

static const struct reader_type MADE_UP_READER = {.gather = gather, .foresee = foresee, .free = keep};

/* From 3.13 on a layout comes with what a target tells: a real one's was recorded. */
static bool take_layout(struct layout *layout, uint32_t version)
{
    static const char *const RECORDINGS[] = {"3.8.18", "3.9.18",  "3.10.13", "3.11.7",
                                             "3.12.1", "3.13.15", "3.14.8",  "3.15.0"};
    struct recording *recording = malloc(sizeof *recording);
    size_t length;
    unsigned char *bytes = recording_load(RECORDINGS[version - MADE_UP_FIRST], &length);
    const bool ok = bytes != NULL && recording != NULL && recording_parse(bytes, length, recording);

    if (ok)
        *layout = recording->layout;
    free(bytes);
    free(recording);
    return ok;
}

static uint64_t first_slot(const struct layout *layout)
{
    return MADE_UP_CHUNK + (layout_has_frame_objects(layout) ? 0 : layout->chunk.data);
}

struct made_up *made_up_new(uint32_t version)
{
    struct made_up *made_up = calloc(1, sizeof *made_up);

    if (made_up == NULL || !take_layout(&made_up->layout, version)) {
        free(made_up);
        return NULL;
    }
    made_up->reader.type = &MADE_UP_READER;
    made_up->next_slot = first_slot(&made_up->layout);
    if (!layout_has_frame_objects(&made_up->layout)) {
        made_up_word(made_up, MADE_UP_CHUNK + made_up->layout.chunk.size, CHUNK_BYTES);
        made_up_word(made_up, MADE_UP_THREAD + made_up->layout.thread.datastack_chunk, MADE_UP_CHUNK);
    }
    if (made_up->layout.thread.cframe != LAYOUT_NONE)
        made_up_cframe(made_up, MADE_UP_C_STACK, 0,
                       MADE_UP_THREAD + made_up->layout.thread.size - ROOT_CFRAME_BYTES);
    if (made_up->layout.thread.base_frame != LAYOUT_NONE)
        made_up_word(made_up, MADE_UP_THREAD + made_up->layout.thread.base_frame,
                     MADE_UP_C_STACK + 0x100);
    made_up_set_top(made_up, 0, made_up->next_slot);
    return made_up;
}

void made_up_cframe(struct made_up *made_up, uint64_t address, uint64_t frame, uint64_t previous)
{
    const struct layout *layout = &made_up->layout;

    made_up_word(made_up, address + layout->cframe_current_frame, frame);
    made_up_word(made_up, address + layout->cframe_current_frame + 8, previous);
    made_up_word(made_up, MADE_UP_THREAD + layout->thread.cframe, address);
}

void made_up_free(struct made_up *made_up)
{
    free(made_up);
}

unsigned char *made_up_at(struct made_up *made_up, uint64_t address)
{
    return made_up->bytes + (address - MADE_UP_BASE);
}

void made_up_word(struct made_up *made_up, uint64_t address, uint64_t word)
{
    memcpy(made_up_at(made_up, address), &word, sizeof word);
}

static unsigned char number_of(const struct layout *layout, enum frame_owner owner)
{
    unsigned char number = 0;

    while (layout->frame.owners[number] != owner && number < sizeof layout->frame.owners - 1)
        number++;
    return number;
}

void made_up_mark(struct made_up *made_up, uint64_t address, bool runs)
{
    const int32_t stack_top = runs ? -1 : 0;
    unsigned char state = 0; /* the first value that tells it */

    while ((made_up->layout.frame.running >> (state & 7) & 1) != runs && state < 7)
        state++;
    if (layout_has_frame_objects(&made_up->layout))
        *made_up_at(made_up, address + made_up->layout.frame.state) = state;
    if (made_up->layout.frame.stack_top != LAYOUT_NONE)
        memcpy(made_up_at(made_up, address + made_up->layout.frame.stack_top), &stack_top,
               sizeof stack_top);
}

void made_up_frame(struct made_up *made_up, uint64_t address, uint64_t code, uint64_t previous,
                   enum frame_owner owner)
{
    const struct layout *layout = &made_up->layout;

    made_up_word(made_up, address + layout->frame.code, code);
    made_up_word(made_up, address + layout->frame.previous, previous);
    if (layout_has_frame_objects(layout)) {
        const int32_t last_instruction = (int32_t)(8 / layout->frame.lasti_bytes);

        made_up_word(made_up, address, 1); /* .ob_refcnt */
        memcpy(made_up_at(made_up, address + layout->frame.instruction), &last_instruction, 4);
        made_up_word(made_up, address + layout->frame.generator,
                     owner == OWNER_GENERATOR ? address + MADE_UP_GENERATOR : 0);
        made_up_mark(made_up, address, true);
        return;
    }
    made_up_word(made_up, address + layout->frame.instruction, code + 8);
    *made_up_at(made_up, address + layout->frame.owner) = number_of(layout, owner);
    if (layout->frame.is_entry != LAYOUT_NONE)
        *made_up_at(made_up, address + layout->frame.is_entry) = previous == 0;
    made_up_mark(made_up, address, true);
    if (previous != 0)
        made_up_mark(made_up, previous, false);
}

void made_up_narrow(struct layout *layout)
{
    layout->runtime.interpreters_head = 0;
    layout->interpreter.next = 0;
    layout->interpreter.id = 8;
    layout->interpreter.threads_head = 16;
    if (layout->interpreter.gil != LAYOUT_NONE)
        layout->interpreter.gil = 24;
}

void made_up_set_top(struct made_up *made_up, uint64_t frame, uint64_t used_up_to)
{
    const struct layout *layout = &made_up->layout;
    uint64_t at = MADE_UP_THREAD + layout->thread.current_frame;

    if (layout->thread.cframe != LAYOUT_NONE) {
        memcpy(&at, made_up_at(made_up, MADE_UP_THREAD + layout->thread.cframe), sizeof at);
        at += layout->cframe_current_frame;
    }
    made_up->top = frame;
    made_up_word(made_up, at, frame);
    if (layout->thread.datastack_top != LAYOUT_NONE)
        made_up_word(made_up, MADE_UP_THREAD + layout->thread.datastack_top, used_up_to);
}

void made_up_push(struct made_up *made_up, uint64_t code)
{
    const uint64_t frame = made_up->next_slot;

    made_up_frame(made_up, frame, code, made_up->top, OWNER_THREAD);
    made_up->next_slot += MADE_UP_FRAME_BYTES;
    made_up_set_top(made_up, frame, made_up->next_slot);
}

void made_up_stack(struct made_up *made_up, const uint64_t *codes, size_t count)
{
    const uint64_t below = MADE_UP_C_STACK + 0x100;

    made_up->next_slot = first_slot(&made_up->layout);
    made_up->top = 0;
    if (made_up->layout.frame.is_entry == LAYOUT_NONE && !layout_has_frame_objects(&made_up->layout)) {
        made_up_frame(made_up, below, 0, 0, OWNER_ENTRY);
        made_up->top = below;
    }
    for (size_t i = 0; i < count; i++)
        made_up_push(made_up, codes[i]);
}

void made_up_text(struct made_up *made_up, uint64_t address, const char *text)
{
    const struct layout *layout = &made_up->layout;
    const uint32_t state = 1u << layout->unicode.kind_shift | 1u << layout->unicode.compact_shift |
                           1u << layout->unicode.ascii_shift;

    made_up_word(made_up, address + layout->unicode.length, strlen(text));
    memcpy(made_up_at(made_up, address + layout->unicode.state), &state, sizeof state);
    memcpy(made_up_at(made_up, address + layout->unicode.ascii_data), text, strlen(text));
}

/* An entry of a location table is of at most 8 units, one of 3.10 of 127 (lines.h). */
static size_t put_lines(unsigned char *table, enum line_form form, uint32_t units)
{
    enum { ENTRY_OF_EIGHT = 0x80 | 13 << 3 | 7, ENTRY_OF_ONE = 0x80 | 13 << 3 };
    size_t length = 0;

    if (form == LINES_LNOTAB)
        return 0;
    if (form == LINES_RANGES) {
        memcpy(table, (const unsigned char[]){(unsigned char)(units * 2), 0}, 2);
        return 2;
    }
    for (; units >= 8; units -= 8, length += 2)
        memcpy(table + length, (const unsigned char[]){ENTRY_OF_EIGHT, 0}, 2);
    for (; units > 0; units--, length += 2)
        memcpy(table + length, (const unsigned char[]){ENTRY_OF_ONE, 0}, 2);
    return length;
}

void made_up_code(struct made_up *made_up, uint64_t address, const char *name, uint32_t first_line,
                  uint32_t units)
{
    const struct layout *layout = &made_up->layout;
    const uint64_t texts = address + 256;
    unsigned char *table = made_up_at(made_up, texts + 160 + layout->bytes.data);

    made_up_text(made_up, texts, name);
    made_up_text(made_up, texts + 80, "file.py");
    made_up_word(made_up, texts + 160 + layout->object.var_size, put_lines(table, layout->code.line_form, units));
    made_up_word(made_up, address + layout->code.qualname, texts);
    made_up_word(made_up, address + layout->code.file, texts + 80);
    made_up_word(made_up, address + layout->code.line_table, texts + 160);
    memcpy(made_up_at(made_up, address + layout->code.first_line), &first_line, 4);
    if (layout->code.bytecode != LAYOUT_NONE)
        made_up_word(made_up, address + layout->code.bytecode, texts + 160); /* which is not looked into */
    else
        memcpy(made_up_at(made_up, address + layout->code.unit_count), &units, 4);
}
