#include "tui/header.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "tui/fit.h"
#include "tui/format.h"
#include "tui/pen.h"
#include "tui/table.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define ELEMENTS_MAX 12
#define TRUNCATED_WORTH_TELLING 0.0005 /* a share of the samples */

/* What an element draws from. */
struct header {
    const struct app *app;
    const struct picture *picture; /* NULL before the first */
    uint64_t now_ns;

    /* of the process that is shown alone, or of all of them */
    bool is_one;                   /* there is one, or one is shown alone */
    const struct picture_process *narrowed; /* the latter; else NULL */
    struct picture_second now;
    const struct picture_history *history;
    const uint32_t *threads_by_state;
    uint64_t unlisted;
};

static const struct picture_history NO_HISTORY;

static struct header header_of(const struct app *app, uint64_t now_ns)
{
    const struct picture *picture = app->picture;
    struct header header = {.app = app, .picture = picture, .now_ns = now_ns, .is_one = true,
                            .history = &NO_HISTORY};

    if (!picture)
        return header;
    header.is_one = picture->process_count <= 1;
    header.now = picture->now;
    header.history = &picture->history;
    header.threads_by_state = picture->threads_by_state;
    header.unlisted = picture->counts.unlisted;
    if (header.is_one || !app->one_process || app->process >= picture->process_count)
        return header;
    header.is_one = true;
    header.narrowed = &picture->processes[app->process];
    header.now = header.narrowed->now;
    header.history = header.narrowed->history < picture->histories_count
                         ? &picture->histories[header.narrowed->history]
                         : &NO_HISTORY;
    header.threads_by_state = header.narrowed->threads_by_state;
    header.unlisted = header.narrowed->counts.unlisted;
    return header;
}

/* One piece of a line: form 0 is its widest. It draws nothing when it has nothing to tell. */
struct element {
    void (*draw)(struct pen *pen, const struct header *header, int form);
    int priority[FIT_FORMS]; /* of each form, see fit.h; 0 ends the list */
    int gap;
    bool right;
};

static void draw_elements(const struct element *elements, size_t count, const struct header *header,
                          struct grid *grid, int row)
{
    struct fit_item items[ELEMENTS_MAX] = {0};

    for (size_t i = 0; i < count; i++) {
        items[i].gap = elements[i].gap;
        items[i].right = elements[i].right;
        for (int form = 0; form < FIT_FORMS && elements[i].priority[form] > 0; form++) {
            struct pen pen = pen_to_measure(grid);

            elements[i].draw(&pen, header, form);
            items[i].forms[form] =
                (struct fit_form){pen.column, elements[i].priority[form], pen.wish};
        }
    }
    fit(items, count, grid->columns);
    for (size_t i = 0; i < count; i++) {
        if (items[i].form < 0)
            continue;
        struct pen pen = pen_at(grid, row, items[i].column, items[i].width);
        pen.stretch = items[i].extra;
        elements[i].draw(&pen, header, items[i].form);
    }
}

/* --- what is looked at, and how well ---------------------------------------------------------- */

static void draw_program(struct pen *pen, const struct header *header, int form)
{
    (void)header;
    (void)form;
    pen_text(pen, STYLE_TITLE, "tachyon-top");
}

static void draw_command(struct pen *pen, const char *command, int form)
{
    int width = pen_elastic(pen, form == 0 ? 24 : 15, pen_columns(pen, command));

    pen_cut(pen, STYLE_TEXT, command, width, CUT_MIDDLE);
}

/* How many there are, and what the first is called: they are of one kind more often than not. */
static void draw_several(struct pen *pen, const struct picture *picture, int form)
{
    size_t gone = 0;

    for (size_t i = 0; i < picture->process_count; i++)
        gone += picture->processes[i].ended && picture->processes[i].pid != 0;
    pen_format(pen, STYLE_STRONG, "%zu process%s", picture->running,
               picture->running == 1 ? "" : "es");
    if (form < 2 && gone > 0 && picture->running > 0)
        pen_format(pen, STYLE_DIM, " (%zu gone)", gone);
    if (form == 2 || !*picture->command)
        return;
    pen_space(pen, 1);
    draw_command(pen, picture->command, form);
}

