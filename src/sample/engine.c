#include "sample/engine.h"

#include <math.h>
#include <sched.h>

#include "base/clock.h"
#include "sample/cpu_hold.h"

enum {
    AUTO_PERCENT = 1,     /* of the samples torn, beyond which it rides */
    AUTO_MS = 1000,       /* of samples of so long, */
    AUTO_SAMPLES = 500,   /* or longer where there are fewer in it: one of ten tells nothing, */
    AUTO_MAX_S = 60,      /* up to this: what was so long ago does not count */
    PROBE_EVERY_MS = 50,  /* while it rides */
    PROBES = 50,          /* after which it is decided anew, */
    PROBES_MAX = 400,     /* or up to so many */
    BACK_PERMILLE = 5,    /* of them torn, up to which it is remote again */
    CHURN_PERCENT = 10,   /* of them torn, from which PROBES do not overlook it by chance */
    RELAPSE_S = 5,        /* it rides anew after less than that, */
    RELAPSE_SAMPLES = 5000, /* or so few: it was remote too early */
    UNABLE_S = 1,         /* after a ride that was not to be had it rides no sooner than that, */
    UNABLE_MAX_S = 60,    /* twice as long each time, up to this */
    COST_ROUNDS = 32,     /* whose average it is: see count_cost() */
    COST_TIMES = 8,       /* as much as that counts a round that took longer, */
    COST_MOST_NS = 1000000, /* and longer than this: it is not what rides cost */
    APART_MAX_MS = 1000,  /* as sample/pace.c: one round that took long is soon forgotten */
};

/* How unlikely it has to be that chance made so many torn of AUTO_PERCENT, as the negative logarithm of Chernoff's bound on
   that. The bound is an upper one: of AUTO_SAMPLES and more, these are less than 1 in 19 and 1 in 20,000. */
static const double LIKELY = 1.4; /* when the time is over */
static const double CLEAR = 8;    /* at any sample before */

/* What the first rides take is not known before, and more than later ones do: a second's budget is theirs, so that a program is
   not overlooked in its first tenths of a second. */
static uint64_t first_credit_ns(const struct engine_options *options)
{
    return (uint64_t)(options->budget * NS_PER_S);
}

void engine_init(struct engine *engine, const struct engine_options *options)
{
    *engine = (struct engine){.options = *options, .riding = options->kind == ENGINE_RIDE,
                              .credit_ns = first_credit_ns(options)};
}

/* Starts to count anew. */
static void forget(struct engine *engine, uint64_t now_ns)
{
    engine->since_ns = now_ns;
    engine->samples = engine->torn = 0;
    engine->probes = engine->probes_torn = 0;
}

/* What is due stays so until it falls on a round in which somebody has the GIL. A round is no probe right after another:
   what is torn in one and ridden along with then is of a later moment, so that what holds still has a little too much. */
static bool probe_is_due(const struct engine *engine, uint64_t now_ns)
{
    return engine->options.kind == ENGINE_AUTO && engine->riding && engine->rode_since &&
           now_ns - engine->probed_ns >= PROBE_EVERY_MS * NS_PER_MS;
}

void engine_set_alone(struct engine *engine, bool alone)
{
    if (engine->options.kind != ENGINE_AUTO || engine->in_company == !alone)
        return;
    engine->in_company = !alone;
    engine->riding = false;
    forget(engine, 0);
}

/* Goes to another CPU; should it come back, that is paid for anew. */
static bool leave(struct engine *engine, int cpu)
{
    if (!cpu_hold_off(cpu))
        return false;
    engine->stays_on = -1;
    return true;
}

void engine_begin(struct engine *engine, uint64_t now_ns)
{
    if (!engine_rides(engine))
        cpu_hold_end();
    if (engine->since_ns == 0)
        engine->since_ns = now_ns;
    engine->now_ns = now_ns;
    engine->rode = engine->probed = false;
    /* Held there since the last round, all that is done in this one is done on the target's CPU. */
    engine->stays = cpu_held() >= 0;
    engine->stays_on = cpu_held();
    if (engine->riding)
        engine->cpu_before_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    engine->probing = probe_is_due(engine, now_ns) && (cpu_held() < 0 || leave(engine, cpu_held()));
}

