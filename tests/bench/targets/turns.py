"""turns - threads that share the GIL, and how long each of them had it.

    --spin N    threads that compute all the time
    --nap N     threads that compute for 2 ms or so and sleep for as long, as chance has it

Who runs Python has the GIL: each looks again and again whether another did before, and if so, that had it up to now, with the
moment in which the GIL went from one to the other. Who sleeps has given it up. No thread loses the GIL while it writes that
down: nobody may ask for it who has not waited for a switch interval, in which nobody else got it (take_gil(),
Python/ceval_gil.c). Every half second the truth tells the seconds in which each thread, by its name, had it.
"""

import json
import random
import threading
import time

import target

EVERY_S = 0.5
NAP_S = 0.002

clock = time.perf_counter
spent = {}
holder = None  # the name of who has it
since = 0.0    # when it got it


def take(name):
    """To be called again and again by who runs."""
    global holder, since
    if holder != name:
        now = clock()
        if holder is not None:
            spent[holder] += now - since
        holder, since = name, now


def give(name):
    """To be called right before a sleep."""
    global holder
    take(name)
    spent[name] += clock() - since
    holder = None


def spin(name):
    while True:
        take(name)


def nap(name):
    while True:
        until = clock() + random.expovariate(1 / NAP_S)
        take(name)
        while clock() < until:
            take(name)
        give(name)
        time.sleep(random.expovariate(1 / NAP_S))


def main():
    arguments = target.parser(__doc__, can_hold=False)
    arguments.add_argument("--spin", type=int, default=0, metavar="N")
    arguments.add_argument("--nap", type=int, default=0, metavar="N")
    options = target.start(arguments)
    names = ["spin-%d" % (n + 1) for n in range(options.spin)] + \
        ["nap-%d" % (n + 1) for n in range(options.nap)]
    spent.update(dict.fromkeys(names + ["MainThread"], 0.0))
    for name in names:
        threading.Thread(target=globals()[name.split("-")[0]], args=(name,), name=name,
                         daemon=True).start()
    target.tell(options.truth)
    began = clock()
    with open(options.truth, "a", buffering=1) as truth:
        while True:
            take("MainThread")
            line = json.dumps({"elapsed": clock() - began, "seconds": spent}) + "\n"
            give("MainThread")
            truth.write(line)
            time.sleep(EVERY_S)


if __name__ == "__main__":
    main()