static void draw_process(struct pen *pen, const struct header *header, int form)
{
    const struct picture *picture = header->picture;
    const struct picture_process *narrowed = header->narrowed;
    const char *command;

    if (!picture)
        return;
    if (!header->is_one) {
        draw_several(pen, picture, form);
        return;
    }
    command = narrowed ? narrowed->command : picture->command;
    pen_format(pen, STYLE_STRONG, "%d", narrowed ? narrowed->pid : picture->pid);
    if (narrowed && form < 2)
        pen_format(pen, STYLE_MESSAGE, narrowed->ended ? " (ended)" : " (1 of %zu)", picture->running);
    if (form == 2 || !command || !*command)
        return;
    pen_space(pen, 1);
    draw_command(pen, command, form);
}

/* The version that all have, or that of the one that is shown; 0: they differ, or are built differently. */
static uint32_t version_of(const struct header *header)
{
    const uint16_t told = BUILD_FREE_THREADED | BUILD_DEBUG;
    const struct picture *picture = header->picture;
    uint32_t version = picture->version_hex;

    if (header->narrowed)
        return header->narrowed->version_hex;
    for (size_t i = 0; i < picture->process_count; i++)
        if (picture->processes[i].version_hex != version ||
            ((picture->processes[i].build ^ picture->build) & told) != 0)
            return 0;
    return version;
}

static void draw_version(struct pen *pen, const struct header *header, int form)
{
    uint32_t hex = header->picture ? version_of(header) : 0;
    uint16_t read_as, build;

    if (hex == 0)
        return;
    read_as = header->narrowed ? header->narrowed->read_as : header->picture->read_as;
    build = header->narrowed ? header->narrowed->build : header->picture->build;
    if (form == 0)
        pen_text(pen, STYLE_DIM, "CPython ");
    pen_format(pen, STYLE_TEXT, "%u.%u.%u", hex >> 24, hex >> 16 & 0xFF, hex >> 8 & 0xFF);
    if ((build & BUILD_FREE_THREADED) != 0)
        pen_text(pen, STYLE_TEXT, "t");
    if ((build & BUILD_DEBUG) != 0)
        pen_text(pen, STYLE_MESSAGE, "d");
    if (read_as != 0)
        pen_format(pen, STYLE_MESSAGE, " as %u.%u", read_as >> 8, read_as & 0xFFu);
}

static void draw_uptime(struct pen *pen, const struct header *header, int form)
{
    const struct picture *picture = header->picture;
    uint64_t started_ns;

    (void)form;
    if (!picture || !header->is_one)
        return;
    started_ns = header->narrowed ? header->narrowed->started_ns : picture->target_started_ns;
    if (started_ns == 0 || started_ns > picture->taken_ns)
        return;
    pen_text(pen, STYLE_DIM, "up ");
    pen_text(pen, STYLE_TEXT, format_age(picture->taken_ns - started_ns).text);
}

static void draw_frozen(struct pen *pen, const struct header *header, int form)
{
    const struct picture *picture = header->picture;
    uint64_t age = header->now_ns > picture->taken_ns ? header->now_ns - picture->taken_ns : 0;

    pen_text(pen, STYLE_FROZEN, " ");
    pen_glyph(pen, STYLE_FROZEN, GLYPH_PAUSE);
    pen_glyph(pen, STYLE_FROZEN, GLYPH_PAUSE);
    pen_format(pen, STYLE_FROZEN, " FROZEN %s ", format_age(age).text);
    if (form == 0 && header->app->ended_meanwhile)
        pen_text(pen, STYLE_TEXT, " ended since");
}

