/*
 * presence - when a process has become a Python, and whether it is still the program that was attached to.
 *
 * Plain data inside a target, whose reader and runtime these questions are asked of. The first one is for any
 * thread, the others are the sampler's.
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
    uint64_t held_ns;       /* when it was seen to be the same program still */
    unsigned failed_rounds; /* in a row */
};

/* Finds the runtime of process `pid`; one that began a moment ago may not have got as far as running
   Python, and is given time: more of it, and with more looks, when it is `awaited`. A reader of its memory, for the
   caller to free; NULL with the reason. */
struct reader *presence_find(pid_t pid, bool awaited, struct runtime *runtime, struct error *error);

/* Whether it was still the same program less than a millisecond ago; false with what became of it. */
bool presence_holds(struct presence *presence, struct reader *reader, const struct runtime *runtime,
                    uint64_t now_ns, struct error *error);

/* Something was read in this round. */
void presence_seen(struct presence *presence);

/* Nothing was, for the reason that errno gave: false with what became of it, when that means that it is
   gone. */
bool presence_after_failure(struct presence *presence, struct reader *reader, const struct runtime *runtime,
                            int error_number, struct error *error);

#endif
