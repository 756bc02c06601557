#!/bin/sh
# shares - after ten seconds the table of functions has the shares that the functions really have.
. "${srcdir:-.}/tests/live/lib.sh"

need python3

measure() {
    before=$(rows_told)
    rm -f "$work/shares.json"
    "$tachyon_top" --snapshot "$work/shares.json" --after 10 "$pid" || fail "status $?"
    python3 -B "$top/tests/live/check_shares.py" "$truth" "$before" "$work/shares.json"
}

# The target tells its seconds once a second: where other work holds it up for long, its span is not
# quite ours.
shares() {
    start_target "$2" shares
    wait_until_told
    undisturbed measure
}

for_two_pythons shares
