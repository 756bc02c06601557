/*
 * absences - when nobody looked, as the profiler was stopped or had no CPU: for that time there are no samples,
 * so shares are of the rest.
 *
 * Of those before the latest ABSENCES_KEPT only the sum is known. There is at most one in each second, after which so long
 * nobody looked (sample/sampler.c), so that these fill the longest window. Of several processes it is told as long as any of
 * them says, which differ by a round at most. Plain data, owned by the tally; one thread.
 */
#ifndef TALLY_ABSENCES_H
#define TALLY_ABSENCES_H

#include <stdint.h>

#define ABSENCES_KEPT 64u

struct absences {
    struct absence {
        uint64_t from_ns, to_ns;
    } latest[ABSENCES_KEPT]; /* by their number, modulo so many */
    uint64_t count;
    uint64_t sum_ns;
};

/* Takes note of one. Those of several processes in the same time are one: what is known already is left out. */
void absences_note(struct absences *absences, uint64_t from_ns, uint64_t to_ns);

/* How much of the time from `from_ns` to now they were, as far as they are kept. */
uint64_t absences_since(const struct absences *absences, uint64_t from_ns);

#endif
