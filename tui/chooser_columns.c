#include "tui/chooser_columns.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "tui/format.h"

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

static int compare_pid(const struct listed *a, const struct listed *b)
{
    return COMPARE(a->pid, b->pid);
}

static int compare_user(const struct listed *a, const struct listed *b)
{
    return strcmp(a->python->user, b->python->user);
}

static int compare_version(const struct listed *a, const struct listed *b)
{
    return COMPARE(a->python->recognized.version_hex, b->python->recognized.version_hex);
}

static int compare_cpu(const struct listed *a, const struct listed *b)
{
    return COMPARE(a->cpu_share, b->cpu_share);
}

static int compare_threads(const struct listed *a, const struct listed *b)
{
    return COMPARE(a->threads, b->threads);
}

static int compare_container(const struct listed *a, const struct listed *b)
{
    return strcmp(a->python->container, b->python->container);
}

static int compare_command(const struct listed *a, const struct listed *b)
{
    return strcmp(a->python->command, b->python->command);
}

bool chooser_refused(const struct listed *listed)
{
    return listed->python->recognized.refusal[0] != '\0';
}

/* Of a refused process all of the row is dim. */
static enum style style_of(const struct listed *listed, enum style style)
{
    return chooser_refused(listed) ? STYLE_DIM : style;
}

static void draw_pid(struct pen *pen, const struct listed *listed)
{
    char text[16];

    snprintf(text, sizeof text, "%d", (int)listed->pid);
    pen_right(pen, style_of(listed, STYLE_STRONG), text);
}

static void draw_user(struct pen *pen, const struct listed *listed)
{
    pen_cut(pen, style_of(listed, STYLE_TEXT), listed->python->user, pen_room(pen), CUT_END);
}

/* Of one that may not be read, its name tells no more than the first two parts. */
static void draw_version(struct pen *pen, const struct listed *listed)
{
    const uint32_t hex = listed->python->recognized.version_hex;

    if (hex == 0)
        pen_glyph(pen, STYLE_DIM, GLYPH_DASH);
    else if ((hex & 0xffff) == 0)
        pen_format(pen, style_of(listed, STYLE_TEXT), "%u.%u", hex >> 24, hex >> 16 & 0xff);
    else
        pen_format(pen, style_of(listed, STYLE_TEXT), "%u.%u.%u", hex >> 24, hex >> 16 & 0xff,
                   hex >> 8 & 0xff);
}

static void draw_cpu(struct pen *pen, const struct listed *listed)
{
    const double share = listed->cpu_share;

    if (share < 0)
        pen_right(pen, STYLE_DIM, glyph_text(GLYPH_DASH, pen->utf8));
    else
        pen_right(pen, style_of(listed, share >= 0.5   ? STYLE_HOT
                                        : share >= 0.1 ? STYLE_WARM
                                                       : STYLE_COOL),
                  format_percent(share).text);
}

static void draw_threads(struct pen *pen, const struct listed *listed)
{
    char text[16];

    snprintf(text, sizeof text, "%u", listed->threads);
    pen_right(pen, style_of(listed, STYLE_TEXT), text);
}

static void draw_container(struct pen *pen, const struct listed *listed)
{
    if (listed->python->container[0] != '\0')
        pen_cut(pen, style_of(listed, STYLE_TEXT), listed->python->container, pen_room(pen), CUT_END);
    else
        pen_glyph(pen, STYLE_DIM, GLYPH_DASH);
}

static void draw_command(struct pen *pen, const struct listed *listed)
{
    pen_cut(pen, style_of(listed, STYLE_TEXT), listed->python->command, pen_room(pen), CUT_END);
}

const struct chooser_column CHOOSER_COLUMNS[CHOOSER_COLUMN_COUNT] = {
    [CHOOSER_PID] = {"PID", "the id of the process", {{7, 100, 0}}, 0, true, false, compare_pid, draw_pid},
    [CHOOSER_USER] = {"USER", "whose rights it has: its effective user", {{9, 60, 8}}, 2, false, false, compare_user, draw_user},
    [CHOOSER_PYTHON] = {"PYTHON", "the version of its CPython, as far as that is known", {{8, 70, 0}}, 2, false, true,
                        compare_version, draw_version},
    [CHOOSER_CPU] = {"CPU%", "how much of a core it used during about the last second", {{6, 95, 0}}, 1, true, true,
                     compare_cpu, draw_cpu},
    [CHOOSER_THREADS] = {"THREADS", "how many threads it has, also those that run no Python", {{8, 50, 0}}, 1, true, true,
                         compare_threads, draw_threads},
    [CHOOSER_CONTAINER] = {"CONTAINER", "the container that it runs in; shown where one does", {{12, 40, 0}}, 2, false, false,
                           compare_container, draw_container},
    [CHOOSER_COMMAND] = {"COMMAND", "its command line, without the program's folder", {{30, 55, 200}, {16, 99, 24}}, 2, false,
                         false, compare_command, draw_command},
};