/* That CPU is not ours to run on, which may be different later. Who asked for riding tries it in each round. */
static void note_unable(struct engine *engine)
{
    engine->unable = true;
    if (engine->options.kind == ENGINE_RIDE)
        return;
    engine->unable_ns = engine->unable_ns == 0 ? UNABLE_S * NS_PER_S
                                               : clock_least(2 * engine->unable_ns, UNABLE_MAX_S * NS_PER_S);
    engine->unable_until_ns = engine->now_ns + engine->unable_ns;
    engine->riding = false;
    forget(engine, engine->now_ns);
}

/* Where it is by itself it is not held: to be moved, if only to where it is, ends its turn on that CPU, and what is read in the
   next one is of later, when the target's thread sleeps. */
static bool go_to(struct engine *engine, int cpu)
{
    const bool is_there = cpu == sched_getcpu();

    if (!is_there && engine->stays == 0) /* what was done so far was at nobody's cost */
        engine->cpu_before_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    if (!is_there && !cpu_hold_on(cpu))
        return false;
    engine->stays += cpu != engine->stays_on;
    engine->stays_on = cpu;
    return true;
}

/* Whether this is a probe, for which it may have to leave the CPU that it is on by itself first. */
static bool is_read_from_elsewhere(struct engine *engine, int cpu)
{
    if (engine->probing && cpu == sched_getcpu()) {
        engine->probing = leave(engine, cpu);
        engine->stays += engine->probing;
    }
    return engine->probing;
}

bool engine_ride(struct engine *engine, struct kernel_thread *thread)
{
    int cpu;

    if (!engine->riding)
        return false;
    cpu = kernel_thread_cpu(thread);
    if (cpu < 0 || is_read_from_elsewhere(engine, cpu)) /* less than 0: the thread ended */
        return false;
    if (go_to(engine, cpu)) {
        engine->rode = true;
        engine->unable = false;
        engine->unable_ns = 0;
        return true;
    }
    note_unable(engine);
    cpu_hold_end();
    return false;
}

bool engine_stayed(const struct engine *engine)
{
    return sched_getcpu() == engine->stays_on;
}

bool engine_probed(struct engine *engine, bool torn)
{
    if (!engine->probing)
        return false;
    engine->probing = false;
    engine->probed = true;
    engine->probed_ns = engine->now_ns;
    engine->probes++;
    engine->probes_torn += torn;
    return torn;
}

/* Whether so many are torn that it is as unlikely as that, with AUTO_PERCENT of them or less. */
static bool too_much_is_torn(const struct engine *engine, double unlikely)
{
    const double torn = (double)engine->torn;
    const double allowed = (double)engine->samples * AUTO_PERCENT / 100;

    return torn > allowed && torn * log(torn / allowed) - torn + allowed > unlikely;
}

/* A program of which just more than AUTO_PERCENT is torn has no torn probe among PROBES by chance, now and then. So it takes
   the more of them the more often it was remote for a moment only. One that churns by turns had reason to be. */
static void start_to_ride(struct engine *engine, uint64_t now_ns)
{
    const bool again = engine->back_ns != 0 && (now_ns - engine->back_ns < RELAPSE_S * NS_PER_S ||
                                                engine->samples_back < RELAPSE_SAMPLES);

    engine->patience = !again                            ? PROBES
                       : engine->patience < PROBES_MAX ? 2 * engine->patience
                                                       : PROBES_MAX;
    engine->riding = engine->decided = true;
    engine->credit_ns = first_credit_ns(&engine->options);
    engine->rode_since = false;
    engine->probed_ns = now_ns;
    forget(engine, now_ns);
}

/* Decides whether it has to ride still, from how the last probes were. */
static void decide_to_go_back(struct engine *engine, uint64_t now_ns)
{
    if (engine->probes < engine->patience)
        return;
    if (engine->probes_torn * 1000 <= engine->probes * BACK_PERMILLE) {
        engine->riding = false;
        engine->back_ns = now_ns;
        engine->samples_back = 0;
    } else if (engine->probes_torn * 100 >= engine->probes * CHURN_PERCENT) {
        engine->patience = PROBES;
    }
    forget(engine, now_ns);
}

