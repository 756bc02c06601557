/*
 * session - wires the stages together: targets, the sampler thread over them, and the ring that carries
 * their records to the thread that called it.
 *
 * One sampler thread and one ring serve all targets, which may come and go as it runs. Everything here is called
 * by one thread, the main one, but for what is said to be for any; the sampler thread is the session's own.
 */
#ifndef SESSION_H
#define SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "sample/sampler.h"
#include "sample/target.h"

#define SESSION_TARGETS_MAX 1024u    /* at a time */
#define SESSION_PROCESSES_MAX 65535u /* one after the other: records number them by 16 bits */

struct session;

struct session_options {
    struct target_options target; /* of each */
    double budget;                /* of one CPU's time, for this program itself; 0: no bound */
};

/* A session without targets; NULL with the reason. Freed with session_free(). */
struct session *session_new(const struct session_options *options, struct error *error);

/* Attaches to process `pid`, which takes milliseconds, or a second where it began a moment ago and is no Python
   yet. With `started_ticks` (process_started_ticks()) not 0 it has to be the process that began then: an id may
   have become another's. NULL with the reason when it cannot be attached to; what it gives is for
   session_leave(), and valid until session_free(). Any thread, but not after session_stop(). */
struct sampler_seat *session_add(struct session *session, pid_t pid, uint64_t started_ticks,
                                 struct error *error);

/* Lets a target go: it is told as ended. Any thread. */
void session_leave(struct session *session, struct sampler_seat *seat);

/* Whether the target ended because its process became another program, which was no Python for too long. Any thread. */
bool session_lost_program(const struct sampler_seat *seat);

/* PY_VERSION_HEX of the first target. */
uint32_t session_version(const struct session *session);

/* The version that it is taken to be made like, major << 8 | minor; 0: its own is known. */
uint16_t session_read_as(const struct session *session);

/* Starts the sampler thread, once. */
bool session_start(struct session *session, struct error *error);

/* One round of all targets in this thread instead. False when no target is left, with the reason. */
bool session_look(struct session *session, struct error *error);

/* Takes each of the records. */
typedef void session_consume(void *context, const void *record, size_t length);

/* Hands on the records that are there now, oldest first, but not more than about `most` of them, so
   that a caller can look after its user in between. Gives their number. */
size_t session_pump(struct session *session, size_t most, session_consume *consume, void *context);

/* Whether every target has ended: its RECORD_END was pumped. True without targets, too. */
bool session_ended(struct session *session);

/* Between these two the sampler thread rests, and holds no thread of a target (--blocking): for when this program is
   about to be stopped. */
void session_pause(struct session *session);
void session_resume(struct session *session);

/* Stops the sampler thread, while records that it still puts are pumped into `consume`. Safe to call
   twice. */
void session_stop(struct session *session, session_consume *consume, void *context);

void session_free(struct session *session);

#endif
