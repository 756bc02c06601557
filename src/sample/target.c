#include "sample/target.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "memory/refusal.h"
#include "sample/aside.h"
#include "sample/crowd.h"
#include "sample/emit.h"
#include "sample/engine.h"
#include "sample/gc.h"
#include "sample/gil.h"
#include "sample/pending.h"
#include "sample/population.h"
#include "sample/presence.h"
#include "sample/process_facts.h"
#include "sample/burst.h"
#include "sample/target_thread.h"
#include "sample/thread_burst.h"

enum {
    ROUNDS_APART_US = 25,   /* the least; of those asked for to be closer, some are made at once */
    IDLE_PAUSE_US = 100,    /* and while nobody has the GIL */
    NO_PROGRAM_MS = 1,      /* and while it is another program by exec that is not known yet */
    ROUND_MAX_MS = 500,     /* what is left of a longer round is left to the next */
    CPU_EVERY_MS = 20,      /* the process's CPU time is asked for, */
    CPU_THREAD_NS = 200000, /* and so much later for each thread: the kernel adds them up */
    STOPPED_EVERY_MS = 200, /* and while there is none, whether it is stopped */
};

struct target {
    pid_t pid;
    uint16_t process;
    bool no_gc;
    bool native_markers;
    bool no_gil;
    struct target_options asked;
    struct sink *sink;
    struct reader *reader;
    struct runtime runtime;
    struct code_table *codes;
    clockid_t cpu_clock;
    bool has_cpu_clock;
    struct population population;

    bool announced;               /* RECORD_PROCESS was put */
    uint64_t cpu_asked_ns;
    uint64_t cpu_ns;              /* of the process, when it was asked for last */
    uint64_t stopped_asked_ns;
    bool stopped;
    struct engine engine;
    bool slowed;                  /* the sampler makes rounds less often than it wants */
    uint32_t rounds_at_once;      /* how many rounds are made in one reading */
    uint32_t rounds;              /* and were in this one */
    uint64_t rounds_made;         /* in all, before this one */
    bool gil_held;                /* in the last round, some thread had the GIL */
    uint32_t gc_left;             /* for so many rounds the collector is looked for (gc.h) */
    struct thread_bursts *bursts; /* NULL: one */
    struct pending *pending;
    struct blocking blocking;
    struct crowd crowd;
    bool alone;                   /* it is the only target of this thread */
    struct aside aside;
    uint64_t before_ns;           /* when the last round began; 0: there was none */
    uint64_t round_ns;            /* the last round's time; 0: none yet */
    struct presence presence;
    uint32_t first_function;      /* the number that the first function of its program has */
    uint64_t unnamed_before;      /* as code_table_unnamed(), of the programs before */
};

static bool announce_function(void *context, const struct code_function *function)
{
    const struct target *target = context;

    return emit_function(target->sink, target->process, function->number, function->first_line,
                         function->name, function->file);
}

/* Rounds that are to come so fast that they can be had in bursts only are made some at once: from elsewhere,
   as a thread that is ridden along with, or stopped, stands still. Where there is no GIL, they are of no one thread. */
static void choose_engine(struct target *target)
{
    const struct target_options *asked = &target->asked;
    const uint64_t least_ns = ROUNDS_APART_US * NS_PER_US;
    struct engine_options options = asked->engine;

    target->rounds_at_once = 1;
    if ((asked->blocking || target->no_gil) && options.interval_ns < least_ns)
        options.interval_ns = least_ns;
    if (options.kind != ENGINE_RIDE && options.interval_ns < least_ns) {
        options.kind = ENGINE_REMOTE;
        target->rounds_at_once = options.interval_ns * BURST_MAX <= least_ns
                                     ? BURST_MAX
                                     : (uint32_t)(least_ns / options.interval_ns) + 1;
        options.interval_ns *= target->rounds_at_once;
    }
    engine_init(&target->engine, &options);
}

