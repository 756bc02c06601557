#!/usr/bin/env python3
"""check_naps - whether a thread that computes and sleeps by turns was told to have the GIL for as long as it had.

    check_naps.py TRUTH FROM TO THREADS

FROM and TO are how many rows of seconds TRUTH, of targets/turns.py --nap 1, had when the profiler began and when it had ended;
THREADS is its table of threads as JSON. 1 when the share is off by more than POINTS; 3 when other work on the machine kept it
from its rounds.
"""

import json
import sys

from told import read_rows

THREAD = "nap-1"
POINTS = 2.0
MISSED_MAX = 0.05  # of the rounds


def main():
    if len(sys.argv) != 5:
        sys.stderr.write(__doc__)
        return 2
    truth, first, last, threads = sys.argv[1:]
    rows = read_rows(truth)
    first, last = rows[int(first) - 1], rows[int(last) - 1]
    spent = last["seconds"][THREAD] - first["seconds"][THREAD]
    by_its_clock = 100 * spent / (last["elapsed"] - first["elapsed"])
    with open(threads, encoding="utf-8") as file:
        table = json.load(file)
    told = next(row["has_gil_percent"] for row in table["rows"] if row["name"] == THREAD)
    print("%s had the GIL for %.1f %% of the time, and is told to have had it for %.1f %%" % (THREAD, by_its_clock, told))
    if abs(told - by_its_clock) <= POINTS:
        return 0
    return 3 if table["missed"] > MISSED_MAX * table["rounds"] else 1


if __name__ == "__main__":
    sys.exit(main())
