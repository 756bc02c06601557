#!/usr/bin/env python3
"""bias - the shares of a target's phases as a profiler told them, beside those that it tells of itself.

    bias.py TRUTH BEFORE FUNCTION STACKS

BEFORE is how many rows TRUTH had when the profiler began. STACKS are collapsed stacks, ours or Tachyon's.
Prints, in percent: the share of the samples whose leaf is FUNCTION, that of FUNCTION in the time since
BEFORE, the difference, its standard error, and the share of samples that were not proven.
"""

import math
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../live"))
from told import read_rows  # noqa: E402


def read_truth(path, before, function):
    rows = read_rows(path)
    first, last = rows[before - 1]["seconds"], rows[-1]["seconds"]
    spent = {name: last[name] - first[name] for name in last}
    return 100 * spent[function] / sum(spent.values())


def read_stacks(path):
    """The counts of samples by the name of their leaf."""
    leaves = {}
    with open(path) as file:
        for line in file:
            stack, count = line.rsplit(" ", 1)
            frame = stack.rsplit(";", 1)[-1]
            name = frame.split(":")[1] if frame.count(":") > 1 else frame
            leaves[name] = leaves.get(name, 0) + int(count)
    return leaves


def main():
    if len(sys.argv) != 5:
        sys.stderr.write(__doc__)
        return 2
    truth_path, before, function, stacks_path = sys.argv[1:]
    truth = read_truth(truth_path, int(before), function)
    leaves = read_stacks(stacks_path)
    samples = sum(leaves.values())
    if samples == 0:
        sys.stderr.write("bias.py: there are no samples in %s\n" % stacks_path)
        return 1
    share = leaves.get(function, 0) / samples
    print("%.2f %.2f %.2f %.2f %.2f" % (
        100 * share, truth, 100 * share - truth, 100 * math.sqrt(share * (1 - share) / samples),
        100 * leaves.get("‹moving›", 0) / samples))
    return 0


if __name__ == "__main__":
    sys.exit(main())
