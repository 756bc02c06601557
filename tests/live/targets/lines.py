"""lines - a function that spends 70 % of its time on one line and 30 % on another.

Both lie within an expression of many lines. The work is sums in C of equal items, in that ratio,
so that the shares hold by construction. The truth tells the two lines.
"""

from itertools import repeat

import target

ITEMS = 10000


def combine(*values):
    return values


def spin():
    while True:
        combine(
            "a line that costs nothing",
            sum(repeat(1, 7 * ITEMS)),  # seventy
            {
                "thirty": sum(  # thirty
                    repeat(
                        1,
                        3 * ITEMS,
                    )
                ),
            },
        )


def stand():
    return combine(
        "a line before",
        {
            "held":
                target.hold(),
        },
        "a line after",
    )


def line_of(mark):
    """The line of this file that ends in the comment `mark`."""
    with open(__file__) as file:
        return next(number for number, line in enumerate(file, 1) if line.endswith("# %s\n" % mark))


def main():
    options = target.start(target.parser(__doc__))
    if options.hold:
        target.tell_when_held(options.truth)
        stand()
    target.tell(options.truth, function="spin",
                lines={line_of("seventy"): 0.7, line_of("thirty"): 0.3})
    spin()


if __name__ == "__main__":
    main()
