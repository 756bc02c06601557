#!/bin/sh
# cost - the CPU time of the profiler at 1 kHz, beside that of a bare loop of 1 kHz sleeps.
#
#   tests/bench/cost.sh [PAIRS [SECONDS]]    5 pairs of 10 seconds without any
#
# In the build tree. A pair is a bare loop and after it the profiler, begun anew, each measured for
# SECONDS; so what else happens on the machine meets both. A live view is measured when its window of
# ten seconds is full. Prints a Markdown table in percent of a core: medians, and the
# least and greatest. Beside it, where it can be run: the live mode of Python 3.15's own profiler.
#
# An interpreter in another root needs a /proc to find its target: it gets one that nobody else sees,
# as all of this runs in a mount namespace of its own.
if [ "$(id -u)" -eq 0 ] && [ -z "${TACHYON_OWN_MOUNTS:-}" ]; then
    TACHYON_OWN_MOUNTS=yes exec unshare -m "$0" "$@"
fi
. "${srcdir:-.}/tests/bench/lib.sh"

pairs=${1:-5}
seconds=${2:-10}
view_warm_up_s=$((seconds < 10 ? 1 : 10))
out=$work/out

# start_stack DEPTH - starts a target that computes at the bottom of a stack so deep: as many calls,
# and three frames above them.
start_stack() {
    start_target "$python" deep --depth $(($1 - 3))
}

measure_bare() {
    "$build/tests/bench/bare_loop" &
    loop=$!
    targets="$targets $loop"
    wait_for 10 grep -qx bare_loop "/proc/$loop/comm" || fail "the bare loop does not run"
    measure "$loop" "$seconds"
    kill "$loop"
}

# measure_attach NAME DEPTH and the others measure once, for the row called NAME.
measure_attach() {
    "$app" attach -o "$out" --force "$pid" >/dev/null 2>"$work/notes" &
    attach=$!
    targets="$targets $attach"
    sleep 1
    measure "$attach" "$seconds" >>"$work/$1.used"
    kill -INT "$attach"
    wait "$attach" || fail "attach: $(cat "$work/notes")"
}

measure_live() {
    open_screen "$app" "$pid"
    see '● LIVE'
    sleep "$view_warm_up_s"
    measure "$on_screen" "$seconds" >>"$work/$1.used"
    close_screen
}

measure_tachyon() {
    # shellcheck disable=SC2086  # a command and its arguments
    open_screen $python -m profiling.sampling attach --live -r 1khz "$pid"
    wait_for 30 shows 'deep\.py' || {
        look >&2
        return 1
    }
    sleep "$view_warm_up_s"
    measure "$on_screen" "$seconds" >>"$work/$1.used"
    close_screen
}

# row NAME TITLE MEASURE - measures pairs and prints what came of them.
row() {
    for file in used bare more; do
        : >"$work/$1.$file"
    done
    while [ "$(wc -l <"$work/$1.bare")" -lt "$pairs" ]; do
        measure_bare >>"$work/$1.bare"
        "$3" "$1" || {
            echo "| $2 | could not be run | | | |"
            return
        }
        tail -q -n 1 "$work/$1.used" "$work/$1.bare" |
            awk 'NR == 1 { used = $1 } END { print used - $1 }' >>"$work/$1.more"
    done
    echo "| $2 | $(median "$work/$1.used") | $(median "$work/$1.bare") |" \
        "$(median "$work/$1.more") | $(range "$work/$1.more") |"
}

python=$(a_python 3.15)
root=$(root_of "$python")
[ -z "$root" ] || [ -z "${TACHYON_OWN_MOUNTS:-}" ] || mount -t proc proc "$root/proc"

echo "| at 1 kHz | % of a core | bare loop | more, in points | least to greatest |"
echo "| --- | ---: | ---: | ---: | ---: |"
start_stack 15
row live "live view, stack 15 deep" measure_live
row tachyon "Tachyon's live mode, the same target" measure_tachyon
stop_targets
for depth in 10 200 1000; do
    start_stack "$depth"
    row "attach_$depth" "attach without a screen, stack $depth deep" measure_attach
    stop_targets
done
