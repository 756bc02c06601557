#!/bin/sh
# ends - what becomes of the profiler when its target ends, becomes another program, forks, or is
# stopped, and when the profiler itself is told to end.
. "${srcdir:-.}/tests/live/lib.sh"
. "$top/tests/live/screen.sh"
. "$top/tests/live/cpu.sh"

app=${builddir:-.}/tachyon-top
out=$work/out     # of the profiler
stats=$work/stats
notes=$work/notes # its standard error

# attach [OPTION...] - starts sampling the target, $pid; $profiler is the process that does.
attach() {
    rm -f "$out" "$stats"
    "$app" attach --collapsed -o "$out" --stats "$stats" "$@" "$pid" >"$notes" 2>&1 &
    profiler=$!
    targets="$targets $profiler"
    wait_for 30 has_sampler || fail "does not sample: $(cat "$notes")"
}

has_sampler() {
    grep -qsx sampler /proc/"$profiler"/task/*/comm || has_ended "$profiler"
}

# attach_ends - it ends by itself, with status 0, and has written what it should.
attach_ends() {
    wait_for 30 has_ended "$profiler" || fail "attach still runs"
    status=0
    wait "$profiler" || status=$?
    [ "$status" -eq 0 ] || fail "status $status: $(cat "$notes")"
    grep -q '^Captured [0-9]* samples' "$notes" || fail "no summary: $(cat "$notes")"
    [ "$(stats_number rounds)" -gt 0 ] || fail "no rounds: $(cat "$stats")"
    grep -q 'ends\.py:first:' "$out" || fail "the function that ran is missing: $(cat "$out")"
}

stats_number() {
    sed -n "s/.*\"$1\": *\\([0-9]*\\).*/\\1/p" "$stats"
}

# only_frames REGEXP - every frame of the output matches.
only_frames() {
    tr ' ' '\n' <"$out" | grep ';' | tr ';' '\n' | grep -v '^tid:' |
        grep -vE "$1" >"$work/others" || return 0
    fail "frames that never were: $(cat "$work/others")"
}

# The functions of the target before it becomes something else.
OWN='^(ends\.py:(<module>|main|first|ask)|target\.py:tell|‹(moving|gc)›)(:[0-9]+)?$'

# told PATTERN - the profiler has said so.
told() {
    grep -qE "$1" "$notes" || fail "not said: $1: $(cat "$notes")"
}

# Lets some rounds pass, whatever the rate is: until the profiler has used a little of the CPU.
let_it_sample() {
    enough=$(($(cpu_ns "$profiler") + 20000000))
    wait_for 30 has_used "$enough" || fail "attach does nothing"
}

has_used() {
    [ "$(cpu_ns "$profiler")" -ge "$1" ]
}

killed() {
    start_target "$2" ends
    attach
    let_it_sample
    kill -9 "$pid"
    attach_ends
    told 'process ended'
    only_frames "$OWN"
}

becomes_another_program() {
    start_target "$2" ends --exec /bin/sleep 300
    attach
    let_it_sample
    kill -USR1 "$pid"
    attach_ends
    told 'exec'
    only_frames "$OWN"
}

forks() {
    start_target "$2" ends --fork
    attach -d 2
    attach_ends
    kill -0 "$pid" || fail "the target has ended"
    only_frames '^(ends\.py:(<module>|main|first|fork_one)|target\.py:tell|‹(moving|gc)›)(:[0-9]+)?$'
    [ "$(stats_number failed)" -eq 0 ] || fail "failed samples: $(cat "$stats")"
}

# The profiler is told to end.
interrupted() {
    start_target "$2" ends
    for signal in INT TERM HUP QUIT; do
        attach
        let_it_sample
        kill -"$signal" "$profiler"
        attach_ends
        only_frames "$OWN"
        ! grep -q ended "$notes" || fail "the end of the target is told: $(cat "$notes")"
    done
    kill -0 "$pid" || fail "the target has ended"
    [ -z "$(find "$work" -name '.tachyon-top*')" ] || fail "a temporary file is left"
}

