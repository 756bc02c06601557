"""periodic - spends 30 % of each millisecond in one function and the rest in another, with a period as exact
as the clock: one that is sampled in step with it is always met in the same place."""

import time

import phases
import target

PERIOD_S = 0.001
SHARE = 0.3

clock = time.perf_counter


def first(until):
    while clock() < until:
        pass


def rest(until):
    while clock() < until:
        pass


def main():
    options = target.start(target.parser(__doc__, can_hold=False))
    target.tell(options.truth, period_s=PERIOD_S)
    counted = phases.Phases(options.truth, ("first", "rest"))
    began = clock()
    while True:
        # Always on the grid, also after other work had this CPU.
        period_begin = began + PERIOD_S * int((clock() - began) / PERIOD_S)
        first(period_begin + PERIOD_S * SHARE)
        counted.count("first")
        rest(period_begin + PERIOD_S)
        counted.count("rest")


if __name__ == "__main__":
    main()
