"""churn - chains of calls in which each function is only ever called by its predecessor.

chain_a_1 calls chain_a_2 and so on, so that a stack that skips a level or mixes two chains never
existed (check_chains.py looks for these). The chains differ in how a call is made:

    a   plain calls
    b   plain calls, with larger frames
    c   calls through C: map() runs a loop of the interpreter for each level
    g   generators: chain_g_2 and so on are driven by `yield from`
    w   coroutines: chain_w_2 and so on are awaited, and suspend at their end
    h   generators, and
    v   coroutines that are called with keywords: by other code of the interpreter
    e   the last level raises, the first handles it: all unwind at once
    m   each call is of a function just made, of a code object that is dropped after it
    n   the same, so that the memory of one's is used again for the other's
    d   plain calls, --depth deep, and
    p   the same, which take turns with them in the same memory
    r   plain calls of one function, --depth deep, which calls itself on another line at each level

Each level spins --spin times before its call and after it: 0 gives a call every 50 ns or so.
With --trace or --profile a trace or profile function in Python is called for each event of them.
With --padding the chains begin above frames with many locals, so many words that the end of a chunk
of the data stack (3.11 on) is where one of their frames is; every PAD_S it is elsewhere.
"""

import marshal
import os
import sys
import threading
import time
import types

import target

loads = marshal.loads
FunctionType = types.FunctionType
monotonic = time.monotonic

LENGTH = 6
LINES = 12     # of each function, blank ones included: level n begins at line (n - 1) * LINES + 1
CALL_LINE = 4  # which of them has the call

CALLS = {"a": "{next}(spin)", "b": "{next}(spin)", "c": "list(map({next}, (spin,)))",
         "g": "yield from {next}(spin)", "w": "await {next}(spin)", "e": "{next}(spin)",
         "h": "yield from {next}(spin=spin)", "v": "await {next}(spin=spin)",
         "m": "FunctionType(loads(codes[{next!r}]), functions)(spin)",
         "n": "FunctionType(loads(codes[{next!r}]), functions)(spin)", "d": "{next}(spin)",
         "p": "{next}(spin)"}
FIRST_CALLS = {"g": "list({next}(spin))", "w": "list({next}(spin).__await__())",
               "h": "list({next}(spin=spin))", "v": "list({next}(spin=spin).__await__())"}
LAST_CALLS = {"g": "yield", "w": "yield", "h": "yield", "v": "yield", "e": "raise Unwind"}

TEMPLATE = """\
{kind} {name}(spin{extra}):
    for _ in range(spin):
        pass
    {call}
    for _ in range(spin):
        pass
"""

# The first level of chain e, with its call on the line that all have it on.
HANDLER = """\
def chain_e_1(spin):
    for _ in range(spin): pass
    try:
        chain_e_2(spin)
    except Unwind:
        pass
"""

# Chain r is one function, which finds the line of its level by halving.
RECURSION = """\
def chain_r(spin, level=1):
    for _ in range(spin):
        pass
    if level == {depth}:
        return
"""
RECURSION_LEVELS = 128


def branches(low, high, indent):
    """The lines on which the levels from low up to high, exclusive, call the next one."""
    if high - low == 1:
        return [indent + "return chain_r(spin, %d)" % high]  # to 3.9, a jump behind it would be on any line
    middle = (low + high) // 2
    return ([indent + "if level < %d:" % middle] + branches(low, middle, indent + " ") +
            [indent + "else:"] + branches(middle, high, indent + " "))


RECURSION_BRANCHES = branches(1, RECURSION_LEVELS + 1, "    ")
RECURSION_CALLS = {number: int(line.split()[-1][:-1]) - 1 for number, line in enumerate(
    RECURSION_BRANCHES, RECURSION.count("\n") + 1) if "chain_r" in line}  # the level by the line

# A frame of padding calls the next one, or the chains.
PAD = """\
def pad_{level}(pads, firsts, spin, until):
    {locals}0
    if len(pads) > {level}:
        pads[{level}](pads, firsts, spin, until)
        return
    while monotonic() < until:
        for first in firsts:
            first(spin)
"""
PAD_CALLS = {4: "pad", 8: "chain"}  # what it calls on its line
PAD_S = 0.2
PAD_LOCALS = 180  # of each frame but the last: ten or eleven of them fill a chunk of 16 KiB
# How deep it is, and the locals of the last frame: so little is left of the first chunk, or of the next
# one, that its end is at some level of a chain.
PADDINGS = {10: range(60, 165, 3), 19: range(135, 240, 3)}