# By nohup, it goes on when its terminal is closed.
hung_up() {
    start_target "$2" ends
    rm -f "$out" "$stats"
    env --ignore-signal=HUP "$app" attach --collapsed -o "$out" --stats "$stats" "$pid" >"$notes" 2>&1 &
    profiler=$!
    targets="$targets $profiler"
    wait_for 30 has_sampler || fail "does not sample: $(cat "$notes")"
    kill -HUP "$profiler"
    let_it_sample
    let_it_sample
    ! has_ended "$profiler" || fail "it ends though it was told to go on"
    kill -TERM "$profiler"
    attach_ends
}

is_stopped() {
    grep -q '^State:.T' "/proc/$pid/status"
}

is_told_again() {
    grep -q second "$truth"
}

# A target that stands still costs little more than the clock; a loop that spun would use a core.
stopped() {
    start_target "$2" ends
    open_screen "$app" "$pid"
    see ' first .*ends\.py'
    kill -STOP "$pid"
    wait_for 10 is_stopped || fail "the target does not stop"
    "${builddir:-.}/tests/bench/bare_loop" &
    loop=$!
    targets="$targets $loop"
    bare=$(measure "$loop" 2)
    kill "$loop"
    used=$(measure "$on_screen" 2)
    echo "stopped: $used % of a core, a bare loop $bare %"
    echo "$used $bare" | awk '{ exit !($1 < 4 * $2 + 10) }' || fail "it spins"
    see ' STOPPED by a signal '
    see ' first .*ends\.py'
    kill -USR1 "$pid"
    kill -CONT "$pid"
    wait_for 30 is_told_again || fail "the target does not go on"
    see ' second .*ends\.py'
    see '● LIVE'
    keys q
    wait_for 10 has_ended "$on_screen" || fail "the view does not close"
}

has_no_main_thread() {
    grep -q '^State:.Z' "/proc/$pid/status"
}

# Its memory is not to be had by its own id any more, but it goes on.
main_thread_ends() {
    start_target "$2" ends --leave
    attach
    let_it_sample
    kill -USR1 "$pid"
    wait_for 30 has_no_main_thread || fail "its main thread goes on"
    wait_for 30 is_told_again || fail "the target does not go on"
    let_it_sample
    "$app" dump "$pid" >"$work/dump" 2>&1 || fail "dump: $(cat "$work/dump")"
    grep -q 'in second$' "$work/dump" || fail "dump: $(cat "$work/dump")"
    kill -KILL "$pid"
    attach_ends
    told 'process ended'
    grep -q 'ends\.py:second:' "$out" || fail "what came after is missing: $(cat "$out")"
}

for_each_python killed
for_each_python main_thread_ends 3.10 3.11 3.13 3.14
for_each_python becomes_another_program
# What is attached to before it becomes Python is followed into it, as by the shims of pyenv. It is
# waited for only so long, and a busy machine may be slower: without the waiting, none is followed.
becomes_python() {
    case $2 in
    *sudo*) echo "left out: the process would be sudo's"; return ;;
    esac
    for _ in 1 2 3 4 5; do
        # shellcheck disable=SC2086  # a command and its arguments
        sh -c 'sleep 0.1; exec "$@"' sh $2 -c 'while True: pass' &
        targets="$targets $!"
        status=0
        "$tachyon_top" attach -d 1 --stats "$work/stats" --force "$!" >"$work/out" \
            2>"$work/notes" || status=$?
        [ "$status" -ne 0 ] || break
        grep -q 'is not a Python process' "$work/notes" || break
    done
    [ "$status" -eq 0 ] || fail "$(cat "$work/notes")"
    ! grep 'ended' "$work/notes" || fail "it is told to have ended"
    grep -q '"samples": [1-9]' "$work/stats" || fail "no samples: $(cat "$work/stats")"
}

for_each_python becomes_python 3.11 3.14
for_each_python forks
for_each_python interrupted 3.14 3.15
for_each_python hung_up 3.15
for_each_python stopped 3.11 3.15
