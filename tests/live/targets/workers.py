"""workers - a parent that keeps some workers, as servers do that fork before they serve.

    --workers N     how many
    --busy-ms B     each worker computes so long, in work(),
    --every-ms E    once in so many milliseconds, and sleeps otherwise, in rest()
    --turnover S    a worker ends after so many seconds, and another takes its place; 0: they stay
    --stuck         the last worker only sleeps, in stuck()
    --spin          the last worker never sleeps
    --shell         one more child is a Python that a shell started, and that the shell waits for

On SIGUSR1 it starts one worker more. Workers end when their parent does.
"""

import os
import signal
import subprocess
import sys
import time

import target

more = 0


def work(seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        sum(range(200))


def rest(seconds):
    time.sleep(seconds)


def stuck(seconds):
    time.sleep(seconds)


def serve(options, parent, is_last, life_s):
    end = time.monotonic() + life_s
    while os.getppid() == parent and (life_s == 0 or time.monotonic() < end):
        if is_last and options.stuck:
            stuck(0.05)
            continue
        work(options.busy_ms / 1000)
        if not (is_last and options.spin):
            rest((options.every_ms - options.busy_ms) / 1000)


def start_worker(options, is_last, number):
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.alarm(options.life)
        # Not all at once.
        serve(options, parent, is_last, options.turnover and options.turnover * (1 + number % 4 / 4))
        os._exit(0)
    return pid


def below_a_shell():
    parent = os.getppid()
    while os.getppid() == parent:
        rest(0.05)


def ask_for_more(*_):
    global more
    more += 1


def main():
    global more
    arguments = target.parser(__doc__, can_hold=False)
    arguments.add_argument("--workers", type=int, default=4)
    arguments.add_argument("--busy-ms", type=float, default=2)
    arguments.add_argument("--every-ms", type=float, default=20)
    arguments.add_argument("--turnover", type=float, default=0)
    arguments.add_argument("--stuck", action="store_true")
    arguments.add_argument("--spin", action="store_true")
    arguments.add_argument("--shell", action="store_true")
    arguments.add_argument("--below", action="store_true", help="be what the shell starts")
    options = target.start(arguments)
    if options.below:
        below_a_shell()
        return
    signal.signal(signal.SIGUSR1, ask_for_more)
    started = options.workers
    workers = {start_worker(options, number == options.workers - 1, number)
               for number in range(options.workers)}
    if options.shell:
        subprocess.Popen(["sh", "-c", '"$@"; exit', "sh", sys.executable, *sys.argv, "--below"])
    target.tell(options.truth, workers=sorted(workers))
    while True:
        while more > 0:
            workers.add(start_worker(options, False, started))
            started, more = started + 1, more - 1
        for pid in list(workers):
            if os.waitpid(pid, os.WNOHANG)[0]:
                workers.remove(pid)
                workers.add(start_worker(options, False, started))
                started += 1
        rest(0.02)


if __name__ == "__main__":
    main()
