"""short_calls - half of its time in calls of about 1 µs, half in calls of about 1 ms.

A phase of short() or of long() lasts about 2 ms, so that neither has a rhythm with a sampler. The
calls of short() are written out, so that next to nothing is spent between them.
"""

import random
import time

import phases
import target

CALLS = 100
PHASE_S = 0.002

clock = time.perf_counter


def short():
    for _ in SPINS: pass


def long(until):
    while clock() < until:
        pass


def spins_of(seconds):
    """How often a loop goes round in so long."""
    spins = range(1000)
    times = []
    for _ in range(100):
        begin = clock()
        for _ in spins: pass
        times.append(clock() - begin)
    return range(max(1, int(1000 * seconds / sorted(times)[50])))


SPINS = spins_of(1e-6)

exec("def shorts(until):\n    while clock() < until:\n        " + "; ".join(["short()"] * CALLS))


def longs(until):
    while clock() < until:
        long(clock() + 0.001)


def main():
    options = target.start(target.parser(__doc__, can_hold=False))
    for _ in range(1000):
        short() # until it is specialized
    target.tell(options.truth, spins=len(SPINS))
    counted = phases.Phases(options.truth, ("short", "long"))
    while True:
        for name, function in (("short", shorts), ("long", longs)):
            function(clock() + random.uniform(0.5, 1.5) * PHASE_S)
            counted.count(name)


if __name__ == "__main__":
    main()