static void draw_ended(struct pen *pen, const char *why, int form)
{
    pen_text(pen, STYLE_ENDED, " ");
    pen_glyph(pen, STYLE_ENDED, GLYPH_ENDED);
    pen_text(pen, STYLE_ENDED, " ENDED ");
    if (form > 0 || !why || !*why)
        return;
    pen_space(pen, 1);
    int width = pen_elastic(pen, 18, pen_columns(pen, why));
    pen_cut(pen, STYLE_TEXT, why, width, CUT_END);
}

static void draw_state(struct pen *pen, const struct header *header, int form)
{
    const struct picture *picture = header->picture;

    if (!picture) {
        pen_text(pen, STYLE_DIM, "waiting");
    } else if (picture->ended) {
        draw_ended(pen, app_end_text(header->app, picture), form);
    } else if (header->app->frozen) {
        draw_frozen(pen, header, form);
    } else if (header->narrowed ? header->narrowed->stopped : picture->stopped) {
        pen_text(pen, STYLE_HOT, form == 0 ? "STOPPED by a signal" : "STOPPED");
    } else {
        pen_glyph(pen, STYLE_LIVE, GLYPH_LIVE);
        pen_text(pen, STYLE_LIVE, " LIVE");
    }
}

static void draw_rate(struct pen *pen, const struct header *header, int form)
{
    const struct picture *picture = header->picture;

    (void)form;
    if (!picture || picture->ended)
        return;
    const double asked_hz = header->app->rate_hz;
    const bool known = asked_hz > 0 && picture->span_ns[SPAN_START] > NS_PER_S;
    enum style style = !known || picture->rate_hz >= 0.9 * asked_hz ? STYLE_TEXT
                       : picture->rate_hz >= 0.5 * asked_hz        ? STYLE_WARM
                                                                   : STYLE_HOT;

    pen_format(pen, style, "%8s", format_rate(picture->rate_hz).text);
}

/* The part of the time in which the thread with the GIL was stopped. */
static void draw_share_stopped(struct pen *pen, const struct header *header)
{
    const struct picture_process *narrowed = header->narrowed;
    const uint64_t watched_ns = narrowed ? narrowed->watched_ns : header->picture->watched_ns;
    const uint64_t stopped_ns = narrowed ? narrowed->counts.stopped_ns : header->picture->counts.stopped_ns;

    if (watched_ns > 0)
        pen_format(pen, STYLE_TEXT, " %4s %%", format_percent((double)stopped_ns / (double)watched_ns).text);
}

/* How it is read, where that is not from anywhere, and what that costs the target. */
static void draw_engine(struct pen *pen, const struct header *header, int form)
{
    const struct picture *picture = header->picture;
    const char *word = NULL;

    if (!picture || picture->ended)
        return;
    if (picture->riding || picture->blocking || picture->kept_off)
        word = picture->blocking ? "blocking" : picture->riding ? "ride" : "remote";
    if (word)
        pen_text(pen, STYLE_MESSAGE, word);
    if (picture->blocking && form < 2)
        draw_share_stopped(pen, header);
    if (form != 0 || !picture->slowed)
        return;
    if (word)
        pen_text(pen, STYLE_TEXT, " ");
    pen_text(pen, STYLE_DIM, picture->blocking ? "slowed" : "within budget");
}

static void draw_share_kept(struct pen *pen, const struct header *header, int form)
{
    double kept = picture_kept_share(header->picture);
    enum style style = kept < 0.9 ? STYLE_HOT : kept < 0.99 ? STYLE_WARM : STYLE_TEXT;

    pen_format(pen, style, "%5s %%", format_percent_floor(kept).text);
    if (form == 0)
        pen_text(pen, STYLE_DIM, " kept");
}

static bool is_over(const struct header *header)
{
    return header->picture && header->picture->ended;
}

static void draw_kept(struct pen *pen, const struct header *header, int form)
{
    if (header->picture && !is_over(header))
        draw_share_kept(pen, header, form);
}

/* Then why it ended says more. */
static void draw_kept_in_the_end(struct pen *pen, const struct header *header, int form)
{
    if (is_over(header))
        draw_share_kept(pen, header, form);
}

