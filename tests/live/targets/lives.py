"""lives - a short life of some kind, in functions whose names tell whose they are.

    lives.py KIND TOKEN

All of it computes in mark_TOKEN(); processes that it forks, in child_TOKEN(). The kinds are in KINDS.
"""

import os
import subprocess
import sys
import threading
import time

kind, token = sys.argv[1:3]

exec("""
def mark_%s(seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


def child_%s(seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass
""" % (token, token))
mark = globals()["mark_" + token]
child = globals()["child_" + token]


def runs():
    while True:
        mark(0.01)


def forks():
    while True:
        pid = os.fork()
        if pid == 0:
            child(0.002)
            os._exit(0)
        mark(0.002)
        os.waitpid(pid, 0)


def execs():
    mark(0.02)
    os.execv(sys.executable, [sys.executable, "-I", "-S"] + sys.argv)


def dies():
    mark(0.02)


def dies_with_daemons():
    for _ in range(5):
        threading.Thread(target=mark, args=(10,), daemon=True).start()
    mark(0.02)


def threads():
    while True:
        some = [threading.Thread(target=mark, args=(0.0005,)) for _ in range(20)]
        for thread in some:
            thread.start()
        for thread in some:
            thread.join()


def starts():
    """Twelve that live for a tenth of a second and what it takes to begin, one after the other."""
    for _ in range(12):
        subprocess.check_call([sys.executable, sys.argv[0], "brief", token])


def brief():
    mark(0.1)


KINDS = {"starts": starts, "brief": brief, "runs": runs, "forks": forks, "execs": execs, "dies": dies, "daemons": dies_with_daemons,
         "threads": threads, "killed": runs, "stopped": runs, "zombie": dies}
KINDS[kind]()
