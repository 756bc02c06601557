"""generators - chains of generators or coroutines, whose frames are not on the data stack.

    generator   for loops over generators and `yield from`
    coroutine   coroutines that await each other, driven by hand
    async       an asynchronous generator within coroutines
    asyncio     a task of asyncio's loop that awaits coroutines

At the leaf it spins, or stands still.
"""

import asyncio

import target


def spin():
    while True:
        pass


def outer(leaf):
    for value in middle(leaf):
        yield value


def middle(leaf):
    yield from inner(leaf)


def inner(leaf):
    yield 1
    yield [leaf() for _ in range(1)]


def run_generator(leaf):
    return list(outer(leaf))


async def first(leaf):
    return await second(leaf)


async def second(leaf):
    return [await third(leaf)]


async def third(leaf):
    return leaf()


def run_coroutine(leaf):
    drive(first(leaf))


def drive(coroutine):
    try:
        while True:
            coroutine.send(None)
    except StopIteration:
        pass


async def numbers(leaf):
    yield 1
    await third(leaf)
    yield 2


async def collect(leaf):
    return [number async for number in numbers(leaf)]


def run_async(leaf):
    drive(collect(leaf))


def run_asyncio(leaf):
    asyncio.run(first(leaf))


RUNS = {"generator": run_generator, "coroutine": run_coroutine, "async": run_async,
        "asyncio": run_asyncio}


def main():
    arguments = target.parser(__doc__)
    arguments.add_argument("--kind", choices=RUNS, default="generator")
    options = target.start(arguments)
    if options.hold:
        target.tell_when_held(options.truth)
        RUNS[options.kind](target.hold)
    target.tell(options.truth)
    RUNS[options.kind](spin)


if __name__ == "__main__":
    main()
