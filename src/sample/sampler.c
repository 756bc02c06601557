#include "sample/sampler.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#include "base/clock.h"
#include "sample/pace.h"

enum {
    END_PATIENCE_MS = 200,   /* for room for the last record, when nobody may be reading any more */
    END_PAUSE_NS = 1000000,
    SLEEP_MAX_MS = 50,
    TEND_MS = 1,             /* while a thread of a target is about to stop too late */
    REST_MS = 1,             /* between two looks at whether this, or the thread, still rests */
    REST_PATIENCE_MS = 600,  /* for it to come to rest: a little more than a round may last */
    STOP_PATIENCE_MS = 3000, /* for the thread to end: many times what a round may last */
    AWAY_MS = 1000,          /* without a round, and AWAY_INTERVALS: as when this program was stopped */
    AWAY_INTERVALS = 4,
};

struct slot {
    struct target *target; /* NULL once it ended */
    struct sampler_counts counts;
};

struct sampler {
    struct slot *slots;
    size_t count;
    size_t left;
    struct pace pace;
    bool slowed;      /* rounds are less often than targets want, to keep within the budget */
    uint64_t random;
    pthread_t thread;
    sem_t done;       /* posted when the thread is about to end: joining it does not take long then */
    bool started;
    bool stuck;       /* it was asked to stop and did not */
    /* They carry no data with them. */
    atomic_bool stop;  /* set by sampler_stop(), read by the thread */
    atomic_bool pause; /* set by sampler_pause(), read by the thread */
    atomic_bool rests; /* set by the thread: it does nothing while .pause is set, or has ended */
};

struct sampler *sampler_new(struct target **targets, size_t count, double budget,
                            struct error *error)
{
    struct sampler *sampler = calloc(1, sizeof *sampler);

