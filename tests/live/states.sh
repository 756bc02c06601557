#!/bin/sh
# states - the table of threads tells who they are, and who runs, waits for the GIL, or is idle.
. "${srcdir:-.}/tests/live/lib.sh"

need python3

# kernel_times - of each thread of the target: its id, its CPU time in ns, and the time now.
kernel_times() {
    for thread in "/proc/$pid/task"/*; do
        echo "${thread##*/} $(cut -d ' ' -f 1 "$thread/schedstat") $(date +%s%N)"
    done
}

measure() {
    rm -f "$work/states.json"
    kernel_times >"$work/before"
    "$tachyon_top" --snapshot "$work/states.json" --view threads --after 4 "$pid" ||
        fail "status $?"
    kernel_times >"$work/after"
    # shellcheck disable=SC2086  # an option, or nothing
    python3 -B "$top/tests/live/check_states.py" $no_gil "$truth" "$work/states.json" "$work/before" \
        "$work/after"
}

states() {
    start_target "$2" threads --spin 2 --odd 5
    undisturbed measure
}

# One that is built without a GIL may be run with it.
states_with_a_gil() {
    states "$1" "env PYTHON_GIL=1 $2"
}

no_gil=
for_each_python states
for_each_debug states
for_each_free_threaded states_with_a_gil
no_gil=--no-gil
for_each_free_threaded states
