#include "sample/engine.h"

#include "base/clock.h"

enum {
    AUTO_PERCENT = 1,     /* of the samples torn, beyond which it rides */
    AUTO_SAMPLES = 200,   /* and of so many, or of what there is after AUTO_MS */
    AUTO_MS = 1000,
    PROBE_EVERY = 128,    /* rounds, while it rides */
    PROBES = 64,          /* after which it is decided anew */
    SWITCH_NS = 12000,    /* taken for a context switch to the sampler, and another back, with the caches that it finds
                             empty then: as tests/bench/slowdown.sh tells of a virtual machine */
    COST_SHARE = 4,       /* of a new round in the average */
};

void engine_init(struct engine *engine, const struct engine_options *options)
{
    *engine = (struct engine){.options = *options,
                              .riding = options->kind == ENGINE_RIDE,
                              .cpu = -1};
}

/* Holds this thread on one CPU, or on all but that one. */
static bool hold(struct engine *engine, int cpu, bool there)
{
    cpu_set_t set = engine->home;

    if (!engine->has_home || cpu < 0 || cpu >= CPU_SETSIZE || !CPU_ISSET(cpu, &engine->home))
        return false;
    if (there)
        CPU_ZERO(&set);
    if (there)
        CPU_SET(cpu, &set);
    else
        CPU_CLR(cpu, &set);
    if (CPU_COUNT(&set) == 0 || sched_setaffinity(0, sizeof set, &set) != 0)
        return false;
    engine->cpu = there ? cpu : -1;
    engine->is_held = true;
    return true;
}

static void go_home(struct engine *engine)
{
    if (engine->is_held)
        sched_setaffinity(0, sizeof engine->home, &engine->home);
    engine->is_held = false;
    engine->cpu = -1;
}

/* Starts to count anew. */
static void forget(struct engine *engine, uint64_t now_ns)
{
    engine->since_ns = now_ns;
    engine->samples = engine->torn = 0;
    engine->probes = engine->probes_torn = 0;
}

void engine_begin(struct engine *engine, uint64_t now_ns)
{
    if (!engine->has_home && engine->options.kind != ENGINE_REMOTE)
        engine->has_home = sched_getaffinity(0, sizeof engine->home, &engine->home) == 0;
    if (engine->since_ns == 0)
        engine->since_ns = now_ns;
    engine->rode = false;
    /* Held there since the last round, all that is done in this one is done on the target's CPU. */
    engine->cpu_before_ns = engine->cpu >= 0 ? clock_ns(CLOCK_THREAD_CPUTIME_ID) : 0;
    engine->probing = engine->options.kind == ENGINE_AUTO && engine->riding &&
                      ++engine->rounds % PROBE_EVERY == 0 &&
                      (engine->cpu < 0 || hold(engine, engine->cpu, false));
}

bool engine_ride(struct engine *engine, struct kernel_thread *thread)
{
    int cpu;

    if (!engine->riding || engine->probing)
        return false;
    if (engine->cpu_before_ns == 0)
        engine->cpu_before_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    cpu = kernel_thread_cpu(thread);
    if ((cpu >= 0 && cpu == engine->cpu) || hold(engine, cpu, true)) {
        engine->rode = true;
        return true;
    }
    if (cpu < 0)
        return false; /* the thread ended */
    /* That CPU is not ours to run on. Only who asked for it tries again. */
    engine->riding = engine->options.kind == ENGINE_RIDE;
    engine->unable = !engine->riding;
    go_home(engine);
    return false;
}

bool engine_probed(struct engine *engine, bool torn)
{
    if (!engine->probing)
        return false;
    engine->probing = false;
    engine->probes++;
    engine->probes_torn += torn;
    return torn;
}

/* Decides whether to ride, from how the last samples were. */
static void decide(struct engine *engine, uint64_t now_ns)
{
    const bool enough = engine->samples >= AUTO_SAMPLES ||
                        now_ns - engine->since_ns >= AUTO_MS * NS_PER_MS;

    if (engine->riding && engine->probes >= PROBES) {
        engine->riding = engine->probes_torn * 100 > engine->probes * AUTO_PERCENT;
        forget(engine, now_ns);
    } else if (!engine->riding && enough) {
        engine->riding = !engine->unable &&
                         engine->torn * 100 > engine->samples * AUTO_PERCENT;
        forget(engine, now_ns);
    }
    if (!engine->riding)
        go_home(engine);
}

/* Takes note of what this round took of the target's time: nothing, if it was read from elsewhere. */
static void count_cost(struct engine *engine)
{
    const bool took_any = engine->rode || engine->cpu >= 0;
    const uint64_t cost_ns = took_any ? clock_ns(CLOCK_THREAD_CPUTIME_ID) - engine->cpu_before_ns + 2 * SWITCH_NS : 0;

    engine->cost_ns = engine->cost_ns == 0
                          ? cost_ns
                          : engine->cost_ns - engine->cost_ns / COST_SHARE + cost_ns / COST_SHARE;
}

void engine_end(struct engine *engine, uint64_t now_ns, uint64_t samples, uint64_t torn)
{
    if (engine->riding)
        count_cost(engine);
    /* Where nobody has the GIL, rounds are made at nobody's cost. */
    if (!engine->rode && !engine->probing)
        go_home(engine);
    if (engine->options.kind != ENGINE_AUTO)
        return;
    if (!engine->riding) {
        engine->samples += samples;
        engine->torn += torn;
    }
    decide(engine, now_ns);
}

void engine_leave(struct engine *engine)
{
    go_home(engine);
}

uint64_t engine_interval_ns(const struct engine *engine)
{
    const double least_ns = (double)engine->cost_ns / engine->options.budget;

    return engine->riding && least_ns > (double)engine->options.interval_ns
               ? (uint64_t)least_ns
               : engine->options.interval_ns;
}
