#!/bin/sh
# dump - the stacks, lines and thread names that are shown are those that the target has.
. "${srcdir:-.}/tests/live/lib.sh"

need python3

held() {
    check_held "$2" deep
    check_held "$2" deep --depth 5000
    for kind in generator coroutine async asyncio; do
        check_held "$2" generators --kind "$kind"
    done
    check_held "$2" callbacks
    check_held "$2" lines
    check_held "$2" threads --spin 3 --odd 5
}

# By CPU time the shares hold whatever else the machine does.
measure_lines() {
    rm -f "$work/stacks"
    "$tachyon_top" attach --mode cpu -d 6 --collapsed -o "$work/stacks" "$pid" || fail "status $?"
    python3 -B "$top/tests/live/check_lines.py" "$truth" "$work/stacks"
}

lines() {
    start_target "$2" lines
    undisturbed measure_lines
}

for_each_python held
for_each_free_threaded held
for_two_pythons lines