static void draw_truncated(struct pen *pen, const struct header *header, int form)
{
    const struct picture *picture = header->picture;

    if (!picture || picture->counts.samples == 0)
        return;
    double share = (double)picture->counts.truncated / (double)picture->counts.samples;
    if (share <= TRUNCATED_WORTH_TELLING)
        return;
    pen_format(pen, STYLE_TEXT, "%4s %%", format_percent(share).text);
    pen_text(pen, STYLE_DIM, form == 0 ? " truncated" : " trunc");
}

/* What is missing of stacks that are too deep. */
static void draw_cut(struct pen *pen, const struct header *header, int form)
{
    const struct picture *picture = header->picture;

    (void)form;
    if (!picture || picture->counts.cut == 0)
        return;
    pen_format(pen, STYLE_HOT, "%4s %%", format_percent((double)picture->counts.cut / (double)picture->counts.samples).text);
    pen_text(pen, STYLE_DIM, " cut");
}

static const struct element TITLE_LINE[] = {
    {draw_program, {32}, 0, false},
    {draw_process, {56, 90, 98}, 2, false},
    {draw_version, {30, 45}, 2, false},
    {draw_uptime, {25}, 2, false},
    {draw_state, {58, 100}, 2, true},
    {draw_rate, {70}, 1, false},
    {draw_engine, {20, 50, 60}, 1, false},
    {draw_kept, {35, 65}, 2, false},
    {draw_kept_in_the_end, {21, 24}, 2, false},
    {draw_truncated, {22, 27}, 2, false},
    {draw_cut, {66}, 2, false},
};

/* --- how busy it is --------------------------------------------------------------------------- */

/* The cores that a full bar of CPU stands for: as many as the last minute needed. */
static double full_cores(const struct header *header)
{
    double most = header->now.cpu;

    for (uint32_t i = 0; i < header->history->count && i < PICTURE_HISTORY; i++)
        if (header->history->list[i].cpu > most)
            most = header->history->list[i].cpu;
    return most > 1 ? ceil(most - 0.05) : 1;
}

static void draw_gauge(struct pen *pen, const char *label, enum style style, int least, int most,
                       double share, const char *value)
{
    int width = pen_elastic(pen, least, most);

    pen_format(pen, STYLE_LABEL, "%s ", label);
    if (pen->symbols || width < 3) {
        pen_bar(pen, style, width, share);
    } else { /* without blocks, brackets tell where it ends */
        pen_text(pen, STYLE_DIM, "[");
        pen_bar(pen, style, width - 2, share);
        pen_text(pen, STYLE_DIM, "]");
    }
    pen_format(pen, STYLE_TEXT, width > 0 ? " %s" : "%s", value);
}

static void draw_gil(struct pen *pen, const struct header *header, int form)
{
    double share = (double)header->now.gil;
    char value[16];

    (void)form;
    if (header->picture && (header->picture->build & BUILD_NO_GIL) != 0 && share <= 0) {
        pen_text(pen, STYLE_LABEL, "no GIL");
        return;
    }
    snprintf(value, sizeof value, "%3.0f %%", share * 100);
    draw_gauge(pen, "GIL", STYLE_BAR_GIL, 5, 24, share, value);
}

static void draw_cpu(struct pen *pen, const struct header *header, int form)
{
    double cores = (double)header->now.cpu;
    double full = full_cores(header);
    char value[24];

    (void)form;
    snprintf(value, sizeof value, "%4.2f", cores);
    draw_gauge(pen, "CPU", STYLE_BAR_CPU, 5, 24, cores / full, value);
}

static void draw_gc(struct pen *pen, const struct header *header, int form)
{
    double share = (double)header->now.gc;
    char value[16];

    snprintf(value, sizeof value, "%3.0f %%", share * 100);
    if (form == 0)
        draw_gauge(pen, "GC", STYLE_BAR_GC, 4, 12, share, value);
    else
        draw_gauge(pen, "GC", STYLE_BAR_GC, 0, 0, share, value);
}