/* Decides whether to ride, from how the last samples were. */
static void decide_to_ride(struct engine *engine, uint64_t now_ns)
{
    const uint64_t for_ns = now_ns - engine->since_ns;
    const bool enough = engine->samples >= AUTO_SAMPLES && for_ns >= AUTO_MS * NS_PER_MS;

    engine->decided |= for_ns >= AUTO_MS * NS_PER_MS; /* few samples, and so few torn */
    if (too_much_is_torn(engine, enough ? LIKELY : CLEAR) && now_ns >= engine->unable_until_ns)
        start_to_ride(engine, now_ns);
    else if (enough || for_ns >= AUTO_MAX_S * NS_PER_S)
        forget(engine, now_ns);
}

/* Takes note of what this round took of the target's time: nothing, if it was read from elsewhere. The average is of many
   rounds, so that how far apart they are does not hang on what the thread did in the last ones. A sample stands for the time
   before it: were rounds rarer right after some in which it had the GIL, what it does when it has given that up would have too
   much. */
static void count_cost(struct engine *engine)
{
    const uint64_t switches_ns = 2ULL * engine->stays * ENGINE_SWITCH_NS;
    const uint64_t most_ns = COST_TIMES * engine->cost_ns > COST_MOST_NS ? COST_TIMES * engine->cost_ns : COST_MOST_NS;
    uint64_t cost_ns = 0;

    if (engine->stays > 0)
        cost_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID) - engine->cpu_before_ns + switches_ns;
    cost_ns = clock_least(cost_ns, most_ns);
    engine->credit_ns -= clock_least(engine->credit_ns, cost_ns);
    engine->cost_rounds += engine->cost_rounds < COST_ROUNDS;
    engine->cost_ns = engine->cost_ns - engine->cost_ns / engine->cost_rounds + cost_ns / engine->cost_rounds;
}

void engine_end(struct engine *engine, uint64_t now_ns, uint64_t samples, uint64_t torn)
{
    if (engine->riding)
        count_cost(engine);
    /* Where nobody has the GIL, rounds are made at nobody's cost. Nor is it kept off a CPU for longer than for a probe. */
    if (!engine->rode || cpu_held() < 0)
        cpu_hold_end();
    if (engine->options.kind != ENGINE_AUTO)
        return;
    if (engine->riding) {
        engine->rode_since = !engine->probed && (engine->rode_since || engine->rode);
        decide_to_go_back(engine, now_ns);
    } else if (!engine->in_company) {
        engine->samples += samples;
        engine->samples_back += samples;
        engine->torn += torn;
        decide_to_ride(engine, now_ns);
    }
    if (!engine->riding)
        cpu_hold_end();
}

void engine_leave(void)
{
    cpu_hold_end();
}

bool engine_rides(const struct engine *engine)
{
    return engine->riding && !engine->unable;
}

bool engine_is_kept_off(const struct engine *engine)
{
    return engine->riding && engine->unable;
}

enum engine_reason engine_reason(const struct engine *engine)
{
    if (engine_is_kept_off(engine))
        return REASON_NO_CPU;
    if (engine->options.kind != ENGINE_AUTO)
        return REASON_ASKED;
    if (engine->in_company)
        return REASON_COMPANY;
    if (engine->riding)
        return REASON_TORN;
    if (engine->now_ns < engine->unable_until_ns)
        return REASON_NO_CPU;
    return engine->decided ? REASON_STEADY : REASON_FIRST;
}

uint64_t engine_interval_ns(const struct engine *engine)
{
    const double least_ns = fmin((double)engine->cost_ns / engine->options.budget, (double)APART_MAX_MS * NS_PER_MS);

    return engine->riding && engine->credit_ns == 0 && least_ns > (double)engine->options.interval_ns
               ? (uint64_t)least_ns
               : engine->options.interval_ns;
}
