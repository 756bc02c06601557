"""names - threads whose Thread objects keep their names in all the ways that there are.

Attributes are in an array of values, in a dict that shares its keys, or in one that does not, and
which it is differs from version to version and changes while a program runs. The truth tells each
thread's ident and the names that it may have. SIGUSR1 renames all and tells the truth again.
"""

import signal
import sys
import threading
import time
import _thread

import target

ODD_NAMES = ("caf\u00e9", "名前 of a thread", "\U0001f40d python", "\x1b[31mred\x1b[0m\n\t\x07",
             "long " * 100, "é" * 127 + "名", "", "e\u0301 \u200b\u202e",
             "n" * 80, "n" * 81, "é" * 56, "é" * 57)
MODULES = 300

_never = threading.Lock()
_never.acquire()


class Slots(threading.Thread):
    __slots__ = ("one", "two")


class OtherInit(threading.Thread):
    """Its name is not among the first attributes."""
    def __init__(self, **arguments):
        self.mine = 1
        self.name_ = "not this"
        super().__init__(**arguments)
        self.more = 2


class Many(threading.Thread):
    """More attributes than the keys that objects share."""
    def __init__(self, **arguments):
        super().__init__(**arguments)
        for number in range(60):
            setattr(self, "attribute_%d" % number, number)


class ManyBefore(threading.Thread):
    def __init__(self, **arguments):
        for number in range(60):
            setattr(self, "attribute_%d" % number, number)
        super().__init__(**arguments)


class Error(Exception, threading.Thread):
    """Its dict is not managed by the interpreter: an exception has its own place for it."""
    def __init__(self, **arguments):
        threading.Thread.__init__(self, **arguments)


class Str(str):
    pass


def wait():
    _never.acquire()


def touched(thread):
    thread.__dict__["touched"] = 1
    return thread


def replaced(thread):
    thread.__dict__ = dict(thread.__dict__)
    return thread


def crowded(thread):
    """A dict that shares its keys, and then does not any more."""
    attributes = thread.__dict__
    for number in range(60):
        attributes["key %d" % number] = number
    return thread


def keyed(thread):
    """A dict whose keys are not all str."""
    thread.__dict__[1] = 1
    return thread


def make_threads(plain):
    threads = [threading.Thread(name="plain-%d" % number, target=wait) for number in range(plain)]
    threads += [threading.Thread(name=name, target=wait) for name in ODD_NAMES]
    threads += [kind(name=kind.__name__, target=wait)
                for kind in (Slots, OtherInit, Many, ManyBefore, Error)]
    threads += [change(kind(name="%s %s" % (change.__name__, kind.__name__), target=wait))
                for change in (touched, replaced, crowded, keyed)
                for kind in (threading.Thread, Slots, OtherInit, Many, Error)]
    threads += [threading.Thread(name=Str("str of a subclass"), target=wait),
                threading.Thread(target=wait)]
    for thread in threads:
        thread.daemon = True
        thread.start()
    later = threading.Thread(name="touched later", target=wait, daemon=True)
    later.start()
    later.__dict__
    deleted = threading.Thread(name="deleted and set", target=wait, daemon=True)
    deleted.start()
    del deleted._name
    deleted.name = "deleted and set"
    return threads + [later, deleted, start_dummy()]


def start_dummy():
    """A thread that is none of threading's, until it asks who it is."""
    dummies = []

    def run():
        dummies.append(threading.current_thread())
        wait()
    _thread.start_new_thread(run, ())
    while not dummies:
        time.sleep(0.001)
    return dummies[0]


def start_flipping():
    """A thread that changes its name all the time, and the names that it may have."""
    names = ["flip " + letter * 8 for letter in "abcd"]

    def run():
        while True:
            for name in names:
                flipping.name = name + "!"
                time.sleep(0)
    flipping = threading.Thread(name=names[0], target=run, daemon=True)
    flipping.start()
    return flipping, [name + "!" for name in names] + names[:1]


def churn():
    """Threads that come and go, so that the dict of all threads is never the same for long."""
    while True:
        passing = [threading.Thread(name="passing", target=time.sleep, args=(0.001,))
                   for _ in range(20)]
        for thread in passing:
            thread.start()
        for thread in passing:
            thread.join()


def main():
    arguments = target.parser(__doc__, can_hold=False)
    arguments.add_argument("--plain", type=int, default=200, metavar="N")
    arguments.add_argument("--odd-modules", action="store_true",
                           help="put keys that are not str into sys.modules")
    arguments.add_argument("--churn", action="store_true",
                           help="start and end threads all the time")
    arguments.add_argument("--flip", action="store_true",
                           help="a thread that renames itself all the time")
    options = target.start(arguments)

    if options.odd_modules:
        sys.modules[42] = None
    for number in range(MODULES):
        sys.modules["module_%d" % number] = sys
    threading.stack_size(128 << 10)
    threads = make_threads(options.plain) + [threading.main_thread()]
    truth = [(thread, None) for thread in threads]
    if options.flip:
        truth.append(start_flipping())
    if options.churn:
        threading.Thread(name="churn", target=churn, daemon=True).start()

    def tell():
        target.tell(options.truth, threads=[
            {"ident": thread.ident, "names": names or [thread.name]} for thread, names in truth])

    def rename(*_):
        for number, thread in enumerate(threads):
            thread.name = "%s, now %d" % (thread.name[:40], number)
        tell()

    signal.signal(signal.SIGUSR1, rename)
    tell()
    while True:
        time.sleep(1000)


if __name__ == "__main__":
    main()
