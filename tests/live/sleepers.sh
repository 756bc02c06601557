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

# What is held back of those that sleep is put at the end, and the statistics have it, too. Each line is rounded.
measure_counts() {
    "$tachyon_top" attach -d 1 -f --collapsed -o "$work/stacks" --stats "$work/counts.json" "$pid" \
        2>"$work/notes" || fail "status $?: $(cat "$work/notes")"
    grep -q '"lost": 0,' "$work/counts.json" || return 3
    awk -v samples="$(sed -n 's/.*"samples": \([0-9]*\),.*/\1/p' "$work/counts.json")" '
        { sum += $NF }
        END {
            print sum " of " samples " samples were put in " NR " lines"
            exit !(NR > 0 && sum - samples <= NR && samples - sum <= NR)
        }' "$work/stacks" || {
        cat "$work/counts.json"
        return 1
    }
}

counts() {
    start_target "$2" sleepers --sleepers 20
    undisturbed measure_counts
}

measure_crowded() {
    stats crowded "$pid"
    grep -q '"unlisted": 105,' "$work/crowded.json" || fail "of 4201 threads: $(cat "$work/crowded.json")"
    grep -qx 'Not listed: 105 threads, of which nothing was read, for there were more than 4096, or more than 256 interpreters' \
        "$work/notes" || fail "$(cat "$work/notes")"
    ! grep -q ' busy .*sleepers\.py' "$work/table" || return 0
    cat "$work/crowded.json"
    # The first round lists them, which takes all of its time.
    ! grep -q '"rounds": .,' "$work/crowded.json" || return 3
    return 1
}

# More than are read: how many are left out is told. The oldest one is none of these, as it has the GIL.
crowded() {
    start_target "$2" sleepers --sleepers 4200 --busy
    undisturbed measure_crowded
}

# Whether a process may have so many.
may_crowd() {
    $1 -c '
import threading
threading.stack_size(65536)
end = threading.Event()
for _ in range(4300):
    threading.Thread(target=end.wait).start()
end.set()' 2>"$work/notes"
}

for_each_python counts
for_each_python brief 3.11 3.15
for_each_python cost 3.15
if may_crowd python3; then
    for_each_python crowded 3.12 3.13
else
    echo "not tested: crowded, as this machine does not let a process have 4300 threads: $(tail -n 1 "$work/notes")"
fi
