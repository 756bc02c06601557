#include "tui/format.h"

#include <math.h>
#include <stdio.h>

#include "base/clock.h"

struct formatted format_time(uint64_t ns)
{
    struct formatted result;
    double seconds = (double)ns / (double)NS_PER_S;
    unsigned long long s = ns / NS_PER_S + (ns % NS_PER_S >= NS_PER_S / 2);

    if (seconds < 0.9995)
        snprintf(result.text, FORMAT_SIZE, "%.0f ms", seconds * 1000);
    else if (seconds < 9.995)
        snprintf(result.text, FORMAT_SIZE, "%.2f s", seconds);
    else if (seconds < 59.95)
        snprintf(result.text, FORMAT_SIZE, "%.1f s", seconds);
    else if (s < 60 * 60)
        snprintf(result.text, FORMAT_SIZE, "%llum %02llus", s / 60, s % 60);
    else if (s < 24 * 60 * 60)
        snprintf(result.text, FORMAT_SIZE, "%lluh %02llum", s / 3600, s / 60 % 60);
    else
        snprintf(result.text, FORMAT_SIZE, "%llud %02lluh", s / 86400, s / 3600 % 24);
    return result;
}

struct formatted format_age(uint64_t ns)
{
    struct formatted result;
    unsigned long long s = ns / NS_PER_S;

    if (s < 60)
        snprintf(result.text, FORMAT_SIZE, "%llu s", s);
    else if (s < 60 * 60)
        snprintf(result.text, FORMAT_SIZE, "%llum%02llus", s / 60, s % 60);
    else if (s < 24 * 60 * 60)
        snprintf(result.text, FORMAT_SIZE, "%lluh%02llum", s / 3600, s / 60 % 60);
    else
        snprintf(result.text, FORMAT_SIZE, "%llud%02lluh", s / 86400, s / 3600 % 24);
    return result;
}

struct formatted format_percent(double share)
{
    struct formatted result;
    double percent = share * 100;

    snprintf(result.text, FORMAT_SIZE, percent < 999.95 ? "%.1f" : "%.0f", percent);
    return result;
}

struct formatted format_percent_floor(double share)
{
    return format_percent(floor(share * 1000 + 1e-9) / 1000);
}

struct formatted format_rate(double hz)
{
    struct formatted result;
    const char *unit = "Hz";

    if (hz >= 999.5e3) {
        hz /= 1e6;
        unit = "MHz";
    } else if (hz >= 999.5) {
        hz /= 1e3;
        unit = "kHz";
    } else {
        snprintf(result.text, FORMAT_SIZE, "%.0f Hz", hz);
        return result;
    }
    snprintf(result.text, FORMAT_SIZE, "%.*f %s", hz < 9.995 ? 2 : hz < 99.95 ? 1 : 0, hz, unit);
    return result;
}

struct formatted format_count(uint64_t count)
{
    struct formatted result;
    double value = (double)count;

    if (count < 1000000)
        snprintf(result.text, FORMAT_SIZE, "%llu", (unsigned long long)count);
    else if (value < 999.5e6)
        snprintf(result.text, FORMAT_SIZE, "%.*f M", value < 9.995e6 ? 2 : value < 99.95e6 ? 1 : 0,
                 value / 1e6);
    else
        snprintf(result.text, FORMAT_SIZE, "%.*f G", value < 9.995e9 ? 2 : value < 99.95e9 ? 1 : 0,
                 value / 1e9);
    return result;
}
