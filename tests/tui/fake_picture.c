#include "tests/tui/fake_picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define NAME_SIZE 64
#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

struct fake_picture {
    struct picture picture;
    char (*names)[NAME_SIZE]; /* of functions without a known name, and of threads */
};

/* A web application at work, with shares of the window in thousandths. Others get a number. */
static const struct {
    const char *name;
    const char *file;
    uint32_t line;
    uint32_t self, total;
} KNOWN[] = {
    {"‹moving›", "", 0, 3, 3},
    {"‹gc›", "", 0, 24, 24},
    {"‹native›", "", 0, 0, 0},
    {"decode_utf8", "/usr/lib/python3.13/json/decoder.py", 355, 234, 234},
    {"Model.save", "/srv/app/app/models.py", 87, 119, 610},
    {"AsyncConnectionPool.acquire.<locals>.wrapper",
     "/srv/app/venv/lib/python3.13/site-packages/asyncpg/pool.py", 1234, 97, 141},
    {"計算する", "/srv/app/日本語/計算.py", 12, 83, 92},
    {"cafe\u0301_price", "/srv/app/app/cafe.py", 7, 61, 75},
    {"<module>", "/srv/app/manage.py", 1, 0, 1000},
    {"BaseEventLoop.run_forever", "/usr/lib/python3.13/asyncio/base_events.py", 639, 12, 960},
    {"EpollSelector.select", "/usr/lib/python3.13/selectors.py", 435, 41, 41},
    {"Template.render", "/srv/app/venv/lib/python3.13/site-packages/jinja2/environment.py", 1269,
     56, 204},
    {"a_name_so_long_that_no_terminal_of_any_usual_width_shows_the_whole_of_it_and_an_ellipsis_"
     "stands_for_what_is_left_out_in_the_middle",
     "/a/path/that/has/very/many/parts/and/goes/on/and/on/until/it/ends/in/a/file/called/module.py",
     99999, 33, 33},
    {"Session.execute", "/srv/app/venv/lib/python3.13/site-packages/sqlalchemy/orm/session.py",
     2236, 38, 322},
    {"handle_request", "/srv/app/app/views.py", 42, 29, 874},
    {"<genexpr>", "/srv/app/app/models.py", 112, 27, 27},
    {"Handler.emit", "/usr/lib/python3.13/logging/__init__.py", 1011, 18, 44},
};

/* What a function's name and course are made from: ‹native›, which has no time, is not counted. */
static size_t number_of(size_t i)
{
    return i > FUNCTION_NATIVE ? i - 1 : i;
}

static void name_functions(struct fake_picture *fake)
{
    for (size_t i = 0; i < fake->picture.function_count; i++) {
        struct picture_function *function = &fake->picture.functions[i];

        if (i < COUNT_OF(KNOWN)) {
            function->name = KNOWN[i].name;
            function->file = KNOWN[i].file;
            function->first_line = KNOWN[i].line;
            continue;
        }
        snprintf(fake->names[i], NAME_SIZE, "function_%zu", number_of(i));
        function->name = fake->names[i];
        function->file = "/srv/app/app/generated.py";
        function->first_line = (uint32_t)(10 * number_of(i));
    }
}

static void name_threads(struct fake_picture *fake)
{
    for (size_t i = 0; i < fake->picture.thread_count; i++) {
        struct picture_thread *thread = &fake->picture.threads[i];
        char *name = fake->names[fake->picture.function_count + i];

        snprintf(name, NAME_SIZE, i == 0 ? "MainThread" : "worker-%zu", i);
        thread->name = name;
        thread->tid = (int32_t)(4242 + i);
        thread->ident = 0x7f0000000000 + 0x10000 * i;
    }
}

struct fake_picture *fake_picture_new(size_t functions, size_t threads)
{
    struct fake_picture *fake = calloc(1, sizeof *fake);
    struct picture *picture = &fake->picture;

    picture->function_count = functions + 1;
    picture->thread_count = threads;
    picture->functions = calloc(picture->function_count, sizeof *picture->functions);
    picture->threads = calloc(threads, sizeof *picture->threads);
    picture->pairs = calloc(picture->function_count, sizeof *picture->pairs);
    fake->names = calloc(picture->function_count + threads, sizeof *fake->names);
    name_functions(fake);
    name_threads(fake);

    picture->pid = 4242;
    picture->version_hex = 0x030d05f0;
    picture->command = "gunicorn: worker [app]";
    picture->target_started_ns = FAKE_STARTED_NS;
    picture->started_ns = FAKE_STARTED_NS + 1000 * NS_PER_S;
    picture->window_ns = 10 * NS_PER_S;
    picture->trend_column_ns = NS_PER_S;
    picture->end_text = "";
    return fake;
}

void fake_picture_free(struct fake_picture *fake)
{
    if (!fake)
        return;
    free(fake->picture.functions);
    free(fake->picture.threads);
    free(fake->picture.pairs);
    free(fake->names);
    free(fake);
}

static void set_sum(struct tally_sum *sum, uint64_t ns)
{
    sum->ns[MODE_WALL] = ns;
    sum->ns[MODE_CPU] = ns / 10 * 9;
    sum->ns[MODE_GIL] = ns / 10 * 7;
    sum->ns[MODE_EXCEPTION] = ns / 10;
    sum->samples = ns / NS_PER_MS;
}

