"""shares - spins in four functions for 50, 30, 15 and 5 % of the time.

It goes in random slices of 1 to 5 ms, always to the function furthest behind its share, and each
function measures its own slices. A line is added to the truth every second: the seconds so far.
"""

import json
import random
import time

import target

clock = time.perf_counter


def fifty(until):
    while clock() < until:
        pass


def thirty(until):
    while clock() < until:
        pass


def fifteen(until):
    while clock() < until:
        pass


def five(until):
    while clock() < until:
        pass


SHARES = {fifty: 0.50, thirty: 0.30, fifteen: 0.15, five: 0.05}


def main():
    arguments = target.parser(__doc__, can_hold=False)
    arguments.add_argument("--seed", type=int, default=1)
    options = target.start(arguments)
    random.seed(options.seed)

    spent = dict.fromkeys(SHARES, 0.0)
    target.tell(options.truth, shares={f.__name__: share for f, share in SHARES.items()})
    with open(options.truth, "a", buffering=1) as truth:
        began = clock()
        next_line = began + 1
        while True:
            start = clock()
            total = sum(spent.values())
            function = max(SHARES, key=lambda f: SHARES[f] * total - spent[f])
            function(start + random.uniform(0.001, 0.005))
            end = clock()
            spent[function] += end - start
            if end > next_line:
                next_line += 1
                truth.write(json.dumps({"elapsed": end - began, "seconds": {
                    f.__name__: seconds for f, seconds in spent.items()}}) + "\n")


if __name__ == "__main__":
    main()
