"""garbage - has the collector go over a large heap half of the time, called from collect()."""

import gc
import time

import target


def collect():
    gc.collect()


def rest(seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


def main():
    arguments = target.parser(__doc__, can_hold=False)
    options = target.start(arguments)
    heap = [[] for _ in range(200000)]
    gc.disable()
    target.tell(options.truth)
    while heap:
        before = time.perf_counter()
        collect()
        rest(time.perf_counter() - before)


if __name__ == "__main__":
    main()
