#!/usr/bin/env python3
"""check_exceptions - whether snapshots of targets/exceptions.py have the shares that it tells of itself.

    check_exceptions.py TRUTH BEFORE FUNCTIONS THREADS

BEFORE is how many rows of seconds TRUTH had when FUNCTIONS, of the mode exception, began to be
taken. The time in exceptions, in all and in each of the functions that know theirs, must be right
within three points of the time; THREADS must have the share of each thread. Of the time that it takes
to raise through deep calls CPython spends most with the exception out of sight (PyTraceBack_Here(),
Python/traceback.c): any part of it will do. 1 when something is wrong; 3 when other work on the
machine kept the profiler or the target from their own.
"""

import json
import sys

from told import read_rows

POINTS = 3.0
NONE = 0.2            # points, of what is in no exception
MISSED_MAX = 0.1      # of the rounds


def read_truth(path, before, seconds):
    """The shares in percent of each kind of time, over about `seconds` from the row `before` on."""
    rows = read_rows(path)
    first = rows[before - 1]
    last = next((row for row in rows[before:] if row["elapsed"] - first["elapsed"] >= seconds),
                rows[-1])
    elapsed = last["elapsed"] - first["elapsed"]
    return {kind: 100 * (last["seconds"][kind] - first["seconds"][kind]) / elapsed
            for kind in last["seconds"]}


def is_wrong(what, told, truth, points):
    wrong = abs(told - truth) > points
    print("%-12s %6.2f %%, told %6.2f %%%s" % (what, told, truth, ": wrong" if wrong else ""))
    return wrong


def main():
    if len(sys.argv) != 5:
        sys.stderr.write(__doc__)
        return 2
    with open(sys.argv[3]) as file:
        functions = json.load(file)
    with open(sys.argv[4]) as file:
        threads = json.load(file)
    observed = functions["observed_s"]
    truth = read_truth(sys.argv[1], int(sys.argv[2]), observed - 1)
    rows = {row["function"]: row for row in functions["rows"]}

    # The thread that sleeps in its handler is in the exception all the time.
    whole = 100 * sum(row["self_s"] for row in functions["rows"]) / observed - 100
    told = {name: 100 * rows[name]["total_s"] / observed if name in rows else 0.0 for name in truth}
    wrong = is_wrong("all", whole, truth["within"] + truth["drops"] + truth["unwinds"], POINTS)
    wrong |= is_wrong("within", told["within"], truth["within"], POINTS)
    wrong |= is_wrong("without", told["without"], 0.0, NONE)
    wrong |= is_wrong("drops", told["drops"], truth["drops"], min(POINTS, 0.6 * truth["drops"]))
    wrong |= is_wrong("unwinds", told["unwinds"], truth["unwinds"], truth["unwinds"])
    for row in threads["rows"]:
        share = {"handler": 100.0, "sleeper": 0.0}.get(row["name"], whole)
        wrong |= is_wrong(row["name"], row["exception_percent"], share, POINTS)
    print("%(rounds)d rounds, %(samples)d samples, %(kept_percent)s %% kept, %(missed)d missed" %
          functions)
    if wrong and any(snapshot["missed"] > MISSED_MAX * snapshot["rounds"]
                     for snapshot in (functions, threads)):
        return 3
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
