#!/bin/sh
# memory - the memory of the live view while it looks at a steady workload for ten minutes.
#
#   tests/bench/memory.sh [MINUTE...]    at these minutes; 1 2 5 10 without any
#
# In the build tree. The workload calls through chains of functions, generators and C in two
# threads, without end. Prints a Markdown table.
. "${srcdir:-.}/tests/bench/lib.sh"

[ $# -gt 0 ] || set -- 1 2 5 10

resident_kib() {
    sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB$/\1/p' "/proc/$on_screen/status"
}

start_target "$(a_python 3.15)" churn --threads 2 --life 1200
open_screen "$app" "$pid"
see '● LIVE'
begin_s=$(date +%s)

echo "| after | memory (RSS) |"
echo "| ---: | ---: |"
for minute in "$@"; do
    sleep $((begin_s + minute * 60 - $(date +%s)))
    shows '● LIVE' || fail "the live view has ended"
    echo "| $minute min | $(resident_kib | awk '{ printf "%.1f", $1 / 1024 }') MiB |"
done
close_screen