static int digits_of(uint32_t number)
{
    int digits = 1;

    while (number >= 10) {
        number /= 10;
        digits++;
    }
    return digits;
}

static void draw_threads(struct pen *pen, const struct header *header, int form)
{
    static const struct {
        enum thread_state state;
        enum style style;
        const char *words[FIT_FORMS];
    } PARTS[] = {
        {THREAD_HAS_GIL, STYLE_HAS_GIL, {" has GIL", " gil", "G"}},
        {THREAD_RUNNING, STYLE_RUNNING, {" running", " run", "R"}},
        {THREAD_WAIT_GIL, STYLE_WAITING, {" wait GIL", " wait", "W"}},
        {THREAD_IDLE, STYLE_IDLE, {" idle", " idle", "I"}},
    };
    uint32_t counts[THREAD_STATES] = {0};
    uint32_t all = 0;

    if (header->threads_by_state)
        memcpy(counts, header->threads_by_state, sizeof counts);
    for (size_t i = 0; i < COUNT_OF(PARTS); i++)
        all += counts[PARTS[i].state];
    if (form < 2) {
        pen_text(pen, STYLE_LABEL, "threads ");
        pen_format(pen, STYLE_STRONG, "%u", all);
        if (header->unlisted > 0)
            pen_format(pen, STYLE_HOT, " of %" PRIu64, all + header->unlisted);
        pen_text(pen, STYLE_LABEL, ":");
    }
    for (size_t i = 0; i < COUNT_OF(PARTS); i++) {
        uint32_t count = counts[PARTS[i].state];

        if (form < 2 || i > 0)
            pen_space(pen, form == 0 ? 2 : 1);
        pen_format(pen, count > 0 ? PARTS[i].style : STYLE_DIM, "%*u", digits_of(all), count);
        pen_text(pen, count > 0 && form == 2 ? PARTS[i].style : STYLE_DIM, PARTS[i].words[form]);
    }
}

static const struct element BARS_LINE[] = {
    {draw_gil, {100}, 0, false},
    {draw_cpu, {95}, 2, false},
    {draw_gc, {30, 60}, 2, false},
    {draw_threads, {20, 40, 80}, 3, true},
};

/* --- the last minute, and what is shown ------------------------------------------------------- */

/* How busy the CPU was in the busiest of `each` seconds, the newest of them `age` seconds ago;
   below 0 when none of them was seen. */
static double busiest_second(const struct picture_history *history, int age, int each)
{
    double most = -1;

    for (int i = 0; i < each; i++, age++) {
        int index = (int)history->count - 1 - age;

        if (age >= 0 && index >= 0 && (double)history->list[index].cpu > most)
            most = (double)history->list[index].cpu;
    }
    return most;
}

/* The CPU of the last minute. A column stands for as many seconds as makes it fit, and always for
   the same ones while it wanders to the left, so that its shape does not flicker. */
static void draw_history(struct pen *pen, const struct header *header, int form)
{
    const struct picture *picture = header->picture;

    pen_text(pen, STYLE_LABEL, "CPU ");
    int width = pen_elastic(pen, 10, (int)PICTURE_HISTORY);
    int each = ((int)PICTURE_HISTORY + width - 1) / width;
    int columns = (int)PICTURE_HISTORY / each;
    int begun = picture ? (int)(picture->taken_ns / NS_PER_S % (uint64_t)each) : 0;

    for (int column = columns - 1; column >= 0 && picture; column--) {
        double cores = busiest_second(header->history, column * each + begun - each + 1, each);

        if (cores > 0)
            pen_spark(pen, STYLE_RUNNING, cores / full_cores(header));
        else
            pen_text(pen, STYLE_DIM, cores < 0 ? " " : glyph_text(GLYPH_SPARK_1, pen->symbols));
    }
    if (form == 0)
        pen_text(pen, STYLE_DIM, " 60 s");
    pen_space(pen, width - columns);
}

