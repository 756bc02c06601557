"""forks - a process that C code forked off without a word to Python (PyOS_AfterFork_Child()): in turn it is
busy() and idle() for 50 ms each. Its parent waits for it, with threads that only the parent has.
"""

import ctypes
import os
import signal
import threading
import time

import target

clock = time.perf_counter


def busy(until):
    while clock() < until:
        pass


def idle(until):
    while clock() < until:
        time.sleep(until - clock())


def main():
    options = target.start(target.parser(__doc__, can_hold=False))
    end = threading.Event()
    for _ in range(3):
        threading.Thread(target=end.wait, daemon=True).start()
    child = ctypes.PyDLL(None).fork()
    if child:
        signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGKILL))
        os.waitpid(child, 0)
        os._exit(0)
    signal.alarm(options.life)
    target.tell(options.truth)
    while True:
        busy(clock() + 0.05)
        idle(clock() + 0.05)


if __name__ == "__main__":
    main()
