#!/bin/sh
# slowdown - how much slower a target is while it is sampled at 1 kHz and at 10 kHz, with --blocking at 1 kHz, and in bursts
# as fast as can be.
#
#   tests/bench/slowdown.sh [WINDOWS [SECONDS]]    10 windows of 1 second for each engine without any
#
# In the build tree. Windows of SECONDS with a profiler and without one come by turns, each engine and Tachyon
# once in each round of them, so that what else happens on the machine meets all; each is compared with the windows
# beside it. Prints a Markdown table: by how many percent the target does less, the 95 % interval of that,
# and how many rounds of samples a second there were.
. "${srcdir:-.}/tests/bench/lib.sh"

need python3
windows=${1:-10}
seconds=${2:-1}

# window NAME - waits for it, and notes when it began and ended.
window() {
    opened=$(date +%s%N)
    sleep "$seconds"
    echo "$1 $opened $(date +%s%N)" >>"$work/windows"
}

with_ours() {
    case $1 in
    blocking) how=--blocking ;;
    burst) how="--engine remote" ;;
    *) how="--engine $1" ;;
    esac
    # shellcheck disable=SC2086  # an option and its value
    begin "$app" attach $how -r "$2" -o "$out" --stats "$work/stats" --force "$pid"
    wait_until_sampling
    window "$1@$2"
    finish
    stat_of rate_hz >>"$work/$1@$2.rates"
}

with_tachyon() {
    begin_tachyon -r "$1" "$pid"
    wait_until_sampling
    window "Tachyon@$1"
    finish
    sed -n 's/^Sample rate: \([0-9.]*\) .*/\1/p' "$work/notes" >>"$work/Tachyon@$1.rates"
}

# each NAME RATE - a window with it, and one without.
each() {
    with_ours "$@"
    window off
}

find_peer
start_target "$python" counting
window off
for _ in $(seq "$windows"); do
    for rate in 1khz 10khz; do
        for engine in auto remote ride; do
            each "$engine" "$rate"
        done
        if [ -n "$tachyon" ]; then
            with_tachyon "$rate"
            window off
        fi
    done
    each blocking 1khz
    each burst max
done
python3 -B "$top/tests/bench/ratio.py" "$truth" "$work/windows" >"$work/ratios"
echo "| at | engine | windows | slower by | 95 % interval | rounds a second |"
echo "| --- | --- | ---: | ---: | ---: | ---: |"
while read -r name count mean least most; do
    echo "| ${name#*@} | ${name%@*} | $count | $mean % | $least to $most % | $(median "$work/$name.rates" 0) |"
done <"$work/ratios"
