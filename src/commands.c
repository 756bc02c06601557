#include "commands.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "export/collapsed.h"
#include "export/dump.h"
#include "export/save.h"
#include "export/stats.h"
#include "export/text.h"
#include "export/view.h"
#include "session.h"
#include "tally/tally.h"

enum {
    PUMP_EVERY_MS = 50,
    PUMP_MOST = 65536,  /* records taken between two looks at the clock and the signals */
    LOOKS_MAX = 50,     /* rounds in which a dump tries to prove every stack */
    LOOK_PAUSE_US = 200,
};

static const int END_SIGNALS[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

/* nohup has it so: it is to go on when its terminal is closed. What is blocked is not ignored any more. */
static bool ignores_hangups(void)
{
    struct sigaction action;

    return sigaction(SIGHUP, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

/* The signals that end the sampling are blocked and waited for, so that none is ever missed. */
static sigset_t block_end_signals(void)
{
    sigset_t signals;

    sigemptyset(&signals);
    for (size_t i = 0; i < sizeof END_SIGNALS / sizeof END_SIGNALS[0]; i++)
        sigaddset(&signals, END_SIGNALS[i]);
    if (ignores_hangups())
        sigdelset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    return signals;
}

static sigset_t only(int signal)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, signal);
    return set;
}

void command_stop_for_now(struct session *session, int signal)
{
    const sigset_t stop = only(signal);

    session_pause(session);
    raise(signal);
    pthread_sigmask(SIG_UNBLOCK, &stop, NULL); /* here it stops, and here it goes on */
    pthread_sigmask(SIG_BLOCK, &stop, NULL);
    session_resume(session);
}

/* Ctrl-Z, or a signal that asks to end. */
static bool heed_signal(const struct signal_care *care, struct session *session, const siginfo_t *signal)
{
    (void)care;
    if (signal->si_signo != SIGTSTP)
        return true;
    command_stop_for_now(session, SIGTSTP);
    return false;
}

static struct signal_care care_for_end(void)
{
    struct signal_care care = {.heed = heed_signal};

    care.signals = block_end_signals();
    sigaddset(&care.signals, SIGTSTP);
    return care;
}

/* Waits for at most `wait_ns`; true when a signal asked to end. */
static bool wait_for_end(struct session *session, const struct signal_care *care, uint64_t wait_ns)
{
    const struct timespec wait = clock_timespec(wait_ns);
    siginfo_t signal;

    return sigtimedwait(&care->signals, &signal, &wait) > 0 && care->heed(care, session, &signal);
}

/* One look is worth a moment of the target's time; what stands can be read from anywhere. */
static enum engine_kind engine_of(const struct options *options)
{
    if (options->command == COMMAND_DUMP)
        return ENGINE_RIDE;
    return options->blocking ? ENGINE_REMOTE : options->engine;
}

/* Left to the thread that stops those of the target, which waits for it (memory/stop.h). */
static void block_child_signals(void)
{
    const sigset_t child = only(SIGCHLD);

    pthread_sigmask(SIG_BLOCK, &child, NULL);
}

static struct session *new_session(const struct options *options, struct error *error)
{
    const bool given = options->budget_percent > 0;
    const struct session_options wanted = {
        .target = {
            .engine = {.kind = engine_of(options),
                       .budget = (given ? options->budget_percent : ENGINE_RIDE_PERCENT) / 100,
                       .interval_ns = (uint64_t)((double)NS_PER_S / options->rate_hz)},
            .no_gc = options->no_gc,
            .native_markers = options->native_markers,
            .needs_gil = options->blocking            ? "--blocking"
                         : options->mode == MODE_GIL ? "--mode gil"
                                                     : NULL,
            .blocking = options->blocking,
            .awaited = options->command == COMMAND_RUN,
        },
        .budget = options->budget_percent / 100,
    };

    if (options->blocking)
        block_child_signals();
    return session_new(&wanted, error);
}

bool command_open(struct command_targets *targets, const struct options *options,
                  struct error *error)
{
    /* A program that begins has no descendants yet, and does not wait until all processes were looked at. */
    const bool descends_later = options->subprocesses && options->command == COMMAND_RUN;
    const struct selection_rules rules = {
        .pids = options->pids,
        .started_ticks = options->started_ticks,
        .pid_count = options->pid_count,
        .name = options->name,
        .user = options->user,
        .cgroup = options->cgroup,
        .subprocesses = options->subprocesses && !descends_later,
    };

    *targets = (struct command_targets){.session = new_session(options, error), .descends_later = descends_later};
    if (targets->session != NULL)
        targets->watch = watch_new(targets->session, &rules, error);
    return targets->watch != NULL;
}

void command_close(struct command_targets *targets)
{
    if (watch_free(targets->watch))
        session_free(targets->session); /* else it is still in use: the program's end frees it */
    *targets = (struct command_targets){0};
}

bool command_start(struct command_targets *targets, struct error *error)
{
    return session_start(targets->session, error) &&
           (targets->descends_later ? watch_set_subprocesses(targets->watch, true, error)
                                    : watch_start(targets->watch, error));
}

bool command_ended(struct command_targets *targets)
{
    /* In this order: one that is attached to in between is not overlooked. */
    return !watch_expects_more(targets->watch) && session_ended(targets->session);
}

/* Opens what is looked at with an outcome that goes to files: these are opened after it, and no signal may end the
   program while they are half written. Attaching itself can be ended. */
static bool open_saved(struct command_targets *targets, const struct options *options,
                       struct error *error)
{
    const bool ok = command_open(targets, options, error);

    if (ok)
        block_end_signals();
    return ok;
}

struct tally *command_tally(const struct options *options, struct error *error)
{
    struct tally_limits limits = TALLY_DEFAULTS;

    limits.window_ns = options->window_ns;
    return tally_new(&limits, error);
}

/* What the records are counted in. */
struct counting {
    struct tally *tally;
    struct collapsed *collapsed; /* NULL: no stacks are wanted */
};

static void count_record(void *context, const void *record, size_t length)
{
    const struct counting *counting = context;

    tally_feed(counting->tally, record, length);
    if (counting->collapsed != NULL)
        collapsed_feed(counting->collapsed, record, length);
}

/* Samples until `duration_ns` went by (0: for ever), all targets ended, a signal asked to end, or it is enough. */
static bool sample(struct command_targets *targets, const struct signal_care *care, uint64_t duration_ns,
                   struct counting *counting, struct error *error)
{
    const sigset_t stop = only(SIGTSTP);
    const uint64_t start_ns = clock_now_ns();
    struct session *session = targets->session;
    bool over = false;

    pthread_sigmask(SIG_BLOCK, &care->signals, NULL);
    if (!command_start(targets, error))
        return false;
    if (care->begun != NULL)
        care->begun(care);
    for (;;) {
        const uint64_t gone_ns = clock_now_ns() - start_ns;
        uint64_t wait_ns = PUMP_EVERY_MS * NS_PER_MS;

        tally_expect_more(counting->tally, watch_expects_more(targets->watch));
        if (session_pump(session, PUMP_MOST, count_record, counting) == PUMP_MOST)
            wait_ns = 0; /* there is more */
        if (command_ended(targets) || (duration_ns != 0 && gone_ns >= duration_ns) || over)
            break;
        over = care->over != NULL && care->over(care); /* with the records of up to then, which come in the next turn */
        if (duration_ns != 0 && duration_ns - gone_ns < wait_ns)
            wait_ns = duration_ns - gone_ns;
        if (wait_for_end(session, care, wait_ns))
            break;
    }
    watch_stop(targets->watch);
    tally_expect_more(counting->tally, false);
    session_stop(session, count_record, counting);
    pthread_sigmask(SIG_UNBLOCK, &stop, NULL);
    return true;
}

/* The number of the last thread with this id; ERROR_NO_PROCESS when the target has none such. */
static bool find_thread(const struct picture *picture, int32_t tid, uint32_t *thread,
                        struct error *error)
{
    *thread = SNAPSHOT_ALL_THREADS;
    if (tid == 0)
        return true;
    for (size_t i = 0; i < picture->thread_count; i++)
        if (picture->threads[i].tid == tid)
            *thread = (uint32_t)i;
    if (*thread != SNAPSHOT_ALL_THREADS)
        return true;
    return text_no_thread(picture->pid, tid, error);
}

/* What the options ask to see of a picture; the filter is the caller's to free. */
static bool describe(const struct options *options, const struct picture *picture,
                     enum tally_span span, struct view_description *view, struct filter **filter,
                     struct error *error)
{
    uint32_t thread;

    *filter = NULL;
    if (!find_thread(picture, options->tid, &thread, error))
        return false;
    *filter = filter_new(options->filter, error);
    if (*filter == NULL)
        return false;
    *view = (struct view_description){
        .picture = picture,
        .kind = options->view,
        .function_query = {.span = span,
                           .mode = options->mode,
                           .process = SNAPSHOT_ALL_PROCESSES,
                           .thread = thread,
                           .same_tid = options->tid != 0,
                           .filter = *filter,
                           .sort = options->sort,
                           .ascending = options->ascending},
        .thread_query = {.span = span,
                         .process = SNAPSHOT_ALL_PROCESSES,
                         .thread = thread,
                         .same_tid = options->tid != 0,
                         .filter = *filter,
                         .sort = options->sort,
                         .ascending = options->ascending},
        .process_query = {.span = span,
                          .mode = options->mode,
                          .filter = *filter,
                          .sort = options->sort,
                          .ascending = options->ascending},
        .filter_text = options->filter,
        .row_limit = options->limit,
    };
    return true;
}

/* What attach makes of the records: a table or stacks, and the counts. */
struct attach {
    const struct options *options;
    struct counting counting;
    struct picture picture;
    struct save *output;
    struct save *stats;
};

static bool attach_open(struct attach *attach, struct error *error)
{
    const struct options *options = attach->options;

    attach->output = save_open_output(options->output, options->force, error);
    if (attach->output == NULL)
        return false;
    if (options->stats != NULL) {
        attach->stats = save_open_output(options->stats, options->force, error);
        if (attach->stats == NULL)
            return false;
    }
    attach->counting.tally = command_tally(options, error);
    if (attach->counting.tally == NULL)
        return false;
    if (!options->collapsed)
        return true;
    attach->counting.collapsed = collapsed_new(options->mode, options->tid, COLLAPSED_BYTES_MAX, error);
    return attach->counting.collapsed != NULL;
}

struct attach *attach_new(const struct options *options, struct error *error)
{
    struct attach *attach = calloc(1, sizeof *attach);

    if (attach == NULL) {
        error_set(error, ERROR_MEMORY, "out of memory");
        return NULL;
    }
    attach->options = options;
    if (attach_open(attach, error))
        return attach;
    attach_free(attach);
    return NULL;
}

void attach_free(struct attach *attach)
{
    if (attach == NULL)
        return;
    save_abort(attach->output);
    save_abort(attach->stats);
    collapsed_free(attach->counting.collapsed);
    picture_free(&attach->picture);
    tally_free(attach->counting.tally);
    free(attach);
}

static bool attach_write(struct attach *attach, struct error *error)
{
    const struct options *options = attach->options;
    struct view_description view;
    struct filter *filter;
    struct save *output = attach->output;
    bool ok;

    if (attach->counting.collapsed != NULL) {
        ok = collapsed_write(attach->counting.collapsed, save_stream(output), error);
    } else {
        ok = describe(options, &attach->picture, SPAN_START, &view, &filter, error) &&
             view_write(save_stream(output), sheet_format_of(options->output), &view, error);
        filter_free(filter);
    }
    if (!ok)
        return false;
    attach->output = NULL;
    return save_commit(output, error);
}

static bool attach_tell(struct attach *attach, const struct stats *stats, FILE *notes,
                        struct error *error)
{
    struct save *file = attach->stats;

    stats_write_summary(stats, notes);
    if (attach->picture.ended && attach->picture.end_text[0] != '\0')
        fprintf(notes, "%s\n", attach->picture.end_text);
    if (file == NULL)
        return true;
    if (!stats_write_json(stats, save_stream(file), error))
        return false;
    attach->stats = NULL;
    return save_commit(file, error);
}

/* What is to be known before anything is believed. */
static void tell_guess(const struct session *session, FILE *notes)
{
    char version[TEXT_VERSION_SIZE], read_as[TEXT_BUILD_SIZE];

    if (session_read_as(session) == 0)
        return;
    text_python_version(version, session_version(session));
    text_build(read_as, session_read_as(session), 0);
    fprintf(notes, "Warning: CPython %s came after this tachyon-top, and is%s\n", version, read_as);
}

/* Tells of processes that were meant and could not be attached to. */
static void tell_refusals(struct watch *watch, FILE *notes)
{
    struct watch_news news;

    if (watch_news(watch, &news) && news.refused == 1)
        fprintf(notes, "Not attached to: %s\n", news.reason.text);
    else if (news.refused > 1)
        fprintf(notes, "Not attached to %u processes; of the last one: %s\n", news.refused,
                news.reason.text);
}

static struct stats stats_of(const struct attach *attach)
{
    const struct options *options = attach->options;
    const struct picture *picture = &attach->picture;
    return (struct stats){
        .counts = picture->counts,
        .away_ns = picture->away_ns[SPAN_START],
        .watched_ns = picture->watched_ns,
        .processes = picture->process_count,
        .asked_rate_hz = options->rate_hz,
        .dropped = attach->counting.collapsed != NULL ? collapsed_dropped(attach->counting.collapsed)
                                             : picture->dropped,
        .version_hex = picture->version_hex,
        .build = picture->build,
        .engine = options->blocking ? "blocking" : OPTIONS_ENGINES[engine_of(options)],
        .shares = picture_shares(picture, SPAN_START),
        .reasons = picture->reasons,
        .ridden = picture->ridden,
        .blocking = options->blocking,
        .slowed = picture->slowed_rounds,
        .execs = picture->execs,
    };
}

bool attach_sample(struct attach *attach, struct command_targets *targets, const struct signal_care *care, FILE *notes,
                   struct error *error)
{
    const struct options *options = attach->options;
    const uint64_t start_ns = clock_now_ns();
    const uint64_t start_cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    uint64_t duration_ns, cpu_ns;
    struct stats stats;
    bool ok;

    tell_guess(targets->session, notes);
    if (!sample(targets, care, options->duration_ns, &attach->counting, error))
        return false;
    duration_ns = clock_now_ns() - start_ns;
    cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - start_cpu_ns;
    ok = picture_take(&attach->picture, attach->counting.tally, error);
    stats = stats_of(attach);
    stats.duration_ns = duration_ns;
    stats.profiler_cpu_ns = cpu_ns;
    ok = ok && attach_write(attach, error) && attach_tell(attach, &stats, notes, error);
    tell_refusals(targets->watch, notes);
    return ok;
}

bool command_attach(const struct options *options, FILE *notes, struct error *error)
{
    struct command_targets targets;
    const bool opened = open_saved(&targets, options, error);
    const struct signal_care care = care_for_end();
    struct attach *attach = opened ? attach_new(options, error) : NULL;
    const bool ok = attach != NULL && attach_sample(attach, &targets, &care, notes, error);

    attach_free(attach);
    command_close(&targets);
    return ok;
}

/* A dump and whether it still takes records. */
struct looking {
    struct dump *dump;
    bool ok;
    struct error *error;
};

static void dump_consume(void *context, const void *record, size_t length)
{
    struct looking *looking = context;

    if (looking->ok)
        looking->ok = dump_feed(looking->dump, record, length, looking->error);
}

/* Looks until every stack is proven, or often enough. */
static bool look(struct session *session, struct dump *dump, struct error *error)
{
    const struct timespec pause = {0, LOOK_PAUSE_US * 1000};
    struct looking looking = {dump, true, error};

    for (int i = 0; i < LOOKS_MAX && looking.ok && !dump_complete(dump); i++) {
        if (i > 0)
            nanosleep(&pause, NULL);
        if (!session_look(session, error))
            return false;
        session_pump(session, SIZE_MAX, dump_consume, &looking);
    }
    return looking.ok;
}

bool command_dump(const struct options *options, FILE *notes, struct error *error)
{
    struct command_targets targets;
    struct dump *dump = command_open(&targets, options, error) ? dump_new(options->tid, error) : NULL;
    struct save *output = NULL;
    bool ok = dump != NULL && look(targets.session, dump, error);

    /* Looking can be ended by a signal, and leaves nothing behind then. */
    if (ok) {
        block_end_signals();
        output = save_open_output(options->output, options->force, error);
    }
    ok = output != NULL && dump_write(dump, save_stream(output), error);
    if (ok)
        ok = save_commit(output, error);
    else
        save_abort(output);
    if (ok)
        tell_refusals(targets.watch, notes);
    dump_free(dump);
    command_close(&targets);
    return ok;
}

bool command_snapshot(const struct options *options, FILE *notes, struct error *error)
{
    struct command_targets targets;
    struct save *output = open_saved(&targets, options, error)
                              ? save_open_output(options->snapshot, options->force, error)
                              : NULL;
    struct counting counting = {.tally = output != NULL ? command_tally(options, error) : NULL};
    struct picture picture = {0};
    struct view_description view;
    struct filter *filter = NULL;
    const struct signal_care care = care_for_end();
    bool ok = counting.tally != NULL;

    if (ok)
        tell_guess(targets.session, notes);
    ok = ok && sample(&targets, &care, options->after_ns, &counting, error) &&
         picture_take(&picture, counting.tally, error) &&
         describe(options, &picture, options->span, &view, &filter, error) &&
         view_write(save_stream(output), sheet_format_of(options->snapshot), &view, error);
    if (ok)
        ok = save_commit(output, error);
    else
        save_abort(output);
    if (ok)
        tell_refusals(targets.watch, notes);
    filter_free(filter);
    picture_free(&picture);
    tally_free(counting.tally);
    command_close(&targets);
    return ok;
}
