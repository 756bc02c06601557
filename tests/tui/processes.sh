#!/bin/sh
# Several processes on the real screen: the list to choose from, one table of them, and one by itself.
. "${srcdir:-.}/tests/tui/lib.sh"

find_python
unique=${work##*.}
start_target "$python" workers --workers 3
worker=$(pgrep -P "$pid" | head -n 1)

# selected PID - its row has the mark of the selected one.
selected() {
    look | grep -q "^▶.* $1 "
}

echo "without a process, those that there are are listed"
open_shell 110 24
remember_terminal
enter "$tachyon; echo sta\"tus\" \$?"
see 'Python process'
see 'Enter Open'

echo "its help is read, also on small screens"
for size in '60 12' '80 24'; do
    # shellcheck disable=SC2086  # two words
    resize $size
    see 'h Help'
    keys h
    see 'open the marked processes together'
    see 'PgUp PgDn Scroll'
    keys PageDown PageDown PageDown PageDown
    see 'it may not be read'
    see_no 'What is opened'
    keys Home
    see 'What is opened'
    keys Escape
    see 'Enter Open'
done
resize 110 24
keys F1
see 'What is opened'
keys q
see 'Enter Open'

echo "the filter leaves those of this test"
keys / "$unique"
see "Filter: $unique"
keys Enter
see "filter $unique"
see "$worker"
[ "$(look | grep -c "workers.py")" -eq 5 ] || fail "not four processes, and the detail of one"

echo "two are marked, and opened together"
keys g Space
see '1 marked'
keys Space
see '2 marked'
keys Enter
see '2 processes'
see '● LIVE'
see 'workers.py'

echo "Esc goes back to the list, where the marks still are"
keys Escape
see '2 marked'
keys Escape
see_no 'marked'

echo "a process is opened with its descendants by a key"
keys / "$unique" Enter
see "filter $unique"
keys g
until_so selected "$pid" || {
    keys S S S # by its id, the parent comes first; no column between comes and goes
    see '▲PID'
    keys g
    until_so selected "$pid" || fail "the parent is not the first"
}
keys Enter
see "$pid"
see '● LIVE'
keys f
see 'descend from it are looked at too'
see '4 processes'

echo "the view of processes has all of them, and one is shown by itself"
keys Tab
see 'Tab Processes'
keys Tab
see 'OUTLIER'
see "$worker"
see '4 rows'
keys / master Enter
see 'no processes match'
keys c
see '4 rows'
keys G Enter
see '(1 of 4)'
see_no '4 rows'
keys P
see '4 processes'

echo "workers that come are seen, and those that go"
keys BTab
see 'OUTLIER'
kill -USR1 "$pid"
see '5 processes'
kill -KILL "$worker"
see '(1 gone)'
see 'ended'

echo "without descendants the others are let go"
keys f
see '1 process ('

echo "it fits the smallest screen"
resize 60 12
see 'PID'
keys Tab
see '● LIVE'
resize 200 60
see 'Subprocesses'
keys q
see 'status 0'
see_terminal_restored

echo "what is written says which processes it is of"
enter "$tachyon --name $unique --subprocesses; echo sta\"tus\" \$?"
see 'start_worker'
keys BTab
see 'OUTLIER'
keys w
see 'Save as:'
keys C-u "$work/view.csv" Enter
see 'Saved'
keys q
see 'status 0'
grep -q '^# view: processes' "$work/view.csv" || fail "$(cat "$work/view.csv")"

echo "without a terminal, nothing is to be chosen from"
status=0
"$tachyon" >"$work/no-terminal" 2>&1 </dev/null || status=$?
[ "$status" -eq 2 ] || fail "status $status"
grep -q 'the id of a Python process is missing' "$work/no-terminal" || fail "$(cat "$work/no-terminal")"
