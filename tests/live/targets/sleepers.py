"""sleepers - many threads that sleep, of which some wake up now and then to compute for a moment.

    --sleepers N    sleep for good
    --wakers N      sleep for 0.2 to 0.4 s, then are in brief() for about 5 ms, again and again
    --spinners N    compute without a pause

The main thread tells once a second how long the wakers have been in brief() so far, and sleeps else, or with --busy is in
busy().
"""

import json
import random
import threading
import time

import target

clock = time.perf_counter
spent = []


def brief(until):
    while clock() < until:
        pass


def wake(index):
    chance = random.Random(index)
    while True:
        time.sleep(chance.uniform(0.2, 0.4))
        start = clock()
        brief(start + 0.005)
        spent[index] += clock() - start


def sleep():
    while True:
        time.sleep(1000)


def spin():
    count = 0
    while True:
        count += 1


def busy(until):
    while clock() < until:
        pass


def begin(number, function, *arguments):
    for index in range(number):
        threading.Thread(target=function, args=[index] * len(arguments), daemon=True).start()


def main():
    arguments = target.parser(__doc__, can_hold=False)
    for doing in ("sleepers", "wakers", "spinners"):
        arguments.add_argument("--" + doing, type=int, default=0, metavar="N")
    arguments.add_argument("--busy", action="store_true")
    options = target.start(arguments)

    spent.extend([0.0] * options.wakers)
    begin(options.sleepers, sleep)
    begin(options.wakers, wake, "index")
    begin(options.spinners, spin)
    target.tell(options.truth, threads=threading.active_count())
    with open(options.truth, "a", buffering=1) as truth:
        began = clock()
        while True:
            if options.busy:
                busy(clock() + 1)
            else:
                time.sleep(1)
            truth.write(json.dumps({"elapsed": clock() - began, "brief_s": sum(spent)}) + "\n")


if __name__ == "__main__":
    main()
