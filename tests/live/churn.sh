#!/bin/sh
# churn - of 200,000 samples of chains of calls that never stand still, none mixes two chains or
# skips a level or has a wrong name, none failed, and callers are shown on the lines of their calls.
. "${srcdir:-.}/tests/live/lib.sh"

need python3

SAMPLES=200000
WHOLE_LEAST=1000 # of each interpreter, in all profiles together
: >"$work/kept"

# profile MISPLACED TRUNCATED ARGUMENT... - a second of targets/churn.py with these arguments; so
# many percent of the samples at most may have a caller on a wrong line, or be truncated. An impossible
# stack fails at once; how many are misplaced or truncated depends on the machine too.
profile() {
    misplaced=$1 truncated=$2
    shift 2
    undisturbed measure "$@"
    echo "churn.py $*: $(tail -n 1 "$work/checked")"
    sed -n 's/^kept \([0-9]*\),.*/\1/p' "$work/checked" >>"$work/kept"
    sed -n 's/.* whole \([0-9]*\),.*/\1/p' "$work/checked" >>"$work/whole"
}

measure() {
    start_target "$command" churn "$@"
    "$tachyon_top" attach --engine "$engine" --budget 100 -r 10khz -d 1 --collapsed -o "$work/stacks" --stats "$work/stats.json" \
        --force "$pid" 2>"$work/notes" || fail "status $?: $(cat "$work/notes")"
    stop_targets
    grep -q '"failed": 0,' "$work/stats.json" || fail "samples failed: $(cat "$work/stats.json")"
    status=0
    python3 "$top/tests/live/check_chains.py" --misplaced-at-most "$misplaced" \
        --truncated-at-most "$truncated" "$work/stacks" >"$work/checked" 2>&1 || status=$?
    [ "$status" -eq 0 ] || cat "$work/checked"
    [ "$status" -ne 1 ] || fail "churn.py $*"
    return "$status"
}

# A call every 50 ns or so, every 0.3 µs, and every 2 µs. How much holds still long enough to be proven
# depends on whether the target has a CPU of its own; a plain chain that goes round in the time that
# a collection takes is where callers are misplaced most.
chains() {
    command=$2
    engine=remote # which is the harder one, and the faster
    : >"$work/whole"
    profile 10 100 --spin 0
    profile 50 100 --spin 0 --chains a
    profile 50 100 --spin 0 --chains d
    profile 10 100 --spin 0 --threads 3
    profile 10 100 --spin 10
    profile 2 97 --spin 100
    # Coroutines, exceptions, recursion; and functions made for each call, whose code objects take each
    # other's place: from elsewhere, all of them can be replaced twice while one stack is read.
    profile 50 100 --spin 0 --chains wer
    engine=ride
    profile 10 20 --spin 0
    profile 10 50 --spin 0 --chains mn
    # Marks alone prove nothing.
    [ "$(sum whole)" -ge $WHOLE_LEAST ] || fail "only $(sum whole) stacks are whole"
}

# Where there is no GIL, threads go round all at once.
chains_at_once() {
    command=$2
    : >"$work/whole"
    for engine in remote ride; do
        profile 50 100 --spin 0 --threads 2
        profile 10 100 --spin 100 --threads 2 --chains abcgwe
    done
    [ "$(sum whole)" -ge $WHOLE_LEAST ] || fail "only $(sum whole) stacks are whole"
}

# sum FILE - of its numbers.
sum() {
    awk '{ sum += $1 } END { print sum + 0 }' "$work/$1"
}

# A busy machine misses rounds: then it takes longer.
deadline_s=$(($(date +%s) + 600))
while [ "$(sum kept)" -lt $SAMPLES ]; do
    for_each_python chains
    [ "$(date +%s)" -lt $deadline_s ] || fail "only $(sum kept) samples in ten minutes"
done
echo "$(sum kept) samples"
for_each_free_threaded chains_at_once
