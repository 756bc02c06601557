#!/usr/bin/env python3
"""check_swaps - whether a thread that goes from one interpreter to another has the GIL in the one in which it runs.

    check_swaps.py TRUTH BEFORE THREADS FUNCTIONS

TRUTH is of targets/swaps.py, BEFORE how many rows of seconds it had when the sampling began; THREADS and FUNCTIONS are
the tables as JSON, of the latter with the GIL only. Prints what is wrong; 1 when anything is.
"""

import json
import sys

from told import read_rows

POINTS = 5.0
LEAST = 95.0     # percent of the time, with the GIL or idle, where there is one GIL
CPU_MAX = 105.0  # percent: of the one thread that there is


def rows_of(path, key):
    with open(path, encoding="utf-8") as file:
        return {row[key]: row for row in json.load(file)["rows"]}


def main():
    if len(sys.argv) != 5:
        sys.stderr.write(__doc__)
        return 2
    with open(sys.argv[1]) as file:
        target = json.loads(file.readline())
    told = read_rows(sys.argv[1])
    first, last = told[int(sys.argv[2]) - 1], told[-1]
    elapsed = last["elapsed"] - first["elapsed"]
    truth = {name: 100 * (last["seconds"][name] - first["seconds"][name]) / elapsed for name in last["seconds"]}
    threads, functions = rows_of(sys.argv[3], "name"), rows_of(sys.argv[4], "function")
    wrong = []

    def want_share(what, share, name):
        print("%s: %.1f %%, by its clock %.1f %%" % (what, share, truth[name]))
        if abs(share - truth[name]) > POINTS:
            wrong.append("%s is off by more than %.0f points" % (what, POINTS))

    for row in threads.values():
        where = "there" if "(interp " in row["name"] else "here"
        want_share("%(name)s has the GIL" % row, row["has_gil_percent"], where)
        if target["gils"] == 1 and row["has_gil_percent"] + row["idle_percent"] < LEAST:
            wrong.append("%(name)s runs without the GIL %(running_percent).1f %%" % row)
        if row["tid"] != target["pid"]:
            wrong.append("%(name)s is %(tid)d" % row)
    for name in truth:
        want_share(name, functions[name]["self_percent"] if name in functions else 0.0, name)
    if len(threads) != 2:
        wrong.append("%d threads" % len(threads))
    cpu = sum(row["cpu_percent"] for row in threads.values())
    if cpu > CPU_MAX:
        wrong.append("%.1f %% of a CPU, by one thread" % cpu)
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
