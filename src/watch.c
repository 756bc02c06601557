#include "watch.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/thread.h"
#include "sample/process_facts.h"

enum {
    LOOK_EVERY_MS = 300,     /* at all processes, */
    LOOK_NEW_EVERY_MS = 20,  /* and at those that came since; both together, with the attaching, take */
    LOOK_PARTS = 50,         /* one in so many parts of the time at most, the looks at all half of that; */
    CREDIT_MS = 20,          /* what was not taken is kept, up to this */
    SETTLED_MS = 20,         /* after its fork, a child that is to be another program has become that */
    TRIES_MAX = 10,          /* for one that looks like a Python, and is none (yet) */
    STOP_PATIENCE_MS = 3000, /* for the thread to end: longer than it takes to attach to what lets itself be read */
};

/* A process that is meant; its key is without padding, as it is compared as bytes. */
struct attendee_key {
    uint64_t pid;
    uint64_t started_ticks;
};

struct attendee {
    UT_hash_handle hh;
    struct attendee_key key;
    struct sampler_seat *seat; /* NULL: not attached to */
    unsigned tries;
    bool given_up;
    uint64_t seen;             /* the last look in which it was meant */
};

struct watch {
    struct session *session;
    struct selection *selection;
    struct listing *listing;
    struct attendee *attendees; /* with what is above: the thread's, once it runs */
    uint64_t look;
    pthread_t thread;
    sem_t done;                 /* posted when the thread is about to end: joining it does not take long then */
    bool started;
    bool stuck;                 /* it was asked to stop and did not */

    pthread_mutex_t lock;       /* of what follows */
    pthread_cond_t wake;
    bool is_to_stop;
    bool subprocesses;
    bool alive;                 /* something that is meant was there at the last look */
    struct watch_news news;
    bool news_taken;
};

static void note_refusal(struct watch *watch, const struct error *reason)
{
    pthread_mutex_lock(&watch->lock);
    watch->news.refused++;
    watch->news.reason = *reason;
    watch->news_taken = false;
    pthread_mutex_unlock(&watch->lock);
}

/* The attendee of a process, new or known; NULL: out of memory. */
static struct attendee *attendee_of(struct watch *watch, pid_t pid, uint64_t started_ticks)
{
    const struct attendee_key key = {(uint64_t)pid, started_ticks};
    struct attendee *attendee;

    HASH_FIND(hh, watch->attendees, &key, sizeof key, attendee);
    if (attendee != NULL)
        return attendee;
    attendee = calloc(1, sizeof *attendee);
    if (attendee == NULL)
        return NULL;
    attendee->key = key;
    HASH_ADD(hh, watch->attendees, key, sizeof attendee->key, attendee);
    if (!HASH_ADD_FAILED(attendee))
        return attendee;
    free(attendee);
    return NULL;
}

/* Whether another try may go better: it may be starting. */
static bool may_come_good(const struct attendee *attendee, enum error_code code)
{
    return attendee->tries < TRIES_MAX && (code == ERROR_NOT_PYTHON || code == ERROR_READ);
}

static void attach(struct watch *watch, struct attendee *attendee)
{
    struct error error;

    attendee->seat = session_add(watch->session, (pid_t)attendee->key.pid,
                                 attendee->key.started_ticks, &error);
    if (attendee->seat != NULL)
        return;
    attendee->tries++;
    if (may_come_good(attendee, error.code))
        return;
    attendee->given_up = true;
    if (error.code != ERROR_GONE && error.code != ERROR_NO_PROCESS)
        note_refusal(watch, &error);
}

/* Whether what a process is now is what it is to be, as far as its age tells. What is there when this program begins is
   taken as it is. */
static bool is_settled(const struct watch *watch, const struct attendee *attendee)
{
    return watch->look == 1 ||
           clock_now_ns() - process_started_ns((pid_t)attendee->key.pid) >= SETTLED_MS * NS_PER_MS;
}

/* Looks after a process that is meant: attaches to it when it is a Python, and anew when it was none for so long that
   its target ended. */
static void attend(struct watch *watch, struct attendee *attendee, bool is_python)
{
    if (attendee->seat != NULL && session_lost_program(attendee->seat)) {
        attendee->seat = NULL;
        attendee->tries = 0;
    }
    if (!is_python) { /* what it becomes is another program */
        attendee->tries = 0;
        attendee->given_up = false;
    } else if (attendee->seat == NULL && !attendee->given_up && is_settled(watch, attendee)) {
        attach(watch, attendee);
    }
}

/* Lets go what is not meant any more; what ended, the sampler sees by itself. */
static void dismiss(struct watch *watch)
{
    struct attendee *attendee, *next;

    HASH_ITER(hh, watch->attendees, attendee, next)
    {
        const struct listed *listed = listing_find(watch->listing, (pid_t)attendee->key.pid);

        if (attendee->seen == watch->look)
            continue;
        if (attendee->seat != NULL && listed != NULL &&
            listed->started_ticks == attendee->key.started_ticks)
            session_leave(watch->session, attendee->seat);
        HASH_DEL(watch->attendees, attendee);
        free(attendee);
    }
}