/* Readies what is of one program, whose reader and runtime were found: nothing of it is known yet. */
static bool begin_program(struct target *target, struct error *error)
{
    target->no_gil = !runtime_has_gil(&target->runtime, target->reader);
    if (target->no_gil && target->asked.needs_gil != NULL)
        return error_set(error, ERROR_VERSION,
                         "%s is about the thread that has the GIL, and this free-threaded CPython runs without one: "
                         "leave it out, or run the program with PYTHON_GIL=1",
                         target->asked.needs_gil);
    choose_engine(target);
    if (target->rounds_at_once > 1)
        target->bursts = thread_bursts_new(&target->runtime.layout, target->rounds_at_once);
    target->codes = code_table_new(target->reader, &target->runtime.layout, target->first_function,
                                   announce_function, target, error);
    if (population_init(&target->population, target->pid, target->reader, &target->runtime) &&
        target->codes != NULL && (target->rounds_at_once == 1 || target->bursts != NULL))
        return true;
    return error_set(error, ERROR_MEMORY, "out of memory");
}

struct target *target_new(pid_t pid, uint16_t process, const struct target_options *options,
                          struct sink *sink, struct error *error)
{
    struct target *target = calloc(1, sizeof *target);

    if (target == NULL) {
        error_set(error, ERROR_MEMORY, "out of memory");
        return NULL;
    }
    target->pid = pid;
    target->process = process;
    target->sink = sink;
    target->asked = *options;
    target->no_gc = options->no_gc;
    target->native_markers = options->native_markers;
    target->blocking = (struct blocking){.wanted = options->blocking,
                                         .pid = pid,
                                         .asked_ns = options->engine.interval_ns};
    target->first_function = FUNCTION_FIRST;
    target->presence.pid_fd = -1;
    target->pending = pending_new();
    if (target->pending == NULL) {
        target_free(target);
        error_set(error, ERROR_MEMORY, "out of memory");
        return NULL;
    }
    target->reader = presence_find(&target->presence, pid, options->awaited, &target->runtime, error);
    if (target->reader == NULL || (options->blocking && !process_can_be_stopped(pid, error))) {
        target_free(target);
        return NULL;
    }
    target->has_cpu_clock = clock_getcpuclockid(pid, &target->cpu_clock) == 0;
    target->cpu_ns = process_cpu_ns(target->cpu_clock, target->has_cpu_clock);
    if (!begin_program(target, error)) {
        target_free(target);
        return NULL;
    }
    return target;
}

/* Gives back all that is of one program. */
static void free_program(struct target *target)
{
    population_free(&target->population);
    thread_bursts_free(target->bursts);
    code_table_free(target->codes);
    reader_free(target->reader);
    target->bursts = NULL;
    target->codes = NULL;
    target->reader = NULL;
}

void target_free(struct target *target)
{
    if (target == NULL)
        return;
    engine_leave(); /* who looks at it without a sampler does not end it first */
    free_program(target);
    pending_free(target->pending);
    presence_free(&target->presence);
    free(target);
}

uint64_t target_interval_ns(const struct target *target)
{
    const uint64_t blocking_ns = blocking_interval_ns(&target->blocking);
    const uint64_t engine_ns = engine_interval_ns(&target->engine);
    const uint64_t interval_ns = engine_ns > blocking_ns ? engine_ns : blocking_ns;
    const uint64_t idle_ns = IDLE_PAUSE_US * NS_PER_US;

    if (target->reader == NULL && interval_ns < NO_PROGRAM_MS * NS_PER_MS)
        return NO_PROGRAM_MS * NS_PER_MS;
    return target->gil_held || interval_ns > idle_ns || target->bursts == NULL ? interval_ns : idle_ns;
}

bool target_has_no_program(const struct target *target)
{
    return target->reader == NULL;
}

void target_set_slowed(struct target *target, bool slowed)
{
    target->slowed = slowed;
}

void target_set_alone(struct target *target, bool alone)
{
    target->alone = alone;
    engine_set_alone(&target->engine, alone);
}

/* How many rounds come in one of its intervals: while nobody has the GIL these are longer. */
static uint32_t rounds_in_interval(const struct target *target)
{
    const uint64_t asked_ns = target->engine.options.interval_ns;
    const uint64_t idle_ns = IDLE_PAUSE_US * NS_PER_US;

    return target->bursts == NULL || target->gil_held || asked_ns == 0 || asked_ns >= idle_ns
               ? target->rounds_at_once
               : (uint32_t)(target->rounds_at_once * idle_ns / asked_ns);
}

uint32_t target_rounds_wanted(const struct target *target)
{
    return target->engine.options.interval_ns > 0 || target->bursts == NULL ? rounds_in_interval(target)
                                                                            : 0;
}

uint32_t target_version(const struct target *target)
{
    return target->runtime.version_hex;
}

