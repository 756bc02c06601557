"""requests - a thread for each request, as some servers have it.

    --ms MS         each spins in answer() for so long, and the next begins when it ended

A line is added to the truth every second: the seconds so far, all told and in answer().
"""

import json
import threading
import time

import target

clock = time.perf_counter
spent = 0.0


def answer(until):
    while clock() < until:
        pass


def request(seconds):
    global spent
    start = clock()
    answer(start + seconds)
    spent += clock() - start


def main():
    arguments = target.parser(__doc__, can_hold=False)
    arguments.add_argument("--ms", type=float, default=2)
    options = target.start(arguments)
    seconds = options.ms / 1000

    target.tell(options.truth)
    with open(options.truth, "a", buffering=1) as truth:
        began = clock()
        next_line = began + 1
        while True:
            thread = threading.Thread(target=request, args=(seconds,))
            thread.start()
            thread.join()
            now = clock()
            if now > next_line:
                next_line += 1
                truth.write(json.dumps({"elapsed": now - began, "seconds": {"answer": spent}}) + "\n")


if __name__ == "__main__":
    main()
