/*
 * pace - how often rounds can be made within what this program itself may take of a CPU.
 *
 * What a round takes is measured as it goes; what the other thread takes, which tallies and draws, is left out
 * of what rounds may. Plain data inside the sampler; its thread alone uses it.
 */
#ifndef SAMPLE_PACE_H
#define SAMPLE_PACE_H

#include <stdint.h>

struct pace {
    double budget;         /* of one CPU's time: 0.02 is 2 %; 0: all that it wants */
    uint64_t interval_ns;  /* how far apart rounds are to be at least */
    uint64_t since_ns;     /* what follows was so then; 0: not yet */
    uint64_t rounds;       /* since then */
    uint64_t thread_ns;    /* CPU time of the sampler thread */
    uint64_t process_ns;   /* and of all of this program */
};

/* After a round at `now_ns`: the CPU times of this thread and of this process so far. Rounds that are to
   be rarer become so within half a second or so, and more frequent again when they cost less. */
void pace_note(struct pace *pace, uint64_t now_ns, uint64_t thread_ns, uint64_t process_ns);

#endif