uint16_t target_read_as(const struct target *target)
{
    return runtime_read_as(&target->runtime);
}

static struct thread_round round_for(struct target *target, const struct gil_now *gil,
                                     uint64_t now_ns, struct sampler_counts *counts)
{
    return (struct thread_round){
        .sink = target->sink,
        .process = target->process,
        .reader = target->reader,
        .layout = &target->runtime.layout,
        .codes = target->codes,
        .gil = gil,
        .rounds = 1,
        .number = target->rounds_made + 1,
        .engine = &target->engine,
        .bursts = target->bursts,
        .pending = target->pending,
        .blocking = &target->blocking,
        .now_ns = now_ns,
        .before_ns = target->before_ns,
        .until_ns = now_ns + ROUND_MAX_MS * NS_PER_MS,
        .native_markers = target->native_markers,
        .counts = counts,
    };
}

/* False when there was no room: nothing else may come before it. */
static bool put_process(struct target *target)
{
    struct record_process told = {
        .pid = target->pid,
        .version_hex = target->runtime.version_hex,
        .read_as = runtime_read_as(&target->runtime),
        .build = (uint16_t)((target->runtime.layout.free_threaded ? BUILD_FREE_THREADED : 0) |
                            (target->no_gil ? BUILD_NO_GIL : 0) |
                            (target->runtime.is_debug ? BUILD_DEBUG : 0)),
    };
    char command[RECORD_FILE_MAX];

    if (target->announced)
        return true;
    told.started_ns = process_started_ns(target->pid);
    process_command(target->pid, command, sizeof command);
    told.parent = process_parent(target->pid);
    target->announced = emit_process(target->sink, target->process, &told, command);
    return target->announced;
}

/* Who uses CPU time is not stopped. */
static void note_stopped(struct target *target, bool used_cpu, uint64_t now_ns)
{
    if (used_cpu) {
        target->stopped = false;
    } else if (now_ns - target->stopped_asked_ns >= STOPPED_EVERY_MS * NS_PER_MS) {
        target->stopped_asked_ns = now_ns;
        target->stopped = process_is_stopped(target->pid);
    }
}

static void put_round(struct target *target, struct record_round *record,
                      struct sampler_counts *counts)
{
    const uint64_t now_ns = record->time_ns;
    uint64_t cpu_ns = target->cpu_ns;

    record->threads = (uint32_t)target->population.thread_count;
    if (counts->unlisted < target->population.unlisted)
        counts->unlisted = target->population.unlisted;
    counts->unnamed = target->unnamed_before + (target->codes != NULL ? code_table_unnamed(target->codes) : 0);
    record->wall_ns = target->round_ns == 0 ? 0 : now_ns - target->round_ns;
    if (now_ns - target->cpu_asked_ns >=
        CPU_EVERY_MS * NS_PER_MS + target->population.thread_count * CPU_THREAD_NS) {
        const uint64_t asked_ns = process_cpu_ns(target->cpu_clock, target->has_cpu_clock);

        note_stopped(target, asked_ns > cpu_ns, now_ns);
        if (asked_ns > cpu_ns)
            cpu_ns = asked_ns;
        target->cpu_asked_ns = now_ns;
    }
    record->stopped = target->stopped;
    record->cpu_ns = cpu_ns - target->cpu_ns;
    record->counts = *counts;
    if (!emit_round(target->sink, target->process, record)) {
        counts->lost++; /* the next one stands for this time too */
        return;
    }
    target->round_ns = now_ns;
    target->cpu_ns = cpu_ns;
}

/* The threads of an interpreter; false when none could be read. */
static bool round_of_interpreter(struct target *target, size_t index,
                                 const struct gil_shared *shared, uint64_t now_ns,
                                 struct sampler_counts *counts, int *error_number)
{
    struct thread_round round = round_for(target, &shared->gil, now_ns, counts);
    const remote_addr interpreter = target->population.interpreters[index].address;
    bool any;

    /* Where nobody has the GIL, all of them are made with one look. */
    round.rounds = shared->gil.locked ? 1 : rounds_in_interval(target);
    any = crowd_round(&target->crowd, &target->population, interpreter, &round, error_number);
    if (target->rounds < round.rounds)
        target->rounds = round.rounds;
    return any;
}

