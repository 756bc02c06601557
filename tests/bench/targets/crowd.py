"""crowd - threads that compute without a pause, and threads that sleep for good, all equally deep.

    --busy N      threads that compute, the main one among them: one has the GIL, the others wait for it
    --asleep N    threads that sleep
    --depth N     frames on the stack of each, below those that a thread begins with
    --calls       those that compute call a function that returns at once, again and again

They begin to compute once all are there, as to start a thread takes a turn with the GIL.
"""

import sys
import threading
import time

import target

begun = threading.Event()


def descend(levels, bottom):
    if levels > 1:
        descend(levels - 1, bottom)
    else:
        bottom()


def compute():
    while True:
        pass


def nothing():
    pass


def call():
    while True:
        nothing()


def sleep():
    while True:
        time.sleep(1000)


def main():
    arguments = target.parser(__doc__, can_hold=False)
    arguments.add_argument("--busy", type=int, default=1)
    arguments.add_argument("--asleep", type=int, default=0)
    arguments.add_argument("--depth", type=int, default=7)
    arguments.add_argument("--calls", action="store_true")
    options = target.start(arguments)
    sys.setrecursionlimit(options.depth + 1000)
    busy = call if options.calls else compute

    def wait_and_compute():
        begun.wait()
        busy()

    for bottom, number in ((wait_and_compute, options.busy - 1), (sleep, options.asleep)):
        for _ in range(number):
            threading.Thread(target=descend, args=(options.depth, bottom), daemon=True).start()
    target.tell(options.truth, threads=threading.active_count())
    begun.set()
    descend(options.depth, busy if options.busy > 0 else sleep)


if __name__ == "__main__":
    main()
