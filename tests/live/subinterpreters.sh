#!/bin/sh
# subinterpreters - threads are shown in each interpreter in which they run, by its number, and do what they do there; also
# one that goes from one to another and keeps the GIL, as it can to 3.11.
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

measure_swaps() {
    before=$(rows_told)
    rm -f "$work/threads.json" "$work/functions.json"
    "$tachyon_top" attach -d 3 --view threads -o "$work/threads.json" "$pid" 2>/dev/null || fail "status $?"
    "$tachyon_top" attach -d 3 --mode gil -o "$work/functions.json" "$pid" 2>/dev/null || fail "status $?"
    python3 -B "$top/tests/live/check_swaps.py" "$truth" "$before" "$work/threads.json" "$work/functions.json"
}

swaps() {
    start_target "$2" swaps
    wait_until_told
    undisturbed measure_swaps
}

# Where the GIL is taken anew by the state that it was made with, nothing tells who runs that.
swaps_without_maker() {
    start_target "$2" swaps --maker-ended
    wait_until_told
    undisturbed measure_swaps
}

for_each_python in_interpreters 3.11 3.12 3.13 3.14 3.15
# From 3.13 on each call of another interpreter has a state of its own.
for_each_python swaps 3.8 3.9 3.10 3.11 3.12
for_each_python swaps_without_maker 3.8 3.9 3.10 3.11
