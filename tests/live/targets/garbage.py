"""garbage - has the collector go over a large heap, called from collect(), which takes no time itself.

A third of its CPU time is the collector's, a third that of burn(), which a finalizer calls during the
collections, and a third of its own. With --asleep the finalizers sleep in nap() instead, while a
second thread spins.
"""

import gc
import threading
import time

import target


class Cycle:
    """Garbage that only the collector can find."""
    def __init__(self, finalizer, seconds):
        self.itself = self
        self.finalizer = finalizer
        self.seconds = seconds

    def __del__(self):
        self.finalizer(self.seconds)


def collect():
    gc.collect()


def burn(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def rest(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def nap(seconds):
    time.sleep(seconds)


def spin():
    while True:
        pass


def third_each():
    heap = [[] for _ in range(200000)]
    seconds = 0.01
    while heap:
        before = time.thread_time()
        Cycle(burn, seconds)
        collect()
        seconds = time.thread_time() - before - seconds
        rest(seconds)


def asleep():
    threading.Thread(target=spin, daemon=True).start()
    while True:
        Cycle(nap, 0.05)
        collect()


def main():
    arguments = target.parser(__doc__, can_hold=False)
    arguments.add_argument("--asleep", action="store_true", help="the finalizers sleep")
    options = target.start(arguments)
    gc.disable()
    target.tell(options.truth)
    if options.asleep:
        asleep()
    third_each()


if __name__ == "__main__":
    main()
