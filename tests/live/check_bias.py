#!/usr/bin/env python3
"""check_bias - the shares of a target's phases as a profiler told them, beside those that it tells of itself.

    check_bias.py TRUTH BEFORE FUNCTION STACKS [POINTS]

BEFORE is how many rows TRUTH had when the profiler began. STACKS are collapsed stacks, which count samples, or
a table of functions as JSON, which has the time that these stand for.
Prints, in percent: the share of what has FUNCTION as its leaf, that of FUNCTION in the time since
BEFORE, the difference, its standard error, and the share of samples that were not proven. 1 when the
difference is more than POINTS and two standard errors.
"""

import json
import math
import sys

from told import read_rows


def read_truth(path, before, function):
    rows = read_rows(path)
    first, last = rows[before - 1]["seconds"], rows[-1]["seconds"]
    spent = {name: last[name] - first[name] for name in last}
    with open(path) as file:
        share = json.loads(file.readline()).get("self_share", {}).get(function, 1)
    return 100 * share * spent[function] / sum(spent.values())


def read_table(path):
    """The times by the name of the leaf, and how many samples these are from."""
    with open(path) as file:
        table = json.load(file)
    leaves = {}
    for row in table["rows"]:
        leaves[row["function"]] = leaves.get(row["function"], 0) + row["self_s"]
    return leaves, table["whole_samples"]


def read_stacks(path):
    """The counts of samples by the name of their leaf, and of all."""
    leaves = {}
    with open(path) as file:
        for line in file:
            stack, count = line.rsplit(" ", 1)
            frame = stack.rsplit(";", 1)[-1]
            name = frame.split(":")[1] if frame.count(":") > 1 else frame
            leaves[name] = leaves.get(name, 0) + int(count)
    return leaves, sum(leaves.values())


def main():
    if len(sys.argv) not in (5, 6):
        sys.stderr.write(__doc__)
        return 2
    truth_path, before, function, stacks_path = sys.argv[1:5]
    points = float(sys.argv[5]) if len(sys.argv) > 5 else math.inf
    truth = read_truth(truth_path, int(before), function)
    leaves, samples = (read_table if stacks_path.endswith(".json") else read_stacks)(stacks_path)
    whole = sum(leaves.values())
    if samples == 0 or whole == 0:
        sys.stderr.write("check_bias.py: there are no samples in %s\n" % stacks_path)
        return 1
    share = leaves.get(function, 0) / whole
    difference = 100 * share - truth
    error = 100 * math.sqrt(share * (1 - share) / samples)
    print("%.2f %.2f %.2f %.2f %.2f" % (100 * share, truth, difference, error,
                                        100 * leaves.get("‹moving›", 0) / whole))
    return 1 if abs(difference) > points + 2 * error else 0


if __name__ == "__main__":
    sys.exit(main())
