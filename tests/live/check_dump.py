#!/usr/bin/env python3
"""check_dump - whether a dump has the stacks that the target tells of itself.

    check_dump.py [--but-version] TRUTH DUMP

TRUTH is of a target that stands still (--hold): each thread's name, ids and frames; a thread that runs in
another interpreter is told once for each. The dump must have just these threads, idle, with just these
frames; of one deeper than DEPTH_MAX the innermost, and say so. Prints what differs; 1 when anything does.
"""

import json
import re
import sys

import check_names

DEPTH_MAX = 4096  # RECORD_DEPTH_MAX
SHOWN = 10

HEAD = re.compile(r'Thread (\d+) "(.*)" \((.*)\), most recent call last:', re.DOTALL)
FRAME = re.compile(r'  File "(.*)", line (\d+), in (.*)')
CUT = "  ‹cut› (only the innermost %d frames are kept)" % DEPTH_MAX


def parse(text):
    """The head's lines, and by thread id the stacks: name, state, whether it is cut, and the frames."""
    head, *blocks = text.rstrip("\n").split("\n\n")
    threads = {}
    for block in blocks:
        first, *lines = block.split("\n")
        tid, name, state = HEAD.fullmatch(first).groups()
        cut = lines[:1] == [CUT]
        frames = [FRAME.fullmatch(line) for line in lines[cut:]]
        threads.setdefault(int(tid), []).append({
            "name": name, "state": state, "cut": cut,
            "frames": [frame and (frame.group(1), int(frame.group(2)), frame.group(3))
                       or line for frame, line in zip(frames, lines[cut:])]})
    return head.split("\n"), threads


def differences(truth, thread):
    """What is wrong with a thread, a line each."""
    name = check_names.clean(truth["name"]).decode()
    frames = [(frame["file"], frame["line"], frame["qualname"]) for frame in truth["frames"]]
    if thread["name"] != name:
        yield "its name is %r, not %r" % (thread["name"], name)
    if thread["state"] != "idle":
        yield "it is said to be: %s" % thread["state"]
    if thread["cut"] != (len(frames) > DEPTH_MAX):
        yield "of %d frames it %s said that some are missing" % (
            len(frames), "is" if thread["cut"] else "is not")
    frames = frames[-DEPTH_MAX:]
    if len(thread["frames"]) != len(frames):
        yield "it has %d frames, not %d" % (len(thread["frames"]), len(frames))
    for number, (has, told) in enumerate(zip(thread["frames"], frames), 1):
        if has != told:
            yield "frame %d is %s, not %s" % (number, has, told)


def main():
    but_version = sys.argv[1:2] == ["--but-version"]
    if but_version:
        del sys.argv[1]
    if len(sys.argv) != 3:
        sys.stderr.write(__doc__)
        return 2
    with open(sys.argv[1]) as file:
        truth = json.load(file)
    with open(sys.argv[2], encoding="utf-8") as file:
        head, threads = parse(file.read())
    wrong = []
    if not head[0].startswith("Process %d: " % truth["pid"]):
        wrong.append("it begins with %r" % head[0])
    if not but_version and head[1].split(" ")[:2] != ["CPython", truth["python"].rstrip("+")]:
        wrong.append("%r, not %s" % (head[1], truth["python"]))
    for told in truth["threads"]:
        stacks = threads.get(told["tid"], [])
        if not stacks:
            wrong.append("thread %d (%s) is missing" % (told["tid"], told["name"]))
            continue
        nearest = min(stacks, key=lambda stack: len(list(differences(told, stack))))
        stacks.remove(nearest)
        wrong += ["thread %d: %s" % (told["tid"], what) for what in differences(told, nearest)]
    wrong += ["there is a thread %d (%s)" % (tid, stack["name"])
              for tid, stacks in threads.items() for stack in stacks]
    for line in wrong[:SHOWN]:
        print(line)
    frames = sum(len(thread["frames"]) for thread in truth["threads"])
    print("%d threads, %d frames, %d differences" % (len(truth["threads"]), frames, len(wrong)))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
