#!/bin/sh
# forks - a process that C code forked off, of whose threads Python tells the ids that they had in the parent.
. "${srcdir:-.}/tests/live/lib.sh"

need python3

# measure [OPTION...] - it is one thread, and half idle.
measure() {
    rm -f "$work/rows.json"
    "$tachyon_top" attach "$@" -d 2 --view threads -o "$work/rows.json" "$pid" 2>"$work/notes" ||
        fail "status $?: $(cat "$work/notes")"
    python3 -B "$top/tests/live/check_forks.py" "$pid" "$work/rows.json"
}

forked() {
    start_target "$2" forks
    undisturbed measure
    undisturbed measure --blocking
    "$tachyon_top" dump "$pid" >"$work/dump"
    [ "$(grep -c '^Thread' "$work/dump")" = 1 ] || fail "$(cat "$work/dump")"
    grep -q "^Thread $pid \"MainThread\"" "$work/dump" || fail "$(cat "$work/dump")"
}

for_each_python forked
