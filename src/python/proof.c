#include "python/proof.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "python/frame.h"
#include "python/text.h"

enum {
    LOOKS_MAX = 32,
    LOOKS_MAX_MS = 100,      /* after it, no further look begins */
    THREADS_MAX = 64,        /* of an interpreter */
    ENTRIES_MAX = 8,         /* frames without Python code on top of one with it */
    FIRST_LINE_MAX = 1 << 28,
    TABLE_BYTES_MAX = 1 << 28,
};

/* Whether there is a code object: names that can be read, and a table of lines of a length that can be. */
static bool is_code(const struct layout *layout, struct reader *reader, remote_addr code)
{
    unsigned char bytes[LAYOUT_CODE_BYTES_MAX];
    char text[TEXT_FIRST_BYTES];
    uint64_t table_length;

    return reader_read(reader, code, bytes, layout->code.size) &&
           text_read(reader, layout, remote_at(word_at(bytes, layout->code.name)), text, sizeof text) &&
           text_read(reader, layout, remote_at(word_at(bytes, layout->code.qualname)), text, sizeof text) &&
           text_read(reader, layout, remote_at(word_at(bytes, layout->code.file)), text, sizeof text) &&
           int_at(bytes, layout->code.first_line) >= 0 &&
           int_at(bytes, layout->code.first_line) <= FIRST_LINE_MAX &&
           (layout->code.unit_count == LAYOUT_NONE || int_at(bytes, layout->code.unit_count) > 0) &&
           reader_read_word(reader, remote_plus(remote_at(word_at(bytes, layout->code.line_table)),
                                                layout->object.var_size),
                            &table_length) &&
           table_length <= TABLE_BYTES_MAX;
}

static bool read_top(const struct layout *layout, struct reader *reader, remote_addr thread,
                     remote_addr *frame)
{
    remote_addr cframe;

    if (layout->thread.cframe == LAYOUT_NONE)
        return reader_read_pointer(reader, thread, layout->thread.current_frame, frame);
    return reader_read_pointer(reader, thread, layout->thread.cframe, &cframe) &&
           reader_read_pointer(reader, cframe, layout->cframe_current_frame, frame);
}

static enum proof ask_thread(const struct layout *layout, struct reader *reader, remote_addr thread)
{
    remote_addr address;

    if (!read_top(layout, reader, thread, &address))
        return PROOF_AGAINST;
    for (unsigned i = 0; i < ENTRIES_MAX; i++) {
        unsigned char bytes[LAYOUT_FRAME_BYTES_MAX];
        struct frame frame;

        if (remote_is_null(address))
            return PROOF_NONE;
        if (!reader_read(reader, address, bytes, layout->frame.size))
            return PROOF_AGAINST;
        frame = frame_decode(layout, bytes);
        if (frame.owner == OWNERS)
            return PROOF_AGAINST;
        if (frame.owner != OWNER_ENTRY)
            return is_code(layout, reader, frame.code) ? PROOF_GIVEN : PROOF_AGAINST;
        address = frame.previous;
    }
    return PROOF_AGAINST;
}

/* The best that any thread gives. */
static enum proof ask_once(const struct runtime *runtime, struct reader *reader)
{
    struct interpreter interpreters[RUNTIME_INTERPRETERS_MAX];
    enum proof best = PROOF_AGAINST;
    bool whole;
    const size_t interpreter_count = runtime_interpreters(runtime, reader, interpreters,
                                                          RUNTIME_INTERPRETERS_MAX, &whole);

    for (size_t i = 0; i < interpreter_count; i++) {
        struct thread_found threads[THREADS_MAX];
        const size_t count =
            runtime_threads(runtime, reader, &interpreters[i], threads, THREADS_MAX, &whole);

        for (size_t k = 0; k < count && best != PROOF_GIVEN; k++) {
            const enum proof proof = ask_thread(&runtime->layout, reader, threads[k].address);

            if (proof < best)
                best = proof;
        }
    }
    return best;
}

enum proof proof_find(const struct runtime *runtime, struct reader *reader)
{
    const uint64_t until_ns = clock_now_ns() + LOOKS_MAX_MS * NS_PER_MS;
    enum proof best = PROOF_AGAINST;

    for (unsigned i = 0; i < LOOKS_MAX && best != PROOF_GIVEN && (i == 0 || clock_now_ns() < until_ns); i++) {
        const enum proof proof = ask_once(runtime, reader);

        if (proof < best)
            best = proof;
    }
    return best;
}