    if (sampler != NULL)
        sampler->slots = calloc(count, sizeof *sampler->slots);
    if (sampler == NULL || sampler->slots == NULL) {
        for (size_t i = 0; i < count; i++)
            target_free(targets[i]);
        free(sampler);
        error_set(error, ERROR_MEMORY, "out of memory");
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        sampler->slots[i].target = targets[i];
    sampler->count = count;
    sampler->left = count;
    sampler->pace.budget = budget;
    sem_init(&sampler->done, 0, 0);
    sampler->random = clock_now_ns() | 1;
    return sampler;
}

static bool stopping(struct sampler *sampler)
{
    return atomic_load_explicit(&sampler->stop, memory_order_relaxed);
}

static void pause_ms(long ms)
{
    const struct timespec pause = {0, ms * (long)NS_PER_MS};

    nanosleep(&pause, NULL);
}

/* Lets threads go that stopped too late; true while one has yet to. */
static bool tend_all(struct sampler *sampler)
{
    bool any = false;

    for (size_t i = 0; i < sampler->count; i++)
        any |= sampler->slots[i].target != NULL && target_tend(sampler->slots[i].target);
    return any;
}

static bool resting(struct sampler *sampler)
{
    return atomic_load(&sampler->pause) && !stopping(sampler);
}

static void rest_if_asked(struct sampler *sampler)
{
    while (resting(sampler)) {
        if (!tend_all(sampler))
            atomic_store(&sampler->rests, true);
        pause_ms(REST_MS);
        /* Who asks again now either sees this, or is seen by resting(). */
        if (!resting(sampler))
            atomic_store(&sampler->rests, false);
    }
}

/* Puts a target's end. `is_read` tells that somebody takes the records: the end waits for room then,
   as a view would show a target without an end as one that is still there. */
static void end_slot(struct sampler *sampler, struct slot *slot, const struct error *reason,
                     bool is_read)
{
    const struct timespec pause = {0, END_PAUSE_NS};
    uint64_t waited_ns = 0;

    while (!target_end(slot->target, reason, &slot->counts) &&
           waited_ns < END_PATIENCE_MS * NS_PER_MS) {
        nanosleep(&pause, NULL);
        if (!is_read || stopping(sampler))
            waited_ns += END_PAUSE_NS;
    }
    for (waited_ns = 0; target_tend(slot->target) && waited_ns < END_PATIENCE_MS * NS_PER_MS;
         waited_ns += END_PAUSE_NS)
        nanosleep(&pause, NULL);
    target_free(slot->target);
    slot->target = NULL;
    sampler->left--;
}

static void round_of_all(struct sampler *sampler, uint64_t missed, bool is_read,
                         struct error *last_end)
{
    for (size_t i = 0; i < sampler->count; i++) {
        struct slot *slot = &sampler->slots[i];
        struct error reason;

        if (slot->target == NULL)
            continue;
        slot->counts.rounds++;
        target_set_slowed(slot->target, sampler->slowed);
        slot->counts.missed += missed * target_rounds_wanted(slot->target);
        if (!target_round(slot->target, &slot->counts, &reason)) {
            end_slot(sampler, slot, &reason, is_read);
            *last_end = reason;
        }
    }
}

/* After a time in which nobody looked, no sample may stand for it: lets all targets go on from now. */
static void skip_absence(struct sampler *sampler, uint64_t since_ns, uint64_t interval_ns)
{
    if (since_ns < AWAY_MS * NS_PER_MS || since_ns < AWAY_INTERVALS * interval_ns)
        return;
    for (size_t i = 0; i < sampler->count; i++)
        if (sampler->slots[i].target != NULL)
            target_skip(sampler->slots[i].target, since_ns - interval_ns);
}

/* xorshift64 (Marsaglia, "Xorshift RNGs", 2003): chance enough to break a rhythm. */
static uint64_t next_random(struct sampler *sampler)
{
    sampler->random ^= sampler->random << 13;
    sampler->random ^= sampler->random >> 7;
    sampler->random ^= sampler->random << 17;
    return sampler->random;
}

/* Sleeps in slices, so that it can be stopped soon at low rates too. */
static void sleep_until(struct sampler *sampler, uint64_t time_ns)
{
    uint64_t now_ns = clock_now_ns();

    while (now_ns < time_ns && !stopping(sampler) && !atomic_load(&sampler->pause)) {
        const uint64_t slice_ms = tend_all(sampler) ? TEND_MS : SLEEP_MAX_MS;
        const uint64_t most_ns = now_ns + slice_ms * NS_PER_MS;
        const uint64_t until_ns = time_ns < most_ns ? time_ns : most_ns;
        const struct timespec until = {(time_t)(until_ns / NS_PER_S), (long)(until_ns % NS_PER_S)};

        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
        now_ns = clock_now_ns();
    }
}

static void keep_pace(struct sampler *sampler, uint64_t now_ns)
{
    if (sampler->pace.budget > 0)
        pace_note(&sampler->pace, now_ns, clock_ns(CLOCK_THREAD_CPUTIME_ID),
                  clock_ns(CLOCK_PROCESS_CPUTIME_ID));
}

/* The longest that one of the targets wants, or longer where that would take more than the budget. */
static uint64_t choose_interval_ns(struct sampler *sampler)
{
    uint64_t longest_ns = 0;

    for (size_t i = 0; i < sampler->count; i++) {
        const struct target *target = sampler->slots[i].target;

        if (target != NULL && target_interval_ns(target) > longest_ns)
            longest_ns = target_interval_ns(target);
    }
    sampler->slowed = sampler->pace.interval_ns > longest_ns;
    return sampler->slowed ? sampler->pace.interval_ns : longest_ns;
}

static void *run(void *argument)
{
    struct sampler *sampler = argument;
    struct error reason = {ERROR_NONE, ""};
    uint64_t interval_start_ns = clock_now_ns();
    uint64_t last_round_ns = interval_start_ns;

    prctl(PR_SET_NAME, "sampler");
    prctl(PR_SET_TIMERSLACK, 1UL); /* the default of 50 µs is a large part of a short interval */
    while (!stopping(sampler) && sampler->left > 0) {
        const uint64_t interval_ns = choose_interval_ns(sampler);
        const uint64_t now_ns = clock_now_ns();
        uint64_t missed = 0;

        if (interval_ns == 0) {
            interval_start_ns = now_ns;
        } else if (now_ns >= interval_start_ns + interval_ns) {
            missed = (now_ns - interval_start_ns) / interval_ns;
            interval_start_ns += missed * interval_ns;
        }
        if (interval_ns > 0)
            sleep_until(sampler, interval_start_ns + next_random(sampler) % interval_ns);
        rest_if_asked(sampler);
        skip_absence(sampler, clock_now_ns() - last_round_ns, interval_ns);
        last_round_ns = clock_now_ns();
        interval_start_ns += interval_ns;
        round_of_all(sampler, missed, true, &reason);
        keep_pace(sampler, last_round_ns);
    }
    reason = (struct error){ERROR_NONE, ""};
    for (size_t i = 0; i < sampler->count; i++)
        if (sampler->slots[i].target != NULL)
            end_slot(sampler, &sampler->slots[i], &reason, true);
    atomic_store(&sampler->rests, true);
    sem_post(&sampler->done);
    return NULL;
}

/* What a thread does wrong is told to itself: blocked, it would end the program without the handler
   that puts the terminal back (force_sig_info_to_task(), kernel/signal.c). */
static const int OWN_FAULTS[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT};

/* All other signals are the main thread's. */
static sigset_t signals_of_others(void)
{
    sigset_t signals;

    sigfillset(&signals);
    for (size_t i = 0; i < sizeof OWN_FAULTS / sizeof OWN_FAULTS[0]; i++)
        sigdelset(&signals, OWN_FAULTS[i]);
    return signals;
}

bool sampler_start(struct sampler *sampler, struct error *error)
{
    const sigset_t blocked = signals_of_others();
    sigset_t before;
    int failure;

    pthread_sigmask(SIG_SETMASK, &blocked, &before);
    failure = pthread_create(&sampler->thread, NULL, run, sampler);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failure != 0)
        return error_set(error, ERROR_SYSTEM, "could not start the sampler thread: %s",
                         strerror(failure));
    sampler->started = true;
    return true;
}

