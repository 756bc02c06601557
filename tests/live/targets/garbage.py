"""garbage - has the collector go over a large heap half of its CPU time, called from collect()."""

import gc
import time

import target


def collect():
    gc.collect()


def rest(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def main():
    arguments = target.parser(__doc__, can_hold=False)
    options = target.start(arguments)
    heap = [[] for _ in range(200000)]
    gc.disable()
    target.tell(options.truth)
    while heap:
        before = time.thread_time()
        collect()
        rest(time.thread_time() - before)


if __name__ == "__main__":
    main()
