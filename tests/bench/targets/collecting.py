"""collecting - is in the collector for a good part of its time, which gc.callbacks are the clock of.

    --seconds S    how long a collection is to take, about; what calls the callbacks, a microsecond or so, is not in it
    --young        collections of the young generation, of objects made for each; without it full ones, of a heap

After each it computes for as long as that took. The truth tells the seconds in the collector and in the rest.
"""

import gc
import time

import phases
import target

clock = time.perf_counter


def objects(count):
    return [[] for _ in range(count)]


def collect_young(count):
    """A collection of so many objects, which are gone after it."""
    young = objects(count)
    gc.collect(0)
    del young


def collect_full(heap):
    gc.collect()


def seconds_of(work, argument):
    """How long the collector takes for it when nothing comes between."""
    times = []
    gc.callbacks.append(lambda phase, facts: times.append(clock()))
    for _ in range(21):
        work(argument)
    gc.callbacks.clear()
    return sorted(stop - start for start, stop in zip(times[::2], times[1::2]))[5]


def rest(seconds):
    until = clock() + seconds
    while clock() < until:
        pass


def main():
    arguments = target.parser(__doc__, can_hold=False)
    arguments.add_argument("--seconds", type=float, default=0.01, metavar="S")
    arguments.add_argument("--young", action="store_true")
    options = target.start(arguments)
    gc.disable()
    count = 100
    for _ in range(6):
        # In an object for each of them the collector takes most of its time.
        work, argument = (collect_young, count) if options.young else (collect_full, objects(count))
        count = max(1, round(count * min(10, options.seconds / seconds_of(work, argument))))
    work, argument = (collect_young, count) if options.young else (collect_full, objects(count))
    target.tell(options.truth, objects=count)

    counted = phases.Phases(options.truth, ("collector", "rest"))
    gc.callbacks.append(lambda phase, facts: counted.count("rest" if phase == "start" else "collector"))
    while True:
        before = counted.spent["collector"]
        work(argument)
        rest(counted.spent["collector"] - before)


if __name__ == "__main__":
    main()
