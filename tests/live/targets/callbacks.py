"""callbacks - Python called from C called from Python, many times over, to a leaf that spins or
stands still: each such call enters the interpreter's loop anew.

On the way lie a sort's key, map(), functools.reduce(), a property, __getattr__, a descriptor, an
__init__ that the interpreter has specialized (3.12 and later put a frame of their own before it),
exec of a string, and a lambda.
"""

import functools

import target


def spin():
    while True:
        pass


class Descriptor:
    def __get__(self, instance, owner=None):
        return instance.through_exec()


class Thing:
    described = Descriptor()

    def __init__(self, leaf):
        self.leaf = leaf
        if leaf is not None:
            self.prop

    @property
    def prop(self):
        return self.missing

    def __getattr__(self, name):
        return self.described

    def through_exec(self):
        exec("call(leaf)", {"call": through_lambda, "leaf": self.leaf})


def through_lambda(leaf):
    return (lambda: leaf())()


def make(leaf):
    """Makes things that do nothing until the call is specialized, then one that goes on."""
    for turn in range(1000):
        Thing(leaf if turn == 999 else None)


def by_key(leaf):
    return list(map(mapped, [leaf]))


def mapped(leaf):
    return functools.reduce(reduced, [None, leaf])


def reduced(_, leaf):
    return make(leaf)


def main():
    options = target.start(target.parser(__doc__))
    if options.hold:
        target.tell_when_held(options.truth)
        sorted([target.hold], key=by_key)
    target.tell(options.truth)
    sorted([spin], key=by_key)


if __name__ == "__main__":
    main()
