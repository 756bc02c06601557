#!/usr/bin/env python3
"""check_sleepers - whether what targets/sleepers.py did was told right.

    check_sleepers.py time TRUTH BEFORE SNAPSHOT
    check_sleepers.py cost FEW MANY THREADS

time: a function that many threads are in for a moment, having slept for long, is told to have had as
much time as by the target's own clock, within 15 %. BEFORE is how many rows TRUTH had when SNAPSHOT began.

cost: the statistics of sampling a few threads and of THREADS that sleep. A round of the latter costs at most
twelve times as much (a system call for each thread in each round makes it some thirty times), and each
thread is in each round.

1 when something is wrong; 3 when other work on the machine was in the way.
"""

import json
import sys

from told import read_rows

TOLERANCE = 0.15
SECONDS_MIN = 8.0
MISSED_MAX = 0.1
TIMES_MAX = 12.0
SAMPLES_MIN = 0.99  # of rounds times threads: not all may be met in the first ones


def load(path):
    with open(path) as file:
        return json.load(file)


def check_time(truth, before, path):
    rows = read_rows(truth)
    first, last = rows[int(before) - 1], rows[-1]
    elapsed = last["elapsed"] - first["elapsed"]
    spent = (last["brief_s"] - first["brief_s"]) / elapsed
    snapshot = load(path)
    told = sum(row["self_s"] for row in snapshot["rows"] if row["function"] == "brief")
    told /= snapshot["observed_s"]
    print("in brief() for %.3f s a second, told %.3f" % (spent, told))
    if abs(told - spent) <= TOLERANCE * spent:
        return 0
    disturbed = (min(elapsed, snapshot["observed_s"]) < SECONDS_MIN or
                 snapshot["missed"] > MISSED_MAX * snapshot["rounds"])
    return 3 if disturbed else 1


def check_cost(few, many, threads):
    few, many, threads = load(few), load(many), int(threads)
    costs = [stats["profiler_cpu_s"] / stats["rounds"] for stats in (few, many)]
    share = many["samples"] / many["rounds"] / threads
    print("a round costs %.0f us, with %d threads asleep %.0f us; %.1f %% of them are in it" %
          (1e6 * costs[0], threads, 1e6 * costs[1], 100 * share))
    if not SAMPLES_MIN <= share <= 1.01 or many["failed"]:
        return 1
    return 0 if costs[1] <= TIMES_MAX * costs[0] else 3


def main():
    if len(sys.argv) != 5 or sys.argv[1] not in ("time", "cost"):
        sys.stderr.write(__doc__)
        return 2
    return {"time": check_time, "cost": check_cost}[sys.argv[1]](*sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
