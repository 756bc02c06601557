/*
 * format - numbers as the screen shows them, each kind in a width that does not change.
 */
#ifndef TUI_FORMAT_H
#define TUI_FORMAT_H

#include <stdint.h>

#define FORMAT_SIZE 24

struct formatted {
    char text[FORMAT_SIZE];
};

/* A time: "0 ms", "120 ms", "2.34 s", "45.6 s", "1m 23s", "12h 03m", "3d 04h"; at most 7 columns up
   to 99 days. */
struct formatted format_time(uint64_t ns);

/* A time that is told in words: "10 s", "1 m 30 s", "3d04h". */
struct formatted format_age(uint64_t ns);

/* A share (0 to 1) in per cent: "  0.0" to "100.0", at most 5 columns up to 9999 %. */
struct formatted format_percent(double share);

/* A share that is shown as 100.0 only when it is whole. */
struct formatted format_percent_floor(double share);

/* A rate: "250 Hz", "1.00 kHz", "12.3 kHz", "1.00 MHz". */
struct formatted format_rate(double hz);

/* A count in at most 6 columns: "999999", "1.23 M". */
struct formatted format_count(uint64_t count);

#endif
