#!/bin/sh
# blocking - --blocking proves every stack, says what it costs and keeps that within bounds; it stops no thread but
# the one that has the GIL, and always lets it go: when the profiler is killed, and when the target ends, becomes
# another program, or is stopped meanwhile.
. "${srcdir:-.}/tests/live/lib.sh"
. "$top/tests/live/cpu.sh"

need python3
app=${builddir:-.}/tachyon-top

stat_of() {
    sed -n "s/.*\"$1\": \\([0-9.]*\\).*/\\1/p" "$work/stats"
}

# attach [OPTION...] - samples the target, $pid, until it is over.
attach() {
    "$app" attach "$@" --collapsed -o "$work/stacks" --stats "$work/stats" --force "$pid" 2>"$work/notes" ||
        fail "status $?: $(cat "$work/notes")"
}

# begin [OPTION...] - begins to sample the target without an end; $profiler is the process that does.
begin() {
    "$app" attach --blocking "$@" --collapsed -o "$work/stacks" --stats "$work/stats" --force "$pid" \
        2>"$work/notes" &
    profiler=$!
    targets="$targets $profiler"
    wait_for 30 has_stopped_some || fail "it stops nothing: $(cat "$work/notes")"
}

is_held() {
    grep -qs '^State:.t' /proc/"$pid"/task/*/status
}

# Many looks, as it is held for some µs only.
has_stopped_some() {
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        ! is_held || return 0
    done
    return 1
}

# Nobody traces any of its threads.
is_free() {
    ! grep -hs '^TracerPid:' /proc/"$pid"/task/*/status | grep -qv '[[:space:]]0$'
}

goes_on() {
    is_free || fail "its threads are traced: $(grep TracerPid /proc/"$pid"/task/*/status)"
    before=$(cpu_ns "$pid")
    wait_for 30 has_used_more || fail "the target stands still"
}

has_used_more() {
    [ "$(cpu_ns "$pid")" -gt "$before" ]
}

# half_at_most SECONDS - of the time it was held for no more than half.
half_at_most() {
    echo "$(stat_of stopped_s) $(stat_of duration_s)" | awk '{ exit !($1 > 0 && 2 * $1 <= $2) }' ||
        fail "held for $(stat_of stopped_s) s of $(stat_of duration_s)"
}

# A call every 50 ns. From elsewhere one of ten is torn, here none.
proves() {
    attach --engine remote -d 1
    [ $(($(stat_of truncated) * 100)) -gt "$(stat_of samples)" ] || return 3 # held still by other work
    attach --blocking -d 3
    echo "$(cat "$work/stats")"
    grep -q '"engine": "blocking"' "$work/stats" || fail "not blocking"
    [ "$(stat_of unstopped)" -eq 0 ] || return 3 # other work kept it from stopping
    [ "$(stat_of truncated)" -eq 0 ] || return 1
    grep -q '^Stopped: the thread with the GIL for [0-9.]* seconds ([0-9.]* % of the time)' "$work/notes" ||
        fail "no word of what it cost: $(cat "$work/notes")"
    half_at_most
    python3 -B "$top/tests/live/check_chains.py" "$work/stacks" || fail "stacks that cannot have been"
}

churning() {
    start_target "$2" churn --spin 0
    undisturbed proves
    # More often than it may.
    attach --blocking -r 200khz -d 2
    half_at_most
    grep -q '^Slowed: in [0-9]* of [0-9]* rounds, to stop it for no more than half of the time' "$work/notes" ||
        fail "no word of the lower rate: $(cat "$work/notes")"
    goes_on
}

# It is killed while it holds a thread: what SIGSTOP finds held stays so, until it is killed.
killed() {
    start_target "$2" threads --spin 3
    for _ in 1 2 3; do
        begin -r 20khz
        wait_for 60 is_caught || fail "it is never met while it holds a thread"
        kill -KILL "$profiler"
        wait "$profiler" 2>/dev/null || true
        wait_for 30 is_free || fail "its threads are traced by nobody"
        goes_on
    done
}

