#include "session.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "sample/process_facts.h"
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
    struct target_options target;
    pthread_mutex_t lock; /* of what follows: targets are added by any thread */
    uint32_t version_hex; /* of the first target; 0: there was none yet */
    uint16_t read_as;     /* as RECORD_PROCESS tells it, of that */
    uint32_t numbers;     /* given out so far */
    uint32_t running;     /* targets, and those that are being attached to */
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

struct session *session_new(const struct session_options *options, struct error *error)
{
    struct session *session = calloc(1, sizeof *session);

    if (session == NULL) {
        error_set(error, ERROR_MEMORY, "out of memory");
        return NULL;
    }
    raise_file_limit();
    pthread_mutex_init(&session->lock, NULL);
    session->target = options->target;
    session->sink.sink = (struct sink){sink_reserve, sink_commit};
    session->sink.ring = ring_new(RING_BYTES, error);
    session->sampler = session->sink.ring != NULL ? sampler_new(options->budget, error) : NULL;
    if (session->sampler == NULL) {
        session_free(session);
        return NULL;
    }
    return session;
}

/* A number for a new target; false: there may be no more. */
static bool take_number(struct session *session, uint16_t *number, struct error *error)
{
    bool taken = false;

    pthread_mutex_lock(&session->lock);
    if (session->numbers >= SESSION_PROCESSES_MAX)
        error_set(error, ERROR_MEMORY, "no more than %u processes can be watched one after the other",
                  SESSION_PROCESSES_MAX);
    else if (session->running >= SESSION_TARGETS_MAX)
        error_set(error, ERROR_MEMORY, "no more than %u processes can be watched at a time",
                  SESSION_TARGETS_MAX);
    else
        taken = true;
    if (taken) {
        *number = (uint16_t)session->numbers++;
        session->running++;
    }
    pthread_mutex_unlock(&session->lock);
    return taken;
}

static void note_end(struct session *session)
{
    pthread_mutex_lock(&session->lock);
    session->running--;
    pthread_mutex_unlock(&session->lock);
}

/* Attaches to `pid`, if it is the process that began `started_ticks` after the boot (0: whichever it is). */
static struct target *attach(struct session *session, pid_t pid, uint64_t started_ticks,
                             uint16_t number, struct error *error)
{
    struct target_options options = session->target;
    struct target *target;

    options.awaited &= number == 0; /* the program that is run is the first one */
    target = target_new(pid, number, &options, &session->sink.sink, error);
    /* Looked at after its memory was opened, which stays that of the process that it was opened of. */
    if (target == NULL || started_ticks == 0 || process_started_ticks(pid) == started_ticks)
        return target;
    target_free(target);
    error_set(error, ERROR_GONE, "process %d ended, and another one has its id", (int)pid);
    return NULL;
}

struct sampler_seat *session_add(struct session *session, pid_t pid, uint64_t started_ticks,
                                 struct error *error)
{
    struct sampler_seat *seat = NULL;
    struct target *target;
    uint16_t number;

    if (!take_number(session, &number, error))
        return NULL;
    target = attach(session, pid, started_ticks, number, error);
    if (target != NULL) {
        pthread_mutex_lock(&session->lock);
        if (session->version_hex == 0) {
            session->version_hex = target_version(target);
            session->read_as = target_read_as(target);
        }
        pthread_mutex_unlock(&session->lock);
        seat = sampler_add(session->sampler, target, error);
    }
    if (seat == NULL)
        note_end(session);
    return seat;
}

void session_leave(struct session *session, struct sampler_seat *seat)
{
    sampler_leave(session->sampler, seat);
}

bool session_lost_program(const struct sampler_seat *seat)
{
    return sampler_lost_program(seat);
}

void session_free(struct session *session)
{
    if (session == NULL)
        return;
    if (session->sampler != NULL && !sampler_stop(session->sampler))
        return; /* its thread hangs in the target and still uses the ring: the program's end frees it */
    sampler_free(session->sampler);
    ring_free(session->sink.ring);
    pthread_mutex_destroy(&session->lock);
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
        if (record->kind == RECORD_END)
            note_end(session);
        consume(context, record, length);
        ring_release(session->sink.ring);
        count++;
    }
    return count;
}

bool session_ended(struct session *session)
{
    bool ended;

    pthread_mutex_lock(&session->lock);
    ended = session->running == 0;
    pthread_mutex_unlock(&session->lock);
    return ended;
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
