#!/bin/sh
# blocking - the header says that the target is stopped for each read, and Ctrl-Z leaves none of its threads so.
. "${srcdir:-.}/tests/tui/lib.sh"

find_python
start_target "$python" churn --spin 0

is_stopped() {
    grep -q '^State:.T' "/proc/$1/status"
}

runs() {
    ! is_stopped "$1"
}

# All of the target's threads are as they were, and nobody's.
is_let_go() {
    ! grep -h '^\(State\|TracerPid\):' /proc/"$pid"/task/*/status | grep -q 'State:.t\|TracerPid:.*[1-9]'
}

# ctrl_z_lets_go TEXT - several times, as it is held for some of the time only; TEXT is seen when it goes on.
ctrl_z_lets_go() {
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        program=$(program_pid)
        keys C-z
        see 'ready>'
        until_so is_stopped "$program" || fail "it does not stop"
        is_let_go || fail "it is held: $(grep -h '^TracerPid' /proc/"$pid"/task/*/status)"
        enter 'clear; fg'
        until_so runs "$program" || fail "it does not go on" # a Ctrl-Z before that is lost with SIGCONT
        see "$1"
    done
}

echo "the header"
open_program 140 24 --blocking
see_row 1 'Hz blocking *[0-9.]* %'
end_program q
open_program 140 24
hides 'blocking' || fail "told without being asked for"
end_program q

echo "Ctrl-Z in the live view"
open_program 140 24 --blocking -r 20khz
ctrl_z_lets_go '● LIVE'
keys q
until_so is_over "$program" || fail "it does not end"

echo "Ctrl-Z while attach samples"
open_shell 120 24
enter "$tachyon attach --blocking -r 20khz -l 1 $pid; echo sta\"tus\" \$?"
until_so program_pid >/dev/null || fail "it does not begin"
ctrl_z_lets_go 'attach --blocking'
keys C-c
see 'Stopped: the thread with the GIL'
until_so is_let_go || fail "it is held"