class Unwind(Exception):
    pass


codes = {}      # of the functions that are made for each call
functions = {}  # the globals of all functions


def length_of(chain, depth):
    return depth if chain in "dpr" else LENGTH


def source(chain, depth):
    """The text of a chain's functions."""
    if chain == "r":
        return RECURSION.format(depth=depth) + "\n".join(RECURSION_BRANCHES) + "\n"
    length = length_of(chain, depth)
    text = ""
    for level in range(1, length + 1):
        following = "chain_%s_%d" % (chain, level + 1)
        call = CALLS[chain].format(next=following)
        if level == length:
            call = LAST_CALLS.get(chain, "pass")
        elif level == 1:
            call = FIRST_CALLS.get(chain, CALLS[chain]).format(next=following)
        function = TEMPLATE.format(
            name="chain_%s_%d" % (chain, level), call=call,
            kind="async def" if chain in "wv" and 1 < level < length else "def",
            extra=", v=0, w=0, x=0, y=0, z=0" if chain == "b" else "")
        if (chain, level) == ("e", 1):
            function = HANDLER
        text += function + "\n" * (LINES - function.count("\n"))
    return text


def make(chain, depth):
    """Makes a chain's functions, and gives the first."""
    exec(compile(source(chain, depth), __file__, "exec"), functions)
    if chain == "r":
        return functions["chain_r"]
    if chain in "wv":
        last = "chain_%s_%d" % (chain, length_of(chain, depth))
        functions[last] = types.coroutine(functions[last])
    if chain in "mn":
        for level in range(2, LENGTH + 1):
            name = "chain_%s_%d" % (chain, level)
            codes[name] = marshal.dumps(functions.pop(name).__code__)
    return functions["chain_%s_1" % chain]


def pad(level, count):
    """A function of padding with so many locals."""
    text = PAD.format(level=level, locals="".join("v%d = " % index for index in range(count)))
    exec(compile(text, __file__, "exec"), functions)
    return functions["pad_%d" % level]


def make_paddings():
    """Makes the functions that pad, and gives lists of them: each is one padding, root first."""
    pads = [pad(level, PAD_LOCALS) for level in range(1, max(PADDINGS))]
    return [pads[:level - 1] + [pad(level, count)] for counts in zip(*PADDINGS.values())
            for level, count in zip(PADDINGS, counts)]


def churn(firsts, spin, paddings):
    while not paddings:
        for first in firsts:
            first(spin)
    turn = os.getpid()  # another one in each run
    while True:
        turn += 37  # so that a few turns are spread over all of them
        pads = paddings[turn % len(paddings)]
        pads[0](pads, firsts, spin, monotonic() + PAD_S)


def trace_1(frame, event, argument):
    trace_2(frame)
    return trace_1


def trace_2(frame):
    pass


def profile_1(frame, event, argument):
    profile_2(frame)


def profile_2(frame):
    global profiled
    profiled = frame  # which outlives its call


WATCH_CALL_LINE = 2  # of trace_1 and profile_1


def main():
    arguments = target.parser(__doc__, can_hold=False)
    arguments.add_argument("--chains", default="abcg")
    arguments.add_argument("--depth", type=int, default=100)
    arguments.add_argument("--spin", type=int, default=0)
    arguments.add_argument("--threads", type=int, default=1)
    arguments.add_argument("--trace", action="store_true", help="set a trace function")
    arguments.add_argument("--profile", action="store_true", help="set a profile function")
    arguments.add_argument("--padding", action="store_true", help="begin at the end of a chunk")
    options = target.start(arguments)
    if "r" in options.chains and options.depth > RECURSION_LEVELS:
        arguments.error("chain r is %d deep at most" % RECURSION_LEVELS)
    sys.setrecursionlimit(max(1000, 2 * options.depth))
    functions.update(globals())
    firsts = [make(chain, options.depth) for chain in options.chains]

    paddings = make_paddings() if options.padding else []

    if options.trace:
        threading.settrace(trace_1)
        sys.settrace(trace_1)
    if options.profile:
        threading.setprofile(profile_1)
        sys.setprofile(profile_1)
    for _ in range(options.threads - 1):
        threading.Thread(target=churn, args=(firsts, options.spin, paddings), daemon=True).start()
    target.tell(options.truth, chains={
        chain: length_of(chain, options.depth) for chain in options.chains})
    churn(firsts, options.spin, paddings)


if __name__ == "__main__":
    main()