/* Counts the rounds that were made at once, beyond the one that the clock counts. */
static void count_rounds(struct target *target, struct sampler_counts *counts)
{
    if (target->rounds == 0)
        target->rounds = 1;
    target->rounds_made += target->rounds;
    counts->rounds += target->rounds - 1;
    if (target_rounds_wanted(target) > target->rounds)
        counts->missed += target_rounds_wanted(target) - target->rounds;
}

static uint8_t how_it_reads(const struct target *target)
{
    if (target->blocking.wanted)
        return RECORD_BLOCKS;
    if (target->engine.rode)
        return RECORD_RODE;
    if (engine_is_kept_off(&target->engine))
        return RECORD_KEPT_OFF;
    return engine_rides(&target->engine) ? RECORD_RIDES : 0;
}

static uint8_t why_it_reads_so(const struct target *target)
{
    if (target->blocking.wanted)
        return REASON_ASKED;
    return target->rounds_at_once > 1 ? REASON_BURSTS : (uint8_t)engine_reason(&target->engine);
}

/* How far apart its rounds really are: more than wanted where there is something in the way. */
static uint64_t rounds_apart_ns(const struct target *target, uint64_t now_ns)
{
    const uint64_t wanted_ns = target_interval_ns(target);
    const uint64_t since_ns = target->before_ns != 0 ? now_ns - target->before_ns : 0;

    return since_ns > wanted_ns ? since_ns : wanted_ns;
}

/* Has the stack that is likely to be read first, of who has the GIL, read with that, if it is to be read from here, and once. */
static void foresee(struct target *target)
{
    struct walk_room *room = target->population.source.room;

    if (target->no_gil || target->population.interpreter_count > 1 || target->bursts != NULL || target->blocking.wanted ||
        engine_rides(&target->engine))
        walk_room_foresee_none(room);
    else
        walk_room_foresee(room, target->reader);
}

/* The threads of all interpreters, of which `*any` tells whether any could be read. What is with the program: the
   first reading of a GIL tells whose memory it is of, before it is used. What population_update() read before does not
   count: an exec, or another process of that id, may have come since. */
static enum presence_now round_of_interpreters(struct target *target, struct record_round *record,
                                               struct sampler_counts *counts, bool *any, int *error_number,
                                               struct error *error)
{
    const struct population *population = &target->population;
    const uint64_t now_ns = record->time_ns;
    enum presence_now now = PRESENCE_SAME;
    bool asked = false;

    for (size_t i = 0; i < population->interpreter_count; i++) {
        struct gil_shared shared;
        bool read;

        if (!asked) {
            presence_watch(&target->presence, target->reader, now_ns);
            foresee(target);
        }
        read = gil_read(&population->interpreters[i], &target->runtime.layout, target->reader, !target->no_gc, &shared);
        if (!read)
            *error_number = errno;
        if (!asked)
            now = presence_holds(&target->presence, target->reader, &target->runtime, now_ns, error);
        if (now != PRESENCE_SAME)
            return now;
        asked = true;
        target->crowd.lists_changed |= !read || shared.new_threads;
        if (!read)
            continue;
        record->gil_held |= shared.gil.locked;
        record->gc_running |= shared.collecting;
        shared.gil.gc_lately = !target->no_gc && (target->gc_left > 0 || shared.collecting);
        *any |= round_of_interpreter(target, i, &shared, now_ns, counts, error_number);
    }
    return asked ? now
                 : presence_holds(&target->presence, target->reader, &target->runtime, now_ns, error);
}

/* The program became another one: what is known of it is of no use for that. The threads are others, too, and no
   number of a thread or function is used again. */
static void leave_program(struct target *target, uint64_t now_ns, struct sampler_counts *counts)
{
    const struct thread_round round = round_for(target, NULL, now_ns, counts);
    const uint32_t next_thread = target->population.next_thread_number;

    engine_leave();
    target_flush(target, counts);
    population_end(&target->population, &round);
    target->first_function = code_table_next_number(target->codes);
    target->unnamed_before += code_table_unnamed(target->codes);
    free_program(target);
    target->population = (struct population){.next_thread_number = next_thread};
    crowd_leave(&target->crowd);
    target->gil_held = false;
    target->gc_left = 0;
}

/* Takes the process for the program that it is by now, if that is known. */
static bool follow_program(struct target *target, uint64_t now_ns, struct error *error)
{
    if (!presence_follow(&target->presence, now_ns, &target->reader, &target->runtime, error))
        return false;
    if (target->reader == NULL)
        return true;
    target->announced = false;
    return begin_program(target, error);
}

