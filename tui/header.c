#include "tui/header.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "tui/format.h"
#include "tui/header_line.h"
#include "tui/table.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define ELEMENTS_MAX 16

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

static void draw_line(const struct header_line *line, const struct header *header, struct grid *grid, int row)
{
    struct fit_item items[ELEMENTS_MAX] = {0};

    for (size_t i = 0; i < line->count; i++) {
        const struct element *element = &line->elements[i];

        items[i].gap = element->gap;
        items[i].right = element->right;
        for (int form = 0; form < FIT_FORMS && element->priority[form] > 0; form++) {
            struct pen pen = pen_to_measure(grid);

            element->draw(&pen, header, form);
            items[i].forms[form] =
                (struct fit_form){pen.column, element->priority[form], pen.wish};
        }
    }
    fit(items, line->count, grid->columns);
    for (size_t i = 0; i < line->count; i++) {
        if (items[i].form < 0)
            continue;
        struct pen pen = pen_at(grid, row, items[i].column, items[i].width);
        pen.stretch = items[i].extra;
        line->elements[i].draw(&pen, header, items[i].form);
    }
}

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

static const struct element BARS[] = {
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
        pen_text(pen, STYLE_TEXT, format_age(picture_observed_ns(picture, SPAN_START)).text);
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

static const struct element SHOWN[] = {
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
    const struct header_line bars = {BARS, COUNT_OF(BARS)}, shown = {SHOWN, COUNT_OF(SHOWN)};

    draw_line(&HEADER_TITLE, &header, grid, 0);
    draw_line(&bars, &header, grid, 1);
    draw_line(&shown, &header, grid, 2);
}
