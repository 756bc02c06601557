#!/bin/sh
# anew - a thread that has a new thread state for each call into Python is one row, and its time is one sum: of C code
# that calls back, and of a pool of interpreters. Where the thread ends, that is told.
. "${srcdir:-.}/tests/live/lib.sh"

need python3

command -v cc >/dev/null || skip "there is no C compiler"
cc -w -shared -fPIC -pthread -o "$work/anew.so" "$top/tests/live/anew.c" || fail "the library cannot be built"

# start_anew COMMAND ARGUMENT... - the target, which has the library in its own root.
start_anew() {
    root=$(root_of "$1")
    if [ -n "$root" ]; then
        mkdir -p "$root$work"
        cp "$work/anew.so" "$root$work"
    fi
    command=$1
    shift
    start_target "$command" anew --library "$work/anew.so" "$@"
}

# rows [OPTION...] - the threads of two seconds.
rows() {
    rm -f "$work/rows.json" "$work/stats"
    "$tachyon_top" attach -d 2 --view threads -o "$work/rows.json" --stats "$work/stats" "$@" "$pid" 2>"$work/notes" ||
        fail "status $?: $(cat "$work/notes")"
}

check() {
    python3 -B "$top/tests/live/check_anew.py" "$1" "$truth" "$work/rows.json" "$work/stats" "${2:-0}"
}

# caller_ns - the CPU time of the thread of C.
caller_ns() {
    cut -d ' ' -f 1 "/proc/$pid/task/$(truth_number tid)/schedstat"
}

one_row() {
    before=$(caller_ns)
    rows "$@"
    check calls $(($(caller_ns) - before))
}

# The profiler has done something.
has_used() {
    cat "/proc/$profiler"/task/*/schedstat | awk '{ ns += $1 } END { exit ns < 30000000 }'
}

# It is looked at while the thread of C ends.
end_is_told() {
    rm -f "$work/rows.json" "$work/stats"
    "$tachyon_top" attach -d 3 --view threads -o "$work/rows.json" --stats "$work/stats" "$pid" 2>"$work/notes" &
    profiler=$!
    targets="$targets $profiler"
    wait_for 30 is_looked_at "$pid" || fail "it is not looked at: $(cat "$work/notes")"
    wait_for 30 has_used || fail "it does nothing: $(cat "$work/notes")"
    kill -USR1 "$pid"
    wait "$profiler" || fail "status $?: $(cat "$work/notes")"
    grep -qx ended "$truth" || fail "the thread goes on"
    check ended
}

calls_back() {
    start_anew "$2"
    undisturbed one_row
    undisturbed one_row -r 4khz
    undisturbed one_row -r 200hz
    end_is_told
}

few_rows() {
    rows
    check pool
}

pool() {
    start_anew "$2" --pool
    undisturbed few_rows
}

for_each_python calls_back
for_each_python pool 3.14 3.15
