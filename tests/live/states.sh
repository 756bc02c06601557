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
    python3 -B "$top/tests/live/check_states.py" "$truth" "$work/states.json" "$work/before" \
        "$work/after"
}

states() {
    start_target "$2" threads --spin 2 --odd 5
    undisturbed measure
}

for_each_python states
