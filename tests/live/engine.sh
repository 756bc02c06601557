#!/bin/sh
# engine - riding proves what cannot be proven from another CPU, and takes no more of the target's time
# than it may; auto rides where that is needed, and only there.
. "${srcdir:-.}/tests/live/lib.sh"

need python3 taskset
more_targets=$top/tests/bench/targets/turns.py

# In front of the profiler's command.
here=

# attach ENGINE SECONDS [OPTION...] - samples the target, $pid.
attach() {
    engine=$1 seconds=$2
    shift 2
    # shellcheck disable=SC2086  # a list of words
    $here "$tachyon_top" attach --engine "$engine" -d "$seconds" "$@" --collapsed -o "$work/stacks" \
        --stats "$work/stats" --force "$pid" 2>"$work/notes" || fail "status $?: $(cat "$work/notes")"
    echo "$engine: $(cat "$work/stats")"
}

stat_of() {
    sed -n "s/.*\"$1\": \\([0-9]*\\).*/\\1/p" "$work/stats"
}

possible() {
    python3 -B "$top/tests/live/check_chains.py" --misplaced-at-most 10 "$work/stacks" || fail "$1"
}

# A call every 50 ns. From elsewhere, one of ten is torn; here none should be, but where the machine moves
# the thread away in the same moment.
rides() {
    attach remote 3
    [ $(($(stat_of truncated) * 100)) -gt "$(stat_of samples)" ] || return 3 # held still by other work
    attach ride 4
    possible ride
    [ $((2 * $(stat_of ridden))) -gt "$(stat_of rounds)" ] || fail "it does not ride"
    [ $(($(stat_of truncated) * 100)) -le $((2 * $(stat_of samples))) ] || return 1
    attach auto 6
    possible auto
    [ "$(stat_of ridden)" -gt 0 ] || return 1
}

churning() {
    start_target "$2" churn --spin 0
    undisturbed rides
    # The budget is kept by riding less often.
    attach ride 4 --budget 0.2
    grep -q 'to keep within the budget' "$work/notes" || fail "no word of the budget: $(cat "$work/notes")"
    [ "$(stat_of rounds)" -lt 1000 ] || fail "$(stat_of rounds) rounds in 4 s are too many"
}

# What holds still is read from anywhere.
steady() {
    start_target "$2" deep --depth 20
    attach auto 3
    [ "$(stat_of ridden)" -eq 0 ] || fail "it rides"
}

# What cannot be had is not told as if it was.
apart() {
    start_target "$2" churn --spin 0
    cpus=$(python3 -c 'import os; print(*sorted(os.sched_getaffinity(0))[:2])')
    taskset -apc "${cpus#* }" "$pid" >/dev/null
    here="taskset -c ${cpus% *}"
    attach ride 2
    [ "$(stat_of ridden)" -eq 0 ] || fail "it rides on a CPU that is not its own"
    [ "$(stat_of samples)" -gt 0 ] || fail "it reads nothing"
    grep -q '^Engine: ride, rode in 0 of ' "$work/notes" || fail "not told: $(cat "$work/notes")"
    here=
}

# What sleeps by turns is read when its time has come, neither when it has gone to sleep nor in the place of it.
naps_are_told() {
    before=$(rows_told)
    "$tachyon_top" attach --engine ride -d 8 --view threads -o "$work/threads.json" --force "$pid" 2>"$work/notes" ||
        fail "status $?: $(cat "$work/notes")"
    python3 -B "$top/tests/live/check_naps.py" "$truth" "$before" "$(rows_told)" "$work/threads.json"
}

# switches - how often a thread of the target had to leave its CPU to another, so far.
switches() {
    cat "/proc/$pid/task"/*/status | awk '/^nonvoluntary/ { sum += $2 } END { print sum }'
}

# find_sampler PROFILER - its sampler thread, into $sampler.
find_sampler() {
    sampler=$(grep -lx sampler "/proc/$1/task"/*/comm 2>/dev/null) || return 1
    sampler=${sampler%/comm}
    sampler=${sampler##*/}
}

# cpus_of THREAD - where it may run.
cpus_of() {
    sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' "/proc/$1/status"
}

# Its CPU is left to it, also by a sampler that was on that: at 1 kHz it would be taken from it in most rounds in which it computes.
is_let_be() {
    napper=$(find "/proc/$pid/task" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort -n | tail -n 1)
    "$tachyon_top" attach --engine remote -d 5 --collapsed -o "$work/stacks" --stats "$work/stats" --force "$pid" \
        2>"$work/notes" &
    profiler=$!
    wait_for 10 find_sampler "$profiler" || fail "it has no sampler: $(cat "$work/notes")"
    cpus=$(cpus_of "$profiler")
    taskset -pc "$(cut -d ' ' -f 39 "/proc/$napper/stat")" "$sampler" >/dev/null
    taskset -pc "$cpus" "$sampler" >/dev/null
    before=$(switches)
    wait "$profiler" || fail "status $?: $(cat "$work/notes")"
    taken=$(($(switches) - before))
    rounds=$(stat_of rounds)
    echo "of $rounds rounds, the target had to leave its CPU in $taken"
    [ $((25 * taken)) -ge "$rounds" ] || return 0
    before=$(switches)
    attach remote 5 -r 5 # next to nothing
    [ $((50 * ($(switches) - before))) -lt "$rounds" ] || return 3
    return 1
}

by_turns() {
    start_target "$2" turns --nap 1
    wait_until_told
    undisturbed naps_are_told
    undisturbed is_let_be
}

# What the profiler itself takes is kept within a budget that is given, if need be by a lower rate. Its start is
# beyond that.
own_budget() {
    attach remote 5 -r 20khz --budget 4
    grep -q 'Slowed: .* to keep within the budget' "$work/notes" || fail "no word of it: $(cat "$work/notes")"
    sed -n 's/.*"duration_s": \([0-9.]*\).*"profiler_cpu_s": \([0-9.]*\).*/\1 \2/p' "$work/stats" |
        awk '{ exit !($2 <= 0.06 * $1 + 0.1) }' || return 1
    [ "$(stat_of rounds)" -gt 100 ] || return 1
    attach remote 2 -r 100 --budget 50
    ! grep -q 'Slowed' "$work/notes" || return 1
}

frugal() {
    start_target "$2" deep --depth 20
    undisturbed own_budget
}

[ "$(nproc)" -gt 1 ] || skip "with one CPU nothing is read from another"
for_each_python churning 3.11 3.13 3.15
for_each_python steady 3.15
for_each_python apart 3.13
for_each_python by_turns 3.15
for_each_python frugal 3.15
