#!/usr/bin/env python3
"""check_chains - whether every stack of a profile of targets/churn.py can have existed.

    check_chains.py [--least N] [--truncated-at-most PERCENT] COLLAPSED_FILE

In a possible stack main or a thread's start leads to churn(), from there each frame of padding to the
next, if there is any, and then each level of one chain to the next, each on a line of its own. On top of
the chain, or of what leads to it, there may be a trace or profile function, and on that nothing else.
A stack that ends in a mark such as ‹moving› may end anywhere on that way. Counted apart are stacks with a
line left open (0), and stacks misplaced: a caller stands on another line than that of its call. Prints
the counts; 1 when a stack is impossible, 4 when there are too few, or more than is allowed are truncated,
open or misplaced.
"""

import argparse
import collections
import inspect
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "targets"))
import churn

STARTS = (
    [("churn.py", "<module>"), ("churn.py", "main")],
    [("threading.py", "_bootstrap"), ("threading.py", "_bootstrap_inner"), ("threading.py", "run")],
)
COLLECTOR = ("‹gc›", "<GC>")  # stands for no function; the second is Tachyon's
SHOWN = 10


def parse(line):
    """A line of the profile: its frames, root first; whether it is marked; the count."""
    stack, count = line.rsplit(" ", 1)
    frames = [frame for frame in stack.split(";") if frame not in COLLECTOR]
    if not frames[0].startswith("tid:"):
        raise ValueError("no thread")
    marked = "‹" in frames[-1]
    fields = [frame.rsplit(":", 2) for frame in (frames[1:-1] if marked else frames[1:])]
    return ([(os.path.basename(file), function.rsplit(".", 1)[-1], int(number))
             for file, function, number in fields], marked, int(count))


def recursion_fault(frames):
    """Why a stack cannot be one of chain r: each caller stands on the line of its level."""
    for level, (_, function, line) in enumerate(frames, 1):
        if function != "chain_r":
            return "leaves the recursion"
        on = churn.RECURSION_CALLS.get(line)
        if on not in (None, level):
            return "level %d of the recursion is on the line of level %d" % (level, on)
        if level < len(frames) and line and on is None:
            return "level %d of the recursion calls on line %d" % (level, line)
    return None


def numbered(frame, pattern):
    """The number in the name of a function of churn.py that is of this kind, or None."""
    file, function, _ = frame
    match = re.fullmatch(pattern + r"_(\d+)", function)
    return int(match.group(1)) if file == "churn.py" and match else None


def divide(frames):
    """What stands on churn(): the padding, the chain, and the trace or profile function on top."""
    padding = 0
    while padding < len(frames) and numbered(frames[padding], "pad") is not None:
        padding += 1
    top = next((at for at, frame in enumerate(frames)
                if numbered(frame, "(?:trace|profile)") is not None), len(frames))
    return frames[:padding], frames[padding:top], frames[top:]


def padding_fault(padding, calls_chain):
    """Why these cannot be the frames of padding."""
    for level, frame in enumerate(padding, 1):
        if numbered(frame, "pad") != level:
            return "%s is frame %d of the padding" % (frame[1], level)
        calls = "pad" if level < len(padding) else "chain" if calls_chain else None
        on = churn.PAD_CALLS.get(frame[2])
        if calls and on not in (None, calls):
            return "%s calls a %s where it calls a %s" % (frame[1], calls, on)
    return None


def watch_fault(frames):
    """Why these cannot be a trace or profile function."""
    kind = frames[0][1].split("_")[0] if frames else ""
    for level, frame in enumerate(frames, 1):
        if numbered(frame, kind) != level or level > 2:
            return "%s is frame %d of the %s function" % (frame[1], level, kind)
    return None


def telling_lines():
    """The lines on which main() tells that it is ready."""
    lines, first = inspect.getsourcelines(churn.main)
    at = next(i for i, line in enumerate(lines, first) if "target.tell(" in line)
    return (at, at + 1)


