#!/usr/bin/env python3
"""check_lines - whether a profile of targets/lines.py has the lines that the target tells.

    check_lines.py TRUTH COLLAPSED_FILE

Of the samples of the function that spins, each line told must have its share within three points,
and its callers must be on their lines. 1 when something is wrong.
"""

import collections
import json
import sys

POINTS = 3.0
LEAST = 500  # samples


def main():
    if len(sys.argv) != 3:
        sys.stderr.write(__doc__)
        return 2
    with open(sys.argv[1]) as file:
        truth = json.load(file)
    counts = collections.Counter()
    callers = collections.Counter()
    with open(sys.argv[2], encoding="utf-8") as file:
        for stack_and_count in file:
            stack, count = stack_and_count.rsplit(" ", 1)
            frames = [frame.rsplit(":", 2) for frame in stack.split(";")[1:]]
            for number, frame in enumerate(frames):
                if frame[1:2] == [truth["function"]]:
                    counts[int(frame[2])] += int(count)
                    callers[";".join(":".join(caller) for caller in frames[:number])] += int(count)
    total = sum(counts.values())
    wrong = 0

    for line, share in truth["lines"].items():
        has = 100 * counts[int(line)] / total if total else 0
        print("line %s: %.2f %%, told %.2f %%" % (line, has, 100 * share))
        wrong += abs(has - 100 * share) > POINTS
    print("%d samples, called from %s" % (total, dict(callers)))
    if len(callers) != 1:
        print("it has one caller on one line only")
        wrong += 1
    if total < LEAST:
        print("fewer than %d samples" % LEAST)
        wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
