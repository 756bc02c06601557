#!/bin/sh
# sleepers - hundreds of threads that sleep cost next to nothing, and what they do when they wake up
# is told as long as it lasts.
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

for_each_python brief 3.11 3.15
for_each_python cost 3.15
