#!/bin/sh
# churn - of 200,000 samples of chains of calls that never stand still, none mixes two chains or
# skips a level or has a wrong name, none failed, and callers are shown on the lines of their calls.
. "${srcdir:-.}/tests/live/lib.sh"
. "$top/tests/live/lib_chains.sh"

need python3

SAMPLES=200000

# A call every 50 ns or so, every 0.3 µs, every 2 µs, and every 20 µs. How much holds still long enough to be proven
# depends on whether the target has a CPU of its own, but for the last, of which most does; a plain chain that goes round in the time that
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
    profile 2 100 --spin 100
    profile 2 80 --spin 1000
    # Coroutines, exceptions, recursion, calls with keywords; and functions made for each call, whose code objects take each
    # other's place: from elsewhere, all of them can be replaced twice while one stack is read.
    profile 50 100 --spin 0 --chains werhv
    profile 50 100 --spin 0 --chains mn
    # With a trace and a profile function; and across the end of a chunk of the data stack.
    profile 10 100 --spin 0 --trace --profile --chains abcgwer
    profile 10 100 --spin 0 --padding --chains abcd
    # Generators and coroutines that take turns in the same memory: the faster they are, the more is truncated.
    profile 5 100 --spin 0 --chains hv
    profile 5 100 --spin 0 --chains gw
    profile 5 100 --spin 20 --chains gv
    engine=ride
    profile 10 20 --spin 0 --chains abcghv
    profile 10 50 --spin 0 --chains mn
    enough_are_whole
}

# Where there is no GIL, threads go round all at once.
chains_at_once() {
    command=$2
    : >"$work/whole"
    for engine in remote ride; do
        profile 50 100 --spin 0 --threads 2
        profile 10 100 --spin 100 --threads 2 --chains abcgwe
    done
    enough_are_whole
}

# A busy machine misses rounds: then it takes longer.
deadline_s=$(($(date +%s) + 600))
while [ "$(sum kept)" -lt $SAMPLES ]; do
    [ "$(date +%s)" -lt $deadline_s ] || fail "only $(sum kept) samples in ten minutes"
    for_each_python chains
done
echo "$(sum kept) samples"
for_each_free_threaded chains_at_once
