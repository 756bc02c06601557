#!/bin/sh
# gc - time that the collector takes is told as its own, above the function that it interrupted and,
# where CPython tells that one (3.15), below the finalizers that it calls.
. "${srcdir:-.}/tests/live/lib.sh"

need python3

# measure "CHECK [--unmarked]" OPTION... - samples the target and has check_gc.py look at the stacks.
measure() {
    check=$1
    shift
    rm -f "$work/stacks"
    "$tachyon_top" attach -d 3 --collapsed -o "$work/stacks" "$@" "$pid" 2>"$work/notes" ||
        fail "status $?: $(cat "$work/notes")"
    # shellcheck disable=SC2086  # a word or two
    python3 "$top/tests/live/check_gc.py" $check "$work/stacks"
}

# share - the table of threads tells the collector's share of the time: two thirds, with its finalizers.
share() {
    rm -f "$work/threads.json"
    "$tachyon_top" attach -d 3 --view threads -o "$work/threads.json" "$pid" 2>"$work/notes" ||
        fail "status $?: $(cat "$work/notes")"
    python3 "$top/tests/live/check_gc.py" share "$work/threads.json"
}

gc() {
    check=leaf unmarked=
    case $1 in
    3.15.*) check=frame ;;
    3.8.* | 3.9.* | 3.10.*) unmarked=--unmarked ;;
    esac
    start_target "$2" garbage
    undisturbed measure "$check $unmarked" --mode cpu --native-markers
    undisturbed measure "none $unmarked" --mode cpu --native-markers --no-gc
    undisturbed share
}

# In a finalizer that waits for something the collector is still at work, and for no other thread.
asleep() {
    start_target "$2" garbage --asleep
    undisturbed measure asleep
}

for_each_python gc
for_each_python asleep 3.15
