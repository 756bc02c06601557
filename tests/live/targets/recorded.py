"""recorded - the threads of the recordings in tests/fuzz/corpus/names, one of each kind.

Each keeps its name in another way. The recordings were made with `names_probe --record`, and
tests/unit/names_test.c knows these names.
"""

import threading

import target

_never = threading.Lock()
_never.acquire()


class Slots(threading.Thread):
    __slots__ = ("one",)


class Error(Exception, threading.Thread):
    def __init__(self, **arguments):
        threading.Thread.__init__(self, **arguments)


def start(kind, name):
    thread = kind(name=name, target=_never.acquire, daemon=True)
    thread.start()
    return thread


def main():
    options = target.start(target.parser(__doc__, can_hold=False))
    start(threading.Thread, "plain")
    start(threading.Thread, "名前\x1b[0m")
    start(threading.Thread, "long " * 60)
    start(threading.Thread, "touched").__dict__["touched"] = 1
    own = start(threading.Thread, "own dict")
    own.__dict__ = dict(own.__dict__)
    start(threading.Thread, "general dict").__dict__[1] = 1
    start(Slots, "slots")
    start(Error, "error")
    target.tell(options.truth)
    _never.acquire()


if __name__ == "__main__":
    main()
