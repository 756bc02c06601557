#include "sample/sampler.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>

#include "base/alarm_clock.h"
#include "base/clock.h"
#include "base/thread.h"
#include "sample/pace.h"

enum {
    END_PATIENCE_MS = 200,   /* for room for the last record, when nobody may be reading any more */
    END_PAUSE_NS = 1000000,
    SLEEP_MAX_MS = 50,
    TEND_MS = 1,             /* while a thread of a target is about to stop too late */
    REST_MS = 1,             /* between two looks at whether this, or the thread, still rests */
    REST_PATIENCE_MS = 600,  /* for it to come to rest: a little more than a round may last, */
    LATE_PATIENCE_MS = 5000, /* and while it does but for a thread that stops too late: many times what one may wait for a CPU */
    STOP_PATIENCE_MS = 3000, /* for the thread to end: many times what a round may last */
    AWAY_MS = 1000,          /* without a round, and AWAY_INTERVALS: as when this program was stopped */
    AWAY_INTERVALS = 4,
};

struct sampler_seat {
    struct target *target;   /* NULL once it ended, */
    struct blocking left;    /* and what it left to be tended then */
    struct sampler_counts counts;
    struct sampler_seat *next;
    uint64_t interval_ns;    /* how far apart its rounds are to be now */
    uint64_t waited_ns;      /* of the clock's time, not yet answered by a round of it */
    atomic_bool is_to_leave; /* set by sampler_leave(), read by the thread */
    atomic_bool lost;        /* set by the thread, read by sampler_lost_program() */
};

struct sampler {
    struct sampler_seat *seats;  /* whose target is looked at, in the order of their coming */
    struct sampler_seat *ended;
    bool late;        /* a thread of a target is about to stop too late */
    bool left_late;   /* and one of a target that ended */
    uint64_t tend_ns; /* when they are to be looked at */
    _Atomic(struct sampler_seat *) arrivals; /* pushed by sampler_add(), last first; the thread takes all */
    struct pace pace;
    uint64_t at_work_ns; /* when it was known to be, last */
    uint64_t interval_ns; /* from the last round to the one before, as wanted */
    uint64_t random; /* the next number of chance: see draw() */
    struct alarm_clock alarm; /* the thread's */
    pthread_t thread;
    sem_t news;       /* posted when somebody arrived, or the thread is to end: without a target it waits */
    sem_t done;       /* posted when the thread is about to end: joining it does not take long then */
    bool started;
    bool stuck;       /* it was asked to stop and did not */
    /* These carry no data with them. */
    atomic_bool stop;  /* set by sampler_stop(), read by the thread */
    atomic_bool pause; /* set by sampler_pause(), read by the thread */
    atomic_bool rests; /* set by the thread: it does nothing while .pause is set, or has ended */
    atomic_bool tends; /* set by the thread: it would, if no thread of a target were late */
};

struct sampler *sampler_new(double budget, struct error *error)
{
    struct sampler *sampler = calloc(1, sizeof *sampler);

    if (sampler == NULL) {
        error_set(error, ERROR_MEMORY, "out of memory");
        return NULL;
    }
    sampler->pace.budget = budget;
    sem_init(&sampler->done, 0, 0);
    sem_init(&sampler->news, 0, 0);
    sampler->random = clock_now_ns() | 1;
    return sampler;
}

struct sampler_seat *sampler_add(struct sampler *sampler, struct target *target, struct error *error)
{
    struct sampler_seat *seat = calloc(1, sizeof *seat);

    if (seat == NULL) {
        target_free(target);
        error_set(error, ERROR_MEMORY, "out of memory");
        return NULL;
    }
    seat->target = target;
    seat->next = atomic_load(&sampler->arrivals);
    while (!atomic_compare_exchange_weak(&sampler->arrivals, &seat->next, seat))
        ;
    sem_post(&sampler->news);
    return seat;
}

void sampler_leave(struct sampler *sampler, struct sampler_seat *seat)
{
    atomic_store(&seat->is_to_leave, true);
    sem_post(&sampler->news);
}

bool sampler_lost_program(const struct sampler_seat *seat)
{
    return atomic_load(&seat->lost);
}

/* The same process may have been a target before. */
static void take_over_left(struct sampler *sampler, struct target *target)
{
    for (struct sampler_seat *seat = sampler->ended; seat != NULL && sampler->left_late; seat = seat->next)
        target_take_over(target, &seat->left);
}

