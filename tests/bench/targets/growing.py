"""growing - makes a new function of a name of its own every 0.2 ms or so, runs it for a while, and drops it."""

import itertools
import time

import target

RUN_S = 0.0001

clock = time.perf_counter

SOURCE = """\
def made_{number}(until):
    while clock() < until:
        pass
"""


def main():
    options = target.start(target.parser(__doc__, can_hold=False))
    target.tell(options.truth)
    for number in itertools.count():
        space = {"clock": clock}
        exec(compile(SOURCE.format(number=number), "made_%d.py" % (number // 10), "exec"), space)
        space["made_%d" % number](clock() + RUN_S)


if __name__ == "__main__":
    main()
