#!/usr/bin/env python3
"""frames.py FILE - what a terminal was sent, a line for each frame: its bytes, and its text.

A frame begins and ends as synchronized output does. What comes between two is not told.
"""

import re
import sys

FRAME = re.compile(rb"\x1b\[\?2026h(.*?)\x1b\[\?2026l", re.DOTALL)
# Those of xterm and its like: control sequences, character sets, and single characters.
CONTROL = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[()].|\x1b.|[\x00-\x1f]")

with open(sys.argv[1], "rb") as file:
    for frame in FRAME.findall(file.read()):
        text = CONTROL.sub(" ", frame.decode(errors="replace"))
        print(len(frame), " ".join(text.split()), sep="\t")
