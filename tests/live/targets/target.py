"""target - what the targets of the live tests share: arguments, the truth they tell, their end.

A target writes what is true of it to the file given as its first argument, as a line of JSON that
has its "pid" and "python" besides its own facts. The file appears whole, by a rename, when the
target is ready: a test waits for it. No target outlives ten minutes, or what --life says.
"""

import argparse
import json
import os
import signal
import sys
import threading
import time

LIFE_S = 600

_arrived = []
_never = threading.Lock()
_never.acquire()


def parser(description, can_hold=True):
    """An argument parser with the arguments that the targets have."""
    result = argparse.ArgumentParser(description=description)
    result.add_argument("truth", help="the file to tell the truth in")
    if can_hold:
        result.add_argument("--hold", action="store_true",
                            help="stand still at the leaf; the truth tells each thread's stack")
    result.add_argument("--traceable", action="store_true",
                        help="let any process of the user read this one, in spite of Yama")
    result.add_argument("--claim", type=lambda text: int(text, 16), metavar="HEX",
                        help="pretend to be this version (PY_VERSION_HEX), to who looks from outside")
    result.add_argument("--life", type=int, default=LIFE_S, help="end after so many seconds")
    return result


def start(arguments):
    """The arguments, parsed. From here on the target's life is bounded."""
    options = arguments.parse_args()
    signal.alarm(options.life)
    if options.traceable:
        be_traceable()
    if options.claim:
        claim(options.claim)
    return options


def be_traceable():
    """prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY), for where kernel.yama.ptrace_scope is 1."""
    import ctypes
    ctypes.CDLL(None).prctl(0x59616d61, ctypes.c_ulong(-1), 0, 0, 0)


def claim(version):
    """Overwrites the version in front of the debug offsets (3.13 on)."""
    import ctypes
    head = (ctypes.c_uint64 * 2).in_dll(ctypes.pythonapi, "_PyRuntime")
    assert head[1] == sys.hexversion, "no debug offsets"
    head[1] = version


def tell(path, **truth):
    """Writes the truth; the file appears whole."""
    truth = dict(pid=os.getpid(), python=sys.version.split()[0], **truth)
    with open(path + ".new", "w") as file:
        file.write(json.dumps(truth) + "\n")
    os.rename(path + ".new", path)


def wait_for_file(path):
    """Waits until it is there, and removes it."""
    while not os.path.exists(path):
        time.sleep(0.001)
    os.remove(path)


def stack(frame):
    """The stack of a frame, root first."""
    frames = []
    while frame is not None:
        code = frame.f_code
        frames.append({"file": code.co_filename, "function": code.co_name,
                       "qualname": getattr(code, "co_qualname", code.co_name),
                       "line": frame.f_lineno})
        frame = frame.f_back
    return frames[::-1]


def hold():
    """Stands still for good."""
    _arrived.append(threading.get_ident())
    _never.acquire()


def tell_when_held(path, threads=1, **truth):
    """Tells the stacks of `threads` threads once they all stand in hold(), from a thread that then
    ends: afterwards nothing in the process moves."""
    def witness():
        held = hold.__code__.co_firstlineno + 3
        while True:
            frames = {ident: sys._current_frames().get(ident) for ident in list(_arrived)}
            if len(frames) == threads and all(
                    frame is not None and frame.f_code is hold.__code__ and frame.f_lineno == held
                    for frame in frames.values()):
                break
            time.sleep(0.001)
        known = {thread.ident: thread for thread in threading.enumerate()}
        tell(path, threads=[
            {"name": known[ident].name, "ident": ident, "tid": known[ident].native_id,
             "frames": stack(frame)} for ident, frame in frames.items()], **truth)
    threading.Thread(target=witness, name="witness", daemon=True).start()
