#!/bin/sh
# threads - how the CPU time of the profiler at 1 kHz grows with the threads of its target and with their
# depth, and whether it gets to look at all of them.
#
#   tests/bench/threads.sh [SECONDS]    6 seconds of each without it
#
# In the build tree. Prints a Markdown table: in percent of a core, what attach uses more than a bare loop of
# 1 kHz sleeps that was measured right before it; and of its own count, how many of the rounds asked for there
# were, and of how many threads each round had a sample. Beside it stands whether nothing failed, each busy thread
# is in each round, and those that sleep cost 3 points at most.
. "${srcdir:-.}/tests/bench/lib.sh"

seconds=${1:-6}

# row TITLE OPTION... - on crowd.py with these options.
row() {
    title=$1
    shift
    start_target "$python" crowd "$@"
    begin "$build/tests/bench/bare_loop"
    bare=$(measure "$begun" "$seconds")
    kill "$begun"
    begin "$app" attach -r 1khz -o "$out" --stats "$work/stats" --force "$pid"
    wait_until_sampling
    used=$(measure "$begun" "$seconds")
    finish
    echo "$bare $used $(truth_number threads) $(stat_of rounds) $(stat_of missed)" \
        "$(stat_of samples) $(stat_of failed) $(stat_of truncated) $(stat_of lost)" |
        awk -v title="$title" '{
            good = $7 + $9 == 0 && (title ~ /busy/ ? $6 == $4 * $3 : $2 - $1 <= 3)
            printf "| %s | %.1f | %.1f | %.1f %% | %.2f | %d | %.2f %% | %s |\n", title, $1, $2 - $1,
                100 * $4 / ($4 + $5), $6 / $4, $7 + $9, 100 * $8 / $6, good ? "ok" : "short" }'
    stop_targets
}

find_peer 2>/dev/null
echo "| at 1 kHz | bare loop, % of a core | more | rounds | samples in a round | failed or lost | truncated | |"
echo "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
for depth in 10 50 200 500 1000; do
    row "one busy thread, $depth deep" --depth $((depth - 3))
done
for busy in 2 10 20 50 100; do
    row "$busy busy threads" --busy "$busy"
done
for asleep in 20 100 500; do
    row "$asleep asleep" --busy 0 --asleep $((asleep - 1))
done
