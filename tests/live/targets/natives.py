"""natives - Python that is called by C that Python called, to a leaf that spins: by sorted(), map(),
functools.reduce() and re.sub(), through plain calls in between.
"""

import functools
import re

import target


def spin():
    while True:
        pass


def plain():
    spin()


def by_key(_):
    plain()


def mapped(_):
    sorted([1], key=by_key)


def reduced(_, item):
    list(map(mapped, [item]))


def replaced(_):
    functools.reduce(reduced, [1, 2])


def replaces():
    re.sub("a", replaced, "a")


def main():
    options = target.start(target.parser(__doc__, can_hold=False))
    target.tell(options.truth)
    replaces()


if __name__ == "__main__":
    main()
