#!/bin/sh
# shares - after ten seconds the table of functions has the shares that the functions really have.
. "${srcdir:-.}/tests/live/lib.sh"

need python3

# measure [TARGET [POINTS]]
measure() {
    before=$(rows_told)
    rm -f "$work/shares.json"
    "$tachyon_top" --snapshot "$work/shares.json" --after 10 "$pid" || fail "status $?"
    python3 -B "$top/tests/live/check_shares.py" "$truth" "$before" "$work/shares.json" "$@"
}

# The target tells its seconds once a second: where other work holds it up for long, its span is not
# quite ours.
shares() {
    start_target "$2" shares
    wait_until_told
    undisturbed measure
}

# Threads that live for less than it takes until the lists of threads are read anew count as well: on a quiet machine that is right
# within 2 points; on a busy one some are over before they are read. Before they were met one by one, 30 to 60 were missing.
requests() {
    # How many of the shortest are met is a matter of how fast the machine is.
    for ms_points in 2:20 1:40; do
        start_target "$2" requests --ms "${ms_points%:*}"
        wait_until_told
        undisturbed measure requests.py "${ms_points#*:}"
        stop_targets
    done
}

for_two_pythons shares
for_each_python requests 3.8 3.11 3.13 3.15
