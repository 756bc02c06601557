#!/bin/sh
# modes - whether the shares of time with the GIL, in exceptions and in the collector are those of the target's own clock.
#
#   tests/bench/modes.sh [SECONDS [VERSION...]]    15 seconds of each, of 3.15 and 3.14, without any
#
# In the build tree. Targets know how long each of their threads had the GIL, was in an exception, or in the collector, by
# gc.callbacks. Before 3.15 the collector is told by another sign than from then on. Prints a Markdown table, in percent of
# the time at 1 kHz: the share told, of all threads by the functions in that mode and of each by the table of threads, that
# by the target's clock, and the difference. Beside it stands whether it is within 3 points. 1 when one is short.
. "${srcdir:-.}/tests/bench/lib.sh"

need python3
seconds=${1:-15}
[ $# -eq 0 ] || shift
versions=${*:-3.15 3.14}
result=0

# attach OPTION... - for so many seconds.
attach() {
    "$app" attach -r 1khz -d "$seconds" --force "$@" "$pid" 2>"$work/notes" || fail "status $?: $(cat "$work/notes")"
}

# rows TITLE MODE NAME [ARGUMENT...] - of the target NAME.py.
rows() {
    title="$1, $version"
    mode=$2
    shift 2
    start_target "$python" "$@"
    wait_until_told
    before=$(rows_told)
    case $mode in
    gc) attach -o "$work/functions.json" ;;
    *) attach --mode "$mode" -o "$work/functions.json" ;;
    esac
    attach --view threads -o "$work/threads.json"
    status=0
    python3 -B "$top/tests/bench/modes.py" "$truth" "$before" "$(rows_told)" "$mode" "$title" "$work/functions.json" \
        "$work/threads.json" || status=$?
    stop_targets
    case $status in
    0) ;;
    1) result=1 ;;
    *) fail "modes.py: status $status" ;;
    esac
}

PYTHONPATH=$top/tests/live
export PYTHONPATH
echo "| in % of the time | thread | told | by its clock | difference | |"
echo "| --- | --- | ---: | ---: | ---: | --- |"
for version in $versions; do
    python=$(a_python "$version")
    rows "GIL: one naps" gil turns --nap 1
    rows "GIL: two compute" gil turns --spin 2
    rows "GIL: one computes, three nap" gil turns --spin 1 --nap 3
    rows "exceptions" exception exceptions
    rows "collector: full, 10 ms" gc collecting --seconds 0.01
    rows "collector: young, 1 ms" gc collecting --seconds 0.001 --young
    rows "collector: young, 100 µs" gc collecting --seconds 0.0001 --young
    rows "collector: young, 30 µs" gc collecting --seconds 0.00003 --young
done
exit "$result"