/* Attaches to what is meant of the processes that are listed. */
static bool attend_all(struct watch *watch, bool whole, struct error *error)
{
    const struct listed *const *found;
    size_t count;

    if (!selection_find(watch->selection, watch->listing, error))
        return false;
    watch->look++;
    found = selection_found(watch->selection, &count);
    for (size_t i = 0; i < count; i++) {
        struct attendee *attendee = attendee_of(watch, found[i]->pid, found[i]->started_ticks);

        if (attendee == NULL)
            return error_set(error, ERROR_MEMORY, "out of memory");
        attendee->seen = watch->look;
        if (whole || attendee->tries == 0)
            attend(watch, attendee, found[i]->python != NULL);
    }
    dismiss(watch);
    pthread_mutex_lock(&watch->lock);
    watch->alive = count > 0;
    pthread_mutex_unlock(&watch->lock);
    return true;
}

/* Looks at all processes once, or at those that came since, and attaches to those that are meant. */
static bool look(struct watch *watch, bool whole, struct error *error)
{
    bool any = true;

    if (whole ? !listing_look(watch->listing, error) : !listing_look_at_new(watch->listing, &any, error))
        return false;
    return !any || attend_all(watch, whole, error);
}

/* Sleeps until a time; false: it is to stop. `*changed`: another kind of processes is meant now. */
static bool wait_until(struct watch *watch, uint64_t until_ns, bool *changed)
{
    const struct timespec until = clock_timespec(until_ns);
    bool goes_on;

    pthread_mutex_lock(&watch->lock);
    *changed = false;
    if (!watch->is_to_stop)
        *changed = pthread_cond_clockwait(&watch->wake, &watch->lock, CLOCK_MONOTONIC, &until) == 0;
    goes_on = !watch->is_to_stop;
    selection_set_subprocesses(watch->selection, watch->subprocesses);
    pthread_mutex_unlock(&watch->lock);
    return goes_on;
}

/* The share of a CPU that looks may take. */
struct allowance {
    int64_t credit_ns;
    uint64_t counted_ns; /* up to when it was added to */
};

/* Takes off what a look took. Gives from when on there may be more. */
static uint64_t spend(struct allowance *allowance, uint64_t took_ns)
{
    const uint64_t now_ns = clock_now_ns();
    const int64_t most_ns = CREDIT_MS * (int64_t)NS_PER_MS;

    allowance->credit_ns += (int64_t)((now_ns - allowance->counted_ns) / LOOK_PARTS);
    if (allowance->credit_ns > most_ns)
        allowance->credit_ns = most_ns;
    allowance->counted_ns = now_ns;
    allowance->credit_ns -= (int64_t)took_ns;
    return allowance->credit_ns >= 0 ? now_ns : now_ns + (uint64_t)-allowance->credit_ns * LOOK_PARTS;
}

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static void *run(void *argument)
{
    struct watch *watch = argument;
    uint64_t now_ns = clock_now_ns();
    struct allowance allowance = {CREDIT_MS * (int64_t)NS_PER_MS, now_ns};
    uint64_t all_due_ns = watch->look == 0 ? now_ns : now_ns + LOOK_EVERY_MS * NS_PER_MS;
    uint64_t new_due_ns = now_ns + LOOK_NEW_EVERY_MS * NS_PER_MS;
    bool changed;

    prctl(PR_SET_NAME, "watch");
    while (wait_until(watch, clock_least(all_due_ns, new_due_ns), &changed)) {
        const bool whole = changed || clock_now_ns() >= all_due_ns;
        const uint64_t began_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
        uint64_t took_ns, allowed_ns;
        struct error error;

        if (!look(watch, whole, &error))
            note_refusal(watch, &error);
        took_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID) - began_ns;
        allowed_ns = spend(&allowance, took_ns);
        now_ns = clock_now_ns();
        if (whole)
            all_due_ns = now_ns + later(LOOK_EVERY_MS * NS_PER_MS, 2 * LOOK_PARTS * took_ns);
        new_due_ns = later(now_ns + LOOK_NEW_EVERY_MS * NS_PER_MS, allowed_ns);
    }
    sem_post(&watch->done);
    return NULL;
}

/* What is asked for by id is attached to whatever the listing says of it: that finds less. */
static bool attach_ids(struct watch *watch, const struct selection_rules *rules, struct error *error)
{
    for (size_t i = 0; i < rules->pid_count; i++) {
        const uint64_t started_ticks = selection_rules_started_ticks(rules, i);
        struct attendee *attendee = attendee_of(watch, rules->pids[i], started_ticks);

        if (attendee == NULL)
            return error_set(error, ERROR_MEMORY, "out of memory");
        if (attendee->seat != NULL || attendee->given_up)
            continue; /* named twice */
        attendee->tries = TRIES_MAX;
        attendee->seat = session_add(watch->session, rules->pids[i], started_ticks, error);
        attendee->given_up = attendee->seat == NULL;
        if (attendee->given_up)
            note_refusal(watch, error);
    }
    return true;
}

