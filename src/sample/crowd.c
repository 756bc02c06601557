#include "sample/crowd.h"

#include <errno.h>

#include "base/clock.h"

void crowd_begin(struct crowd *crowd, const struct population *population, uint64_t now_ns, uint64_t interval_ns,
                 bool in_bursts)
{
    const bool quiet = now_ns - crowd->switched_ns >= SLEEPERS_LOOK_MS * NS_PER_MS;
    /* Some are left out where all rounds are of the same length: of one interpreter, one by one. */
    const bool may_leave_out = population->interpreter_count == 1 && !in_bursts;

    crowd->holder_samples = crowd->holder_torn = 0;
    crowd->runner = SIZE_MAX;
    crowd->lists_changed = false;
    sleepers_begin(&crowd->sleepers, interval_ns, population->asleep_ns, population->thread_count, quiet,
                   may_leave_out);
}

void crowd_leave(struct crowd *crowd)
{
    crowd->resume = 0;
    crowd->told_ns = 0;
}

static bool is_at(const struct population *population, size_t place, remote_addr address)
{
    return place < population->thread_count && target_thread_has_state(population->threads[place]) &&
           remote_equal(population->threads[place]->found.address, address);
}

/* Where the thread that has the GIL is; population->thread_count: it is not known, or none has it. */
static size_t holder_of(const struct crowd *crowd, const struct population *population, const struct gil_now *gil)
{
    if (!gil->locked)
        return population->thread_count;
    if (is_at(population, crowd->last_holder, gil->holder))
        return crowd->last_holder;
    for (size_t i = 0; i < population->thread_count; i++)
        if (is_at(population, i, gil->holder))
            return i;
    return population->thread_count;
}

/* Takes note of whether another thread got the GIL; where there is none, any may run Python at any time. */
static void note_switches(struct crowd *crowd, const struct thread_round *round)
{
    if (round->gil->none || round->gil->switches != crowd->switches)
        crowd->switched_ns = round->now_ns;
    crowd->switches = round->gil->switches;
}

/* Whether a thread is taken to go on as it was in this round, as others are to be looked at. */
static bool is_passed(struct crowd *crowd, struct target_thread *thread, const struct thread_round *round)
{
    if (!target_thread_stands(thread, round) && !target_thread_waits_for_gil(thread, round) &&
        (!target_thread_sleeps(thread, round) ||
         sleepers_look(&crowd->sleepers, round->now_ns - thread->sampled_ns)))
        return false;
    target_thread_pass(thread, round);
    return true;
}

/* Takes note of whether the thread at a place sleeps now: then it need not be asked in the rounds that come. One that waits
   for the GIL is asked less often by another rule. */
static void note_asleep(struct crowd *crowd, size_t place, struct target_thread *thread,
                        const struct thread_round *round)
{
    const bool sleeps = thread->state != THREAD_WAIT_GIL && target_thread_sleeps(thread, round);

    if (sleepers_note(&crowd->sleepers, place, sleeps ? thread->sampled_ns : 0))
        target_thread_leave_out(thread, round);
}

/* Takes note of what a look gave; `is_holder`: of the thread that has the GIL. */
static void count_look(struct crowd *crowd, size_t place, const struct target_thread *thread, bool is_holder,
                       struct thread_round *round)
{
    crowd->lists_changed |= thread->stale;
    if (is_holder) {
        crowd->last_holder = place;
        round->rounds = thread->rounds;
    }
    if ((is_holder ||
         (round->gil->none && thread->held.state == THREAD_RUNNING && target_thread_has_state(thread))) &&
        target_thread_may_ride(thread, round)) {
        if (crowd->runner == SIZE_MAX)
            crowd->runner = place;
        crowd->holder_samples++;
        crowd->holder_torn += thread->was_torn;
    }
}

/* Whether the thread at a place need not be looked at, in a round of this interpreter. `is_first`: it is
   looked at before all others, and may have the GIL. */
