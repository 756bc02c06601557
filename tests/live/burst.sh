#!/bin/sh
# burst - as fast as can be (-r max), stacks are read in bursts: none is impossible, shares are those that the
# target knows, the collector's too, a thread that gives the GIL away is seen to, and there are far more of them than of
# single readings in the same time.
. "${srcdir:-.}/tests/live/lib.sh"

need python3

SINGLE=40khz  # the rate from which on stacks are read in bursts is above
TIMES_LEAST=2 # as many of the single readings

# attach ARGUMENT... - writes $work/stacks and $work/stats.
attach() {
    "$tachyon_top" attach --collapsed -o "$work/stacks" --stats "$work/stats" --force "$@" "$pid" \
        2>"$work/notes" || fail "status $?: $(cat "$work/notes")"
}

# stat NAME - a number of the statistics.
stat() {
    sed -n "s/.*\"$1\": \([0-9]*\).*/\1/p" "$work/stats"
}

check_chains() {
    attach -r max -d 1
    [ "$(stat failed)" = 0 ] || fail "samples failed: $(cat "$work/stats")"
    [ "$(stat missed)" = 0 ] || fail "rounds that nobody wanted are missed: $(cat "$work/stats")"
    python3 -B "$top/tests/live/check_chains.py" --misplaced-at-most 1 --truncated-at-most 100 \
        "$work/stacks"
}

chains() {
    start_target "$2" churn --spin 0
    undisturbed check_chains
    stop_targets
    start_target "$2" churn --spin 100 --threads 3
    undisturbed check_chains
}

check_rate() {
    attach -r "$SINGLE" -d 1
    single=$(stat samples)
    attach -r max -d 1
    echo "$(stat samples) samples, $single of single readings"
    [ "$(stat samples)" -gt $((TIMES_LEAST * single)) ] || return 3
}

rate() {
    for depth in 50 1000; do
        start_target "$2" deep --depth $depth
        undisturbed check_rate
        stop_targets
    done
}

check_shares() {
    before=$(rows_told)
    rm -f "$work/shares.json"
    "$tachyon_top" -r max --snapshot "$work/shares.json" --after 10 "$pid" || fail "status $?"
    python3 -B "$top/tests/live/check_shares.py" "$truth" "$before" "$work/shares.json"
}

shares() {
    start_target "$2" shares
    wait_until_told
    undisturbed check_shares
}

check_gc() {
    attach -r max -d 3 --mode cpu --native-markers
    python3 -B "$top/tests/live/check_gc.py" "$check" "$work/stacks"
}

gc() {
    check=leaf
    case $1 in 3.15.*) check=frame ;; esac
    start_target "$2" garbage
    undisturbed check_gc
}

for_each_python chains
for_each_python rate 3.12 3.15
for_each_python shares 3.11 3.15
for_each_python gc 3.13 3.15
