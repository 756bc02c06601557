#!/bin/sh
# exceptions - the mode exception has the time in which one is raised or handled, and no other.
. "${srcdir:-.}/tests/live/lib.sh"

need python3

measure() {
    before=$(rows_told)
    rm -f "$work/functions.json" "$work/threads.json"
    "$tachyon_top" --mode exception --snapshot "$work/functions.json" --after 6 "$pid" ||
        fail "status $?"
    "$tachyon_top" --view threads --snapshot "$work/threads.json" --after 3 "$pid" ||
        fail "status $?"
    python3 -B "$top/tests/live/check_exceptions.py" "$truth" "$before" "$work/functions.json" \
        "$work/threads.json"
}

exceptions() {
    start_target "$2" exceptions
    wait_until_told
    undisturbed measure
}

for_two_pythons exceptions
