#!/usr/bin/env python3
"""outer_ids - a target's truth with the ids that its process and threads have here.

    outer_ids.py TRUTH PID

A target in a PID namespace of its own tells the ids that it has there; PID is its id here. Rewrites TRUTH.
"""

import json
import os
import sys


def ids(folder, tid):
    """The ids of a thread, from our namespace to its innermost one (proc_pid_status(5))."""
    with open(os.path.join(folder, tid, "status")) as file:
        line = next(line for line in file if line.startswith("NSpid:"))
    return [int(number) for number in line.split()[1:]]


def main():
    if len(sys.argv) != 3:
        sys.stderr.write(__doc__)
        return 2
    path, pid = sys.argv[1:]
    folder = "/proc/%s/task" % pid
    outer = {numbers[-1]: numbers[0] for numbers in (ids(folder, tid) for tid in os.listdir(folder))}
    with open(path) as file:
        truth = json.loads(file.readline())
    truth["pid"] = outer[truth["pid"]]
    for thread in truth["threads"]:
        thread["tid"] = outer[thread["tid"]]
    with open(path, "w") as file:
        file.write(json.dumps(truth) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
