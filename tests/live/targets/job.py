"""job - a program to be run: tells what it is given, and then does as it is asked.

    --tell FILE     writes its pid, parent, arguments, and whether its standard files are terminals, as JSON
    --echo          copies standard input to standard output, and a line to standard error
    --spin SECONDS  computes for so long
    --status N      ends with this exit status
    --kill NAME     kills itself with this signal
    --wait          waits for signals, and writes their names to standard output; SIGTERM ends it with 3
    --write N       writes N numbered lines, and control characters
    --leave         starts the child without waiting for it
    --child WORD... starts one more of these with the words that follow, and ends as that does
"""

import json
import os
import signal
import subprocess
import sys
import time

words = sys.argv[:sys.argv.index("--child")] if "--child" in sys.argv else sys.argv


def given(name):
    return words[words.index(name) + 1] if name in words else None


def on_signal(number, _frame):
    print(signal.Signals(number).name, flush=True)
    if number == signal.SIGTERM:
        sys.exit(3)


def waiting():
    while True:
        time.sleep(0.02)


def spin(seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


def tell(path):
    facts = {"pid": os.getpid(), "parent": os.getppid(), "group": os.getpgrp(), "arguments": sys.argv,
             "name": __name__, "path": sys.path[0], "terminals": [os.isatty(i) for i in range(3)]}
    with open(path + ".new", "w") as file:
        file.write(json.dumps(facts) + "\n")
    os.rename(path + ".new", path)


def main():
    if "--wait" in words:
        for name in "SIGHUP SIGUSR1 SIGUSR2 SIGTERM SIGINT".split():
            signal.signal(getattr(signal, name), on_signal)
    if given("--tell"):
        tell(given("--tell"))
    spin(float(given("--spin") or 0))
    if words is not sys.argv:
        child = subprocess.Popen([sys.executable, sys.argv[0], *sys.argv[len(words) + 1:]])
        if "--leave" not in words:
            sys.exit(child.wait())
    if "--echo" in words:
        sys.stdout.write(sys.stdin.read())
        sys.stdout.flush()
        sys.stderr.write("to standard error\n")
    if given("--write"):
        for i in range(int(given("--write"))):
            print("line %d of them \033[31mred\033[0m\a" % i)
        print("progress 1 %\rprogress 100 %\n\033[2J\033[H\033]0;title\aat home", flush=True)
    if "--wait" in words:
        waiting()
    if given("--kill"):
        os.kill(os.getpid(), getattr(signal, given("--kill")))
    sys.exit(int(given("--status") or 0))


if __name__ == "__main__":
    main()
