"""ends - computes in first() until SIGUSR1, and then

    goes on in second(); after half a second there it tells the truth again
    --exec COMMAND...   becomes another program
    --leave             goes on there in another thread, and its main thread ends

With --fork it has children all the time, each of which computes in child() for some milliseconds.
"""

import os
import signal
import sys
import threading
import time

import target

clock = time.monotonic
_asked = []


def ask(_signal, _frame):
    _asked.append(True)


def first(until):
    while not _asked and clock() < until:
        pass


def second(until):
    while clock() < until:
        pass


def child():
    until = clock() + 0.005
    while clock() < until:
        pass
    os._exit(0)


def fork_one():
    pid = os.fork()
    if pid == 0:
        child()
    first(clock() + 0.003)
    status = os.waitpid(pid, 0)[1]
    if status != 0:
        sys.exit("a child ended with %d" % status)


def go_on(path):
    second(clock() + 0.5)
    target.tell(path, second=True)
    while True:
        second(clock() + 0.1)


def main():
    arguments = target.parser(__doc__, can_hold=False)
    arguments.add_argument("--fork", action="store_true")
    arguments.add_argument("--exec", nargs="+", default=[])
    arguments.add_argument("--leave", action="store_true")
    options = target.start(arguments)
    signal.signal(signal.SIGUSR1, ask)
    target.tell(options.truth, python_command=sys.executable)
    while not _asked:
        if options.fork:
            fork_one()
        first(clock() + 0.1)
    if options.exec:
        os.execv(options.exec[0], options.exec)
    if options.leave:
        import ctypes
        threading.Thread(target=go_on, args=[options.truth]).start()
        ctypes.CDLL(None).pthread_exit(None)
    go_on(options.truth)


if __name__ == "__main__":
    main()
