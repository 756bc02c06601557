#!/bin/sh
# run - what starts a program itself: it is sampled from before its first line on, has what it would have without
# us, and its signals, stops and exit status pass through.
. "${srcdir:-.}/tests/live/lib.sh"
. "$top/tests/live/cpu.sh"

# The outcome goes to files, so that standard output and error are the program's own.
stacks=$work/stacks
stats=$work/stats
told=$work/told

# profile [OPTION...] -- WORD... - runs it with $python; $status is how it ended.
profile() {
    options=
    while [ "$1" != -- ]; do
        options="$options $1"
        shift
    done
    shift
    rm -f "$told"
    status=0
    # shellcheck disable=SC2086  # a list of words
    "$tachyon_top" run --python "$python" --force --collapsed -o "$stacks" --stats "$stats" $options -- "$@" \
        >"$work/out" 2>"$work/err" || status=$?
}

# is WHAT EXPECTED - compares; what came out otherwise is told.
is() {
    [ "$1" = "$2" ] || fail "'$1' is not '$2': $(tail -n 5 "$work/err")"
}

# fact KEY - of what the program told.
fact() {
    sed -n "s/.*\"$1\": \\(\\[[^]]*\\]\\|\"[^\"]*\"\\|[0-9]*\\).*/\\1/p" "$told"
}

