#!/bin/sh
# growth - the memory of the profiler at 10 kHz while its target makes new functions all the time, and whether
# what found no room was told. It reads from elsewhere, as riding is slowed to its budget.
#
#   tests/bench/growth.sh [MINUTES]    10 minutes without it
#
# In the build tree. Prints a Markdown table of the resident memory at each minute, and then what the profiler
# said of the sampling at its end. Each sample asked for has to be there or told as lost or dropped.
. "${srcdir:-.}/tests/bench/lib.sh"

minutes=${1:-10}

resident_kib() {
    sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB$/\1/p' "/proc/$begun/status"
}

find_peer 2>/dev/null
start_target "$python" growing --life $((60 * minutes + 60))
begin "$app" attach --engine remote -r 10khz --collapsed -o "$out" --stats "$work/stats" --force "$pid"
wait_until_sampling
begin_s=$(date +%s)
echo "| after | memory (RSS) |"
echo "| ---: | ---: |"
for minute in $(seq "$minutes"); do
    sleep $((begin_s + minute * 60 - $(date +%s)))
    ! is_over "$begun" || fail "it has ended: $(cat "$work/notes")"
    echo "| $minute min | $(resident_kib | awk '{ printf "%.1f", $1 / 1024 }') MiB |"
done
finish
written=$(awk '{ sum += $NF } END { print sum + 0 }' "$out")
echo
sed 's/^/    /' "$work/notes"
dropped=$(sed -n 's/^Dropped: \([0-9]*\) .*/\1/p' "$work/notes")
echo "    Written: $written samples in $(wc -l <"$out") stacks"
echo "$(stat_of samples) $(stat_of lost) ${dropped:-0} $written" | awk '{
    # What is lost may be rounds as well as samples.
    silent = $1 - $2 - $3 - $4
    printf "    Not accounted for: %d samples (%s)\n", silent, silent <= 0 ? "ok" : "short" }'
