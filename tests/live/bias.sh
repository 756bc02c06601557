#!/bin/sh
# bias - a function that is called every microsecond has its share beside one that holds still: what is torn
# more often must not give way to what is not, so this is a case for riding, where it is torn at all. And one that has a
# part of each millisecond, in step with the sampler, wherever in the sampler's own time that part is. doc/ACCURACY.md has
# what each engine makes of it.
. "${srcdir:-.}/tests/live/lib.sh"
# shellcheck disable=SC2034  # for start_target
more_targets="$top/tests/bench/targets/periodic.py"

need python3

measure() {
    stop_targets
    start_target "$command" short_calls # which measures itself at its beginning
    wait_until_told
    before=$(rows_told)
    "$tachyon_top" attach -d 6 -o "$work/table.json" --stats "$work/stats" --force "$pid" \
        2>"$work/notes" || fail "status $?: $(cat "$work/notes")"
    [ "$(stat_of missed)" -lt 600 ] || return 3
    # Where other work has one of the two wait for the other's CPU, little is torn, and read without riding, rightly so.
    echo "rode in $(stat_of ridden) of $(stat_of rounds) rounds"
    python3 -B "$top/tests/live/check_bias.py" "$truth" "$before" short "$work/table.json" 2
}

stat_of() {
    sed -n "s/.*\"$1\": \\([0-9]*\\).*/\\1/p" "$work/stats"
}

bias() {
    command=$2
    undisturbed measure
}

# Each time it begins elsewhere in the target's period.
measure_periodic() {
    for _ in 1 2 3; do
        before=$(rows_told)
        "$tachyon_top" attach --engine remote -d 3 -o "$work/table.json" --stats "$work/stats" --force "$pid" \
            2>"$work/notes" || fail "status $?: $(cat "$work/notes")"
        [ "$(stat_of missed)" -lt 300 ] || return 3
        result=0
        python3 -B "$top/tests/live/check_bias.py" "$truth" "$before" first "$work/table.json" 2 >"$work/shares" ||
            result=$?
        cat "$work/shares"
        # Where other work has its CPU, it does not keep its period: by its own clock it has more than 30 % then.
        awk '$2 > 34 { exit 1 }' "$work/shares" || return 3
        [ "$result" -eq 0 ] || return 1
    done
}

in_step() {
    start_target "$2" periodic
    wait_until_told
    undisturbed measure_periodic
}

[ "$(nproc)" -gt 1 ] || skip "with one CPU nothing is read from another"
for_each_python bias 3.11 3.13 3.15
for_each_python in_step 3.15
