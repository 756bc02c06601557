"""short_calls - half of its time in calls of about 1 µs, half in calls of about 1 ms.

A phase of short() lasts about 2 ms, as chance has it, and one of long() as long as the one before it. The
calls of short() are written out, so that nothing is spent between them but what it takes to call: that is
measured beside the same loop without calls, and half of it taken to be the caller's. The truth tells
as "self_share" how much of its phase is short()'s own.
"""

import random
import time

import phases
import target

CALLS = 100
SHORT_S = 1e-6
LONG_S = 1e-3
PHASE_S = 2e-3

clock = time.perf_counter


def short():
    for _ in SPINS: pass


def long(until):
    while clock() < until:
        pass


def repeated(name, statement):
    """A function that does so CALLS times, so many times over."""
    space = dict(globals())
    exec("def %s(rounds):\n    for _ in range(rounds):\n%s" % (name, CALLS * ("        %s\n" % statement)),
         space)
    return space[name]


def seconds_once(function, *arguments):
    begin = clock()
    function(*arguments)
    return clock() - begin


def seconds_of(function, *arguments):
    """How long it takes when nothing comes between."""
    return sorted(seconds_once(function, *arguments) for _ in range(200))[50]


SPINS = range(20)
shorts = repeated("shorts", "short()")
for _ in range(8):  # a call of no spins takes some time, too
    SPINS = range(max(1, round(len(SPINS) * SHORT_S * CALLS / seconds_of(shorts, 1))))
inline = repeated("inline", "for _ in SPINS: pass")


def self_share():
    """How much of shorts() is short()'s own. One beside the other, as how fast a machine is may change."""
    alone = sorted(seconds_once(inline, 1) / seconds_once(shorts, 1) for _ in range(400))[200]
    return 1 - max(0, 1 - alone) / 2


def longs(seconds):
    until = clock() + seconds
    while clock() < until:
        long(min(until, clock() + LONG_S))


def main():
    options = target.start(target.parser(__doc__, can_hold=False))
    target.tell(options.truth, spins=len(SPINS), self_share={"short": self_share()})
    counted = phases.Phases(options.truth, ("short", "long"))
    round_s = seconds_of(shorts, 1)
    while True:
        rounds = max(1, int(random.uniform(0.5, 1.5) * PHASE_S / round_s))
        shorts(rounds)
        longs(counted.count("short"))
        counted.count("long")


if __name__ == "__main__":
    main()
