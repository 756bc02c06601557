/*
 * main - the program: the command line to what it asks for, and the loop of the live view.
 *
 * The only file that sees both src/ and tui/.
 */
#include <langinfo.h>
#include <locale.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "choose.h"
#include "commands.h"
#include "doctor/doctor.h"
#include "export/save.h"
#include "export/view.h"
#include "launch/program.h"
#include "live_program.h"
#include "native/unwind.h"
#include "options.h"
#include "session.h"
#include "tally/picture.h"
#include "tally/tally.h"
#include "tui/app.h"
#include "tui/keys.h"
#include "tui/screen.h"
#include "tui/terminal.h"

enum {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
};

enum {
    PUMP_MOST = 16384,    /* records taken between two looks at the keyboard: some 20 ms of work */
    PUMP_KEYS = 2048,     /* and when a key waits for its answer on the screen */
    PUMP_EVERY_MS = 100,  /* how long records may wait in the ring when they are few */
    PUMP_BUSY_MS = 5,     /* and when they are many */
};

/* The live view: who is wired to whom. */
struct live {
    struct options options;
    bool from_list;
    struct command_targets targets;
    struct live_program *program; /* NULL: none is run */
    bool leaving;                 /* as soon as the program has ended */
    struct tally *tally;
    struct picture picture;
    struct app *app;
    struct screen *screen;
    struct grid grid;
    uint64_t next_picture_ns;
    bool goes_back;         /* to the list */
    size_t pumped;          /* records taken the last time */
    bool program_ended;     /* and that was told */
};

static void live_consume(void *context, const void *record, size_t length)
{
    tally_feed(context, record, length);
}

/* What the screen shows, as the one who writes files wants it told. */
static struct view_description view_shown(const struct app_description *shown)
{
    static const enum view_kind KINDS[APP_VIEWS] = {
        [APP_FUNCTIONS] = VIEW_FUNCTIONS,
        [APP_THREADS] = VIEW_THREADS,
        [APP_PROCESSES] = VIEW_PROCESSES,
    };

    return (struct view_description){
        .picture = shown->picture,
        .kind = KINDS[shown->view],
        .function_query = shown->functions,
        .thread_query = shown->threads,
        .process_query = shown->processes,
        .filter_text = shown->filter_text,
    };
}

static void propose_name(const struct app_description *shown, char *name, size_t size)
{
    const struct view_description view = view_shown(shown);

    if (shown->view == APP_OUTPUT)
        snprintf(name, size, "output-%d.txt", (int)shown->picture->pid);
    else
        view_propose_name(&view, name, size);
}

static bool begin_as_asked(struct app *app, const struct options *options, bool from_list,
                           struct error *error)
{
    static const enum app_view VIEWS[VIEW_KINDS] = {
        [VIEW_FUNCTIONS] = APP_FUNCTIONS,
        [VIEW_THREADS] = APP_THREADS,
        [VIEW_PROCESSES] = APP_PROCESSES,
    };

    return app_begin(app,
                     &(struct app_start){
                         .view = VIEWS[options->view],
                         .mode = options->mode,
                         .span = options->span,
                         .sort = (int)options->sort,
                         .ascending = options->ascending,
                         .filter = options->filter,
                         .tid = options->tid,
                         .subprocesses = options->subprocesses,
                         .from_list = from_list,
                         .refresh_ns = options->refresh_ns,
                         .rate_hz = isinf(options->rate_hz) ? 0 : options->rate_hz,
                     },
                     error);
}

static struct screen *open_screen(const struct options *options, struct error *error)
{
    return screen_open((enum theme)options->theme, APP_COLUMNS_MIN, APP_ROWS_MIN, error);
}

/* Starts the program that is to be run, and takes it for the target. */
static bool live_start_program(struct live *live, struct error *error)
{
    live->program = live_program_start(&live->options, error);
    if (live->program == NULL)
        return false;
    live->options.pids[0] = live_program_pid(live->program);
    live->options.pid_count = 1;
    app_runs_program(live->app, live_program_transcript(live->program));
    return true;
}

static bool live_open(struct live *live, struct error *error)
{
    const struct options *options = &live->options;
    const bool runs = options->command == COMMAND_RUN;

    /* A process is looked for before the screen is taken; a program is run only when there is one. */
    if (!runs && !command_open(&live->targets, options, error))
        return false;
    live->tally = command_tally(options, error);
    if (live->tally == NULL)
        return false;
    live->app = app_new(propose_name, error);
    if (live->app == NULL || !begin_as_asked(live->app, options, live->from_list, error))
        return false;
    if (live->screen == NULL)
        live->screen = open_screen(options, error);
    if (live->screen == NULL)
        return false;
    if (runs && (!live_start_program(live, error) || !command_open(&live->targets, options, error)))
        return false;
    if (!command_start(&live->targets, error))
        return false;
    if (runs)
        live_program_begin(live->program);
    return true;
}

