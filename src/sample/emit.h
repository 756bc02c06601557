/*
 * emit - writes the records of record.h into a sink.
 *
 * Each gives false when the sink had no room; nothing was put then. Used by the sampler thread.
 */
#ifndef SAMPLE_EMIT_H
#define SAMPLE_EMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "sample/record.h"
#include "sample/sink.h"

/* Texts are terminated and clean; what is beyond the bounds of record.h is cut. Of a process, `told` has the
   numbers. */
bool emit_process(struct sink *sink, uint16_t process, const struct record_process *told,
                  const char *command);
bool emit_thread(struct sink *sink, uint16_t process, uint32_t thread, int32_t tid, uint64_t ident,
                 enum thread_state state, const char *name);
bool emit_function(struct sink *sink, uint16_t process, uint32_t function, uint32_t first_line,
                   const char *name, const char *file);
bool emit_end(struct sink *sink, uint16_t process, uint64_t time_ns, const struct error *reason,
              const struct sampler_counts *counts);

/* A copy of `sample`, whose header it fills, followed by sample->depth frames. */
bool emit_sample(struct sink *sink, uint16_t process, const struct record_sample *sample,
                 const struct record_frame *frames);

/* A copy of `round`, whose header it fills. */
bool emit_round(struct sink *sink, uint16_t process, const struct record_round *round);

#endif
