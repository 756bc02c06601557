#!/bin/sh
# free_threaded - what a build without a GIL is told to be, and what makes no sense there is refused. Its stacks are
# looked at in dump.sh and churn.sh, its threads in states.sh.
. "${srcdir:-.}/tests/live/lib.sh"

refused() {
    status=0
    "$tachyon_top" "$@" "$pid" >"$work/output" 2>"$work/errors" || status=$?
    [ "$status" -eq 1 ] && grep -qE '^tachyon-top: --.*this free-threaded CPython runs without one' "$work/errors" ||
        fail "status $status of $*: $(cat "$work/errors")"
}

# head_says PATTERN - the head of a table has it.
head_says() {
    tr '\n' ' ' <"$work/table" | grep -qE "$1" || fail "no '$1' in: $(head -n 6 "$work/table")"
}

without() {
    start_target "$2" threads --spin 2
    "$tachyon_top" attach -d 1 -r max -o "$work/table" --force "$pid" 2>"$work/notes" || fail "$(cat "$work/notes")"
    head_says "python $(echo "$1" | tr -d t) free-threading build"
    "$tachyon_top" dump "$pid" >"$work/dump"
    grep -q '"spin-1" (running), most recent' "$work/dump" || fail "$(cat "$work/dump")"
    ! grep -q 'GIL)' "$work/dump" || fail "it tells of a GIL: $(cat "$work/dump")"
    refused attach -d 1 --mode gil
    refused attach -d 1 --blocking
    "$tachyon_top" doctor "$pid" >"$work/report" || fail "$(cat "$work/report")"
    grep -q '^✓  version .* free-threaded, without a GIL' "$work/report" || fail "$(cat "$work/report")"
}

# Between two threads that want it, there are moments in which nobody has it.
has_holder() {
    "$tachyon_top" dump "$pid" >"$work/dump" && grep -q '(has the GIL)' "$work/dump"
}

# With one, it is as others are.
with() {
    start_target "env PYTHON_GIL=1 $2" threads --spin 2
    "$tachyon_top" attach -d 1 --mode gil -o "$work/table" --force "$pid" 2>"$work/notes" || fail "$(cat "$work/notes")"
    head_says ' spin  '
    wait_for 10 has_holder || fail "nobody has the GIL: $(cat "$work/dump")"
}

for_each_free_threaded without
for_each_free_threaded with