def fault(frames, marked):
    """Why a stack cannot have existed, or None."""
    names = [frame[:2] for frame in frames]
    start = next((start for start in STARTS if names[:1] == start[:1]), None)
    if start is None and names:
        return "begins with %s" % names[0][1]
    way = (start or []) + [("churn.py", "churn")]
    if names[:len(STARTS[0])] == STARTS[0] and (
            names[len(STARTS[0]):][:1] == [("target.py", "tell")] or
            (len(names) == len(STARTS[0]) and frames[-1][2] in telling_lines())):
        return None  # the test came before it went on from telling that it is ready
    if names[:len(way)] != way[:len(names)]:
        return "does not lead to churn()"
    chain = None
    padding, levels, watch = divide(frames[len(way):])
    why = padding_fault(padding, bool(levels)) or watch_fault(watch)
    if why:
        return why
    if levels and levels[0][:2] == ("churn.py", "chain_r"):
        return recursion_fault(levels)
    for level, (file, function, line) in enumerate(levels, 1):
        match = re.fullmatch(r"chain_(\w)_(\d+)", function)
        if file != "churn.py" or not match:
            return "%s:%s is in no chain" % (file, function)
        if int(match.group(2)) != level:
            return "%s is level %d of the stack" % (function, level)
        if chain not in (None, match.group(1)):
            return "%s is called from chain %s" % (function, chain)
        chain = match.group(1)
        if line != 0 and not 0 <= line - 1 - (level - 1) * churn.LINES < churn.LINES:
            return "%s has no line %d" % (function, line)
    if len(names) < len(way) and not marked:
        # Only before the target said that it is ready is a thread on its way to churn().
        return "ends before churn()"
    return None


def is_misplaced(frames):
    """Whether a caller stands on another line than that of its call, but for those of chain r."""
    chain = [(function, line) for file, function, line in frames if function.startswith("chain_")]
    pads = [line for file, function, line in frames if function.startswith("pad_")]
    watch = [frame for frame in frames if numbered(frame, "(?:trace|profile)") is not None]
    return (any(line not in (0, (int(function.split("_")[2]) - 1) * churn.LINES + churn.CALL_LINE)
                for function, line in chain[:-1] if function != "chain_r") or
            any(line and line not in churn.PAD_CALLS for line in (pads if chain else pads[:-1])) or
            any(line not in (0, watch_line(function)) for _, function, line in watch[:-1]))


def watch_line(function):
    """The line of the call of a trace or profile function, which is one of its first two."""
    return getattr(churn, function).__code__.co_firstlineno + churn.WATCH_CALL_LINE - 1


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("profile")
    arguments.add_argument("--least", type=int, default=1, help="how many samples there must be")
    arguments.add_argument("--truncated-at-most", type=float, default=100, metavar="PERCENT")
    arguments.add_argument("--open-at-most", type=float, default=100, metavar="PERCENT")
    arguments.add_argument("--misplaced-at-most", type=float, default=0, metavar="PERCENT")
    options = arguments.parse_args()

    kept = whole = truncated = misplaced = lines_open = 0
    impossible = collections.Counter()
    levels = set()
    with open(options.profile, encoding="utf-8") as profile:
        for line in profile:
            line = line.rstrip("\n")
            try:
                frames, marked, count = parse(line)
            except ValueError as error:
                impossible["not in the form expected (%s): %s" % (error, line)] += 1
                continue
            kept += count
            truncated += count if marked else 0
            misplaced += count if is_misplaced(frames) else 0
            lines_open += count if any(line == 0 for _, _, line in frames) else 0
            why = fault(frames, marked)
            if why:
                impossible["%s: %s" % (why, line.rsplit(" ", 1)[0])] += count
            elif not marked and frames:
                levels.add(frames[-1][1])
                whole += count if frames[-1][1].startswith(("chain_", "trace_", "profile_")) else 0

    for text, count in impossible.most_common(SHOWN):
        print("impossible, %d times: %s" % (count, text if len(text) < 400 else text[:400] + "…"))
    print("kept %d, whole %d, truncated %d, impossible %d, lines open %d, misplaced %d, "
          "leaves seen %d" % (kept, whole, truncated, sum(impossible.values()), lines_open,
                              misplaced, len(levels)))
    if impossible:
        return 1
    for count, most, what in ((truncated, options.truncated_at_most, "are truncated"),
                              (lines_open, options.open_at_most, "have a line left open"),
                              (misplaced, options.misplaced_at_most, "have a caller misplaced")):
        if count * 100 > kept * most:
            print("more than %g %% %s" % (most, what))
            return 4
    if kept < options.least:
        print("fewer than %d samples" % options.least)
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(main())
