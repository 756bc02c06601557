#!/usr/bin/env python3
"""check_gc - whether stacks of targets/garbage.py have the collector where it was at work.

    check_gc.py leaf|frame|none|asleep [--unmarked] STACKS
    check_gc.py share THREADS

leaf: always above all frames, so that its finalizers seem to stand below it. frame: above collect(),
which calls it, so that its finalizers stand above it. none: nowhere. In these C code that calls Python
is marked, which the collector is as well; not where --unmarked, as of CPythons before 3.11, which tell
neither that nor a function's class. asleep: of --asleep, on the stack of the thread that collects only.
share: of the time of its one thread, by the table of threads as JSON.
"""

import json
import sys

POINTS = 4.0


def read(path):
    """[(frames' functions, root first; samples)]"""
    stacks = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            stack, count = line.rsplit(" ", 1)
            names = [frame.rsplit(":", 2)[1] if ":" in frame else frame
                     for frame in stack.split(";")[1:]]
            stacks.append((names, int(count)))
    return stacks


# How a stack ends that stands for a third of the time.
THIRDS = {
    "leaf": (["collect", "‹gc›"], ["collect", "‹native›", "Cycle.__del__", "burn", "‹gc›"], ["rest"]),
    "frame": (["collect", "‹gc›"], ["collect", "‹gc›", "Cycle.__del__", "burn"], ["rest"]),
    "none": (["collect"], ["collect", "‹native›", "Cycle.__del__", "burn"], ["rest"]),
}


def check_thirds(stacks, thirds):
    total = sum(count for _, count in stacks)
    wrong = 0
    for end in thirds:
        share = 100 * sum(count for names, count in stacks
                          if names[-len(end):] == end) / total
        print("%5.1f %% of %d samples end in %s" % (share, total, ";".join(end)))
        wrong += abs(share - 100 / 3) > POINTS
    return wrong


def check_share(path):
    with open(path, encoding="utf-8") as file:
        rows = json.load(file)["rows"]
    share = max(row["gc_percent"] for row in rows)
    print("%5.1f %% of its time, the collector is at work in a thread" % share)
    return abs(share - 200 / 3) > POINTS


def check_asleep(stacks):
    """Each stack is whole, but for the few that were read while they changed."""
    total = {"nap": 0, "spin": 0}
    right = {"nap": 0, "spin": 0}
    for names, count in stacks:
        leaf = names[-1]
        if leaf in ("‹moving›", "‹gc›", "collect"):
            continue
        thread = "spin" if "spin" in names else "nap"
        total[thread] += count
        if thread == "spin":
            right[thread] += count * ("‹gc›" not in names)
        else:
            right[thread] += count * (names[-4:] == ["collect", "‹gc›", "Cycle.__del__", "nap"])
    for thread in total:
        print("%s: %d of %d are right" % (thread, right[thread], total[thread]))
    return any(right[thread] < 0.995 * total[thread] or total[thread] < 500 for thread in total)


def main():
    unmarked = sys.argv[2:3] == ["--unmarked"]
    if len(sys.argv) != 3 + unmarked:
        sys.stderr.write(__doc__)
        return 2
    if sys.argv[1] == "share":
        return 1 if check_share(sys.argv[2]) else 0
    stacks = read(sys.argv[-1])
    if sys.argv[1] == "asleep":
        return 1 if check_asleep(stacks) else 0
    thirds = THIRDS[sys.argv[1]]
    if unmarked:
        thirds = [[name.rsplit(".", 1)[-1] for name in end if name != "‹native›"] for end in thirds]
    return 1 if check_thirds(stacks, thirds) else 0


if __name__ == "__main__":
    sys.exit(main())
