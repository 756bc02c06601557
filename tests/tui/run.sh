#!/bin/sh
# A program in the live view: what it writes is kept apart from the screen, it ends and quits as told, and nothing of
# it is lost.
. "${srcdir:-.}/tests/tui/lib.sh"

find_python
cp "$top/tests/live/targets/job.py" "$work"
told=$work/told
job="$work/job.py"

# run_program WORD... - opens it in the live view of a new terminal.
run_program() {
    open_shell 100 24
    rm -f "$told"
    enter "$tachyon run --live --python $python $*; echo sta\"tus\" [\$?]"
}

# ended STATUS - one that may end before it can be looked at.
ended() {
    shows "ended with status $1" || shows 'ended before it could be looked at'
}

fact() {
    sed -n "s/.*\"$1\": \\(\\[[^]]*\\]\\|\"[^\"]*\"\\|[0-9]*\\).*/\\1/p" "$told"
}

echo "what it writes is in a view of its own, and printed in the end"
run_program "$job" --tell "$told" --write 40 --spin 0.5 --status 5
see_row 4 'SELF%'
see ' spin '
see 'ended with status 5'
hides 'of them' || fail "its output is in the table"
[ "$(fact terminals)" = '[false, true, true]' ] || fail "its standard files: $(fact terminals)"
keys Tab
see 'TID'
keys Tab
see 'line 39 of them red'
see_row 23 '  at home'
see 'progress 100 %'
hides 'progress 1 %' || fail "what was written over is seen"
see_row 1 "$(fact pid) .*ENDED"
keys Up Up
see_row 21 '▶ line 39'
keys Home
see_row 5 '▶ line 0 of them red'
keys Escape
see_row 23 '  at home'
keys w
see 'Save as: '
keys C-u
keys -l "$work/saved.txt"
keys Enter
see 'Saved 42 rows'
[ "$(sed -n '40p;42p' "$work/saved.txt")" = "line 39 of them red
at home" ] || fail "saved: $(cat "$work/saved.txt")"
keys q
see 'status [5]'
shows 'line 39 of them red' || fail "its output is lost"
see_terminal_restored_modes() {
    until_so modes_are_normal || fail "the terminal's modes are $(terminal_modes)"
}
see_terminal_restored_modes

echo "a program that floods does not hold up the keys"
run_program "$job" --write 300000 --wait
see_row 4 'SELF%'
keys Tab Tab
see_row 4 'OUTPUT'
keys Tab
see 'SELF%'
keys Tab Tab
see 'line 299999 of them red'
keys q
see 'End it and quit?'
keys n
see_no 'End it and quit?'
keys q
see 'End it and quit?'
keys y
see 'status [3]'
shows 'line 299999 of them red' || fail "its output is lost"
see_terminal_restored_modes

echo "what descends from it is in the same table, and is left running"
run_program --subprocesses "$job" --wait --leave --child --tell "$told" --wait
see '2 processes'
until_so test -e "$told" || fail "the child does not begin"
child=$(fact pid)
targets="$targets $child"
keys BTab BTab
see 'OUTLIER'
see "$child"
kill -TERM "$(pgrep -P "$(program_pid)")"
see 'ended with status 3'
see '● LIVE'
keys q
see 'status [3]'
! is_over "$child" || fail "what it left running ended"
kill "$child"
see_terminal_restored_modes

echo "its input is a file, or empty"
echo 'from a file' >"$work/in"
run_program --stdin "$work/in" "$job" --echo --wait
keys Tab Tab
see 'from a file'
see 'to standard error'
keys q y
see 'status [3]'
run_program "$job" --echo --wait
keys Tab Tab
see 'to standard error'

echo "signals, Ctrl-C, and Ctrl-Z"
kill -TERM "$(program_pid)"
see 'status [3]'
see_terminal_restored_modes
run_program "$job" --wait
see '● LIVE'
keys C-c
see 'End it and quit?'
keys n
see_no 'End it and quit?'
keys C-c
see 'End it and quit?'
keys C-c
see 'status [3]'
see_terminal_restored_modes
run_program "$job" --tell "$told" --wait
see '● LIVE'
until_so test -e "$told" || fail "it does not begin"
stands() {
    grep -q '^State:.T' "/proc/$(fact pid)/status"
}
goes() {
    ! stands
}
keys C-z
see 'ready>'
until_so stands || fail "the program does not stop with us"
enter fg
see '● LIVE'
until_so goes || fail "the program does not go on with us"
keys q y
see 'SIGTERM' # the shell told the status when it stopped
see_terminal_restored_modes

echo "killed by a signal; one that does not end"
run_program "$job" --spin 0.3 --kill SIGKILL
see 'was killed by SIGKILL'
keys q
see 'status [137]'
cat >"$work/stays.py" <<'END'
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("it stays", flush=True)
while True:
    time.sleep(0.1)
END
run_program "$work/stays.py"
keys Tab Tab
see 'it stays'
keys q y
see 'asked to end'
keys q
see 'Kill it?'
keys y
see 'status [137]'
see_terminal_restored_modes
run_program "$work/stays.py"
keys Tab Tab
see 'it stays'
tachyon_pid=$(program_pid)
stays=$(pgrep -P "$tachyon_pid" -f stays.py) || fail "it does not run"
kill -TERM "$tachyon_pid"
see "waiting for the end of the program (process $stays), which was asked to end"
kill -KILL "$stays"
see 'status [137]'
see_terminal_restored_modes

echo "one that takes its time to end is not killed by a hangup, or by who presses Ctrl-C in a row"
cat >"$work/finishes.py" <<'END'
import signal, sys, time
def end(*_):
    print("it ends", flush=True)
    while True:
        try:
            open(sys.argv[2]).close()
            break
        except OSError:
            time.sleep(0.02)
    open(sys.argv[1], "w").close()
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("it works", flush=True)
while True:
    time.sleep(0.1)
END
finishes() {
    rm -f "$work/finished" "$work/go"
    run_program "$work/finishes.py" "$work/finished" "$work/go"
    keys Tab Tab
    see 'it works'
}
finishes
keys q y
see 'it ends'
kill -HUP "$(program_pid)"
see 'waiting for the end of the program'
touch "$work/go"
see 'status [0]'
[ -e "$work/finished" ] || fail "a hangup killed it"
finishes
keys C-c C-c C-c C-c C-c C-c
see 'Kill it?'
touch "$work/go"
see 'status [0]'
[ -e "$work/finished" ] || fail "Ctrl-C killed it"

echo "what it left running writes without end"
cat >"$work/floods.py" <<'END'
import subprocess, sys
with open(sys.argv[1], "w") as left:
    left.write(str(subprocess.Popen(["yes"]).pid))
sys.exit(3)
END
run_program "$work/floods.py" "$work/left"
until_so ended 3 || fail "its end is not told"
hides 'ended with status 3' || keys q
see 'status [3]'
kill "$(cat "$work/left")" 2>/dev/null || true # the end of its terminal has ended it, most often

echo "what cannot be"
run_program "$work/none.py"
until_so ended 2 || fail "its end is not told"
hides 'ended with status 2' || keys q
see 'status [2]'
shows "can't open file" || fail "what Python said is lost"
see_terminal_restored_modes
exit 0
