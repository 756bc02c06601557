#include "sample/pace.h"

#include "base/clock.h"

enum {
    NOTE_EVERY_MS = 200,
    ROUNDS_LEAST = 4,
    SHARE_LEAST = 10,   /* rounds may take one in so many parts of the budget, whatever else is taken */
};

static void begin(struct pace *pace, uint64_t now_ns, uint64_t thread_ns, uint64_t process_ns)
{
    pace->since_ns = now_ns;
    pace->thread_ns = thread_ns;
    pace->process_ns = process_ns;
    pace->rounds = 0;
}

void pace_note(struct pace *pace, uint64_t now_ns, uint64_t thread_ns, uint64_t process_ns)
{
    const uint64_t went_ns = now_ns - pace->since_ns;
    const double rounds_ns = (double)(thread_ns - pace->thread_ns);
    const double others_ns = (double)(process_ns - pace->process_ns) - rounds_ns;
    double allowed_ns = pace->budget * (double)went_ns;
    double wanted_ns;

    if (pace->since_ns == 0) {
        begin(pace, now_ns, thread_ns, process_ns);
        return;
    }
    pace->rounds++;
    if (went_ns < NOTE_EVERY_MS * NS_PER_MS || pace->rounds < ROUNDS_LEAST)
        return;
    if (allowed_ns - others_ns > allowed_ns / SHARE_LEAST)
        allowed_ns -= others_ns;
    else
        allowed_ns /= SHARE_LEAST;
    wanted_ns = rounds_ns / (double)pace->rounds * (double)went_ns / allowed_ns;
    /* Half of the way at a time: how often rounds are changes what each takes. */
    pace->interval_ns = pace->interval_ns == 0
                            ? (uint64_t)wanted_ns
                            : (uint64_t)(((double)pace->interval_ns + wanted_ns) / 2);
    if (pace->interval_ns > NS_PER_S)
        pace->interval_ns = NS_PER_S;
    begin(pace, now_ns, thread_ns, process_ns);
}