/* What comes of a program that is not what it was: false when there will be none, with the reason. */
static bool goes_on(struct target *target, enum presence_now now, struct sampler_counts *counts)
{
    if (now == PRESENCE_LEFT)
        leave_program(target, clock_now_ns(), counts);
    return now != PRESENCE_ENDED;
}

/* What is read from elsewhere is to go on meanwhile; what is stopped for it does not. Of many targets, one or the other is on any
   CPU. */
static void step_aside(struct target *target, uint64_t now_ns)
{
    const size_t runner = target->crowd.runner;

    if (target->alone && runner < target->population.thread_count && !engine_rides(&target->engine) &&
        !target->blocking.wanted)
        aside_look(&target->aside, &target->population.threads[runner]->kernel, now_ns);
}

bool target_round(struct target *target, struct sampler_counts *counts, struct error *error)
{
    const uint64_t now_ns = clock_now_ns();
    struct thread_round round;
    struct record_round record = {.time_ns = now_ns};
    enum presence_now now;
    int error_number = 0;
    bool any = false;

    if (target->reader == NULL)
        engine_leave(); /* the CPU of another target, or what kept it off one */
    if (target->reader == NULL && !follow_program(target, now_ns, error))
        return false;
    if (target->reader == NULL) {
        record.reason = why_it_reads_so(target);
        put_round(target, &record, counts);
        return true;
    }
    engine_begin(&target->engine, now_ns);
    if (!put_process(target)) {
        counts->lost++;
        return true;
    }
    round = round_for(target, NULL, now_ns, counts);
    target->rounds = 0;
    population_update(&target->population, &round);
    crowd_begin(&target->crowd, &target->population, now_ns, rounds_apart_ns(target, now_ns), target->bursts != NULL);
    now = round_of_interpreters(target, &record, counts, &any, &error_number, error);
    if (now != PRESENCE_SAME)
        return goes_on(target, now, counts);
    population_looked(&target->population, target->crowd.lists_changed, now_ns);
    count_rounds(target, counts);
    target->gil_held = record.gil_held;
    target->gc_left = gc_rounds_left(target->gc_left, record.gc_running);
    pending_put(target->pending, &round, false);
    record.riding = how_it_reads(target);
    record.reason = why_it_reads_so(target);
    record.slowed = target->slowed ||
                    engine_interval_ns(&target->engine) > target->engine.options.interval_ns ||
                    blocking_slows(&target->blocking);
    put_round(target, &record, counts);
    target->before_ns = now_ns;
    engine_end(&target->engine, now_ns, target->crowd.holder_samples, target->crowd.holder_torn);
    step_aside(target, now_ns);
    if (!any)
        return goes_on(target,
                       presence_after_failure(&target->presence, target->reader, &target->runtime,
                                              error_number, error),
                       counts);
    presence_seen(&target->presence);
    return true;
}

bool target_tend(struct target *target, struct sampler_counts *counts)
{
    return blocking_tend(&target->blocking, counts);
}

struct blocking target_blocking(const struct target *target)
{
    return target->blocking;
}

void target_take_over(struct target *target, struct blocking *left)
{
    blocking_take_over(&target->blocking, left);
}

void target_skip(struct target *target, uint64_t away_ns)
{
    const uint64_t now_ns = clock_now_ns();

    population_skip(&target->population, away_ns, now_ns);
    if (target->round_ns != 0)
        target->round_ns = clock_least(target->round_ns + away_ns, now_ns);
    if (target->before_ns != 0)
        target->before_ns = clock_least(target->before_ns + away_ns, now_ns);
    target->crowd.told_ns = target->before_ns;
    target->cpu_ns = process_cpu_ns(target->cpu_clock, target->has_cpu_clock);
}

void target_flush(struct target *target, struct sampler_counts *counts)
{
    const struct thread_round round = round_for(target, NULL, clock_now_ns(), counts);

    pending_put(target->pending, &round, true);
    for (size_t i = 0; i < target->population.thread_count; i++)
        target_thread_flush(target->population.threads[i], &round);
}

bool target_end(struct target *target, const struct error *reason, struct sampler_counts *counts)
{
    engine_leave();
    target_flush(target, counts);
    return emit_end(target->sink, target->process, clock_now_ns(), reason, counts);
}
