#include "export/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

#include "base/clock.h"

static const struct {
    const char *word;
    const char *phrase;
} STATES[THREAD_STATES] = {
    [THREAD_IDLE] = {"idle", "idle"},
    [THREAD_RUNNING] = {"running", "running without the GIL"},
    [THREAD_WAIT_GIL] = {"wait-gil", "waits for the GIL"},
    [THREAD_HAS_GIL] = {"has-gil", "has the GIL"},
    [THREAD_ENDED] = {"ended", "ended"},
};

size_t text_width(const char *text)
{
    const bool one_byte_locale = MB_CUR_MAX == 1;
    size_t width = 0;
    mbstate_t state = {0};

    for (size_t left = strlen(text), bytes; left > 0; left -= bytes, text += bytes) {
        wchar_t character = 0;
        size_t taken = one_byte_locale ? (size_t)-1 : mbrtowc(&character, text, left, &state);
        int columns = 1;

        bytes = 1;
        if (taken <= left && taken > 0) {
            bytes = taken;
            columns = wcwidth(character);
        } else {
            state = (mbstate_t){0};
            while (bytes < left && ((unsigned char)text[bytes] & 0xc0) == 0x80)
                bytes++;
        }
        width += columns < 0 ? 1 : (size_t)columns;
    }
    return width;
}

double text_rounded(double value, int decimals)
{
    double unit = pow(10, decimals);

    return round(value * unit) / unit;
}

const char *text_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

bool text_no_thread(int32_t pid, int32_t tid, struct error *error)
{
    return error_set(error, ERROR_NO_PROCESS, "process %" PRId32 " has no Python thread %" PRId32, pid, tid);
}

void text_python_version(char out[TEXT_VERSION_SIZE], uint32_t version_hex)
{
    /* The release level and serial as Include/patchlevel.h of CPython 3.13 has them. */
    uint32_t level = version_hex >> 4 & 0xf;
    int used = snprintf(out, TEXT_VERSION_SIZE, "%u.%u.%u", version_hex >> 24,
                        version_hex >> 16 & 0xff, version_hex >> 8 & 0xff);

    if (level >= 0xa && level <= 0xc)
        snprintf(out + used, TEXT_VERSION_SIZE - (size_t)used, "%s%u",
                 level == 0xa ? "a" : level == 0xb ? "b" : "rc", version_hex & 0xf);
}

void text_build(char out[TEXT_BUILD_SIZE], uint16_t read_as, uint16_t build)
{
    const bool threads = (build & BUILD_FREE_THREADED) != 0, debug = (build & BUILD_DEBUG) != 0;
    const int used = snprintf(out, TEXT_BUILD_SIZE, "%s%s%s", threads ? " free-threading" : "",
                              debug ? " debug" : "", threads || debug ? " build" : "");

    if (read_as != 0)
        snprintf(out + used, TEXT_BUILD_SIZE - (size_t)used, " read as %u.%u, by what it tells of itself",
                 read_as >> 8, read_as & 0xffu);
}

/* The local time at a moment of clock.h's clock. */
static struct tm local_time(uint64_t time_ns)
{
    uint64_t now_ns = clock_now_ns();
    time_t then = time(NULL) - (time_t)(time_ns < now_ns ? (now_ns - time_ns) / NS_PER_S : 0);
    struct tm local = {0};

    localtime_r(&then, &local);
    return local;
}

void text_time(char out[TEXT_TIME_SIZE], uint64_t time_ns)
{
    struct tm local = local_time(time_ns);
    size_t used = strftime(out, TEXT_TIME_SIZE - 1, "%Y-%m-%dT%H:%M:%S%z", &local);

    if (used < 2) {
        out[0] = '\0';
        return;
    }
    /* %z gives +0100, the standard's extended form wants +01:00. */
    memmove(out + used - 1, out + used - 2, 3);
    out[used - 2] = ':';
}

void text_time_for_name(char out[TEXT_TIME_SIZE], uint64_t time_ns)
{
    struct tm local = local_time(time_ns);

    if (strftime(out, TEXT_TIME_SIZE, "%Y%m%d-%H%M%S", &local) == 0)
        out[0] = '\0';
}

const char *text_state_word(enum thread_state state)
{
    return (unsigned)state < THREAD_STATES ? STATES[state].word : "unknown";
}

const char *text_state_phrase(enum thread_state state, bool has_gil)
{
    if (!has_gil && state == THREAD_RUNNING)
        return "running";
    return (unsigned)state < THREAD_STATES ? STATES[state].phrase : "in an unknown state";
}
