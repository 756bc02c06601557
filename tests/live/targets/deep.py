"""deep - recursion to a known depth, and at its bottom a function that spins or stands still."""

import sys

import target


def descend(levels, bottom):
    if levels > 1:
        descend(levels - 1, bottom)
    else:
        bottom()


def spin():
    while True:
        pass


def main():
    arguments = target.parser(__doc__)
    arguments.add_argument("--depth", type=int, default=1000)
    options = target.start(arguments)
    sys.setrecursionlimit(options.depth + 1000)
    if options.hold:
        target.tell_when_held(options.truth)
        descend(options.depth, target.hold)
    target.tell(options.truth, depth=options.depth)
    descend(options.depth, spin)


if __name__ == "__main__":
    main()