# here VERSION COMMAND - readies an interpreter: $python runs it, also one of another root, where files of
# $work are the same under $root. There is no gate then, as what it opens is not what we see.
here() {
    case $2 in
    *sudo*) return 77 ;; # the program would be sudo
    esac
    root=$(root_of "$2")
    python=$work/python.$1
    printf '#!/bin/sh\nexec %s "$@"\n' "$2" >"$python"
    chmod 755 "$python"
    told=$root$work/told
    if [ -n "$root" ]; then
        echo "$root$work" >>"$copies"
        mkdir -p "$root$work"
        cp "$top"/tests/live/targets/*.py "$root$work"
    fi
    cp "$top"/tests/live/targets/*.py "$work"
}

job=$work/job.py
case $tachyon_top in ./*) tachyon_top=$PWD/${tachyon_top#./} ;; esac # it is run from another folder, too

# In another root a program does not wait at the gate, and may be over before it can be looked at.
ended_too_soon() {
    [ -n "$root" ] && grep -q '^The program ended before' "$work/err"
}

as_without_us() {
    here "$@"
    echo 'what it is given' >"$work/in"
    profile -- "$job" --tell "$work/told" --echo --live -d -- --status 7 <"$work/in"
    is "$status" 7
    is "$(cat "$work/out")" 'what it is given'
    grep -qx 'to standard error' "$work/err" || fail "its standard error is lost: $(cat "$work/err")"
    grep -q '^Captured [0-9]* sample' "$work/err" || ended_too_soon || fail "no summary: $(cat "$work/err")"
    is "$(fact arguments)" "[\"$job\", \"--tell\", \"$work/told\", \"--echo\", \"--live\", \"-d\", \"--\", \"--status\", \"7\"]"
    is "$(fact name)" '"__main__"'
    is "$(fact path)" "\"$work\""
    profile --stdin "$work/in" -- "$job" --echo
    is "$status" 0
    cmp -s "$work/out" "$work/in" || fail "--stdin is not its input"
    # A module, and options that are not ours.
    [ -z "$root" ] || return 0 # it begins in another folder there
    (cd "$work" && rm -f "$told" && "$tachyon_top" run --python "$python" -r 100 -m job \
        --tell "$work/told" -m --stats --spin 0.3 2>"$work/err" >"$work/out") || fail "$(cat "$work/err")"
    is "$(fact arguments)" "[\"$job\", \"--tell\", \"$work/told\", \"-m\", \"--stats\", \"--spin\", \"0.3\"]"
    is "$(cat "$work/out")" ''
    grep -q ' spin .*job\.py' "$work/err" || fail "there is no table: $(cat "$work/err")"
}

# A program that is hot from its first line on, for 50 ms, and then for as long in a function: both have the same
# time, as nothing of the first was missed.
first_line() {
    here "$@"
    least=0.85
    [ -z "$root" ] || least=0.5 # it does not wait at the gate there
    undisturbed first_line_once
}

first_line_once() {
    rm -f "$work/table.csv"
    "$tachyon_top" run --python "$python" -o "$work/table.csv" "$work/begins.py" 2>"$work/err" ||
        fail "$(cat "$work/err")"
    awk -F , -v least="$least" '
              $11 == "<module>" && $12 ~ /begins/ { first = $5 }
              $11 == "second" && $12 ~ /begins/ { second = $5 }
              END { print "its first line " first " s, then " second " s"
                    if (second < 0.04 || second > 0.06) exit 3
                    exit !(first > least * second && first < 1.15 * second) }' "$work/table.csv"
}

ends_as_the_program_does() {
    here "$@"
    for status_wanted in 0 1 2 255; do
        profile -- "$job" --status "$status_wanted"
        is "$status" "$status_wanted"
    done
    for signal in TERM KILL INT HUP SEGV; do
        for option in --no-gc --blocking; do
            profile $option -- "$job" --spin 0.05 --kill "SIG$signal"
            [ "$status" -gt 128 ] || fail "status $status after SIG$signal"
            is "$(kill -l "$status")" "$signal"
        done
    done
}

# start [OPTION...] - runs job.py until it is told to end; $profiler and $pid are the processes.
start() {
    rm -f "$told"
    "$tachyon_top" run --python "$python" --force --stats "$stats" -o "$work/table" "$@" "$job" --tell "$work/told" --wait \
        >"$work/out" 2>"$work/err" &
    profiler=$!
    targets="$targets $profiler"
    wait_for 30 test -e "$told" || fail "it does not begin: $(cat "$work/err")"
    pid=$(fact pid)
    targets="$targets $pid"
    is "$(fact parent)" "$profiler"
}

has_said() {
    grep -qx "$1" "$work/out"
}

signals_are_sent_on() {
    here "$@"
    start
    # In the background of this shell, SIGINT is ignored; the program sets it anew.
    for signal in HUP USR1 USR2 INT; do
        kill -s "$signal" "$profiler"
        wait_for 10 has_said "SIG$signal" || fail "SIG$signal does not reach it"
    done
    kill -s TERM "$profiler"
    wait_for 10 has_said SIGTERM || fail "SIGTERM does not reach it"
    status=0
    wait "$profiler" || status=$?
    is "$status" 3
    grep -q '"samples": [1-9]' "$stats" || fail "nothing was written"
    [ "$(grep -c '^SIGUSR1$' "$work/out")" -eq 1 ] || fail "a signal came twice"
}

stands() {
    grep -q '^State:.T' "/proc/$1/status"
}

goes() {
    ! stands "$1"
}

stops_and_goes_on() {
    here "$@"
    start
    kill -s TSTP "$profiler"
    wait_for 10 stands "$profiler" || fail "it does not stop"
    wait_for 10 stands "$pid" || fail "the program does not stop with it"
    kill -s CONT "$profiler"
    wait_for 10 goes "$pid" || fail "the program does not go on"
    kill -s TERM "$profiler"
    status=0
    wait "$profiler" || status=$?
    is "$status" 3
}

# The program outlives us, and the sampling: what is written then is whole.
goes_on_without_us() {
    here "$@"
    start
    kill -s KILL "$profiler"
    wait "$profiler" || true
    kill -s USR1 "$pid"
    wait_for 10 has_said SIGUSR1 || fail "the program ended with us"
    kill -s TERM "$pid"
    start -d 0.2
    wait_for 10 grep -q Captured "$work/err" || fail "the sampling does not end"
    kill -s USR1 "$profiler"
    wait_for 10 has_said SIGUSR1 || fail "the program ended with the sampling"
    kill -s TERM "$profiler"
    status=0
    wait "$profiler" || status=$?
    is "$status" 3
}

# descend [OPTION...] [-- WORD...] - runs job.py with the words, and a child of it that waits, with its descendants;
# $profiler, $pid and $child_pid are the processes. The child is looked at when this is over.
descend() {
    options=
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        options="$options $1"
        shift
    done
    [ $# -eq 0 ] || shift
    rm -f "$told" "$told.child"
    # shellcheck disable=SC2086  # a list of words
    "$tachyon_top" run --python "$python" --force --stats "$stats" --view processes -o "$work/rows.json" --subprocesses \
        $options "$job" --tell "$work/told" "$@" --child --tell "$work/told.child" --wait >"$work/out" 2>"$work/err" &
    profiler=$!
    targets="$targets $profiler"
    wait_for 30 test -e "$told.child" || fail "no child begins: $(cat "$work/err")"
    pid=$(fact pid)
    child_pid=$(sed -n 's/.*"pid": \([0-9]*\).*/\1/p' "$told.child")
    targets="$targets $pid $child_pid"
    wait_for 30 is_looked_at "$child_pid" || fail "the child is not looked at: $(cat "$work/err")"
    let_it_sample
}

# Some more rounds were made.
let_it_sample() {
    enough_ns=$(($(cpu_ns "$profiler") + 20000000))
    has_sampled() { [ "$(cpu_ns "$profiler")" -ge "$enough_ns" ]; }
    wait_for 30 has_sampled || fail "it does not sample: $(cat "$work/err")"
}

