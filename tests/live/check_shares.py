#!/usr/bin/env python3
"""check_shares - whether a snapshot of a target has the shares that it tells of itself.

    check_shares.py TRUTH BEFORE SNAPSHOT [TARGET [POINTS]]

BEFORE is how many rows of seconds TRUTH had when the snapshot began to be taken: what the target,
shares.py without another name, spent from there to its last row is compared. Each function's own share must be
right within two points, or so many, and its file and line must be its own. 1 when something is wrong; 3 when other work on the
machine kept the profiler or the target from their own.
"""

import json
import sys

from told import read_rows

POINTS = 2.0
SECONDS_MIN = 8.0  # of the ten that were asked for, so that both spans are about the same
MISSED_MAX = 0.1   # of the rounds


def read_truth(path, before):
    """The shares in percent since the row `before`, and the seconds since then."""
    rows = read_rows(path)
    first, last = rows[before - 1], rows[-1]
    spent = {name: last["seconds"][name] - first["seconds"][name] for name in last["seconds"]}
    elapsed = last["elapsed"] - first["elapsed"]
    return {name: 100 * seconds / elapsed for name, seconds in spent.items()}, elapsed


def line_of(path, name):
    """The line that the function begins at, in the source next to the truth."""
    with open(path) as file:
        return next(number for number, line in enumerate(file, 1)
                    if line.startswith("def %s(" % name))


def main():
    if not 4 <= len(sys.argv) <= 6:
        sys.stderr.write(__doc__)
        return 2
    truth, elapsed = read_truth(sys.argv[1], int(sys.argv[2]))
    name_of_target, points = sys.argv[4:] + ["shares.py", POINTS][len(sys.argv) - 4:]
    points = float(points)
    source = sys.argv[1].rsplit("/", 1)[0] + "/" + name_of_target
    with open(sys.argv[3]) as file:
        snapshot = json.load(file)
    rows = {row["function"]: row for row in snapshot["rows"]}
    wrong = 0

    disturbed = (min(elapsed, snapshot["observed_s"]) < SECONDS_MIN or
                 snapshot["missed"] > MISSED_MAX * snapshot["rounds"])
    for name, share in truth.items():
        row = rows.get(name, {"self_s": 0.0, "file": None, "line": None})
        told = 100 * row["self_s"] / snapshot["observed_s"]
        print("%-8s %6.2f %%, by its clock %6.2f %%" % (name, told, share))
        if abs(told - share) > points:
            print("%s is off by more than %.0f points" % (name, points))
            wrong += 1
        if not str(row["file"]).endswith("/" + name_of_target) or row["line"] != line_of(source, name):
            print("%s is said to be at %s:%s" % (name, row["file"], row["line"]))
            wrong += 1
    print("%(rounds)d rounds, %(samples)d samples, %(kept_percent)s %% kept, %(missed)d missed" %
          snapshot)
    if wrong and disturbed:
        print("compared are %.1f s with %.1f s observed" % (elapsed, snapshot["observed_s"]))
        return 3
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
