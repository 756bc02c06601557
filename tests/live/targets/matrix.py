"""matrix - stands still in one of the situations in which a stack is to be told right in every version.

    main             calls of the main thread
    threads          twenty threads, each at another depth
    generators       generators in a coroutine
    recursion        a thousand levels deep
    callbacks        through C: a sort's key, map() and others
    exception        while exceptions are handled, and one goes through a finally block
    subinterpreters  in another interpreter, on the stack of this one
    asyncio          a task among others
"""

import asyncio
import json
import os
import sys
import threading
import time

import callbacks
import deep
import generators
import target

RECURSION = 1000
THREADS = 20


def in_main(leaf):
    deep.descend(3, leaf)


def in_threads(leaf):
    for level in range(1, THREADS + 1):
        threading.Thread(target=deep.descend, args=(level, leaf), name="deep-%d" % level, daemon=True).start()
    deep.descend(THREADS + 1, leaf)


def in_generators(leaf):
    generators.run_coroutine(lambda: generators.run_generator(leaf))


def in_recursion(leaf):
    sys.setrecursionlimit(RECURSION + 200)
    deep.descend(RECURSION, leaf)


def in_callbacks(leaf):
    sorted([leaf], key=callbacks.by_key)


class Context:
    def __init__(self, leaf):
        self.leaf = leaf

    def __enter__(self):
        return self

    def __exit__(self, *raised):
        try:
            raise IndexError
        finally:
            self.leaf()


def in_exception(leaf):
    try:
        raise ValueError
    except ValueError:
        with Context(leaf):
            raise KeyError


async def wait(leaf):
    await asyncio.sleep(0)
    return [await generators.first(leaf)]


async def gather(leaf):
    await asyncio.gather(asyncio.sleep(1000), asyncio.sleep(1000), wait(leaf))


def in_asyncio(leaf):
    asyncio.run(gather(leaf))


CASES = {"main": in_main, "threads": in_threads, "generators": in_generators, "recursion": in_recursion,
         "callbacks": in_callbacks, "exception": in_exception, "asyncio": in_asyncio}


# --- in another interpreter, which shares no objects with this one ---------------------------------

def run_in_another(code):
    if sys.version_info >= (3, 14):
        from concurrent import interpreters
        interpreters.create().exec(code)
    elif sys.version_info >= (3, 13):
        import _interpreters
        _interpreters.run_string(_interpreters.create(), code)
    else:
        import _xxsubinterpreters
        _xxsubinterpreters.run_string(_xxsubinterpreters.create(), code)


def tell_another(path):
    """Tells the stack as it is once its caller, on the same line, calls read_for_good()."""
    leaf = read_for_good.__code__
    frames = target.stack(sys._getframe().f_back)
    frames.append({"file": leaf.co_filename, "function": leaf.co_name, "qualname": leaf.co_name,
                   "line": leaf.co_firstlineno + 1})
    with open(path + ".new", "w") as file:
        # That it is the first one made is told with the name.
        json.dump({"name": threading.current_thread().name + " (interp 1)", "frames": frames}, file)
    os.rename(path + ".new", path)


def read_for_good(fd):
    os.read(fd, 1)


def in_another(path, fd):
    return tell_another(path), read_for_good(fd)


def in_subinterpreter(truth):
    """The truth also has the descriptor that the main thread is to be waited for to read from."""
    fd, kept = os.pipe()
    path = "%s.%d" % (truth, os.getpid())
    main_thread = threading.current_thread()

    def witness():
        while not os.path.exists(path):
            time.sleep(0.001)
        with open(path) as file:
            another = json.load(file)
        frames = target.stack(sys._current_frames()[main_thread.ident])
        assert frames[0]["file"] == __file__, frames
        common = {"tid": main_thread.native_id, "ident": main_thread.ident}
        target.tell(truth, reads=fd, threads=[dict(common, name=main_thread.name, frames=frames),
                                            dict(common, **another)])

    threading.Thread(target=witness, daemon=True).start()
    run_in_another("import sys; sys.path[:0] = [%r]; import matrix; matrix.in_another(%r, %d)"
                   % (os.path.dirname(os.path.abspath(__file__)), path, fd))


def main():
    arguments = target.parser(__doc__)
    arguments.add_argument("case", choices=list(CASES) + ["subinterpreters"])
    options = target.start(arguments)
    if options.case == "subinterpreters":
        in_subinterpreter(options.truth)
    target.tell_when_held(options.truth, threads=THREADS + 1 if options.case == "threads" else 1)
    CASES[options.case](target.hold)


if __name__ == "__main__":
    main()