static void live_stop(struct live *live)
{
    watch_stop(live->targets.watch);
    if (live->targets.session != NULL && live->tally != NULL)
        session_stop(live->targets.session, live_consume, live->tally);
}

/* Closes all but the screen. */
static void live_close(struct live *live)
{
    live_stop(live);
    command_close(&live->targets);
    app_free(live->app);
    grid_free(&live->grid);
    picture_free(&live->picture);
    tally_free(live->tally);
}

/* The same at the end of this program, with the screen. Gives how the program that was run ended; 0 when none was. */
static int live_end(struct live *live)
{
    sigset_t stop;
    int status;

    /* The screen handles Ctrl-Z no more, and the sampler may hold a thread of the target. */
    sigemptyset(&stop);
    sigaddset(&stop, SIGTSTP);
    sigprocmask(SIG_BLOCK, &stop, NULL);
    screen_close(live->screen);
    live_stop(live);
    sigprocmask(SIG_UNBLOCK, &stop, NULL);
    if (live->targets.watch == NULL && live->program != NULL && !live_program_ended(live->program, &status))
        live_program_end(live->program); /* it is not to go on as if it were looked at */
    status = live_program_finish(live->program);
    live_program_free(live->program);
    live_close(live);
    return status;
}

static void take_picture(struct live *live, uint64_t now_ns)
{
    struct error error;

    tally_advance(live->tally, now_ns);
    if (!picture_take(&live->picture, live->tally, &error))
        app_show_error(live->app, &error);
    app_picture(live->app, &live->picture);
    live->next_picture_ns = now_ns + app_refresh_ns(live->app);
}

static bool show(struct live *live, uint64_t now_ns)
{
    if (!screen_fit(live->screen, &live->grid))
        return false;
    app_draw(live->app, &live->grid, now_ns);
    screen_show(live->screen, &live->grid);
    return true;
}

/* All lines of what the program wrote that are kept, up to the last one shown. */
static bool save_output(const struct live *live, struct error *error)
{
    const struct transcript *transcript = live_program_transcript(live->program);
    struct save *file = save_open(app_save_path(live->app), app_save_replaces(live->app), error);

    if (file == NULL)
        return false;
    for (uint64_t i = transcript_first(transcript); i < app_output_end(live->app); i++)
        fprintf(save_stream(file), "%s\n", transcript_line(transcript, i));
    return save_commit(file, error);
}

static void save(struct live *live)
{
    struct app_description shown;
    struct view_description view;
    struct error error;
    bool ok;

    app_describe(live->app, &shown);
    view = view_shown(&shown);
    ok = shown.view == APP_OUTPUT
             ? save_output(live, &error)
             : view_save(app_save_path(live->app), app_save_replaces(live->app), &view, &error);
    app_saved(live->app, ok ? NULL : &error);
}

/* Does what the keys pressed asked for; false: to quit, or to go back to the list. */
static bool answer_requests(struct live *live, uint64_t now_ns)
{
    const unsigned requests = app_requests(live->app);
    struct error error;

    if ((requests & APP_RESET) != 0) {
        tally_reset(live->tally, now_ns);
        live->next_picture_ns = 0; /* at once, unless the picture is frozen */
    }
    if ((requests & APP_SAVE) != 0)
        save(live);
    if ((requests & APP_REDRAW) != 0)
        screen_redraw(live->screen);
    if ((requests & APP_SUBPROCESSES) != 0 &&
        !watch_set_subprocesses(live->targets.watch, app_subprocesses(live->app), &error))
        app_show_error(live->app, &error);
    if ((requests & APP_END) != 0) {
        live_program_end(live->program);
        live->leaving = true;
    }
    live->goes_back = (requests & (APP_QUIT | APP_BACK)) == APP_BACK;
    return (requests & (APP_QUIT | APP_BACK)) == 0;
}

