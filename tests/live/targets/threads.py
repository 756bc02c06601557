"""threads - threads with known names that do known things.

    spin-N    computes in Python: has the GIL or waits for it
    hash-N    sha256 of a buffer that takes many times as long as the waits for the GIL in
              between, which it releases meanwhile: runs without it
    sleep-N   time.sleep
    lock-N    waits for a lock that is never released
    read-N    waits to read from an empty pipe
    odd-N     sleeps, and bears a name that is hard to show

The main thread sleeps. The truth tells each thread's name, ids and what it does.
"""

import hashlib
import os
import threading
import time

import target

DOINGS = ("spin", "hash", "sleep", "lock", "read", "odd")
ODD_NAMES = ("名前 of a thread", "\x1b[31mred\x1b[0m\n\t\x07", "long " * 100, "",
             "e\u0301 \u200b\u202e")

never = threading.Lock()
never.acquire()


def spin():
    count = 0
    while True:
        count += 1


HASH_S = 0.25  # some 50 switch intervals: with two that spin, it waits for two or three
HASH_BYTES_MAX = 1 << 30  # zeros that were never written to: they take no memory


def hash():
    probe = bytes(1 << 22)
    began = time.thread_time()
    hashlib.sha256(probe).digest()
    took_s = time.thread_time() - began
    buffer = bytes(min(HASH_BYTES_MAX, int(len(probe) * HASH_S / took_s)))
    while True:
        hashlib.sha256(buffer).digest()


def sleep():
    while True:
        time.sleep(1000)


def lock():
    never.acquire()


def read():
    reading, _writing = os.pipe()
    os.read(reading, 1)


odd = sleep


def main():
    arguments = target.parser(__doc__)
    for doing in DOINGS:
        arguments.add_argument("--" + doing, type=int, default=1, metavar="N")
    options = target.start(arguments)

    threads = []
    for doing in DOINGS:
        for number in range(getattr(options, doing)):
            name = ODD_NAMES[number % len(ODD_NAMES)] if doing == "odd" else \
                "%s-%d" % (doing, number + 1)
            function = target.hold if options.hold else globals()[doing]
            thread = threading.Thread(target=function, name=name, daemon=True)
            thread.start()
            threads.append((thread, doing))
    if options.hold:
        target.tell_when_held(options.truth, threads=len(threads) + 1)
        target.hold()
    threads.append((threading.current_thread(), "sleep"))
    target.tell(options.truth, threads=[
        {"name": thread.name, "ident": thread.ident, "tid": thread.native_id, "doing": doing}
        for thread, doing in threads])
    sleep()


if __name__ == "__main__":
    main()
