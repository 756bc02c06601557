#!/usr/bin/env python3
"""check_forks - whether a process that is a fork of another is shown with its one thread, half busy and half idle.

    check_forks.py PID ROWS

PID runs targets/forks.py, ROWS is the threads' table as JSON. Prints what it is; 1 when that is wrong.
"""

import json
import sys

BUSY = 30.0, 70.0  # percent of the time
TOLD = 95.0


def main():
    if len(sys.argv) != 3:
        sys.stderr.write(__doc__)
        return 2
    with open(sys.argv[2], encoding="utf-8") as file:
        rows = json.load(file)["rows"]
    print("\n".join("%(tid)s %(name)s %(state)s: has the GIL %(has_gil_percent).1f %%, idle %(idle_percent).1f %%" % row
                    for row in rows))
    if len(rows) != 1 or rows[0]["tid"] != int(sys.argv[1]) or rows[0]["name"] != "MainThread":
        return 1
    busy = rows[0]["has_gil_percent"]
    return 0 if BUSY[0] <= busy <= BUSY[1] and busy + rows[0]["idle_percent"] >= TOLD else 1


if __name__ == "__main__":
    sys.exit(main())
