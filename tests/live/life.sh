#!/bin/sh
# life - what can happen in the life of a target besides its end (ends.sh): it becomes another program, its id is given
# to another, it stands before it is attached to, it is dead and not buried, its threads come and go by the thousand;
# and the profiler itself stands still for a while.
. "${srcdir:-.}/tests/live/lib.sh"
. "$top/tests/live/screen.sh"
. "$top/tests/live/cpu.sh"

app=${builddir:-.}/tachyon-top
case $app in ./*) app=$PWD/${app#./} ;; esac
out=$work/out
stats=$work/stats
notes=$work/notes

number() {
    sed -n "s/.*\"$1\": *\\([0-9.]*\\).*/\\1/p" "$stats"
}

# begin [OPTION...] - samples the stacks of $pid from here on; $profiler does.
begin() {
    begin_table --collapsed "$@"
}

begin_table() {
    rm -f "$out" "$stats"
    "$app" attach -o "$out" --stats "$stats" "$@" "$pid" 2>"$notes" &
    profiler=$!
    targets="$targets $profiler"
    wait_for 30 has_sampler || fail "does not sample: $(cat "$notes")"
    enough=$(($(cpu_ns "$profiler") + 20000000))
    wait_for 30 has_used "$enough" || fail "it does nothing: $(cat "$notes")"
}

has_sampler() {
    grep -qsx sampler /proc/"$profiler"/task/*/comm || is_over "$profiler"
}

has_used() {
    [ "$(cpu_ns "$profiler" 2>/dev/null || echo 0)" -ge "$1" ] || is_over "$profiler"
}

ends() {
    wait_for 30 is_over "$profiler" || fail "it still runs"
    wait "$profiler" || fail "status $?: $(cat "$notes")"
}

is_there() {
    [ -e "$1" ]
}

# through_an_exec COMMAND BEGIN - a target, sampled as BEGIN does from before it becomes another Python until that has run.
through_an_exec() {
    start_target "$1" ends
    python=$(sed -n 's/.*"python_command": "\([^"]*\)".*/\1/p' "$truth")
    stop_targets
    after=$root$work/after.truth
    rm -f "$after"
    start_target "$1" ends --exec "$python" "$work/shares.py" "$work/after.truth"
    "$2"
    kill -USR1 "$pid"
    wait_for 30 is_there "$after" || fail "it does not become the other program"
    enough=$(($(cpu_ns "$profiler") + 30000000))
    wait_for 30 has_used "$enough" || fail "it does nothing after the exec"
    kill -TERM "$profiler"
    ends
}

begin_own_thread() {
    begin_table --thread "$pid"
}

# It is followed, into another version, too; no function of one is on a stack of the other; what was before stays.
followed() {
    through_an_exec "$2" begin
    grep -qx 'Followed: it became another program by exec, 1 time' "$notes" || fail "not told: $(cat "$notes")"
    [ "$(number execs)" = 1 ] || fail "not told: $(cat "$stats")"
    ! grep -q '"asked"' "$stats" || fail "auto is told to have been asked for something else: $(cat "$stats")"
    grep -q 'ends\.py:first:' "$out" || fail "what was before is lost: $(cat "$out")"
    grep -q 'shares\.py:' "$out" || fail "what came after is missing: $(cat "$out")"
    ! grep 'ends\.py.*shares\.py\|shares\.py.*ends\.py' "$out" || fail "a stack of both programs"
}

# Its main thread keeps its id, and is asked for by that before and after.
followed_by_thread() {
    through_an_exec "$2" begin_own_thread
    grep -q ' first .*ends\.py' "$out" || fail "what was before is lost: $(cat "$out")"
    grep -q 'shares\.py' "$out" || fail "what came after is missing: $(cat "$out")"
}

followed_on_screen() {
    start_target "$2" ends
    python=$(sed -n 's/.*"python_command": "\([^"]*\)".*/\1/p' "$truth")
    stop_targets
    start_target "$2" ends --exec "$python" "$work/shares.py" "$work/after.truth"
    open_screen "$app" --engine remote "$pid" # the header has room for the command, then
    see ' first .*ends\.py'
    kill -USR1 "$pid"
    see 'It became another program by exec: .*shares\.py'
    see "$pid .*shares\\.py .* LIVE"
    see '[0-9] .*/shares\.py:'
    keys Tab
    see 'TID'
    see ' ended .*MainThread|MainThread .* ended'
    keys q
    wait_for 10 has_ended "$on_screen" || fail "the view does not close"
}

stands() {
    grep -q '^State:.T' "/proc/$pid/status"
}

is_in_first() {
    "$app" dump "$pid" 2>/dev/null | grep -q ', in first$'
}

# Longer than it takes to begin.
computes() {
    [ "$(cpu_ns "$pid")" -gt 300000000 ]
}

# One that stands when it is attached to is told as it stands.
stood_before() {
    start_target "$2" ends
    wait_for 30 is_in_first || fail "it does not compute"
    kill -STOP "$pid"
    wait_for 10 stands || fail "it does not stop"
    "$app" dump "$pid" >"$out" 2>"$notes" || fail "dump: $(cat "$notes")"
    grep -q ' first' "$out" || fail "dump: $(cat "$out")"
    "$app" attach -d 0.5 --collapsed -o "$out" --stats "$stats" --force "$pid" 2>"$notes" ||
        fail "$(cat "$notes")"
    [ "$(number failed)" = 0 ] || fail "failed: $(cat "$stats")"
    grep -q 'ends\.py:first:' "$out" || fail "no stack of it: $(cat "$out")"
    kill -CONT "$pid"
}

is_zombie() {
    grep -qs '^State:.Z' "/proc/$pid/status"
}

