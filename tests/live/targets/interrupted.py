"""interrupted - threads that sleep in system calls which a stop of the thread would end early, and count that.

    epoll-N  epoll_wait(2), which gives EINTR then (signal(7))
    sleep-N  nanosleep(2), the same

The main thread calls functions without a pause. When a file of the truth's name and ".ask" appears, the truth is told
anew, with the number of calls that were interrupted, and of those that main made.
"""

import ctypes
import errno
import os
import select
import threading

import target

EACH = 3
HOUR_MS = 3600000

libc = ctypes.CDLL(None, use_errno=True)
interrupted = []
asleep = threading.Semaphore(0)


class Timespec(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]


def count(call):
    asleep.release()
    while True:
        if call() == -1 and ctypes.get_errno() == errno.EINTR:
            interrupted.append(True)


def epoll():
    descriptor = select.epoll()
    events = ctypes.create_string_buffer(64)
    count(lambda: libc.epoll_wait(descriptor.fileno(), events, 1, HOUR_MS))


def sleep():
    time = Timespec(HOUR_MS // 1000, 0)
    count(lambda: libc.nanosleep(ctypes.byref(time), None))


def inner():
    pass


def outer():
    inner()
    inner()


def main():
    options = target.start(target.parser(__doc__, can_hold=False))
    for function in [epoll, sleep] * EACH:
        threading.Thread(target=function, daemon=True).start()
    for _ in range(2 * EACH):
        asleep.acquire()
    target.tell(options.truth)
    calls = 0
    while True:
        for _ in range(10000):
            outer()
        calls += 10000
        if os.path.exists(options.truth + ".ask"):
            os.unlink(options.truth + ".ask")
            target.tell(options.truth, interrupted=len(interrupted), calls=calls)


if __name__ == "__main__":
    main()