static bool has_any(const struct watch *watch)
{
    for (const struct attendee *attendee = watch->attendees; attendee != NULL;
         attendee = attendee->hh.next)
        if (attendee->seat != NULL)
            return true;
    return false;
}

/* Why there is nothing to watch. */
static bool tell_none(const struct watch *watch, struct error *error)
{
    char asked[320];

    if (watch->news.refused == 1) {
        *error = watch->news.reason;
        return false;
    }
    if (watch->news.refused > 1)
        return error_set(error, watch->news.reason.code, "none of %u processes can be attached to; of the last one: %s",
                         watch->news.refused, watch->news.reason.text);
    selection_describe(watch->selection, asked, sizeof asked);
    return error_set(error, ERROR_NO_PROCESS,
                     "no Python process matches %s; tachyon-top without arguments lists those that there are",
                     asked);
}

static bool attach_first(struct watch *watch, const struct selection_rules *rules,
                         struct error *error)
{
    if (!attach_ids(watch, rules, error))
        return false;
    if ((rules->subprocesses || selection_is_open(watch->selection)) && !look(watch, true, error))
        return false;
    return has_any(watch) || tell_none(watch, error);
}

struct watch *watch_new(struct session *session, const struct selection_rules *rules,
                        struct error *error)
{
    struct watch *watch = calloc(1, sizeof *watch);

    if (watch == NULL) {
        error_set(error, ERROR_MEMORY, "out of memory");
        return NULL;
    }
    pthread_mutex_init(&watch->lock, NULL);
    pthread_cond_init(&watch->wake, NULL);
    sem_init(&watch->done, 0, 0);
    watch->session = session;
    watch->subprocesses = rules->subprocesses;
    watch->alive = true;
    watch->news_taken = true;
    watch->selection = selection_new(rules, error);
    watch->listing = watch->selection != NULL ? listing_new(error) : NULL;
    if (watch->listing == NULL || !attach_first(watch, rules, error)) {
        watch_free(watch);
        return NULL;
    }
    return watch;
}

static bool start_thread(struct watch *watch, struct error *error)
{
    if (!watch->started)
        watch->started = thread_start(&watch->thread, run, watch, "watching", error);
    return watch->started;
}

bool watch_start(struct watch *watch, struct error *error)
{
    return (!watch->subprocesses && !selection_is_open(watch->selection)) ||
           start_thread(watch, error);
}

bool watch_set_subprocesses(struct watch *watch, bool subprocesses, struct error *error)
{
    pthread_mutex_lock(&watch->lock);
    watch->subprocesses = subprocesses;
    pthread_cond_signal(&watch->wake);
    pthread_mutex_unlock(&watch->lock);
    return start_thread(watch, error);
}

bool watch_expects_more(struct watch *watch)
{
    bool expects;

    pthread_mutex_lock(&watch->lock);
    expects = selection_is_open(watch->selection) || (watch->subprocesses && watch->alive);
    pthread_mutex_unlock(&watch->lock);
    return expects;
}

bool watch_news(struct watch *watch, struct watch_news *news)
{
    bool any;

    pthread_mutex_lock(&watch->lock);
    *news = watch->news;
    any = !watch->news_taken;
    watch->news_taken = true;
    pthread_mutex_unlock(&watch->lock);
    return any;
}

static void ask_stop(struct watch *watch)
{
    pthread_mutex_lock(&watch->lock);
    watch->is_to_stop = true;
    pthread_cond_signal(&watch->wake);
    pthread_mutex_unlock(&watch->lock);
}

bool watch_stop(struct watch *watch)
{
    if (watch == NULL || !watch->started || watch->stuck)
        return watch == NULL || !watch->stuck;
    ask_stop(watch);
    watch->stuck = !thread_join_soon(watch->thread, &watch->done, STOP_PATIENCE_MS);
    watch->started = watch->stuck;
    return !watch->stuck;
}

bool watch_free(struct watch *watch)
{
    struct attendee *attendee, *next;

    if (!watch_stop(watch))
        return false;
    if (watch == NULL)
        return true;
    HASH_ITER(hh, watch->attendees, attendee, next)
    {
        HASH_DEL(watch->attendees, attendee);
        free(attendee);
    }
    listing_free(watch->listing);
    selection_free(watch->selection);
    pthread_cond_destroy(&watch->wake);
    pthread_mutex_destroy(&watch->lock);
    sem_destroy(&watch->done);
    free(watch);
    return true;
}
