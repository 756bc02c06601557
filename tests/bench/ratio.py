#!/usr/bin/env python3
"""ratio - how much slower a target is in some windows of time than in those beside them.

    ratio.py PROGRESS WINDOWS

PROGRESS is what targets/counting.py tells: after a first line, rows of a time and the work done by then.
WINDOWS has rows of a name, a beginning and an end (Unix time in nanoseconds), in order; those called
"off" stand before and after each of the others, which is compared with the mean of the two. Prints a
row for each other name: how many windows, by how many percent the target was slower on average, and the bounds
of the 95 % interval of that mean, by the bootstrap (Efron 1979: percentiles of means of resamples).
"""

import bisect
import random
import sys

RESAMPLES = 4000


def read_progress(path):
    with open(path) as file:
        rows = [line.split() for line in file.read().split("\n")[1:-1]]
    return [int(row[0]) for row in rows], [int(row[1]) for row in rows]


def work_at(times, work, when):
    """The work done by then, in between two rows in proportion."""
    right = min(max(bisect.bisect(times, when), 1), len(times) - 1)
    share = (when - times[right - 1]) / (times[right] - times[right - 1])
    return work[right - 1] + share * (work[right] - work[right - 1])


def interval(values):
    """The bounds of the middle 95 % of the means of resamples."""
    chance = random.Random(1)
    means = sorted(sum(chance.choices(values, k=len(values))) / len(values)
                   for _ in range(RESAMPLES))
    return means[int(0.025 * RESAMPLES)], means[int(0.975 * RESAMPLES)]


def main():
    if len(sys.argv) != 3:
        sys.stderr.write(__doc__)
        return 2
    times, work = read_progress(sys.argv[1])
    windows = []
    with open(sys.argv[2]) as file:
        for name, begin, end in map(str.split, file):
            begin, end = int(begin), int(end)
            speed = (work_at(times, work, end) - work_at(times, work, begin)) / (end - begin)
            windows.append((name, speed))
    slower = {}
    for before, (name, speed), after in zip(windows, windows[1:], windows[2:]):
        if name != "off":
            slower.setdefault(name, []).append(100 * (1 - speed / ((before[1] + after[1]) / 2)))
    for name, values in slower.items():
        least, most = interval(values)
        print("%s %d %.2f %.2f %.2f" % (name, len(values), sum(values) / len(values), least, most))
    return 0


if __name__ == "__main__":
    sys.exit(main())
