"""churn - chains of calls in which each function is only ever called by its predecessor.

chain_a_1 calls chain_a_2 and so on, so that a stack that skips a level or mixes two chains never
existed (check_chains.py looks for these). The chains differ in how a call is made:

    a   plain calls
    b   plain calls, with larger frames
    c   calls through C: map() runs a loop of the interpreter for each level
    g   generators: chain_g_2 and so on are driven by `yield from`
    d   plain calls, --depth deep

Each level spins --spin times before its call and after it: 0 gives a call every 50 ns or so.
"""

import sys
import threading

import target

LENGTH = 6
LINES = 12     # of each function, blank ones included: level n begins at line (n - 1) * LINES + 1
CALL_LINE = 4  # which of them has the call

CALLS = {"a": "{next}(spin)", "b": "{next}(spin)", "c": "list(map({next}, (spin,)))",
         "g": "yield from {next}(spin)", "d": "{next}(spin)"}

TEMPLATE = """\
def {name}(spin{extra}):
    for _ in range(spin):
        pass
    {call}
    for _ in range(spin):
        pass
"""


def length_of(chain, depth):
    return depth if chain == "d" else LENGTH


def source(chain, depth):
    """The text of a chain's functions."""
    length = length_of(chain, depth)
    text = ""
    for level in range(1, length + 1):
        following = "chain_%s_%d" % (chain, level + 1)
        call = CALLS[chain].format(next=following)
        if level == length:
            call = "yield" if chain == "g" else "pass"
        elif chain == "g" and level == 1:
            call = "list(%s(spin))" % following
        extra = ", v=0, w=0, x=0, y=0, z=0" if chain == "b" else ""
        function = TEMPLATE.format(name="chain_%s_%d" % (chain, level), call=call, extra=extra)
        text += function + "\n" * (LINES - function.count("\n"))
    return text


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
    names = {}
    for chain in options.chains:
        exec(compile(source(chain, options.depth), __file__, "exec"), names)
    firsts = [names["chain_%s_1" % chain] for chain in options.chains]

    for _ in range(options.threads - 1):
        threading.Thread(target=churn, args=(firsts, options.spin), daemon=True).start()
    target.tell(options.truth, chains={
        chain: length_of(chain, options.depth) for chain in options.chains})
    churn(firsts, options.spin)


if __name__ == "__main__":
    main()