is_caught() {
    kill -STOP "$profiler"
    wait_for 30 is_stopped "$profiler"
    ! is_held || return 0
    kill -CONT "$profiler"
    return 1
}

is_stopped() {
    grep -q '^State:.T' "/proc/$1/status"
}

# Those that sleep do not notice.
sleeps_on() {
    start_target "$2" interrupted
    attach --blocking -r 5khz -d 2
    : >"$truth.ask"
    wait_for 30 grep -q interrupted "$truth" || fail "the target does not answer"
    [ "$(truth_number interrupted)" -eq 0 ] || fail "$(truth_number interrupted) system calls were interrupted"
}

# A target that is stopped stays so.
stopped() {
    start_target "$2" churn --spin 0
    begin -r 20khz
    kill -STOP "$pid"
    wait_for 30 is_stopped "$pid" || fail "it does not stop"
    rounds_go_by
    is_stopped "$pid" || fail "it was woken up: $(grep State "/proc/$pid/status")"
    kill -INT "$profiler"
    wait "$profiler" || fail "status $?"
    is_stopped "$pid" || fail "it was woken up in the end"
    attach --blocking -d 1
    is_stopped "$pid" || fail "it was woken up at another attach"
    kill -CONT "$pid"
    goes_on
}

# Until the profiler has used a little of the CPU.
rounds_go_by() {
    enough=$(($(cpu_ns "$profiler") + 50000000))
    wait_for 30 has_used_enough || fail "it does nothing"
}

has_used_enough() {
    [ "$(cpu_ns "$profiler")" -ge "$enough" ]
}

# The target ends, and becomes another program: attach ends with it, and who started it hears of it.
ends() {
    start_target "$2" ends
    begin -r 20khz
    kill -KILL "$pid"
    wait_for 30 is_over "$profiler" || fail "attach still runs"
    wait "$profiler" || fail "status $?: $(cat "$work/notes")"
    grep -q 'process ended' "$work/notes" || fail "not said: $(cat "$work/notes")"
    wait_for 30 is_over "$pid" || fail "it did not end: $(grep State "/proc/$pid/status")"
    start_target "$2" ends --exec /bin/sleep 300
    begin -r 20khz
    kill -USR1 "$pid"
    wait_for 30 is_over "$profiler" || fail "attach still runs"
    wait "$profiler" || fail "status $?: $(cat "$work/notes")"
    grep -q exec "$work/notes" || fail "not said: $(cat "$work/notes")"
    is_free || fail "what it became is traced"
}

TRACE='import ctypes, sys, time
libc = ctypes.CDLL(None, use_errno=True)
seize = 0x4206
if libc.ptrace(seize, int(sys.argv[1]), None, None):
    sys.exit("cannot trace: %d" % ctypes.get_errno())
time.sleep(300)'

is_traced() {
    ! is_free
}

# What a debugger holds is left to it.
traced() {
    start_target "$2" churn --spin 0
    python3 -c "$TRACE" "$pid" &
    tracer=$!
    targets="$targets $tracer"
    wait_for 30 is_traced || fail "the debugger does not trace it"
    status=0
    "$app" attach --blocking -d 1 "$pid" >"$work/out" 2>"$work/notes" || status=$?
    [ "$status" -eq 1 ] || fail "status $status: $(cat "$work/notes")"
    grep -q "^tachyon-top: process $pid cannot be stopped for --blocking: process $tracer (python3[^)]*) traces it" \
        "$work/notes" || fail "$(cat "$work/notes")"
    attach -d 1 # it can still be read
}

[ "$(nproc)" -gt 1 ] || skip "with one CPU nothing is read from another"
for_each_python churning
for_each_python killed 3.11 3.14
for_each_python sleeps_on 3.12 3.15
for_each_python stopped 3.13
for_each_python ends 3.11 3.15
for_each_python traced 3.13
