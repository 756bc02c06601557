#!/usr/bin/env python3
"""order.py - whether the rows of a screen of tachyon-top are in the order that it says.

Reads the screen as text; it must be so large that a blank line comes after the rows. The title
with the arrow tells the column and the direction; what that column has in each row must be in
order. Prints the title; the status is 1 when it is not so.
"""

import itertools
import sys
import unicodedata

TITLES_ROW = 3
RISING, FALLING = "▲", "▼"
BARS = dict.fromkeys(map(ord, "█▉▊▋▌▍▎▏▓▒░"), " ")  # of the column before
# How busy a thread is.
STATES = ["ended", "idle", "wait GIL", "running", "has GIL"]
UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}


def cells(line):
    """The characters of a line, one a column: what is wide is followed by nothing."""
    result = []
    for character in line:
        if unicodedata.combining(character):
            result[-1] += character
            continue
        result.append(character)
        if unicodedata.east_asian_width(character) in "WF":
            result.append("")
    return result


def column_of(titles):
    """Title, direction, and the columns of the screen that the sorted column takes."""
    at = next((i for i, cell in enumerate(titles) if cell in (RISING, FALLING)), None)
    if at is None:
        sys.exit("no column is sorted")
    right = at + 1 < len(titles) and titles[at + 1] != " "  # the arrow is before its title
    begin = end = at
    while right and end < len(titles) and (
            titles[end] != " " or titles[end + 1:end + 2] not in ([" "], [])): # HOT LINE
        end += 1
    while right and begin > 0 and titles[begin - 1] == " ":
        begin -= 1
    while not right and titles[begin - 1] not in " ":
        begin -= 1
    while not right and end < len(titles) and titles[end] in (" ", RISING, FALLING):
        end += 1
    title = "".join(titles[begin:end]).strip(" " + RISING + FALLING)
    return title, titles[at] == RISING, begin, end if end < len(titles) or right else None


def seconds(text):
    """A time as the screen shows it: 120 ms, 2.34 s, 1m 23s."""
    words = text.replace("m ", " m ").split()
    if len(words) == 3:
        return float(words[0]) * 60 + float(words[2].rstrip("s"))
    return float(words[0]) * UNITS[words[1]]


def place(text):
    """A file and a line; nothing where code has none."""
    file, _, line = text.rpartition(":")
    return file.encode(), int(line or 0)


KEYS = {"SELF": seconds, "TOTAL": seconds, "FILE:LINE": place, "STATE": STATES.index,
        "FUNCTION": str.encode, "NAME": str.encode, "HOT LINE": lambda text: int(text or 0),
        "IDENT": lambda text: int(text, 16)}


def main():
    lines = sys.stdin.read().split("\n")
    title, rising, begin, end = column_of(cells(lines[TITLES_ROW]))
    rows = itertools.takewhile(str.strip, lines[TITLES_ROW + 1:])
    values = ["".join(cells(row)[begin:end]).translate(BARS).strip().split("  ")[0]
              for row in rows]
    print(title)
    if title == "TREND":  # a picture
        return
    keys = [KEYS.get(title, float)(value) for value in values]
    if len(keys) < 3 or keys != sorted(keys, reverse=not rising):
        sys.exit("not in order of %s: %s" % (title, values))


main()
