#!/bin/sh
# bias - whether the shares told are those of the target's own clock, where that is hard: half of the time in
# calls of 1 µs and half in calls of 1 ms; and a period that is exactly the sampler's.
#
#   tests/bench/bias.sh [SECONDS]    20 seconds of each without it
#
# In the build tree. Prints a Markdown table, in percent: for each engine the share of the time, and for Tachyon of
# the samples, whose leaf is the function, its share by the target's clock, the difference, the standard error of
# that, and what has a leaf that was not proven. Beside it stands whether the difference is within 2 points.
. "${srcdir:-.}/tests/bench/lib.sh"

need python3
seconds=${1:-20}

# measure_ours ENGINE, measure_tachyon - leave a table, or collapsed stacks, in $stacks.
measure_ours() {
    stacks=$work/table.json
    "$app" attach --engine "$1" -r 1khz -d "$seconds" -o "$stacks" --force "$pid" \
        2>"$work/notes" || fail "status $?: $(cat "$work/notes")"
}

measure_tachyon() {
    stacks=$(root_of "$python")$work/stacks
    # shellcheck disable=SC2086  # a command and its arguments
    $tachyon -r 1khz -d "$seconds" --collapsed -o "$work/stacks" "$pid" >"$work/notes" 2>&1 ||
        fail "Tachyon: $(cat "$work/notes")"
}

# row TITLE WHO FUNCTION MEASURE [ENGINE] - of the target that runs.
row() {
    title=$1 who=$2 function=$3
    shift 3
    wait_until_told
    before=$(rows_told)
    "$@"
    python3 -B "$top/tests/live/check_bias.py" "$truth" "$before" "$function" "$stacks" >"$work/row" ||
        fail "check_bias.py: status $?"
    awk -v title="$title" -v who="$who" '{
        printf "| %s | %s | %.1f | %.1f | %+.1f | %.1f | %.1f | %s |\n", title, who, $1, $2, $3, $4, $5,
            ($3 <= 2 && $3 >= -2) ? "ok" : "short" }' "$work/row"
}

# rows TITLE NAME FUNCTION - of the target NAME.py.
rows() {
    start_target "$python" "$2"
    row "$1" auto "$3" measure_ours auto
    row "$1" remote "$3" measure_ours remote
    row "$1" ride "$3" measure_ours ride
    [ -z "$tachyon" ] || row "$1" Tachyon "$3" measure_tachyon
    stop_targets
}

find_peer
echo "| share in % of | engine | told | by its clock | difference | ± | not proven | |"
echo "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |"
rows "calls of 1 µs, half of the time" short_calls short
rows "30 % of each millisecond" periodic first