# One that is dead and not buried has ended, for who looks at it and for who comes then.
zombie() {
    case $2 in
    *sudo*) echo "left out: the process would be sudo's"; return ;;
    esac
    # shellcheck disable=SC2016,SC2086  # for that shell; a command and its arguments
    sh -c '"$@" & echo $! >'"$work"'/pid; exec sleep 300' sh $2 -c 'while True: pass' &
    targets="$targets $!"
    wait_for 10 test -s "$work/pid" || fail "it does not start"
    pid=$(cat "$work/pid")
    targets="$targets $pid"
    wait_for 30 computes || fail "it does not compute"
    begin
    kill -KILL "$pid"
    ends
    is_zombie || fail "it is no zombie"
    grep -qx 'the process ended' "$notes" || fail "not told: $(cat "$notes")"
    ! "$app" attach "$pid" >"$out" 2>"$notes" || fail "a zombie can be attached to"
    grep -q 'ended, and waits for its parent' "$notes" || fail "not told: $(cat "$notes")"
    rm "$work/pid"
}

# Another process that has its id is not taken for it.
id_reused() {
    case $2 in
    *chroot*) return 77 ;;
    esac
    rm -f "$work/reused"
    unshare --pid --fork --mount-proc true 2>/dev/null || { echo "no PID namespaces here"; return 77; }
    # shellcheck disable=SC2086  # a command and its arguments
    unshare --pid --fork --kill-child --mount-proc $2 "$top/tests/live/targets/life.py" attached "$app" "$work" $2 ||
        fail "$(cat "$work/reused.notes")"
    grep -q ':first:' "$work/reused" || fail "the target is missing: $(cat "$work/reused")"
    ! grep ':second:' "$work/reused" || fail "the other process was taken for it"
    grep -qx 'the process ended' "$work/reused.notes" || fail "not told: $(cat "$work/reused.notes")"

    # Nor where it is chosen from the list, which showed the one that ended meanwhile.
    # shellcheck disable=SC2086  # a command and its arguments
    unshare --pid --fork --kill-child --mount-proc $2 "$top/tests/live/targets/life.py" chosen "$app" "$work" $2 ||
        fail "$(cat "$work/reused.notes")"
    grep -q 'another one has its id' "$work/reused" || fail "the other process was opened: $(cat "$work/reused")"
}

# Threads that live for some tenths of a millisecond, some thousands a second.
# They live for half a millisecond, and not many are met.
sees_its_threads() {
    "$app" attach -d 3 --collapsed -o "$out" --stats "$stats" --force "$pid" 2>"$notes" || fail "$(cat "$notes")"
    awk -v seconds="$(number duration_s)" 'BEGIN { exit seconds >= 4.5 }' || return 3
    grep -q ':mark_7:' "$out" || return 1
}

many_threads() {
    case $2 in
    *sudo*) echo "left out: the process would be sudo's"; return ;;
    esac
    cp "$top/tests/live/targets/lives.py" "$work"
    root=$(root_of "$2")
    if [ -n "$root" ]; then
        echo "$root$work" >>"$copies"
        mkdir -p "$root$work"
        cp "$top/tests/live/targets/lives.py" "$root$work"
    fi
    # shellcheck disable=SC2086  # a command and its arguments
    $2 "$work/lives.py" threads 7 &
    pid=$!
    targets="$targets $pid"
    wait_for 30 grep -qs "$work/lives.py" "/proc/$pid/cmdline" || fail "it does not begin"
    wait_for 30 computes || fail "it does not compute"
    undisturbed sees_its_threads
    awk -v failed="$(number failed)" -v samples="$(number samples)" \
        'BEGIN { print samples " samples, " failed " failed"
                 exit !(failed < 0.05 * samples) }' || fail "$(cat "$stats")"
}

profiler_stands() {
    grep -q '^State:.T' "/proc/$profiler/status"
}

# A profiler that stood still, as when the machine was suspended, goes on from now: it makes up for nothing.
stood_itself() {
    start_target "$2" ends
    begin -r 2khz
    kill -STOP "$profiler"
    wait_for 10 profiler_stands || fail "it does not stop"
    used=$(cpu_ns "$profiler")
    sleep 3 # is what is looked at here
    kill -CONT "$profiler"
    began=$(date +%s%3N)
    wait_for 30 has_used $((used + 20000000)) || fail "it does not go on"
    kill -USR1 "$pid"
    wait_for 30 grep -qs second "$truth" || fail "the target does not go on"
    kill -TERM "$profiler"
    ends
    echo "ended $(($(date +%s%3N) - began)) ms after it went on"
    grep -q 'ends\.py:second:' "$out" || fail "what came after is missing"
    awk -v rounds="$(number rounds)" -v seconds="$(number duration_s)" \
        'BEGIN { exit !(rounds < 2000 * (seconds - 3) * 1.1 + 100) }' || fail "it made up for rounds: $(cat "$stats")"
    awk -v away="$(number away_s)" 'BEGIN { exit !(away >= 2.5) }' || fail "for how long nobody looked is not told: $(cat "$stats")"
    grep -q '^Away: for ' "$notes" || fail "nor to a person: $(cat "$notes")"
    [ "$(number missed)" -lt 3000 ] || fail "rounds that nobody waited for are told as missed: $(cat "$stats")"
}

for_each_python followed
for_each_python followed_by_thread 3.11 3.14
for_each_python followed_on_screen 3.11 3.14
for_each_python stood_before 3.11 3.14
for_each_python zombie 3.11 3.14
for_each_python id_reused 3.11 3.13
for_each_python many_threads
for_each_python stood_itself 3.11 3.14
