#!/usr/bin/env python3
"""check_anew - whether a thread that has a new thread state for each call is one row.

    check_anew.py KIND TRUTH ROWS STATS CPU_NS

TRUTH is of targets/anew.py, ROWS the threads' table as JSON, STATS what --stats wrote. KIND is "calls": there is one row for
each thread, and the one that calls back has the CPU time that the kernel tells, CPU_NS; "ended": it is told as ended; "pool":
of a pool of interpreters. Prints what is wrong; 1 when anything is, 3 when the machine was too busy to tell.
"""

import collections
import json
import sys

CPU_SHARE = 0.7, 1.1 # of the kernel's, which is also of the time that it takes to begin
CPU_LEAST_S = 0.2    # of two seconds, of which it computes half of the time
POOL_ROWS = 5        # the main thread, and two in two interpreters each


def main():
    if len(sys.argv) != 6:
        sys.stderr.write(__doc__)
        return 2
    kind = sys.argv[1]
    with open(sys.argv[2]) as file:
        truth = json.loads(file.readline())
    with open(sys.argv[3], encoding="utf-8") as file:
        rows = json.load(file)["rows"]
    with open(sys.argv[4]) as file:
        stats = json.load(file)
    cpu_s = int(sys.argv[5]) / 1e9
    wrong = []
    if kind == "pool":
        names = collections.Counter((row["tid"], row["name"]) for row in rows)
        wrong += ["%d rows of %s" % (count, name) for name, count in names.items() if count > 1]
        if len(rows) > POOL_ROWS:
            wrong.append("%d rows" % len(rows))
    else:
        of_c = [row for row in rows if row["tid"] == truth["tid"]]
        if len(of_c) != 1 or len(rows) != 2:
            wrong.append("%d rows, %d of the thread of C" % (len(rows), len(of_c)))
    if not wrong and kind == "calls":
        told_s = of_c[0]["cpu_percent"] / 100 * stats["duration_s"]
        if cpu_s < CPU_LEAST_S:
            return 3
        if not CPU_SHARE[0] <= told_s / cpu_s <= CPU_SHARE[1]:
            wrong.append("%.3f s on a CPU, and %.3f by the kernel" % (told_s, cpu_s))
    if not wrong and kind == "ended" and of_c[0]["state"] != "ended":
        wrong.append("it is told as %(state)s" % of_c[0])
    print("\n".join(wrong + [str(row) for row in rows[:8]] + ["%d rows" % len(rows)]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
