#include "tally/absences.h"

#include <stddef.h>

static struct absence *numbered(struct absences *absences, uint64_t number)
{
    return &absences->latest[number % ABSENCES_KEPT];
}

void absences_note(struct absences *absences, uint64_t from_ns, uint64_t to_ns)
{
    struct absence *last = absences->count > 0 ? numbered(absences, absences->count - 1) : NULL;

    if (last && from_ns < last->to_ns)
        from_ns = last->to_ns;
    if (to_ns <= from_ns)
        return;
    absences->sum_ns += to_ns - from_ns;
    if (last && from_ns == last->to_ns)
        last->to_ns = to_ns;
    else
        *numbered(absences, absences->count++) = (struct absence){from_ns, to_ns};
}

uint64_t absences_since(const struct absences *absences, uint64_t from_ns)
{
    const uint64_t kept = absences->count < ABSENCES_KEPT ? absences->count : ABSENCES_KEPT;
    uint64_t sum_ns = 0;

    for (uint64_t i = 0; i < kept; i++) {
        const struct absence *absence = &absences->latest[i];

        if (absence->to_ns > from_ns)
            sum_ns += absence->to_ns - (absence->from_ns > from_ns ? absence->from_ns : from_ns);
    }
    return sum_ns;
}
