"""exceptions - is in an exception, raised or handled, for 30 % of the time, in many ways.

It spins in within() where there is one and in without() where there is none; in drops() a raised one
waits for a large list to be freed; and unwinds() raises through deep calls. Each measures its own
time; a line is added to the truth every second: the seconds so far. Two more threads sleep, one of
them, "handler", in an except block.
"""

import asyncio
import contextlib
import json
import random
import threading
import time

import target

SHARE = 0.30
DEPTH = 60
ITEMS = 50000

clock = time.perf_counter
spent = {"within": 0.0, "without": 0.0, "drops": 0.0, "unwinds": 0.0}
raised = 0.0


def within():
    began = clock()
    until = began + random.uniform(0.0015, 0.0045)
    while clock() < until:
        pass
    spent["within"] += clock() - began


def without(seconds=0.001):
    began = clock()
    until = began + seconds
    while clock() < until:
        pass
    spent["without"] += clock() - began


def fail():
    raise ValueError


def handled():
    try:
        fail()
    except ValueError:
        within()
    finally:
        without()


def propagates():
    try:
        try:
            fail()
        finally:
            within()
    except ValueError:
        pass
    try:
        without()
    finally:
        without()


def nested():
    try:
        fail()
    except ValueError:
        within()
        try:
            fail()
        except ValueError:
            within()
        within()
    without()


class Manager:
    def __enter__(self):
        without()

    def __exit__(self, kind, value, traceback):
        (without if kind is None else within)()
        return True


def managed():
    with Manager():
        pass
    with Manager():
        fail()
    with contextlib.suppress(ValueError):
        fail()
    without()


def fail_later():
    global raised
    raised = clock()
    fail()


def drops():
    try:
        print(list(map(str, range(ITEMS))), fail_later())
    except ValueError:
        spent["drops"] += clock() - raised


def deep(depth):
    if depth == 0:
        fail_later()
    deep(depth - 1)


def unwinds():
    for _ in range(50):
        try:
            deep(DEPTH)
        except ValueError:
            spent["unwinds"] += clock() - raised


def numbers():
    """Is left while it handles, and its caller is in no exception then."""
    try:
        fail()
    except ValueError:
        within()
        yield 1
        within()
    without()
    yield 2


def by_generator():
    for _ in numbers():
        without()


def plain():
    within()
    yield 1
    within()


def inner():
    yield from plain()


def from_handler():
    """What an except block calls, through generators and C, is in the exception too."""
    try:
        fail()
    except ValueError:
        for _ in inner():
            within()
        sorted([1], key=lambda _: within())
    without()


async def handles():
    try:
        fail()
    except ValueError:
        within()
        await asyncio.sleep(0)
        within()
    without()
    await asyncio.sleep(0)
    without()


async def waits():
    for _ in range(3):
        without()
        await asyncio.sleep(0)


async def both():
    await asyncio.gather(handles(), waits())


def sleeper():
    time.sleep(target.LIFE_S)


def handler():
    try:
        fail()
    except ValueError:
        sleeper()


def start_threads():
    for run in handler, sleeper:
        threading.Thread(target=run, name=run.__name__, daemon=True).start()


WAYS = handled, propagates, nested, managed, by_generator, from_handler


def main():
    arguments = target.parser(__doc__, can_hold=False)
    options = target.start(arguments)
    loop = asyncio.new_event_loop()
    start_threads()
    target.tell(options.truth)
    with open(options.truth, "a", buffering=1) as truth:
        began = clock()
        next_line = began + 1
        while True:
            random.choice(WAYS)()
            loop.run_until_complete(both())
            drops()
            unwinds()
            active = spent["within"] + spent["drops"] + spent["unwinds"]
            behind = active / SHARE - (clock() - began)
            if behind > 0:
                without(behind)
            if clock() > next_line:
                next_line += 1
                truth.write(json.dumps({"elapsed": clock() - began, "seconds": spent}) + "\n")


if __name__ == "__main__":
    main()