static void draw_window(struct pen *pen, const struct header *header, int form)
{
    const struct picture *picture = header->picture;

    if (!picture)
        return;
    if (header->app->span == SPAN_WINDOW) {
        pen_text(pen, STYLE_LABEL, form == 0 ? "window " : form == 1 ? "last " : "");
        pen_text(pen, STYLE_TEXT, format_age(picture->window_ns).text);
    } else {
        pen_text(pen, STYLE_LABEL, form == 0 ? "since start " : form == 1 ? "all " : "");
        pen_text(pen, STYLE_TEXT, format_age(picture->span_ns[SPAN_START]).text);
    }
}

static void draw_mode(struct pen *pen, const struct header *header, int form)
{
    static const char *const WORDS[MODES] = {"wall", "cpu", "gil", "exception"};

    if (!app_view_has_modes(header->app))
        return;
    if (form == 0)
        pen_text(pen, STYLE_LABEL, "mode ");
    pen_text(pen, header->app->mode == MODE_WALL ? STYLE_TEXT : STYLE_MESSAGE,
             WORDS[header->app->mode]);
}

static void draw_thread(struct pen *pen, const struct header *header, int form)
{
    const struct app *app = header->app;

    /* The table of threads has them all. */
    if (!app->one_thread || app->view == APP_THREADS || app->view == APP_OUTPUT || !header->picture ||
        app->thread >= header->picture->thread_count)
        return;
    const struct picture_thread *thread = &header->picture->threads[app->thread];
    if (form < 2)
        pen_text(pen, STYLE_LABEL, "thread ");
    if (thread->name && *thread->name) {
        pen_cut(pen, STYLE_MESSAGE, thread->name, form == 0 ? 24 : 12, CUT_END);
        if (form == 0)
            pen_format(pen, STYLE_TEXT, " %d", thread->tid);
    } else {
        pen_format(pen, STYLE_MESSAGE, "%d", thread->tid);
    }
    if (thread->state == THREAD_ENDED)
        pen_text(pen, STYLE_DIM, form == 0 ? " (ended)" : " ended");
}

static void draw_filter(struct pen *pen, const struct header *header, int form)
{
    bool any = header->app->filter_text[0] != 0;

    if (header->app->view == APP_OUTPUT)
        return;
    if (form < 2)
        pen_text(pen, STYLE_LABEL, "filter ");
    if (any)
        pen_cut(pen, STYLE_MESSAGE, header->app->filter_text, form == 0 ? 30 : 10, CUT_END);
    else if (form < 2)
        pen_glyph(pen, STYLE_DIM, GLYPH_DASH);
}

static void draw_sort(struct pen *pen, const struct header *header, int form)
{
    const struct app *app = header->app;

    if (app->view == APP_OUTPUT)
        return;
    if (form == 0)
        pen_text(pen, STYLE_LABEL, "sort ");
    pen_format(pen, STYLE_TEXT, "%s ", table_sort_title(app));
    pen_glyph(pen, STYLE_TEXT, app->places[app->view].ascending ? GLYPH_RISING : GLYPH_FALLING);
}

static const struct element SHOWN_LINE[] = {
    {draw_history, {58, 85}, 0, false},
    {draw_window, {60, 62, 95}, 2, true},
    {draw_mode, {50, 90}, 3, false},
    {draw_thread, {45, 70, 92}, 3, false},
    {draw_filter, {40, 55, 80}, 3, false},
    {draw_sort, {30, 35}, 3, false},
};

void header_draw(const struct app *app, struct grid *grid, uint64_t now_ns)
{
    const struct header header = header_of(app, now_ns);

    draw_elements(TITLE_LINE, COUNT_OF(TITLE_LINE), &header, grid, 0);
    draw_elements(BARS_LINE, COUNT_OF(BARS_LINE), &header, grid, 1);
    draw_elements(SHOWN_LINE, COUNT_OF(SHOWN_LINE), &header, grid, 2);
}
