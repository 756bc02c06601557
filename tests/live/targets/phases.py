"""phases - what the targets share that spend their time in two phases by turns: the seconds in each.

A target calls count() at the end of each phase; a line is added to its truth every half second, with the
seconds in each phase so far, by the clock of the target itself.
"""

import json
import time

clock = time.perf_counter
EVERY_S = 0.5


class Phases:
    def __init__(self, path, names):
        self.truth = open(path, "a", buffering=1)
        self.spent = dict.fromkeys(names, 0.0)
        self.began = self.mark = clock()
        self.next_line = self.began + EVERY_S

    def count(self, name):
        """Ends a phase; gives its seconds."""
        now = clock()
        seconds = now - self.mark
        self.spent[name] += seconds
        self.mark = now
        if now > self.next_line:
            self.tell()
        return seconds

    def tell(self):
        self.next_line = self.mark + EVERY_S
        self.truth.write(json.dumps({"elapsed": self.mark - self.began, "seconds": self.spent}) + "\n")
        self.mark = clock()  # the telling is nobody's
