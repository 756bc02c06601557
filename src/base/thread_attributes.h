/*
 * thread_attributes - what sched_getattr(2) and sched_setattr(2) take (include/uapi/linux/sched/types.h), as Linux 3.14 had
 * it: older C libraries do not declare it, and the kernel's header cannot be included beside theirs. Plain data.
 */
#ifndef BASE_THREAD_ATTRIBUTES_H
#define BASE_THREAD_ATTRIBUTES_H

#include <stdint.h>

struct thread_attributes {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime_ns, deadline_ns, period_ns;
};

#endif
