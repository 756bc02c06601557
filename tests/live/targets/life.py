"""life - plays what can happen to a target, in a PID namespace of its own, where ids can be chosen.

    life.py PROGRAM FOLDER PYTHON...    (as the init of that namespace)

A process that computes in first() is attached to by PROGRAM, which is then stopped; that process ends and another
one, which computes in second(), gets its id. PROGRAM goes on: what it writes is in FOLDER.
"""

import os
import signal
import subprocess
import sys
import time

program, folder = sys.argv[1:3]
python = sys.argv[3:]
SOURCE = """
import time
def %s():
    while True:
        time.perf_counter()
%s()
"""


def computing(name):
    return subprocess.Popen(python + ["-c", SOURCE % (name, name)])


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


def main():
    target = computing("first")
    profiler = subprocess.Popen([program, "attach", "--collapsed", "-o", folder + "/reused", str(target.pid)],
                                stderr=open(folder + "/reused.notes", "w"))
    wait_until(samples, profiler.pid)
    profiler.send_signal(signal.SIGSTOP)
    wait_until(is_stopped, profiler.pid)
    target.kill()
    target.wait()
    with open("/proc/sys/kernel/ns_last_pid", "w") as last:
        last.write(str(target.pid - 1))
    other = computing("second")
    if other.pid != target.pid:
        sys.exit("the id %d was not given again, but %d" % (target.pid, other.pid))
    time.sleep(0.2)  # it shall be a Python by then; if it is not, less is tested
    profiler.send_signal(signal.SIGCONT)
    try:
        status = profiler.wait(20)
    except subprocess.TimeoutExpired:
        status = None
        profiler.kill()
    other.kill()
    sys.exit(status if status is not None else "it takes the other process for its target")


main()
