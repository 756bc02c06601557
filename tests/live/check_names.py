#!/usr/bin/env python3
"""check_names - whether the names that were read are those that targets/names.py tells.

    check_names.py TRUTH OUTPUT...

TRUTH has the names that each thread may have, each OUTPUT is what names_probe printed. No thread
may have a name that is not its own, and each must have been named in one of the outputs at least:
while threads come and go, or one renames itself, a reading may miss some. Threads that the truth
does not tell are passed over. 1 when something is wrong.
"""

import json
import sys
import unicodedata

BYTES_MAX = 255  # NAMES_TEXT_MAX, less the end
DIRECTIONS = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
UNFIT = ("Cc", "Cs", "Zl", "Zp")


def clean(name):
    """What base/clean.h makes of a name, in bytes."""
    text = "".join("\ufffd" if c in DIRECTIONS or unicodedata.category(c) in UNFIT else c
                   for c in name).encode()
    return text[:BYTES_MAX].decode(errors="ignore").encode()


def main():
    if len(sys.argv) < 3:
        sys.stderr.write(__doc__)
        return 2
    with open(sys.argv[1]) as file:
        truth = {thread["ident"]: [clean(name) for name in thread["names"]]
                 for thread in json.load(file)["threads"]}
    wrong = 0
    unnamed = set(truth)
    for output in sys.argv[2:]:
        with open(output, "rb") as file:
            for line in file.read().split(b"\n")[:-1]:
                ident, name = line.split(b" ", 1)
                names = truth.get(int(ident))
                unnamed.discard(int(ident))
                if names is not None and name not in names:
                    print("%s: thread %s has the name %r, not %r" %
                          (output, ident.decode(), name, names))
                    wrong += 1
    for ident in sorted(unnamed):
        print("thread %d has no name, where it is %r" % (ident, truth[ident]))
    print("%d threads, %d without a name, %d wrong names" % (len(truth), len(unnamed), wrong))
    return 1 if wrong or unnamed else 0


if __name__ == "__main__":
    sys.exit(main())
