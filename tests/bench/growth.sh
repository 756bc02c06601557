#!/bin/sh
# growth - the memory of the profiler at 10 kHz while its target makes new functions all the time, and whether
# anything was lost that it did not tell. It reads from elsewhere, as riding is slowed to its budget.
#
#   tests/bench/growth.sh [MINUTES]    10 minutes without it
#
# In the build tree. Prints a Markdown table of the resident memory at each minute, what the profiler said of the
# sampling at its end, and a table of what has to be so (see the checks below). 1 when one is short.
. "${srcdir:-.}/tests/bench/lib.sh"

minutes=${1:-10}
rate_hz=10000

resident_kib() {
    sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB$/\1/p' "/proc/$begun/status"
}

# mib FILE NAME - a bound as the source tells it, in MiB.
mib() {
    sed -n "s/^.*$2 .*[^0-9]\([0-9][0-9]*\)u\{0,1\} << 20.*/\1/p" "$top/src/$1" | grep . ||
        fail "there is no bound $2 in src/$1"
}

# check TITLE VALUE LEAST MOST - a row: whether the value is one of those from the least to the most.
check() {
    verdict=$(awk -v value="$2" -v least="$3" -v most="$4" \
        'BEGIN { print least <= value && value <= most ? "ok" : "short" }')
    echo "| $1 | $2 | $3 | $4 | $verdict |"
    [ "$verdict" = ok ] || result=1
}

# evaluate EXPRESSION - what it comes to, as a whole number.
evaluate() {
    awk "BEGIN { printf \"%.0f\\n\", $1 }"
}

find_peer 2>/dev/null
bound_mib=$(($(mib session.c RING_BYTES) + $(mib python/code.h CODE_LINE_BYTES_MAX) +
    $(mib python/code.h CODE_TEXT_BYTES_MAX) + $(mib export/collapsed.h COLLAPSED_BYTES_MAX)))
start_target "$python" growing --life $((60 * minutes + 60))
begin "$app" attach --engine remote -r $rate_hz --collapsed -o "$out" --stats "$work/stats" --force "$pid"
wait_until_sampling
begin_s=$(date +%s)
echo "| after | memory (RSS) |"
echo "| ---: | ---: |"
empty resident
for minute in $(seq "$minutes"); do
    sleep $((begin_s + minute * 60 - $(date +%s)))
    ! is_over "$begun" || fail "it has ended: $(cat "$work/notes")"
    resident_kib >>"$work/resident"
    echo "| $minute min | $(tail -n 1 "$work/resident" | awk '{ printf "%.1f", $1 / 1024 }') MiB |"
done
finish
echo
sed 's/^/    /' "$work/notes"
read -r written stacks ones <<END
$(awk '{ sum += $NF; ones += $NF == 1 } END { print sum + 0, NR, ones + 0 }' "$out")
END
echo "    Written: $written samples in $stacks stacks, of which $ones are of one"
rounds=$(stat_of rounds) missed=$(stat_of missed) samples=$(stat_of samples) failed=$(stat_of failed)
lost=$(stat_of lost) dropped=$(stat_of dropped)
first_kib=$(head -n 1 "$work/resident") last_kib=$(tail -n 1 "$work/resident")
result=0

echo
echo "| what has to be so | it is | from | to | |"
echo "| --- | ---: | ---: | ---: | --- |"
# Each interval is the mean one and a chance of up to half of it, more or less: its variance is a twelfth of its
# square (src/sample/sampler.c, find_due()). What N of them differ from N by is then within six times the root of N / 12,
# but for two in a thousand million runs. The ends may be a round each. The rate told is of the time from the first round to
# the last one; what the run took beyond it is no absence, of a second and more, for which no round counts as missed.
watched_s=$(awk -v rounds="$rounds" -v hz="$(stat_of rate_hz)" 'BEGIN { printf "%.3f", rounds / hz }')
wanted="($watched_s * $rate_hz)"
check "rounds made and missed, of the time and the rate" $((rounds + missed)) \
    "$(evaluate "$wanted - 6 * sqrt($wanted / 12) - 1")" "$(evaluate "$wanted + 6 * sqrt($wanted / 12) + 2")"
check "ms of the run before the first and after the last round" \
    "$(evaluate "1000 * ($(stat_of duration_s) - $watched_s)")" 0 999
# The target has one thread, which never ends.
check "samples, kept or failed, of one thread in each round" $((samples + failed)) "$rounds" "$rounds"
# Each COUNT is rounded, and what was seen has 1 at least (src/export/collapsed.h). What is lost may be rounds.
check "samples written, of those kept" "$written" \
    "$(evaluate "$samples - $lost - $dropped - $stacks / 2")" \
    "$(evaluate "$samples - $dropped + ($stacks - $ones) / 2 + $ones")"
check "KiB of memory at the end, of its bounds" "$last_kib" 0 $((bound_mib * 1024))
# It met all functions that it may keep in the first minute, and makes thousands a second from then on: some bytes of
# each would be more.
[ "$minutes" -eq 1 ] || check "KiB of memory at the end, of 1.05 times those after a minute" "$last_kib" 0 \
    $((first_kib * 105 / 100))
exit "$result"
