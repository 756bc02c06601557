#!/bin/sh
# subinterpreters - threads are shown in each interpreter in which they run, by its number, and do what they do there.
. "${srcdir:-.}/tests/live/lib.sh"

need python3

measure() {
    rm -f "$work/rows.json"
    "$tachyon_top" dump "$pid" >"$work/dump"
    "$tachyon_top" attach -d 2 --view threads -o "$work/rows.json" "$pid" 2>/dev/null || fail "status $?"
    python3 -B "$top/tests/live/check_interpreters.py" "$truth" "$work/dump" "$work/rows.json"
}

in_interpreters() {
    start_target "$2" subinterpreters
    undisturbed measure
}

for_each_python in_interpreters 3.11 3.12 3.13 3.14 3.15
