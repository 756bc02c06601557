"""subinterpreters - threads that run code in interpreters of their own.

    sleeper   sleeps there
    spinner   computes there; to 3.11, where interpreters share a GIL, it lets others have it now and then
    other     computes in another one, in which a thread `inner` sleeps

The main thread sleeps. From 3.13 on the newest interpreter is one that runs nothing and has no thread. The truth tells each thread's id, and how many GILs there are.
"""

import sys
import threading
import time

import target

try:
    import _interpreters as interpreters
except ImportError:  # up to 3.12
    import _xxsubinterpreters as interpreters

SLEEP = """
import time
def sleep_there():
    time.sleep(1000)
open({ready!r}, "w").close()
sleep_there()
"""

SPIN = """
import time
def spin_there():
    while True:
        for _ in range(1000000):
            pass
        if {shared}:
            time.sleep(0.001)
open({ready!r}, "w").close()
spin_there()
"""

INNER = """
import threading, time
def sleep_inside():
    time.sleep(1000)
threading.Thread(target=sleep_inside, name="inner", daemon=False).start()
"""


SHARED = sys.version_info < (3, 12)  # one GIL for all


def run(code):
    # From 3.9 to 3.11, isolated ones may have no threads; before there are none.
    options = {"isolated": False} if SHARED and sys.version_info >= (3, 9) else {}
    interpreter = interpreters.create(**options)
    interpreters.run_string(interpreter, code)


def main():
    options = target.start(target.parser(__doc__, can_hold=False))
    threads = []
    # The ones that leave the GIL alone first: to 3.11 the others wait long for it.
    for name, code in (("sleeper", SLEEP), ("spinner", SPIN), ("other", INNER + SPIN)):
        ready = "%s.%s" % (options.truth, name)
        thread = threading.Thread(target=run, args=[code.format(ready=ready, shared=SHARED)], name=name, daemon=True)
        thread.start()
        threads.append(thread)
        target.wait_for_file(ready)
    if sys.version_info >= (3, 13):
        interpreters.create()
    target.tell(options.truth, gils=1 if SHARED else 3, threads=[
        {"name": thread.name, "tid": thread.native_id} for thread in threads])
    while True:
        time.sleep(1000)


if __name__ == "__main__":
    main()