# processes_are STATE... - of the program and of its child, in the table that was written.
processes_are() {
    found=$(python3 -c 'import json, sys
states = {row["pid"]: row["state"] for row in json.load(open(sys.argv[1]))["rows"] if row["samples"] > 0}
print(len(states), *(("ended" if states.get(int(pid)) == "ended" else "runs") for pid in sys.argv[2:]))' \
        "$work/rows.json" "$pid" "$child_pid")
    is "$found" "2 $*"
}

ends_with_status() {
    wait_for 30 is_over "$profiler" || fail "it does not end: $(cat "$work/err")"
    status=0
    wait "$profiler" || status=$?
    is "$status" "$1"
}

# What comes later is in the same table. It is over with the program, whatever it leaves running, or when the time that
# was asked for is.
with_subprocesses() {
    here "$@"
    command -v python3 >/dev/null || skip "there is no python3"
    descend
    kill -s TERM "$child_pid"
    ends_with_status 3
    processes_are ended ended
    descend -- --leave --wait
    kill -s TERM "$profiler" # is sent on to the program, and to nothing else
    ends_with_status 3
    ! is_over "$child_pid" || fail "what the program left running ended with it"
    processes_are ended runs
    kill -s TERM "$child_pid"
    descend -d 600 -- --leave --wait
    kill -s TERM "$pid"
    wait_for 30 is_over "$pid" || fail "the program does not end"
    let_it_sample
    ! is_over "$profiler" || fail "the sampling ended before its time: $(cat "$work/err")"
    kill -s TERM "$child_pid"
    ends_with_status 3
    processes_are ended ended
}

# Of those that live for a tenth of a second, many are seen.
short_lives() {
    here "$@"
    undisturbed many_are_seen
}

many_are_seen() {
    begun_ms=$(date +%s%3N)
    "$tachyon_top" run --python "$python" --force --view processes -o "$work/rows.json" --subprocesses "$work/lives.py" \
        starts 7 2>"$work/err" || fail "$(cat "$work/err")"
    took_ms=$(($(date +%s%3N) - begun_ms))
    seen=$(python3 -c 'import json, sys
print(sum(row["function"] == "mark_7" for row in json.load(open(sys.argv[1]))["rows"]))' "$work/rows.json")
    echo "$seen of 12 in $took_ms ms"
    [ "$took_ms" -lt 4000 ] || return 3 # they live for longer, or this program gets no CPU
    # No more than a fiftieth of a CPU goes into attaching: on a slow machine, where that takes 7 ms, these are half of
    # them, and under AddressSanitizer fewer still.
    if is_sanitized; then [ "$seen" -ge 3 ]; else [ "$seen" -ge 4 ]; fi
}

cannot_be() {
    here "$@"
    for words in "--python $work/none x.py" "--python /etc/passwd x.py" "--stdin $work/none $job"; do
        status=0
        # shellcheck disable=SC2086  # a list of words
        "$tachyon_top" run $words >"$work/out" 2>"$work/err" || status=$?
        is "$status" 1
        is "$(wc -l <"$work/err")" 1
    done
    # What is there already is not replaced, and the program does not begin.
    echo old >"$work/old"
    rm -f "$told"
    status=0
    "$tachyon_top" run --python "$python" -o "$work/old" "$job" --tell "$work/told" 2>"$work/err" || status=$?
    is "$status" 1
    is "$(cat "$work/old")" old
    [ ! -e "$told" ] || fail "the program was run though its profile has no place"
    # A script that is not there is the program's own matter.
    profile -- "$work/none.py"
    is "$status" 2
}

# Who began us ignores the end of children; the script, or standard input, is a pipe; or there is no room for files.
odd_beginnings() {
    here "$@"
    status=0
    timeout -k 1 60 env --ignore-signal=CHLD "$tachyon_top" run --python "$python" "$job" --status 7 \
        2>"$work/err" || status=$?
    is "$status" 7

    rm -f "$work/script" "$work/input"
    mkfifo "$work/script" "$work/input"
    echo 'print("read from a pipe")' >"$work/script" &
    status=0
    timeout -k 1 60 "$tachyon_top" run --python "$python" "$work/script" >"$work/out" 2>"$work/err" || status=$?
    is "$status" 0
    is "$(cat "$work/out")" 'read from a pipe'

    "$tachyon_top" run --python "$python" --stdin "$work/input" "$job" 2>"$work/err" &
    profiler=$!
    targets="$targets $profiler"
    wait_for 10 pgrep -P "$profiler" || fail "no child waits for its input"
    kill "$profiler"
    status=0
    wait "$profiler" || status=$?
    is "$(kill -l "$status")" TERM

    status=0
    (ulimit -f 0 && exec "$tachyon_top" run --python "$python" -o "$work/much" "$job" --status 7 2>/dev/null) || status=$?
    is "$status" 1
    [ -z "$(find "$work" -name '.tachyon-top*')" ] || fail "a temporary file is left"
}

for_each_python as_without_us
for_each_python odd_beginnings 3.11
for_each_python first_line
for_each_python ends_as_the_program_does 3.11 3.13
for_each_python signals_are_sent_on 3.11 3.13
for_each_python stops_and_goes_on 3.11
for_each_python goes_on_without_us 3.11
for_each_python with_subprocesses 3.13
for_each_python short_lives 3.13
for_each_python cannot_be 3.11
