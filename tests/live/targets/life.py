"""life - plays what can happen to a target, in a PID namespace of its own, where ids can be chosen.

    life.py attached|chosen PROGRAM FOLDER PYTHON...    (as the init of that namespace)

A process that computes in first() is attached to by PROGRAM, or shown in its list, and PROGRAM is then stopped; that
process ends and another one, which computes in second(), gets its id. PROGRAM goes on: what it writes is in FOLDER. From
the list it is told to open the process that it has shown.
"""

import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import time

way, program, folder = sys.argv[1:4]
python = sys.argv[4:]
SOURCE = """
import time
def %s():
    print("computing", flush=True)
    while True:
        time.perf_counter()
%s()
"""


def computing(name):
    """Gives the process when it does: before that it is busy with importing what site asks for."""
    process = subprocess.Popen(python + ["-c", SOURCE % (name, name)], stdout=subprocess.PIPE)
    if process.stdout.readline() != b"computing\n":
        sys.exit("%s does not compute" % name)
    return process


def wait_until(true, *arguments):
    until = time.monotonic() + 20
    while not true(*arguments):
        if time.monotonic() > until:
            sys.exit("%s%s does not come true" % (true.__name__, arguments))
        time.sleep(0.01)


def samples(pid):
    for task in os.listdir("/proc/%d/task" % pid):
        with open("/proc/%d/task/%s/comm" % (pid, task)) as name:
            if name.read() == "sampler\n":
                with open("/proc/%d/task/%s/schedstat" % (pid, task)) as stat:
                    return int(stat.read().split()[0]) > 20e6
    return False


def is_stopped(pid):
    with open("/proc/%d/stat" % pid) as stat:
        return stat.read().rpartition(")")[2].split()[0] == "T"


def give_id_to_another(target):
    target.kill()
    target.wait()
    with open("/proc/sys/kernel/ns_last_pid", "w") as last:
        last.write(str(target.pid - 1))
    other = computing("second")
    if other.pid != target.pid:
        sys.exit("the id %d was not given again, but %d" % (target.pid, other.pid))
    return other


def attached(target):
    profiler = subprocess.Popen([program, "attach", "--collapsed", "-o", folder + "/reused", str(target.pid)],
                                stderr=open(folder + "/reused.notes", "w"))
    wait_until(samples, profiler.pid)
    profiler.send_signal(signal.SIGSTOP)
    wait_until(is_stopped, profiler.pid)
    other = give_id_to_another(target)
    profiler.send_signal(signal.SIGCONT)
    try:
        status = profiler.wait(20)
    except subprocess.TimeoutExpired:
        status = None
        profiler.kill()
    other.kill()
    sys.exit(status if status is not None else "it takes the other process for its target")


class Screen:
    """What is written to a terminal, as it comes."""

    def __init__(self):
        self.ours, self.theirs = pty.openpty()
        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 120, 0, 0))
        os.set_blocking(self.ours, False)
        self.text = b""

    def shows(self, *texts):
        try:
            self.text += os.read(self.ours, 65536)
        except BlockingIOError:
            pass
        return any(text in self.text for text in texts)


def is_stopped_in_poll(pid):
    """Stops it; it is sent on its way where it was not waiting for a key: it could look at the list again first."""
    os.kill(pid, signal.SIGSTOP)
    wait_until(is_stopped, pid)
    with open("/proc/%d/syscall" % pid) as call:
        if call.read().split()[0] in ("7", "73"):  # poll on x86-64, ppoll on aarch64
            return True
    os.kill(pid, signal.SIGCONT)
    return False


def chosen(target):
    screen = Screen()
    profiler = subprocess.Popen([program], stdin=screen.theirs, stdout=screen.theirs,
                                stderr=open(folder + "/reused.notes", "w"),
                                env=dict(os.environ, TERM="xterm", LC_ALL="C.UTF-8"))
    wait_until(screen.shows, b"def first")
    os.write(screen.ours, b"/def first\n")
    wait_until(screen.shows, b"filter ")
    wait_until(is_stopped_in_poll, profiler.pid)
    other = give_id_to_another(target)
    os.write(screen.ours, b"\n")
    screen.text = b""
    profiler.send_signal(signal.SIGCONT)
    wait_until(screen.shows, b"another one has its id", b"LIVE")
    with open(folder + "/reused", "wb") as shown:
        shown.write(screen.text)
    profiler.terminate()
    profiler.wait()
    other.kill()


def main():
    target = computing("first")
    if way == "attached":
        attached(target)
    else:
        chosen(target)


main()
