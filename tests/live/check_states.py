#!/usr/bin/env python3
"""check_states - whether a snapshot of the threads of targets/threads.py tells what they do.

    check_states.py [--no-gil] TRUTH SNAPSHOT BEFORE AFTER

BEFORE and AFTER have a line for each thread: its id, the CPU time that the kernel tells, and when, both
in ns. Every thread must be there under its name, have the CPU time that it had, and spend as much of
its time in each state as goes with what it does. 1 when something is wrong; 3 when other work on the
machine kept the profiler from its own.
"""

import json
import sys

from check_names import clean

# What a thread does: the states whose shares are added, and what that may be in percent. How two that
# want the GIL share it with a third, and how long each waits for a CPU, is the machine's to say: what
# holds for all is that who spins is on a CPU with the GIL only, and who hashes without it.
BOUNDS = {
    "spin": [(("has_gil", "wait_gil", "running"), 95, 100), (("idle",), 0, 5)],
    "hash": [(("running", "wait_gil", "has_gil"), 95, 100), (("has_gil",), 0, 30)],
    "sleep": [(("idle",), 95, 100)],
    "lock": [(("idle",), 95, 100)],
    "read": [(("idle",), 95, 100)],
    "odd": [(("idle",), 95, 100)],
}
# In which of them it uses its CPU time.
ON_CPU = {"spin": ("has_gil",), "hash": ("running", "has_gil")}
STATES = ("has_gil", "wait_gil", "running", "idle")
FUNCTIONS = {"odd": "sleep"}  # what does it, where that is not a function of its name
POINTS = 6.0                  # what chance and the ends of the span may make, in percent
HAS_GIL_MAX = 105             # of all threads
MISSED_MAX = 0.1              # of the rounds
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


def read_times(path):
    with open(path) as file:
        rows = [[int(word) for word in line.split()] for line in file]
    return {tid: (cpu_ns, now_ns) for tid, cpu_ns, now_ns in rows}


def check_cpu(told, row, before, after):
    """The faults of one thread's CPU time. The kernel's span is longer, by the attaching."""
    faults = []
    doing, tid = told["doing"], told["tid"]
    cpu_ns, span_ns = (new - old for new, old in zip(after[tid], before[tid]))
    kernel = 100 * cpu_ns / span_ns
    if abs(row["cpu_percent"] - kernel) > POINTS:
        faults.append("has %.2f %% of a CPU, where the kernel tells %.2f" % (row["cpu_percent"], kernel))
    if doing in ON_CPU and share(row, ON_CPU[doing]) < row["cpu_percent"] - POINTS:
        faults.append("has %.2f %% of a CPU, and %.2f %% as %s" % (
            row["cpu_percent"], share(row, ON_CPU[doing]), " + ".join(ON_CPU[doing])))
    return faults


def without_gil():
    """Where there is none, who computes runs, and nobody has it or waits for it."""
    for doing in ON_CPU:
        BOUNDS[doing] = [(("running",), 95, 100)]
        ON_CPU[doing] = ("running",)


def main():
    if sys.argv[1:2] == ["--no-gil"]:
        del sys.argv[1]
        without_gil()
    if len(sys.argv) != 5:
        sys.stderr.write(__doc__)
        return 2
    with open(sys.argv[1]) as file:
        truth = {thread["tid"]: thread for thread in json.loads(file.readline())["threads"]}
    with open(sys.argv[2], encoding="utf-8") as file:
        snapshot = json.load(file)
    before, after = read_times(sys.argv[3]), read_times(sys.argv[4])
    rows = {row["tid"]: row for row in snapshot["rows"]}
    wrong = 0

    for tid, told in truth.items():
        row = rows.get(tid)
        if row and told["doing"] in ("spin", "hash"):
            print("%-6s CPU %.1f %%, %s" % (told["name"], row["cpu_percent"], ", ".join(
                "%s %.1f %%" % (state, share(row, [state])) for state in STATES)))
        faults = check_thread(told, row)
        if row:
            faults += check_cpu(told, row, before, after)
        for fault in faults:
            print("thread %d, %r, %s" % (tid, told["name"], fault))
            wrong += 1
    for tid in sorted(set(rows) - set(truth)):
        print("thread %d, %r, is not one of the target's" % (tid, rows[tid]["name"]))
        wrong += 1
    has_gil = sum(share(row, ["has_gil"]) for row in rows.values())
    if has_gil > HAS_GIL_MAX:
        print("all threads together have the GIL for %.2f %%" % has_gil)
        wrong += 1
    if wrong and snapshot["missed"] > MISSED_MAX * snapshot["rounds"]:
        return 3
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
