/*
 * presence - when a process has become a Python, whether it is still the program that was attached to, and what became
 * of it else.
 *
 * A process keeps its id through an exec, and another one can get the id when it has ended: a pidfd, opened before
 * anything is read, tells these apart. Where there is none, it is not followed through an exec.
 *
 * Plain data inside a target, whose reader and runtime these questions are asked of. Finding is for any thread, the
 * others are the sampler's.
 */
#ifndef SAMPLE_PRESENCE_H
#define SAMPLE_PRESENCE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "memory/reader.h"
#include "python/runtime.h"

struct presence {
    pid_t pid;
    int pid_fd;             /* readable when the process has ended; -1: none */
    uint64_t held_ns;       /* when it was seen to be the same program still */
    unsigned failed_rounds; /* in a row */
    uint64_t left_ns;       /* when its program was seen to have become another */
    uint64_t looked_ns;     /* and when it was looked which */
};

/* What is with the program. */
enum presence_now {
    PRESENCE_SAME,
    PRESENCE_LEFT,  /* it became another one by exec: presence_follow() is due */
    PRESENCE_ENDED, /* it is gone, or cannot be read any more */
};

/* Finds the runtime of process `pid`; one that began a moment ago may not have got as far as running
   Python, and is given time: more of it, and with more looks, when it is `awaited`. A reader of its memory, for the
   caller to free; NULL with the reason. In both cases presence_free() is due. */
struct reader *presence_find(struct presence *presence, pid_t pid, bool awaited, struct runtime *runtime,
                             struct error *error);
void presence_free(struct presence *presence);

/* Before the first reading of a round that samples come from: where it is time to ask presence_holds(), that reading is to
   tell. */
void presence_watch(const struct presence *presence, struct reader *reader, uint64_t now_ns);

/* After it, with the same `now_ns`, and before what it read is used: whether it was still the same program less than a
   millisecond ago; PRESENCE_ENDED with the reason. */
enum presence_now presence_holds(struct presence *presence, struct reader *reader,
                                 const struct runtime *runtime, uint64_t now_ns, struct error *error);

/* Something was read in this round. */
void presence_seen(struct presence *presence);

/* Nothing was, for the reason that errno gave: what that means. */
enum presence_now presence_after_failure(struct presence *presence, struct reader *reader,
                                         const struct runtime *runtime, int error_number,
                                         struct error *error);

/* After PRESENCE_LEFT: looks, not too often, whether the new program is a Python by now. `*reader` is a reader of its
   memory then, and `runtime` its runtime; else NULL, and `runtime` is not touched. False when it is none, or cannot be
   read, or has ended, with the reason. */
bool presence_follow(struct presence *presence, uint64_t now_ns, struct reader **reader,
                     struct runtime *runtime, struct error *error);

#endif