/* Takes in those that arrived, behind the others. */
static void seat_arrivals(struct sampler *sampler)
{
    struct sampler_seat *arrived, *first = NULL;
    struct sampler_seat **last = &sampler->seats;

    if (atomic_load_explicit(&sampler->arrivals, memory_order_relaxed) == NULL)
        return;
    arrived = atomic_exchange(&sampler->arrivals, NULL);
    while (arrived != NULL) {
        struct sampler_seat *before = arrived->next;

        take_over_left(sampler, arrived->target);
        arrived->next = first;
        first = arrived;
        arrived = before;
    }
    while (*last != NULL)
        last = &(*last)->next;
    *last = first;
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

/* The threads of targets that ended, of which many may have. */
static bool tend_left(struct sampler *sampler)
{
    bool any = false;

    if (!sampler->left_late)
        return false;
    for (struct sampler_seat *seat = sampler->ended; seat != NULL; seat = seat->next)
        any |= blocking_tend(&seat->left, &seat->counts);
    sampler->left_late = any;
    return any;
}

/* Lets threads go that stopped too late; true while one has yet to. */
static bool tend_all(struct sampler *sampler)
{
    bool any = tend_left(sampler);

    for (struct sampler_seat *seat = sampler->seats; seat != NULL; seat = seat->next)
        any |= target_tend(seat->target, &seat->counts);
    sampler->late = any;
    sampler->tend_ns = clock_now_ns() + TEND_MS * NS_PER_MS;
    return any;
}

/* The same between the rounds of two targets, of which there may be many. */
static void tend_if_due(struct sampler *sampler)
{
    if (sampler->late && clock_now_ns() >= sampler->tend_ns)
        tend_all(sampler);
}

static bool resting(struct sampler *sampler)
{
    return atomic_load(&sampler->pause) && !stopping(sampler);
}

/* Rests, unless a thread has yet to be let go: whether that is so. */
static bool rest(struct sampler *sampler)
{
    const bool tends = tend_all(sampler);

    atomic_store(&sampler->tends, tends);
    if (!tends)
        atomic_store(&sampler->rests, true);
    return tends;
}

static void rest_if_asked(struct sampler *sampler)
{
    while (resting(sampler)) {
        while (resting(sampler)) {
            rest(sampler);
            pause_ms(REST_MS);
        }
        /* Who asks again now either sees this, or is seen by resting(). */
        atomic_store(&sampler->rests, false);
    }
}

/* Puts a target's end. `is_read` tells that somebody takes the records: the end waits for room then,
   as a view would show a target without an end as one that is still there. */
static void end_target(struct sampler *sampler, struct sampler_seat *seat, const struct error *reason,
                       bool is_read)
{
    const struct timespec pause = {0, END_PAUSE_NS};
    uint64_t waited_ns = 0;

    while (!target_end(seat->target, reason, &seat->counts) &&
           waited_ns < END_PATIENCE_MS * NS_PER_MS) {
        nanosleep(&pause, NULL);
        tend_if_due(sampler);
        if (!is_read || stopping(sampler))
            waited_ns += END_PAUSE_NS;
    }
    seat->left = target_blocking(seat->target);
    sampler->left_late |= blocking_tend(&seat->left, &seat->counts);
    sampler->late |= sampler->left_late;
    atomic_store(&seat->lost, target_has_no_program(seat->target));
    target_free(seat->target);
    seat->target = NULL;
}

/* Ends the target of the seat at `place`, and takes that out of the list. The seat itself stays: who was given
   it by sampler_add() may still name it. */
static void vacate(struct sampler *sampler, struct sampler_seat **place, const struct error *reason,
                   bool is_read)
{
    struct sampler_seat *seat = *place;

    end_target(sampler, seat, reason, is_read);
    *place = seat->next;
    seat->next = sampler->ended;
    sampler->ended = seat;
}

/* A round of the target, if its time has come; false when it is at its end, with the reason. */
static bool round_of(struct sampler *sampler, struct sampler_seat *seat, uint64_t clock_ns,
                     struct error *reason)
{
    uint64_t due = 1;

    if (atomic_load_explicit(&seat->is_to_leave, memory_order_relaxed)) {
        return error_set(reason, ERROR_GONE, "it is not asked for any more");
    }
    seat->waited_ns += clock_ns;
    if (seat->interval_ns > 0) {
        due = seat->waited_ns / seat->interval_ns;
        seat->waited_ns %= seat->interval_ns;
    }
    if (due == 0)
        return true;
    seat->counts.rounds++;
    seat->counts.missed += (due - 1) * target_rounds_wanted(seat->target);
    target_set_slowed(seat->target, sampler->pace.interval_ns > target_interval_ns(seat->target));
    target_set_alone(seat->target, sampler->seats->next == NULL);
    return target_round(seat->target, &seat->counts, reason);
}

/* To be called after each step: a sleep, or a round of one target, of which none lasts for long. After a time in which
   nobody looked, as this program was stopped, no sample may stand for it: lets all targets go on from now. Whether it was
   so. */
static bool skip_absence(struct sampler *sampler, uint64_t interval_ns)
{
    const uint64_t now_ns = clock_now_ns();
    const uint64_t since_ns = now_ns - sampler->at_work_ns;

    sampler->at_work_ns = now_ns;
    if (since_ns < AWAY_MS * NS_PER_MS || since_ns < AWAY_INTERVALS * interval_ns)
        return false;
    for (struct sampler_seat *seat = sampler->seats; seat != NULL; seat = seat->next)
        target_skip(seat->target, since_ns - interval_ns);
    return true;
}

/* A round of all whose time has come, `clock_ns` of the clock's time after the one before. Whether there was an absence
   in it. */
static bool round_of_all(struct sampler *sampler, uint64_t clock_ns, bool is_read,
                         struct error *last_end)
{
    struct sampler_seat **place = &sampler->seats;
    struct error reason;
    bool was_away = false;

    sampler->at_work_ns = clock_now_ns();
    while (*place != NULL) {
        tend_if_due(sampler);
        if (round_of(sampler, *place, clock_ns, &reason)) {
            sampler->late |= target_tend((*place)->target, &(*place)->counts);
            was_away |= skip_absence(sampler, 0);
            place = &(*place)->next;
            continue;
        }
        vacate(sampler, place, &reason, is_read);
        *last_end = reason;
    }
    return was_away;
}

/* xorshift64 (Marsaglia, "Xorshift RNGs", 2003): chance enough to break a rhythm. */
static void draw(struct sampler *sampler)
{
    sampler->random ^= sampler->random << 13;
    sampler->random ^= sampler->random >> 7;
    sampler->random ^= sampler->random << 17;
}

/* How long after a round the next is due. A sample stands for the time since the one before. So it is that time which chance
   makes longer or shorter, by up to a half: were it the place within an interval, what a target of the same period does late
   in it would have more, and what it does early less. The same until the next draw(). */
static uint64_t step_ns(const struct sampler *sampler, uint64_t interval_ns)
{
    return interval_ns / 2 + sampler->random % interval_ns;
}

/* Sleeps in slices, so that it can be stopped soon at low rates too. The next sleep may be until `next_ns`; 0: nobody knows. */
static void sleep_until(struct sampler *sampler, uint64_t time_ns, uint64_t next_ns)
{
    uint64_t now_ns = clock_now_ns();

    while (now_ns < time_ns && !stopping(sampler) && !atomic_load(&sampler->pause)) {
        const uint64_t slice_ms = tend_all(sampler) ? TEND_MS : SLEEP_MAX_MS;
        const uint64_t most_ns = now_ns + slice_ms * NS_PER_MS;
        const uint64_t until_ns = time_ns < most_ns ? time_ns : most_ns;

        alarm_clock_wait(&sampler->alarm, until_ns, until_ns == time_ns ? next_ns : 0);
        now_ns = clock_now_ns();
    }
}

static void keep_pace(struct sampler *sampler, uint64_t now_ns)
{
    if (sampler->pace.budget > 0)
        pace_note(&sampler->pace, now_ns, clock_ns(CLOCK_THREAD_CPUTIME_ID),
                  clock_ns(CLOCK_PROCESS_CPUTIME_ID));
}

/* The clock's interval: the shortest that one of the targets wants, so that one that rides, or is stopped, and
   wants rounds to be rare does not make them rare for all. None is less than what keeps within the budget. */
static uint64_t choose_interval_ns(struct sampler *sampler)
{
    uint64_t shortest_ns = UINT64_MAX;

    for (struct sampler_seat *seat = sampler->seats; seat != NULL; seat = seat->next) {
        const uint64_t wanted_ns = target_interval_ns(seat->target);
        const uint64_t least_ns = sampler->pace.interval_ns;

        seat->interval_ns = wanted_ns > least_ns ? wanted_ns : least_ns;
        shortest_ns = clock_least(shortest_ns, seat->interval_ns);
    }
    return shortest_ns;
}

/* Without a target there is nothing to do but for those that ended: waits for one, or for the end. */
static void wait_for_arrivals(struct sampler *sampler)
{
    while (sampler->seats == NULL && !stopping(sampler)) {
        if (rest(sampler))
            pause_ms(TEND_MS);
        else
            sem_wait(&sampler->news);
        seat_arrivals(sampler);
    }
    atomic_store(&sampler->rests, false);
}

/* Finds when the next round is due; gives how many are missed by then. */
static uint64_t find_due(struct sampler *sampler, uint64_t *due_ns, uint64_t interval_ns)
{
    const uint64_t now_ns = clock_now_ns();
    uint64_t missed;

    if (interval_ns == 0) {
        *due_ns = now_ns;
        return 0;
    }
    *due_ns += step_ns(sampler, interval_ns);
    draw(sampler);
    missed = now_ns > *due_ns ? (now_ns - *due_ns) / interval_ns : 0;
    *due_ns += missed * interval_ns;
    return missed;
}

/* Waits for the next round, and makes it; `*due_ns` is when the one before was due. */
static void next_round(struct sampler *sampler, uint64_t *due_ns)
{
    const uint64_t interval_ns = choose_interval_ns(sampler);
    const bool goes_on = interval_ns == sampler->interval_ns; /* so that the next will be, most likely */
    uint64_t missed = find_due(sampler, due_ns, interval_ns);
    uint64_t begun_ns;
    struct error reason;

    if (interval_ns > 0)
        sleep_until(sampler, *due_ns, goes_on ? *due_ns + step_ns(sampler, interval_ns) : 0);
    sampler->interval_ns = interval_ns;
    rest_if_asked(sampler);
    if (skip_absence(sampler, interval_ns)) {
        *due_ns = clock_now_ns();
        missed = 0;
    }
    begun_ns = clock_now_ns();
    if (round_of_all(sampler, (missed + 1) * interval_ns, true, &reason))
        *due_ns = clock_now_ns();
    keep_pace(sampler, begun_ns);
}

static void *run(void *argument)
{
    struct sampler *sampler = argument;
    const struct error stopped = {ERROR_NONE, ""};
    uint64_t due_ns = 0; /* 0: there was no round yet */

    prctl(PR_SET_NAME, "sampler");
    prctl(PR_SET_TIMERSLACK, 1UL); /* the default of 50 µs is a large part of a short interval */
    alarm_clock_open(&sampler->alarm);
    thread_run_soon(); /* a round that waits until a thread of the target sleeps finds it asleep */
    while (!stopping(sampler)) {
        seat_arrivals(sampler);
        if (sampler->seats == NULL) {
            wait_for_arrivals(sampler);
            due_ns = 0;
            continue;
        }
        if (due_ns == 0)
            due_ns = sampler->at_work_ns = clock_now_ns();
        next_round(sampler, &due_ns);
    }
    while (sampler->seats != NULL)
        vacate(sampler, &sampler->seats, &stopped, true);
    alarm_clock_close(&sampler->alarm);
    atomic_store(&sampler->rests, true);
    sem_post(&sampler->done);
    return NULL;
}

bool sampler_start(struct sampler *sampler, struct error *error)
{
    sampler->started = thread_start(&sampler->thread, run, sampler, "sampler", error);
    return sampler->started;
}

void sampler_ask_stop(struct sampler *sampler)
{
    atomic_store_explicit(&sampler->stop, true, memory_order_relaxed);
    sem_post(&sampler->news);
}

void sampler_pause(struct sampler *sampler)
{
    const uint64_t began_ns = clock_now_ns();
    uint64_t patience_ms = REST_PATIENCE_MS;

    if (!sampler->started || sampler->stuck)
        return;
    atomic_store(&sampler->tends, false);
    atomic_store(&sampler->pause, true);
    while (!atomic_load(&sampler->rests) && clock_now_ns() - began_ns < patience_ms * NS_PER_MS) {
        pause_ms(REST_MS);
        patience_ms = atomic_load(&sampler->tends) ? LATE_PATIENCE_MS : REST_PATIENCE_MS;
    }
}

void sampler_resume(struct sampler *sampler)
{
    atomic_store(&sampler->pause, false);
}

bool sampler_stop(struct sampler *sampler)
{
    if (!sampler->started || sampler->stuck)
        return !sampler->stuck;
    sampler_ask_stop(sampler);
    sampler->stuck = !thread_join_soon(sampler->thread, &sampler->done, STOP_PATIENCE_MS);
    sampler->started = sampler->stuck;
    return !sampler->stuck;
}

bool sampler_look(struct sampler *sampler, struct error *error)
{
    seat_arrivals(sampler);
    round_of_all(sampler, 0, false, error);
    for (struct sampler_seat *seat = sampler->seats; seat != NULL; seat = seat->next)
        target_flush(seat->target, &seat->counts);
    return sampler->seats != NULL;
}

static void free_seats(struct sampler_seat *seat)
{
    while (seat != NULL) {
        struct sampler_seat *next = seat->next;

        target_free(seat->target);
        free(seat);
        seat = next;
    }
}

void sampler_free(struct sampler *sampler)
{
    if (sampler == NULL)
        return;
    if (!sampler_stop(sampler))
        return; /* it is all still in use */
    free_seats(atomic_load(&sampler->arrivals));
    free_seats(sampler->seats);
    free_seats(sampler->ended);
    sem_destroy(&sampler->news);
    sem_destroy(&sampler->done);
    free(sampler);
}
