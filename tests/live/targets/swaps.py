"""swaps - the main thread goes to another interpreter and back, many times, and to 3.11 keeps the GIL as it does.

It computes `here` for 1 to 3 ms, then `there`, in the other one, for 3 to 9 ms. The truth tells how many GILs there are;
a line is added to it every second, which is when the main interpreter's state takes the GIL: the seconds so far. With
--maker-ended the other interpreter was made by a thread that ended.
"""

import json
import random
import sys
import threading
import time

import target

try:
    import _interpreters as interpreters
except ImportError:  # up to 3.12
    import _xxsubinterpreters as interpreters

clock = time.perf_counter

THERE = """
from time import perf_counter as clock
def there(until):
    while clock() < until:
        pass
"""


def here(until):
    while clock() < until:
        pass


def made_by_another():
    made = []
    maker = threading.Thread(target=lambda: made.append(interpreters.create()))
    maker.start()
    maker.join()
    return made[0]


def main():
    arguments = target.parser(__doc__, can_hold=False)
    arguments.add_argument("--maker-ended", action="store_true")
    options = target.start(arguments)
    interpreter = made_by_another() if options.maker_ended else interpreters.create()
    interpreters.run_string(interpreter, THERE)
    seconds = dict.fromkeys(("here", "there"), 0.0)
    target.tell(options.truth, gils=1 if sys.version_info < (3, 12) else 2)
    start = tell_at = clock()
    with open(options.truth, "a", buffering=1) as file:
        while True:
            began = clock()
            here(began + random.uniform(0.001, 0.003))
            turned = clock()
            interpreters.run_string(interpreter, "there(%r)" % (turned + random.uniform(0.003, 0.009)))
            now = clock()
            seconds["here"] += turned - began
            seconds["there"] += now - turned
            if now >= tell_at:
                tell_at = now + 1
                file.write(json.dumps({"elapsed": now - start, "seconds": seconds}) + "\n")


if __name__ == "__main__":
    main()
