#!/bin/sh
# sleepers - hundreds of threads that sleep cost next to nothing, all of their samples count, and what they
# do when they wake up is told as long as it lasts.
. "${srcdir:-.}/tests/live/lib.sh"

need python3

measure_time() {
    before=$(rows_told)
    rm -f "$work/sleepers.json"
    "$tachyon_top" --snapshot "$work/sleepers.json" --after 10 "$pid" || fail "status $?"
    python3 -B "$top/tests/live/check_sleepers.py" time "$truth" "$before" "$work/sleepers.json"
}

brief() {
    start_target "$2" sleepers --sleepers 300 --wakers 20
    wait_until_told
    undisturbed measure_time
}

# stats NAME PID - the statistics of four seconds.
stats() {
    "$tachyon_top" attach -d 4 -f -o "$work/table" --stats "$work/$1.json" "$2" 2>"$work/notes" ||
        fail "status $?: $(cat "$work/notes")"
}

measure_cost() {
    stats few "$few"
    stats many "$pid"
    python3 -B "$top/tests/live/check_sleepers.py" cost "$work/few.json" "$work/many.json" 502
}

cost() {
    start_target "$2" sleepers --sleepers 5 --spinners 1
    few=$pid
    start_target "$2" sleepers --sleepers 500 --spinners 1
    undisturbed measure_cost
}

# What is held back of those that sleep is put at the end, and the statistics have it, too.
measure_counts() {
    "$tachyon_top" attach -d 1 -f --collapsed -o "$work/stacks" --stats "$work/counts.json" "$pid" \
        2>"$work/notes" || fail "status $?: $(cat "$work/notes")"
    grep -q '"lost": 0,' "$work/counts.json" || return 3
    put=$(awk '{ sum += $NF } END { print sum }' "$work/stacks")
    echo "$put samples were put"
    grep -q "\"samples\": $put," "$work/counts.json" || {
        cat "$work/counts.json"
        return 1
    }
}

counts() {
    start_target "$2" sleepers --sleepers 20
    undisturbed measure_counts
}

for_each_python counts
for_each_python brief 3.11 3.15
for_each_python cost 3.15
