#include "tui/header_line.h"

#include "base/clock.h"
#include "tally/reasons.h"
#include "tui/format.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define TRUNCATED_WORTH_TELLING 0.0005 /* a share of the samples */

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

/* Whether it is read as it always can be, from any CPU. */
static bool is_plain(const struct picture *picture)
{
    return !picture->riding && !picture->blocking && !picture->kept_off;
}

/* How it is read, where that costs the target something or is not what was asked for, and what it costs. */
static void draw_engine(struct pen *pen, const struct header *header, int form)
{
    const struct picture *picture = header->picture;

    if (!picture || picture->ended || is_plain(picture))
        return;
    pen_text(pen, STYLE_MESSAGE, picture_engine(picture));
    if (picture->blocking && form == 0)
        draw_share_stopped(pen, header);
}

static void draw_plain_engine(struct pen *pen, const struct header *header, int form)
{
    (void)form;
    if (header->picture && !header->picture->ended && is_plain(header->picture))
        pen_text(pen, STYLE_DIM, picture_engine(header->picture));
}

/* Why it is read so, and no more often. */
static void draw_reason(struct pen *pen, const struct header *header, int form)
{
    const struct picture *picture = header->picture;
    const char *brief;

    if (!picture || picture->ended)
        return;
    brief = reason_words(picture->reason)->brief;
    if (form == 0 && *brief)
        pen_format(pen, STYLE_DIM, "(%s)", brief);
    if (!picture->slowed)
        return;
    if (form == 0 && *brief)
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

static const struct element ELEMENTS[] = {
    {draw_program, {32}, 0, false},
    {draw_process, {56, 90, 98}, 2, false},
    {draw_version, {30, 45}, 2, false},
    {draw_uptime, {25}, 2, false},
    {draw_state, {58, 100}, 2, true},
    {draw_rate, {70}, 1, false},
    {draw_engine, {50, 60}, 1, false},
    {draw_plain_engine, {23}, 1, false},
    {draw_reason, {18, 20}, 1, false},
    {draw_kept, {35, 65}, 2, false},
    {draw_kept_in_the_end, {21, 24}, 2, false},
    {draw_truncated, {22, 27}, 2, false},
    {draw_cut, {66}, 2, false},
};

const struct header_line HEADER_TITLE = {ELEMENTS, COUNT_OF(ELEMENTS)};
