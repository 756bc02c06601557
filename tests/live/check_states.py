#!/usr/bin/env python3
"""check_states - whether a snapshot of the threads of targets/threads.py tells what they do.

    check_states.py TRUTH SNAPSHOT

Every thread must be there under its name, and spend as much of its time in each state as goes with
what it does. 1 when something is wrong.
"""

import json
import sys

from check_names import clean

# What a thread does: the states whose shares are added, and what that may be in percent. Where the
# machine has other work, a thread that wants the GIL is often awake for it and waits for a CPU, which
# counts as running.
BOUNDS = {
    "spin": [(("has_gil", "wait_gil"), 30, 100), (("has_gil",), 8, 90), (("idle",), 0, 5)],
    "hash": [(("running", "wait_gil"), 80, 100), (("running",), 30, 100), (("has_gil",), 0, 30)],
    "sleep": [(("idle",), 95, 100)],
    "lock": [(("idle",), 95, 100)],
    "read": [(("idle",), 95, 100)],
    "odd": [(("idle",), 95, 100)],
}
STATES = ("has_gil", "wait_gil", "running", "idle")
FUNCTIONS = {"odd": "sleep"}  # what does it, where that is not a function of its name
HAS_GIL_SUM = (80, 105)       # of all threads, while some spin
SLACK = 0.1                   # shares are rounded


def share(row, states):
    return sum(row["%s_percent" % state] for state in states)


def check_thread(told, row):
    """The faults of one thread."""
    name = clean(told["name"]).decode()
    if row is None:
        return ["is missing"]
    faults = []
    if row["name"] != name:
        faults.append("is called %r" % row["name"])
    if row["function"] != FUNCTIONS.get(told["doing"], told["doing"]):
        faults.append("runs %s" % row["function"])
    if abs(share(row, STATES) - 100) > SLACK:
        faults.append("has states that add up to %.2f %%" % share(row, STATES))
    for states, least, most in BOUNDS[told["doing"]]:
        if not least - SLACK <= share(row, states) <= most + SLACK:
            faults.append("%s is %.2f %%, not %d to %d" % (" + ".join(states), share(row, states),
                                                           least, most))
    return faults


def main():
    if len(sys.argv) != 3:
        sys.stderr.write(__doc__)
        return 2
    with open(sys.argv[1]) as file:
        truth = {thread["tid"]: thread for thread in json.loads(file.readline())["threads"]}
    with open(sys.argv[2], encoding="utf-8") as file:
        snapshot = json.load(file)
    rows = {row["tid"]: row for row in snapshot["rows"]}
    wrong = 0

    for tid, told in truth.items():
        row = rows.get(tid)
        if row and told["doing"] in ("spin", "hash"):
            print("%-6s %s" % (told["name"], ", ".join(
                "%s %.1f %%" % (state, share(row, [state])) for state in STATES)))
        for fault in check_thread(told, row):
            print("thread %d, %r, %s" % (tid, told["name"], fault))
            wrong += 1
    for tid in sorted(set(rows) - set(truth)):
        print("thread %d, %r, is not one of the target's" % (tid, rows[tid]["name"]))
        wrong += 1
    has_gil = sum(share(row, ["has_gil"]) for row in rows.values())
    if not HAS_GIL_SUM[0] <= has_gil <= HAS_GIL_SUM[1]:
        print("all threads together have the GIL for %.2f %%" % has_gil)
        wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
