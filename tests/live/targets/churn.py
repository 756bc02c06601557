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
    d   plain calls, --depth deep
    r   plain calls of one function, --depth deep, which calls itself from two lines by turns

Each level spins --spin times before its call and after it: 0 gives a call every 50 ns or so.
"""

import marshal
import sys
import threading
import types

import target

loads = marshal.loads
FunctionType = types.FunctionType

LENGTH = 6
LINES = 12     # of each function, blank ones included: level n begins at line (n - 1) * LINES + 1
CALL_LINE = 4  # which of them has the call

CALLS = {"a": "{next}(spin)", "b": "{next}(spin)", "c": "list(map({next}, (spin,)))",
         "g": "yield from {next}(spin)", "w": "await {next}(spin)", "e": "{next}(spin)",
         "h": "yield from {next}(spin=spin)", "v": "await {next}(spin=spin)",
         "m": "FunctionType(loads(codes[{next!r}]), functions)(spin)",
         "n": "FunctionType(loads(codes[{next!r}]), functions)(spin)", "d": "{next}(spin)"}
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

# Chain r is one function; which line a call is on tells whether the level is odd.
RECURSION = """\
def chain_r(spin, level={depth}):
    for _ in range(spin):
        pass
    if level == 1:
        return
    if level % 2:
        chain_r(spin, level - 1)
    else:
        chain_r(spin, level - 1)
"""
RECURSION_LINES = (7, 9)  # of the call, at odd and at even levels


class Unwind(Exception):
    pass


codes = {}      # of the functions that are made for each call
functions = {}  # the globals of all functions


def length_of(chain, depth):
    return depth if chain in "dr" else LENGTH


def source(chain, depth):
    """The text of a chain's functions."""
    if chain == "r":
        return RECURSION.format(depth=depth)
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


def churn(firsts, spin):
    while True:
        for first in firsts:
            first(spin)


def main():
    arguments = target.parser(__doc__, can_hold=False)
    arguments.add_argument("--chains", default="abcg")
    arguments.add_argument("--depth", type=int, default=100)
    arguments.add_argument("--spin", type=int, default=0)
    arguments.add_argument("--threads", type=int, default=1)
    options = target.start(arguments)
    sys.setrecursionlimit(max(1000, 2 * options.depth))
    functions.update(globals())
    firsts = [make(chain, options.depth) for chain in options.chains]

    for _ in range(options.threads - 1):
        threading.Thread(target=churn, args=(firsts, options.spin), daemon=True).start()
    target.tell(options.truth, chains={
        chain: length_of(chain, options.depth) for chain in options.chains})
    churn(firsts, options.spin)


if __name__ == "__main__":
    main()