static bool needs_no_look(struct crowd *crowd, const struct population *population, size_t place,
                          remote_addr interpreter, bool is_first, const struct thread_round *round)
{
    struct target_thread *thread = population->threads[place];
    bool look = true;
    const bool sleeps = !is_first && sleepers_know(&crowd->sleepers, place, round->now_ns, &look);

    if (sleeps && !look)
        return true; /* without a touch of the thread itself */
    if (!remote_equal(thread->interpreter, interpreter))
        return false;
    target_thread_come_back(thread, round);
    if (sleeps || !is_passed(crowd, thread, round))
        return false;
    note_asleep(crowd, place, thread, round);
    return true;
}

/* The first look at the thread that has the GIL, which is new, or has a new state. Whether there is one. */
static bool meet_holder(struct crowd *crowd, struct population *population, remote_addr interpreter,
                        struct thread_round *round)
{
    /* With a GIL for each interpreter, it is not known of which of them something is missing. */
    const uint64_t last_ns = population->interpreter_count == 1 ? crowd->told_ns : round->before_ns;
    const size_t place = population_meet(population, interpreter, round->gil->holder,
                                         last_ns != 0 ? last_ns : round->now_ns, round);

    crowd->sleepers.looked_ns = population->asleep_ns;
    if (place == population->thread_count)
        return false;
    crowd->met = place;
    if (population->threads[place]->sampled_ns >= round->now_ns)
        crowd->told_ns = round->now_ns;
    count_look(crowd, place, population->threads[place], true, round);
    return true;
}

/* Looks at the thread at a place. One that has the GIL and no state any more, where that was is another's by now. Whether
   any could be read. */
static bool look(struct crowd *crowd, struct population *population, size_t place, bool is_holder, remote_addr interpreter,
                 struct thread_round *round)
{
    struct target_thread *thread = population->threads[place];
    bool any, has_gil;

    sleepers_note(&crowd->sleepers, place, 0); /* who has the GIL now may be one of them */
    any = target_thread_round(thread, round);
    has_gil = is_holder && target_thread_has_state(thread);
    count_look(crowd, place, thread, has_gil, round);
    if (has_gil)
        crowd->told_ns = round->now_ns;
    note_asleep(crowd, place, thread, round);
    if (is_holder && !has_gil)
        any |= meet_holder(crowd, population, interpreter, round);
    return any;
}

bool crowd_round(struct crowd *crowd, struct population *population, remote_addr interpreter,
                 struct thread_round *round, int *error_number)
{
    const size_t count = population->thread_count; /* one that is new in this round is none of these */
    const size_t holder = holder_of(crowd, population, round->gil);
    const size_t resume = crowd->resume < count ? crowd->resume : 0;
    const size_t first = holder < count ? holder : resume; /* what was read of the GIL is of a moment ago */
    bool any = false;

    crowd->met = SIZE_MAX;
    note_switches(crowd, round);
    if (!round->gil->locked)
        crowd->told_ns = round->now_ns;
    if (round->gil->locked && holder == count)
        any = meet_holder(crowd, population, interpreter, round);
    for (size_t n = 0, next = resume; n <= count && count > 0; n++) {
        const size_t place = n == 0 ? first : next;

        if (n > 0)
            next = next + 1 < count ? next + 1 : 0;
        if ((n > 0 && place == first) || place == crowd->met)
            continue;
        if (needs_no_look(crowd, population, place, interpreter, n == 0, round)) {
            any = true;
            continue;
        }
        if (!remote_equal(population->threads[place]->interpreter, interpreter))
            continue;
        blocking_tend(round->blocking, round->counts); /* there may be many threads */
        if (clock_now_ns() > round->until_ns) {
            crowd->resume = place;
            break;
        }
        if (look(crowd, population, place, n == 0 && holder < count, interpreter, round))
            any = true;
        else
            *error_number = errno;
    }
    return any;
}