static void add_sum(struct tally_sum *sum, const struct tally_sum *more)
{
    for (int mode = 0; mode < MODES; mode++)
        sum->ns[mode] += more->ns[mode];
    sum->samples += more->samples;
}

/* A value that goes from 700 up to 1300 and down again, once in `period` ticks. */
static uint64_t wave(uint64_t tick, uint64_t period)
{
    uint64_t at = tick % period;

    return 700 + 1200 * (at < period / 2 ? at : period - at) / period;
}

/* Each function runs on one thread; its share goes up and down with a period of its own. */
static void fill_pair(struct picture *picture, size_t i, uint64_t tick)
{
    struct picture_pair *pair = &picture->pairs[i];
    size_t number = number_of(i);
    uint64_t self = i < COUNT_OF(KNOWN) ? KNOWN[i].self : 200 / (number + 1);
    uint64_t total = i < COUNT_OF(KNOWN) ? KNOWN[i].total : self + self / 2;
    uint64_t period = 60 + 7 * (number * 5 % 12);
    uint64_t later = tick + 1000 + 29 * number;
    uint64_t now = wave(later, period);
    uint64_t ns = self * now * 10 * NS_PER_US;
    uint64_t total_ns = total * (total > 700 ? 1000 : now) * 10 * NS_PER_US;
    uint64_t tenths = 10 + tick / 4; /* of the window, since the start */

    memset(pair, 0, sizeof *pair);
    pair->function = (uint32_t)i;
    pair->thread = (uint32_t)(number % picture->thread_count);
    if (i >= FUNCTION_FIRST && self > 0)
        pair->hot_line = picture->functions[i].first_line + 4;
    pair->hot_line_ns = ns / 2;
    set_sum(&pair->self[SPAN_WINDOW], ns);
    set_sum(&pair->total[SPAN_WINDOW], total_ns);
    set_sum(&pair->self[SPAN_START], self * NS_PER_MS * tenths);
    set_sum(&pair->total[SPAN_START], total * NS_PER_MS * tenths);
    for (unsigned t = 0; t < PICTURE_TREND; t++)
        pair->trend_ns[t] = self * wave(later - 4 * (PICTURE_TREND - t), period) * NS_PER_US;
}

static void fill_threads(struct picture *picture, uint64_t tick)
{
    memset(picture->threads_by_state, 0, sizeof picture->threads_by_state);
    for (size_t i = 0; i < picture->thread_count; i++) {
        struct picture_thread *thread = &picture->threads[i];

        memset(thread->all, 0, sizeof thread->all);
        memset(thread->state_ns, 0, sizeof thread->state_ns);
        thread->state = i == tick % 4 ? THREAD_HAS_GIL : i < 4 ? THREAD_WAIT_GIL : THREAD_IDLE;
        thread->leaf = (uint32_t)(FUNCTION_FIRST +
                                  (i + tick) % (picture->function_count - FUNCTION_FIRST));
        thread->leaf_line = picture->functions[thread->leaf].first_line + 4;
        picture->threads_by_state[thread->state]++;
    }
    for (size_t i = 0; i < picture->pair_count; i++) {
        struct picture_thread *thread = &picture->threads[picture->pairs[i].thread];

        for (int span = 0; span < SPANS; span++)
            add_sum(&thread->all[span], &picture->pairs[i].self[span]);
    }
    for (size_t i = 0; i < picture->thread_count; i++) {
        struct picture_thread *thread = &picture->threads[i];

        for (int span = 0; span < SPANS; span++) {
            uint64_t ns = thread->all[span].ns[MODE_WALL];

            thread->state_ns[span][THREAD_HAS_GIL] = ns / 10 * 7;
            thread->state_ns[span][THREAD_RUNNING] = ns / 10 * 2;
            thread->state_ns[span][THREAD_WAIT_GIL] = ns / 10;
            if (ns < picture->span_ns[span])
                thread->state_ns[span][THREAD_IDLE] = picture->span_ns[span] - ns;
        }
    }
}

struct picture *fake_picture_at(struct fake_picture *fake, uint64_t tick)
{
    struct picture *picture = &fake->picture;
    uint64_t second = tick / 4;

    picture->taken_ns = picture->started_ns + 10 * NS_PER_S + tick * NS_PER_S / 4;
    picture->span_ns[SPAN_WINDOW] = 10 * NS_PER_S;
    picture->span_ns[SPAN_START] = picture->taken_ns - picture->started_ns;
    picture->rate_hz = 998 + (double)(tick % 5);
    picture->reason = REASON_STEADY;
    picture->counts = (struct sampler_counts){
        .rounds = tick * 250,
        .samples = tick * 250 * picture->thread_count,
        .truncated = tick / 10,
    };
    picture->history.count =
        second + 10 < PICTURE_HISTORY ? (uint32_t)second + 10 : PICTURE_HISTORY;
    for (uint32_t i = 0; i < picture->history.count; i++) {
        uint64_t when = second + PICTURE_HISTORY - picture->history.count + i;
        float busy = (float)(wave(when, 37) + 600 * (when % 23 < 9)) / 1900;

        picture->history.list[i] = (struct picture_second){1.4f * busy, 0.9f * busy, 0.05f * busy};
    }
    picture->now = picture->history.list[picture->history.count - 1];
    picture->pair_count = picture->function_count;
    for (size_t i = 0; i < picture->pair_count; i++)
        fill_pair(picture, i, tick);
    fill_threads(picture, tick);
    return picture;
}
