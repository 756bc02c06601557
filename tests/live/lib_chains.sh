# shellcheck shell=sh
# lib_chains.sh - profiles of targets/churn.py, and whether their stacks can have been. Read behind lib.sh by tests that
# have $command, an interpreter's, and $engine.
# shellcheck disable=SC2154  # of lib.sh and of who reads this

WHOLE_LEAST=1000 # of each interpreter, in all profiles together
: >"$work/kept"
: >"$work/whole"

# profile MISPLACED TRUNCATED ARGUMENT... - most of a second of targets/churn.py with these arguments; so
# many percent of the samples at most may have a caller on a wrong line, or be truncated. An impossible
# stack fails at once; how many are misplaced or truncated depends on the machine too.
profile() {
    misplaced=$1 truncated=$2
    shift 2
    undisturbed measure_chains "$@"
    echo "churn.py $*: $(tail -n 1 "$work/checked")"
    sed -n 's/^kept \([0-9]*\),.*/\1/p' "$work/checked" >>"$work/kept"
    sed -n 's/.* whole \([0-9]*\),.*/\1/p' "$work/checked" >>"$work/whole"
}

measure_chains() {
    start_target "$command" churn "$@"
    "$tachyon_top" attach --engine "$engine" --budget 100 -r 10khz -d 0.8 --collapsed -o "$work/stacks" --stats "$work/stats.json" \
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

# sum FILE - of its numbers.
sum() {
    awk '{ sum += $1 } END { print sum + 0 }' "$work/$1"
}

# enough_are_whole - of the stacks since $work/whole was emptied: marks alone prove nothing.
enough_are_whole() {
    [ "$(sum whole)" -ge $WHOLE_LEAST ] || fail "only $(sum whole) stacks are whole"
}
