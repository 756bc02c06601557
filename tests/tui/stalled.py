#!/usr/bin/env python3
"""stalled.py - whether a second signal ends a program that waits for its terminal to take what it writes.

Usage: stalled.py PROGRAM [ARGUMENT...]. Runs it on a large terminal that nobody reads, as that of an ssh whose network
is gone. The first SIGTERM can do nothing; the second one has to end it, and to put the terminal's settings back.
"""
import fcntl
import os
import select
import signal
import struct
import sys
import termios
import time

DEADLINE_S = 20
ROWS, COLUMNS = 400, 400


def wait_for(what, condition):
    end = time.monotonic() + DEADLINE_S
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"not so before the deadline: {what}")
        time.sleep(0.02)


def start(command, slave):
    pid = os.fork()
    if pid == 0:
        os.setsid()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        for fd in range(3):
            os.dup2(slave, fd)
        os.environ["TERM"] = "xterm-256color"
        os.execvp(command[0], command)
    return pid


def takes_nothing(slave):
    return not select.select([], [slave], [], 0)[1]


def is_delivered(pid, number):
    with open(f"/proc/{pid}/status") as status:
        pending = [int(line.split()[1], 16) for line in status if line.startswith(("SigPnd:", "ShdPnd:"))]
    return not any(mask >> (number - 1) & 1 for mask in pending)


def main():
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    before = termios.tcgetattr(slave)
    pid = start(sys.argv[1:], slave)
    ended = []

    def is_over():
        ended[:] = os.waitpid(pid, os.WNOHANG)
        return ended[0] == pid

    def is_full():
        os.write(master, b"\f")  # draws all of it again
        return takes_nothing(slave)

    wait_for("it takes the terminal", lambda: termios.tcgetattr(slave) != before)
    wait_for("the terminal is full", is_full)
    termios.tcflow(slave, termios.TCOOFF)  # and stays so
    os.kill(pid, signal.SIGTERM)
    wait_for("the first signal arrives", lambda: is_delivered(pid, signal.SIGTERM))
    if is_over():
        sys.exit(f"the first signal ended it: {ended[1]}")
    os.kill(pid, signal.SIGTERM)
    wait_for("the second signal ends it", is_over)
    if not os.WIFSIGNALED(ended[1]) or os.WTERMSIG(ended[1]) != signal.SIGTERM:
        sys.exit(f"it ended otherwise: {ended[1]}")
    if termios.tcgetattr(slave) != before:
        sys.exit("the terminal's settings are not put back")


main()
