#include "session.h"

#include <stdlib.h>
#include <sys/resource.h>

#include "sample/record.h"
#include "sample/sampler.h"
#include "stream/ring.h"

enum { RING_BYTES = 8 << 20 };

/* The ring as a sink: what the sampler sees of it. */
struct ring_sink {
    struct sink sink;
    struct ring *ring;
};

struct session {
    struct ring_sink sink;
    struct sampler *sampler;
    uint32_t version_hex;
    uint16_t read_as;
    size_t targets_left;
};

static void *sink_reserve(struct sink *sink, size_t length)
{
    return ring_reserve(((struct ring_sink *)sink)->ring, length);
}

static void sink_commit(struct sink *sink)
{
    ring_commit(((struct ring_sink *)sink)->ring);
}

/* Two files stay open for each thread of a target. */
static void raise_file_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static bool attach_all(struct session *session, const struct session_options *options,
                       struct error *error)
{
    struct target *targets[SESSION_TARGETS_MAX];
    size_t count = 0;

    while (count < options->pid_count && count < SESSION_TARGETS_MAX) {
        targets[count] =
            target_new(options->pids[count], (uint16_t)count, &options->target,
                       &session->sink.sink, error);
        if (targets[count] == NULL) {
            while (count > 0)
                target_free(targets[--count]);
            return false;
        }
        count++;
    }
    session->version_hex = target_version(targets[0]);
    session->read_as = target_read_as(targets[0]);
    session->targets_left = count;
    session->sampler = sampler_new(targets, count, options->budget, error);
    return session->sampler != NULL;
}

struct session *session_new(const struct session_options *options, struct error *error)
{
    struct session *session = calloc(1, sizeof *session);

    if (session == NULL) {
        error_set(error, ERROR_MEMORY, "out of memory");
        return NULL;
    }
    raise_file_limit();
    session->sink.sink = (struct sink){sink_reserve, sink_commit};
    session->sink.ring = ring_new(RING_BYTES, error);
    if (session->sink.ring == NULL || !attach_all(session, options, error)) {
        session_free(session);
        return NULL;
    }
    return session;
}

void session_free(struct session *session)
{
    if (session == NULL)
        return;
    if (session->sampler != NULL && !sampler_stop(session->sampler))
        return; /* its thread hangs in the target and still uses the ring: the program's end frees it */
    sampler_free(session->sampler);
    ring_free(session->sink.ring);
    free(session);
}

uint32_t session_version(const struct session *session)
{
    return session->version_hex;
}

uint16_t session_read_as(const struct session *session)
{
    return session->read_as;
}

bool session_start(struct session *session, struct error *error)
{
    return sampler_start(session->sampler, error);
}

bool session_look(struct session *session, struct error *error)
{
    return sampler_look(session->sampler, error);
}

size_t session_pump(struct session *session, size_t most, session_consume *consume, void *context)
{
    size_t count = 0;

    while (count < most) {
        size_t length;
        const struct record_header *record = ring_peek(session->sink.ring, &length);

        if (record == NULL)
            break;
        if (record->kind == RECORD_END && session->targets_left > 0)
            session->targets_left--;
        consume(context, record, length);
        ring_release(session->sink.ring);
        count++;
    }
    return count;
}

bool session_ended(const struct session *session)
{
    return session->targets_left == 0;
}

void session_pause(struct session *session)
{
    sampler_pause(session->sampler);
}

void session_resume(struct session *session)
{
    sampler_resume(session->sampler);
}

void session_stop(struct session *session, session_consume *consume, void *context)
{
    /* Asked first, or it could go on putting as fast as this takes. What is in the ring is taken before
       it is waited for, so that the last records find room. */
    sampler_ask_stop(session->sampler);
    session_pump(session, SIZE_MAX, consume, context);
    sampler_stop(session->sampler);
    session_pump(session, SIZE_MAX, consume, context);
}