void sampler_ask_stop(struct sampler *sampler)
{
    atomic_store_explicit(&sampler->stop, true, memory_order_relaxed);
}

void sampler_pause(struct sampler *sampler)
{
    const uint64_t until_ns = clock_now_ns() + REST_PATIENCE_MS * NS_PER_MS;

    if (!sampler->started || sampler->stuck)
        return;
    atomic_store(&sampler->pause, true);
    while (!atomic_load(&sampler->rests) && clock_now_ns() < until_ns)
        pause_ms(REST_MS);
}

void sampler_resume(struct sampler *sampler)
{
    atomic_store(&sampler->pause, false);
}

bool sampler_stop(struct sampler *sampler)
{
    const uint64_t until_ns = clock_now_ns() + STOP_PATIENCE_MS * NS_PER_MS;
    const struct timespec until = {(time_t)(until_ns / NS_PER_S), (long)(until_ns % NS_PER_S)};

    if (!sampler->started || sampler->stuck)
        return !sampler->stuck;
    sampler_ask_stop(sampler);
    while (sem_clockwait(&sampler->done, CLOCK_MONOTONIC, &until) != 0) {
        if (errno == EINTR)
            continue;
        sampler->stuck = true;
        return false;
    }
    pthread_join(sampler->thread, NULL);
    sampler->started = false;
    return true;
}

bool sampler_look(struct sampler *sampler, struct error *error)
{
    round_of_all(sampler, 0, false, error);
    for (size_t i = 0; i < sampler->count; i++)
        if (sampler->slots[i].target != NULL)
            target_flush(sampler->slots[i].target, &sampler->slots[i].counts);
    return sampler->left > 0;
}

void sampler_free(struct sampler *sampler)
{
    if (sampler == NULL)
        return;
    if (!sampler_stop(sampler))
        return; /* it is all still in use */
    for (size_t i = 0; i < sampler->count; i++)
        target_free(sampler->slots[i].target);
    sem_destroy(&sampler->done);
    free(sampler->slots);
    free(sampler);
}
