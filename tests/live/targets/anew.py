"""anew - a thread that has a new thread state for each call: of C code that calls Python back, through the library LIBRARY
(tests/live/anew.c), some 200 times a second for a millisecond each; or, with --pool, of an InterpreterPoolExecutor, which
is given a task every 5 ms.

When it is sent SIGUSR1 the C thread ends, and the truth has another line.
"""

import ctypes
import signal
import time

import target


def spin(seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


def called_back():
    spin(0.001)


def pool(truth):
    from concurrent.futures import InterpreterPoolExecutor
    with InterpreterPoolExecutor(max_workers=2) as executor:
        executor.submit(spin, 0.001).result()
        target.tell(truth)
        while True:
            executor.submit(spin, 0.001)
            time.sleep(0.005)


def calls_back(library, truth):
    tids = []

    @ctypes.CFUNCTYPE(None)
    def call_back():
        if not tids:
            tids.append(ctypes.CDLL(None).gettid())
        called_back()

    native = ctypes.CDLL(library)
    native.begin.argtypes = [ctypes.c_void_p, ctypes.c_double]
    assert native.begin(call_back, 0.001)
    while not tids:
        time.sleep(0.001)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    target.tell(truth, tid=tids[0])
    signal.sigwait([signal.SIGUSR1])
    native.end()
    with open(truth, "a") as file:
        file.write("ended\n")
    while True:
        time.sleep(1)


def main():
    parser = target.parser(__doc__, can_hold=False)
    parser.add_argument("--library")
    parser.add_argument("--pool", action="store_true")
    options = target.start(parser)
    if options.pool:
        pool(options.truth)
    calls_back(options.library, options.truth)


if __name__ == "__main__":
    main()
