/*
 * pending - samples that are put together, as they are equal, before they are put: of a program that is read so often, or
 * so deep, that to tell each by itself would take longer than to read it. A view wants to show what threads do
 * now, so that is done for a few hundredths of a second at most.
 *
 * One for a target. The sampler thread alone uses it.
 */
#ifndef SAMPLE_PENDING_H
#define SAMPLE_PENDING_H

#include <stdbool.h>

#include "sample/merge.h"
#include "sample/record.h"

struct thread_round;

struct pending;
struct pending *pending_new(void); /* NULL: out of memory */
void pending_free(struct pending *pending);

/* The samples, to find equal ones in and to add to. */
struct merge *pending_merge(struct pending *pending);

/* Keeps a sample of a thread, unless it is told as fast as it is kept, or there is no room for it: then it is to be put by
   itself. */
bool pending_keep(struct pending *pending, struct target_thread *thread, const struct record_sample *sample,
                  const struct record_frame *frames);

/* Puts all of them, if that is due, or `now`. */
void pending_put(struct pending *pending, const struct thread_round *round, bool now);

#endif
