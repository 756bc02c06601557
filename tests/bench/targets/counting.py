"""counting - how far it got, every 20 ms: the time (Unix, in nanoseconds) and the work done so far.

A unit of work is a call of some 2 µs with ten calls in it, 10 frames deep.
"""

import time

import target

EVERY_NS = 20_000_000

now_ns = time.time_ns


def leaf(number):
    return number + 1


def unit():
    number = 0
    number = leaf(leaf(leaf(leaf(leaf(number)))))
    number = leaf(leaf(leaf(leaf(leaf(number)))))
    return number


def work(levels, output):
    if levels > 1:
        return work(levels - 1, output)
    done = 0
    while True:
        until_ns = now_ns() + EVERY_NS
        while now_ns() < until_ns:
            for _ in range(20):
                unit()
            done += 20
        output.write("%d %d\n" % (now_ns(), done))


def main():
    options = target.start(target.parser(__doc__, can_hold=False))
    target.tell(options.truth)
    with open(options.truth, "a", buffering=1) as output:
        work(6, output)


if __name__ == "__main__":
    main()
