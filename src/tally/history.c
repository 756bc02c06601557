#include "tally/history.h"

#include "base/clock.h"

#define TENTH_NS (NS_PER_S / 10)
#define RARE_NS (NS_PER_S / 5) /* between two rounds */

/* Moves on to `tenth` and empties what comes anew. */
static void slide(struct history *history, uint64_t tenth)
{
    if (tenth <= history->newest)
        return;
    if (tenth - history->newest > HISTORY_TENTHS)
        history->newest = tenth - HISTORY_TENTHS;
    while (history->newest < tenth)
        history->tenths[++history->newest % HISTORY_TENTHS] = (struct history_tenth){0};
}

static bool is_kept(const struct history *history, uint64_t tenth)
{
    return tenth <= history->newest && history->newest - tenth < HISTORY_TENTHS;
}

/* Shares what was so from `start_ns` to `end_ns` out to the tenths in between; `cpu_ns` was used in
   all of that time. */
static void spread(struct history *history, uint64_t start_ns, uint64_t end_ns,
                   const struct history_tenth *rates)
{
    while (end_ns > start_ns && is_kept(history, (end_ns - 1) / TENTH_NS)) {
        const uint64_t tenth = (end_ns - 1) / TENTH_NS;
        const uint64_t from_ns = tenth * TENTH_NS > start_ns ? tenth * TENTH_NS : start_ns;
        const double ns = (double)(end_ns - from_ns);
        struct history_tenth *counted = &history->tenths[tenth % HISTORY_TENTHS];

        counted->wall_ns += ns * rates->wall_ns;
        counted->cpu_ns += ns * rates->cpu_ns;
        counted->gil_ns += ns * rates->gil_ns;
        counted->gc_ns += ns * rates->gc_ns;
        end_ns = from_ns;
    }
}

static uint64_t before(uint64_t time_ns, uint64_t ns)
{
    return time_ns > ns ? time_ns - ns : 0;
}

/* The sampler does not ask for the CPU time at each round, so it is shared out to the time since
   the last round that had some; but to no more than a tenth, as the process may have slept
   before. */
static void spread_cpu(struct history *history, const struct record_round *round, uint64_t start_ns)
{
    const uint64_t tenth_ago_ns = before(round->time_ns, TENTH_NS);
    struct history_tenth rates = {0};
    uint64_t known_ns = history->cpu_known_ns;

    if (round->cpu_ns == 0 || round->wall_ns == 0)
        return;
    if (known_ns < tenth_ago_ns)
        known_ns = tenth_ago_ns;
    if (known_ns < start_ns)
        start_ns = known_ns;
    if (start_ns < round->time_ns)
        rates.cpu_ns = (double)round->cpu_ns / (double)(round->time_ns - start_ns);
    spread(history, start_ns, round->time_ns, &rates);
    history->cpu_known_ns = round->time_ns;
}

void history_count(struct history *history, const struct record_round *round, uint64_t rounds)
{
    const uint64_t start_ns = before(round->time_ns, round->wall_ns);
    const uint64_t tenth = round->time_ns / TENTH_NS;
    const struct history_tenth rates = {
        .wall_ns = 1,
        .gil_ns = round->gil_held ? 1 : 0,
        .gc_ns = round->gc_running ? 1 : 0,
    };

    if (!history->begun) {
        history->begun = true;
        history->first_ns = history->cpu_known_ns = start_ns;
    }
    slide(history, tenth);
    if (round->time_ns > history->last_ns) {
        history->last_ns = round->time_ns;
        history->apart_ns = round->wall_ns / rounds;
    }
    if (is_kept(history, tenth)) {
        history->tenths[tenth % HISTORY_TENTHS].rounds += (double)rounds;
        history->tenths[tenth % HISTORY_TENTHS].square_ns2 += history_square_ns2(round, rounds);
    }
    spread(history, start_ns, round->time_ns, &rates);
    spread_cpu(history, round, start_ns);
}

/* The sum of the tenths from `from` up to before `to`. */
static struct history_tenth sum_of(const struct history *history, uint64_t from, uint64_t to)
{
    struct history_tenth sum = {0};

    for (uint64_t tenth = from; tenth < to; tenth++) {
        const struct history_tenth *counted = &history->tenths[tenth % HISTORY_TENTHS];

        if (!is_kept(history, tenth))
            continue;
        sum.wall_ns += counted->wall_ns;
        sum.cpu_ns += counted->cpu_ns;
        sum.square_ns2 += counted->square_ns2;
        sum.gil_ns += counted->gil_ns;
        sum.gc_ns += counted->gc_ns;
        sum.rounds += counted->rounds;
    }
    return sum;
}

static struct picture_second shares_of(const struct history_tenth *sum)
{
    if (sum->wall_ns <= 0)
        return (struct picture_second){0};
    return (struct picture_second){
        .cpu = (float)(sum->cpu_ns / sum->wall_ns),
        .gil = (float)(sum->gil_ns / sum->wall_ns),
        .gc = (float)(sum->gc_ns / sum->wall_ns),
    };
}

/* Whether the last round is so long ago that what it told is over. */
static bool is_over(const struct history *history, uint64_t now_ns)
{
    const uint64_t patience_ns = 2 * history->apart_ns > NS_PER_S ? 2 * history->apart_ns : NS_PER_S;

    return now_ns > history->last_ns && now_ns - history->last_ns > patience_ns;
}

/* The last second is the ten whole tenths before the one under way, or as many as there are; where rounds are rare, the
   last ten seconds. */
static void tell_now(const struct history *history, uint64_t now_ns, struct history_told *told)
{
    const uint64_t first = history->first_ns / TENTH_NS;
    const uint64_t tenths = history->apart_ns > RARE_NS ? 100 : 10;
    uint64_t to = history->newest;
    uint64_t from = to > first + tenths ? to - tenths : first;
    uint64_t from_ns, to_ns;
    struct history_tenth sum;

    if (is_over(history, now_ns))
        return;
    to_ns = to * TENTH_NS;
    if (from >= to) {
        from = to++;
        to_ns = history->last_ns;
    }
    from_ns = from * TENTH_NS > history->first_ns ? from * TENTH_NS : history->first_ns;
    sum = sum_of(history, from, to);
    told->now = shares_of(&sum);
    if (to_ns > from_ns)
        told->rate_hz = sum.rounds * (double)NS_PER_S / (double)(to_ns - from_ns);
}

struct history_tenth history_since(const struct history *history, uint64_t from_ns)
{
    const uint64_t oldest =
        history->newest >= HISTORY_TENTHS ? history->newest - HISTORY_TENTHS + 1 : 0;
    const uint64_t from = from_ns / TENTH_NS;

    return sum_of(history, from > oldest ? from : oldest, history->newest + 1);
}

void history_tell(const struct history *history, uint64_t now_ns, struct history_told *told)
{
    const uint64_t under_way = now_ns / NS_PER_S;
    uint64_t second = (history->first_ns + NS_PER_S - 1) / NS_PER_S; /* the first whole one */

    *told = (struct history_told){0};
    if (!history->begun)
        return;
    tell_now(history, now_ns, told);
    if (under_way > second + PICTURE_HISTORY)
        second = under_way - PICTURE_HISTORY;
    for (; second < under_way; second++) {
        const struct history_tenth sum = sum_of(history, second * 10, second * 10 + 10);

        told->seconds.list[told->seconds.count++] = shares_of(&sum);
    }
}
