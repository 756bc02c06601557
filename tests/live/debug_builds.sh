#!/bin/sh
# debug_builds - what is told of a build with Py_DEBUG is what it tells of itself: its stacks, also those that change all
# the time, and how long the collector is at work; and it is said to be one. Who has the GIL is looked at in states.sh.
. "${srcdir:-.}/tests/live/lib.sh"
. "$top/tests/live/lib_chains.sh"

need python3

held() {
    for case in main threads generators recursion exception asyncio; do
        check_held "$2" matrix "$case"
    done
}

chains() {
    command=$2
    : >"$work/whole"
    for engine in remote ride; do
        profile 50 100 --spin 0
        profile 10 100 --spin 10 --threads 2 --chains abcgwer
    done
    enough_are_whole
}

collector_share() {
    "$tachyon_top" attach -d 2 --view threads -o "$work/threads.json" --force "$pid" 2>"$work/notes" ||
        fail "status $?: $(cat "$work/notes")"
    python3 "$top/tests/live/check_gc.py" share "$work/threads.json"
}

collector() {
    start_target "$2" garbage
    undisturbed collector_share
}

said() {
    start_target "$2" threads --hold
    "$tachyon_top" dump "$pid" >"$work/dump"
    grep -qx "CPython ${1%d} debug build" "$work/dump" || fail "$(head -n 4 "$work/dump")"
    "$tachyon_top" attach -d 1 -o "$work/table" --stats "$work/stats.json" --force "$pid" 2>"$work/notes" ||
        fail "$(cat "$work/notes")"
    tr '\n' ' ' <"$work/table" | grep -q "python ${1%d} debug build" || fail "$(head -n 6 "$work/table")"
    grep -q '^Python: a debug build, ' "$work/notes" || fail "$(cat "$work/notes")"
    grep -q '"free_threaded": false, "debug": true' "$work/stats.json" || fail "$(cat "$work/stats.json")"
    "$tachyon_top" doctor "$pid" >"$work/report" || fail "$(cat "$work/report")"
    grep -q "^·  version  *${1%d}, a debug build, " "$work/report" || fail "$(cat "$work/report")"
}

# Nothing of that is told of others.
not_said() {
    start_target "$2" threads --hold
    "$tachyon_top" doctor "$pid" >"$work/report" || fail "$(cat "$work/report")"
    ! grep -q 'debug' "$work/report" || fail "$(cat "$work/report")"
}

for_each_debug held
for_each_debug chains
for_each_debug collector
for_each_debug said
for_each_python not_said