/* How long there is nothing to do unless a key is pressed. */
static int wait_ms(const struct live *live, uint64_t now_ns)
{
    const uint64_t pump_ms = live->pumped >= PUMP_KEYS        ? 0
                             : live->pumped > PUMP_MOST / 16 ? PUMP_BUSY_MS
                                                             : PUMP_EVERY_MS;
    uint64_t until_ns = clock_least(now_ns + pump_ms * NS_PER_MS, app_draw_again_ns(live->app));

    if (app_wants_picture(live->app))
        until_ns = clock_least(until_ns, live->next_picture_ns);
    return until_ns <= now_ns ? 0 : (int)((until_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS);
}

/* Ctrl-Z: stops the program, with the sampler at rest, so that no thread of the target is held meanwhile. */
static unsigned stop_for_now(struct live *live)
{
    unsigned events;

    session_pause(live->targets.session);
    if (live->program != NULL)
        live_program_signal(live->program, SIGSTOP);
    events = screen_stop(live->screen);
    if (live->program != NULL)
        live_program_signal(live->program, SIGCONT);
    session_resume(live->targets.session);
    return events;
}

/* Tells of processes that could not be attached to. */
static bool tell_news(struct live *live)
{
    struct watch_news news;
    struct error error;

    if (!watch_news(live->targets.watch, &news))
        return false;
    if (news.refused == 1)
        error = news.reason;
    else
        error_set(&error, news.reason.code, "%u processes could not be attached to; of the last one: %.300s",
                  news.refused, news.reason.text);
    app_show_error(live->app, &error);
    return true;
}

/* Looks after the program that is run: true when its end is to be shown. `*leave`: to quit, as it was asked to end and
   did. */
static bool attend_program(struct live *live, bool *leave)
{
    const bool wrote = live_program_read(live->program);
    char how[64];
    int status;

    if (wrote)
        app_program_wrote(live->app);
    if (live->program_ended || !live_program_ended(live->program, &status))
        return false;
    live->program_ended = true;
    program_tell_end(status, how, sizeof how);
    app_program_ended(live->app, how);
    *leave = live->leaving;
    return true;
}

static bool live_loop(struct live *live, struct error *error)
{
    bool changed = true;
    bool leave = false;

    for (;;) {
        struct pollfd fds[SCREEN_FDS + LIVE_PROGRAM_FDS];
        nfds_t fd_count = SCREEN_FDS;
        unsigned events;
        uint64_t now_ns = clock_now_ns();
        int key;

        if (app_wants_picture(live->app) && now_ns >= live->next_picture_ns) {
            take_picture(live, now_ns);
            changed = true;
        }
        changed |= tell_news(live);
        changed |= now_ns >= app_draw_again_ns(live->app);
        if (changed && !show(live, now_ns))
            return error_set(error, ERROR_MEMORY, "out of memory");
        screen_poll_fds(live->screen, fds);
        if (live->program != NULL) {
            live_program_poll_fds(live->program, fds + fd_count);
            fd_count += LIVE_PROGRAM_FDS;
        }
        poll(fds, fd_count, wait_ms(live, clock_now_ns()));
        changed = live->program != NULL && attend_program(live, &leave);
        if (leave)
            return true;
        while ((key = screen_key(live->screen)) != KEY_OF_NONE) {
            app_key(live->app, key);
            if (!answer_requests(live, clock_now_ns()))
                return true;
            changed = true;
            live->next_picture_ns = clock_least(live->next_picture_ns, clock_now_ns() + app_refresh_ns(live->app));
        }
        /* After the keys: the terminal's answer about its colours comes among them. */
        events = screen_events(live->screen);
        if ((events & SCREEN_STOP) != 0)
            events = stop_for_now(live);
        if ((events & SCREEN_QUIT) != 0) {
            if (live->program != NULL && !live->leaving) /* a hangup confirms nothing */
                live_program_end(live->program);
            return true;
        }
        if ((events & SCREEN_CHANGED) != 0 && live->program != NULL && screen_fit(live->screen, &live->grid))
            live_program_resize(live->program, live->grid.columns, live->grid.rows);
        changed |= (events & SCREEN_CHANGED) != 0;
        live->pumped = session_pump(live->targets.session, changed ? PUMP_KEYS : PUMP_MOST, live_consume,
                                    live->tally);
        tally_expect_more(live->tally, watch_expects_more(live->targets.watch));
        if (command_ended(&live->targets))
            app_target_ended(live->app);
    }
}

static bool run_live(const struct options *options, int *status, struct error *error)
{
    struct live live = {.options = *options};
    const bool ok = live_open(&live, error) && live_loop(&live, error);
    const bool too_short = !ok && live.program != NULL && live.targets.watch == NULL &&
                           live_program_ended_unseen(live.program, error, status);

    *status = live_end(&live);
    if (too_short)
        fprintf(stderr, "The program ended before it could be looked at\n");
    return ok || too_short;
}

/* The live view of what the user chooses, as often as wanted. What cannot be opened is told in the list. */
static bool run_chosen(const struct options *asked, struct error *error)
{
    struct options options = *asked;
    struct choice *choice = choice_new(error);
    struct screen *screen = choice != NULL ? open_screen(asked, error) : NULL;
    bool goes_on = screen != NULL, ok = false;

    while (goes_on) {
        struct live live = {.from_list = true, .screen = screen};

        if (!choice_make(choice, screen, &options, error)) {
            ok = error->code == ERROR_NONE;
            break;
        }
        live.options = options;
        if (!live_open(&live, error)) {
            choice_tell(choice, error);
            live_close(&live);
            continue;
        }
        ok = live_loop(&live, error);
        goes_on = ok && live.goes_back;
        if (goes_on) {
            live_close(&live);
        } else {
            live_end(&live);
            screen = NULL;
        }
    }
    screen_close(screen);
    choice_free(choice);
    return ok;
}

/* False, without a reason besides what it printed, when the live view would not work. */
static bool run_doctor(const struct options *options, struct error *error)
{
    struct save *save = save_open_output(NULL, false, error);
    struct doctor doctor = {0};
    struct finding terminal[TERMINAL_FINDINGS];
    const struct doctor_style style = {
        .utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
        .colors = terminal_takes_colors(),
    };

    if (save == NULL)
        return false;
    doctor_examine_machine(&doctor);
    doctor_add(&doctor, terminal, terminal_examine(APP_COLUMNS_MIN, APP_ROWS_MIN, terminal));
    if (options->pid_count > 0)
        doctor_examine_process(&doctor, options->pids[0]);
    doctor_write(&doctor, &style, save_stream(save));
    return save_commit(save, error) && doctor_is_well(&doctor);
}

static void write_version(FILE *stream, const struct options *options)
{
    (void)options;
    options_write_version(stream);
    fprintf(stream, "libunwind %s\n", unwind_version());
}

/* Prints what the program says of itself. */
static bool print(void write(FILE *stream, const struct options *options), const struct options *options,
                  struct error *error)
{
    struct save *save = save_open_output(NULL, false, error);

    if (save == NULL)
        return false;
    write(save_stream(save), options);
    return save_commit(save, error);
}

/* Ends this program as another one ended, `status` of wait(2): by the same signal, or with the same exit status. */
static int end_as(int status)
{
    const struct rlimit no_core = {0, 0};
    sigset_t set;

    fflush(NULL);
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    setrlimit(RLIMIT_CORE, &no_core); /* it is not this one that crashed */
    sigemptyset(&set);
    sigaddset(&set, WTERMSIG(status));
    signal(WTERMSIG(status), SIG_DFL);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    raise(WTERMSIG(status));
    return 128 + WTERMSIG(status); /* as shells tell it */
}

/* Does what was asked for; `status`: of a program that was run, else as it is. */
static bool run(const struct options *options, int *status, struct error *error)
{
    switch (options->command) {
    case COMMAND_ATTACH:
        return command_attach(options, stderr, error);
    case COMMAND_RUN:
        return options->live ? run_live(options, status, error)
                             : command_run(options, stderr, status, error);
    case COMMAND_DUMP:
        return command_dump(options, stderr, error);
    case COMMAND_DOCTOR:
        return run_doctor(options, error);
    default:
        return options->snapshot != NULL ? command_snapshot(options, stderr, error)
                                         : run_live(options, status, error);
    }
}

int main(int argc, char *argv[])
{
    struct options options;
    struct error error = {ERROR_NONE, ""};
    bool done = false;
    int status = 0;

    program_take_signals();
    /* Numbers stay as everybody's programs read them. */
    setlocale(LC_CTYPE, "");
    switch (options_parse(argc, argv, &options)) {
    case OPTIONS_HELP:
        done = print(options_write_help, &options, &error);
        break;
    case OPTIONS_VERSION:
        done = print(write_version, &options, &error);
        break;
    case OPTIONS_CHOOSE:
        if (isatty(STDOUT_FILENO)) {
            done = run_chosen(&options, &error);
            break;
        }
        /* fall through */
    case OPTIONS_USAGE:
        fprintf(stderr, "tachyon-top: %s\n", options.problem);
        return EXIT_USAGE;
    case OPTIONS_RUN:
        done = run(&options, &status, &error);
        break;
    }
    if (done)
        return end_as(status);
    if (error.code != ERROR_NONE)
        fprintf(stderr, "tachyon-top: %s\n", error.text);
    return EXIT_FAILED;
}
