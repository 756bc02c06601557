/*
 * alarm_clock - wakes a thread at moments of which the next but one is known, too.
 *
 * To set the first of a CPU's timers tells its hardware; a virtual machine has to ask its hypervisor for that, which costs as
 * much as a third of all that a short sleep does. A timer that is not the first is a note in a tree, and when it comes to be the
 * first one, the kernel sets it as it handles the one before. So two timers take turns here, and one is set while the other
 * still runs.
 *
 * Its owner's thread alone uses it.
 */
#ifndef BASE_ALARM_CLOCK_H
#define BASE_ALARM_CLOCK_H

#include <stdint.h>

struct alarm_clock {
    struct {
        int fd;          /* of timerfd_create(2); -1: there are none */
        uint64_t set_ns; /* when it rings; 0: it is not set, or has rung */
    } timers[2];
};

/* Takes two timers. Without them, as where too many files are open, waiting costs more, and that is all. */
void alarm_clock_open(struct alarm_clock *clock);

void alarm_clock_close(struct alarm_clock *clock);

/* Waits until `time_ns` (base/clock.h), or a signal; `next_ns` is until when it will be asked to wait next, as far as that
   is known, or 0. */
void alarm_clock_wait(struct alarm_clock *clock, uint64_t time_ns, uint64_t next_ns);

#endif
