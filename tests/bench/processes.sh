#!/bin/sh
# processes - the CPU time of the profiler on many processes at once, and how evenly it looks at them.
#
#   tests/bench/processes.sh [ROUNDS [SECONDS [PROCESSES]]]    3 rounds of 5 seconds, 50 processes without any
#
# In the build tree. The targets are a parent and its workers, each of which computes for a moment, sleeps, and so on;
# so that all of them together take no more than a part of a CPU, as the machine has few. Prints a Markdown table: what
# was asked for, the profiler's share of a core, the rounds per second and process, and of the samples of
# each process the least and the most beside their median. Each line is the median of its rounds. With --budget the
# share is to be at most that, and beside each line stands whether it is, and whether no process has less than nine
# tenths of the median's samples; 1 when that is not so.
. "${srcdir:-.}/tests/bench/lib.sh"

rounds=${1:-3}
seconds=${2:-5}
processes=${3:-50}
python=$(pythons | head -n 1 | cut -f 2)
[ -n "$python" ] || skip "there is no Python 3.11 to 3.15 here"

# samples - of each process, in the CSV of the view of processes.
samples() {
    awk -F , '/^#/ { next } !column { for (i = 1; i <= NF; i++) if ($i == "samples") column = i; next }
        { print $column }' "$work/rows.csv"
}

# look OPTION... - one measurement.
look() {
    begin "$app" attach --subprocesses -r 1khz --view processes -o "$work/rows.csv" --force \
        --stats "$work/stats" "$@" "$pid"
    wait_until_sampling
    sleep 1 # to come within its budget
    measure "$begun" "$seconds" >>"$work/share"
    finish
    stat_of rate_hz >>"$work/rate"
    samples >"$work/samples"
    [ "$(wc -l <"$work/samples")" -eq "$processes" ] ||
        fail "$(wc -l <"$work/samples") processes of $processes"
    middle=$(median "$work/samples")
    sort -g "$work/samples" | awk -v middle="$middle" '{ last = $1 } NR == 1 { first = $1 }
        END { printf "%.3f\n", first / middle; printf "%.3f\n", last / middle >>most }' \
        most="$work/most" >>"$work/least"
}

# row TITLE MOST OPTION... - measures its rounds; MOST is the share that it may take, in percent of a core.
row() {
    title=$1 most=$2
    shift 2
    empty share rate least most
    while [ "$(wc -l <"$work/share")" -lt "$rounds" ]; do
        look "$@"
    done
    verdict=$(echo "$(median "$work/share" 2) $(median "$work/least" 3)" |
        awk -v most="$most" '{ print ($1 <= most && $2 >= 0.9 ? "ok" : "short") }')
    [ "$verdict" = ok ] || result=1
    printf '| %s | %s | %s | %s | %s | %s | %s |\n' "$title" "$(median "$work/share" 1)" "$most" \
        "$(median "$work/rate" 0)" "$(median "$work/least" 3)" "$(median "$work/most" 3)" "$verdict"
}

result=0
start_target "$python" workers --workers $((processes - 1)) --busy-ms 0.2 --every-ms 40
echo "| $processes processes at 1 kHz | % of a core | at most | rounds/s of each | least samples / median | most / median | so? |"
echo "| --- | ---: | ---: | ---: | ---: | ---: | --- |"
row "without a budget" 40
row "--budget 10" 10 --budget 10
row "--budget 5" 5 --budget 5
exit "$result"
