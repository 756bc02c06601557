#!/usr/bin/env python3
"""modes - the shares of a mode as the profiler told them, beside those that the target tells of itself.

    modes.py TRUTH FROM TO MODE TITLE FUNCTIONS THREADS

FROM and TO are how many rows of seconds TRUTH had when the profiler began and when it had ended. FUNCTIONS is a table of
functions of the MODE (gil, exception; of gc, of the mode wall) and THREADS one of threads, both as JSON, taken in between.
Prints rows of a Markdown table, in percent of the time: all threads together, as FUNCTIONS has them, and each thread. 1 when
a difference is more than POINTS.
"""

import json
import sys

from told import read_rows

POINTS = 3.0
COLUMNS = {"gil": "has_gil_percent", "exception": "exception_percent", "gc": "gc_percent"}


def read_truth(path, first, last, mode):
    """The share of each thread, by its name."""
    rows = read_rows(path)
    first, last = rows[first - 1], rows[last - 1]
    elapsed = last["elapsed"] - first["elapsed"]
    share = {name: 100 * (last["seconds"][name] - first["seconds"][name]) / elapsed for name in last["seconds"]}
    if mode == "gc":
        return {"MainThread": share["collector"]}
    if mode == "exception":
        # targets/exceptions.py: a thread sleeps in its handler, another one outside.
        return {"MainThread": share["within"] + share["drops"] + share["unwinds"], "handler": 100.0, "sleeper": 0.0}
    return share


def share_of_all(table, mode):
    if mode == "gc":
        seconds = sum(row["total_s"] for row in table["rows"] if row["function"] == "‹gc›")
    else:
        seconds = sum(row["self_s"] for row in table["rows"])
    return 100 * seconds / table["observed_s"]


def main():
    if len(sys.argv) != 8:
        sys.stderr.write(__doc__)
        return 2
    truth_path, first, last, mode, title, functions_path, threads_path = sys.argv[1:]
    truth = read_truth(truth_path, int(first), int(last), mode)
    with open(functions_path, encoding="utf-8") as file:
        functions = json.load(file)
    with open(threads_path, encoding="utf-8") as file:
        threads = {row["name"]: row for row in json.load(file)["rows"]}
    told = {name: threads[name][COLUMNS[mode]] for name in truth}
    rows = [("all", share_of_all(functions, mode), sum(truth.values()))]
    rows += [(name, told[name], truth[name]) for name in truth]
    short = False
    for name, share, clock in rows:
        short |= abs(share - clock) > POINTS
        print("| %s | %s | %.1f | %.1f | %+.1f | %s |" % (
            title, name, share, clock, share - clock, "ok" if abs(share - clock) <= POINTS else "short"))
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
