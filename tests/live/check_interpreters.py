#!/usr/bin/env python3
"""check_interpreters - whether threads are shown in the interpreters in which they run.

    check_interpreters.py TRUTH DUMP ROWS

TRUTH is of targets/subinterpreters.py, DUMP a dump of it, ROWS the threads' table as JSON. Prints what is wrong; 1 when
anything is, 3 when the machine was too busy to tell.
"""

import json
import re
import sys

WHERE = re.compile(r"(.*) \(interp (\d+)\)")
LEAST = {"has": 90.0, "all": 60.0, "shared": 10.0, "idle": 95.0}  # percent of the time


def main():
    if len(sys.argv) != 4:
        sys.stderr.write(__doc__)
        return 2
    with open(sys.argv[1]) as file:
        truth = json.loads(file.readline())
    with open(sys.argv[2], encoding="utf-8") as file:
        text = file.read()
    with open(sys.argv[3], encoding="utf-8") as file:
        rows = json.load(file)["rows"]
    wrong = []

    def want(true, what):
        if not true:
            wrong.append(what)

    # By name: the row and the functions on the stack.
    blocks = {}
    for block in text.rstrip("\n").split("\n\n")[1:]:
        first, *lines = block.split("\n")
        head = re.match(r'Thread (\d+) "(.*)" \(', first)
        blocks[head.group(2)] = int(head.group(1)), [line.rsplit(" ", 1)[1] for line in lines]
    inside = {}
    for name in blocks:
        match = WHERE.fullmatch(name)
        if match:
            inside[match.group(1)] = name
    for thread in truth["threads"]:
        name = thread["name"]
        want(name in blocks, "%s is not in the main interpreter" % name)
        want(name in inside, "%s is in no other interpreter" % name)
        if name in blocks and name in inside:
            want(blocks[name][0] == blocks[inside[name]][0] == thread["tid"], "%s has other ids" % name)
            want("run" in blocks[name][1], "%s does not run() in the main interpreter" % name)
            there = "sleep_there" if name == "sleeper" else "spin_there"
            want(there in blocks[inside[name]][1], "%s does not %s()" % (name, there))
            want(there not in blocks[name][1], "%s runs %s() in the main interpreter" % (name, there))
    want("sleep_inside" in blocks.get(inside.get("inner"), (0, []))[1], "inner does not sleep_inside()")
    want(len({WHERE.fullmatch(name).group(2) for name in inside.values()}) == 3, "not three interpreters")
    if wrong:
        print("\n".join(wrong + [text]))
        return 1

    shares = {row["name"]: row for row in rows}
    busy = [shares[inside[name]] for name in ("spinner", "other")]
    for row in busy:
        if truth["gils"] > 1:
            want(row["has_gil_percent"] >= LEAST["has"], "%(name)s has its GIL %(has_gil_percent).1f %%" % row)
        else:
            want(row["has_gil_percent"] + row["wait_gil_percent"] >= LEAST["all"] and row["wait_gil_percent"] > LEAST["shared"],
                 "%(name)s has the GIL %(has_gil_percent).1f %%, waits for it %(wait_gil_percent).1f %%" % row)
    for name, row in shares.items():
        if row not in busy:
            want(row["idle_percent"] >= LEAST["idle"], "%s is idle %.1f %%" % (name, row["idle_percent"]))
    print("\n".join(wrong + ["%d threads, %d GILs" % (len(rows), truth["gils"])]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
