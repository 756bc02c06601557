#!/bin/sh
# cputime - whether in CPU mode the self times of all functions add up to the CPU time that the kernel says.
#
#   tests/bench/cputime.sh [ROUNDS [SECONDS]]    3 rounds of 5 seconds without any
#
# In the build tree. Prints a Markdown table: the seconds of CPU time told for each second observed, and those
# of /proc/PID/stat, user and system, for each second between the moment at which the sampling began and its
# end: medians of the rounds, and the least and greatest difference within one. Beside it stands
# whether all were within 2 %.
. "${srcdir:-.}/tests/bench/lib.sh"

rounds=${1:-3}
seconds=${2:-5}
ticks_per_s=$(getconf CLK_TCK)

# kernel_now - nanoseconds, and the ticks of CPU time that the target has had.
kernel_now() {
    echo "$(date +%s%N) $(sed 's/.*) //' "/proc/$pid/stat" | awk '{ print $12 + $13 }')"
}

# measure_once - prints what was told, what the kernel says, and the difference in percent of that.
measure_once() {
    begin "$app" attach --mode cpu -r 1khz -d "$seconds" -o "$out.json" --force "$pid"
    wait_for 30 is_sampling "$begun" || fail "it does not sample: $(cat "$work/notes")"
    before=$(kernel_now)
    wait "$begun" || fail "status $?: $(cat "$work/notes")"
    after=$(kernel_now)
    told=$(grep -o '"self_s": [0-9.e+-]*' "$out.json" | awk '{ sum += $2 } END { print sum }')
    observed=$(sed -n 's/.*"observed_s": \([0-9.]*\).*/\1/p' "$out.json")
    echo "$told $observed $before $after" | awk -v each="$ticks_per_s" '{
        told = $1 / $2
        kernel = ($6 - $4) / each / (($5 - $3) / 1e9)
        printf "%.4f %.4f %.2f\n", told, kernel, 100 * (told - kernel) / kernel }'
}

# column N - of $work/rows.
column() {
    cut -d ' ' -f "$1" "$work/rows" >"$work/column"
}

# row TITLE NAME OPTION... - of the target NAME.py.
row() {
    title=$1
    shift
    start_target "$python" "$@"
    empty rows
    for _ in $(seq "$rounds"); do
        measure_once >>"$work/rows"
    done
    stop_targets
    column 1 && told=$(median "$work/column" 3)
    column 2 && kernel=$(median "$work/column" 3)
    column 3
    echo "| $title | $told | $kernel | $(median "$work/column") % | $(range "$work/column") |" \
        "$(awk '$1 > 2 || $1 < -2 { short = 1 } END { print short ? "short" : "ok" }' "$work/column") |"
}

find_peer 2>/dev/null
echo "| seconds of CPU time a second | told | of the kernel | difference | least to greatest | |"
echo "| --- | ---: | ---: | ---: | ---: | ---: |"
row "one busy thread" crowd --busy 1
row "four on the GIL" crowd --busy 4
row "one that hashes without the GIL" threads --spin 0 --hash 1 --sleep 0 --lock 0 --read 0 --odd 0
row "two that hash, two on the GIL" threads --spin 2 --hash 2 --sleep 1 --lock 1 --read 0 --odd 0
