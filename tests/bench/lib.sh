# shellcheck shell=sh
# lib.sh - what the benchmarks share: real Pythons, the peer beside which they measure, a screen, and the
# CPU time of a process.
#
# The peer is Tachyon, the sampling profiler in Python 3.15's own library. It serves targets of its own
# version only, so a 3.15 is the target of all benchmarks where there is one. An interpreter in another
# root needs a /proc to find its target: it gets one that nobody else sees, as a benchmark runs in
# a mount namespace of its own.
if [ "$(id -u)" -eq 0 ] && [ -z "${TACHYON_OWN_MOUNTS:-}" ]; then
    TACHYON_OWN_MOUNTS=yes exec unshare -m "$0" "$@"
fi
. "${srcdir:-.}/tests/live/lib.sh"
. "$top/tests/live/screen.sh"
. "$top/tests/live/cpu.sh"

build=${builddir:-.}
app=$build/tachyon-top
[ -x "$app" ] || fail "there is no $app: build first, and run this in the build tree"
# shellcheck disable=SC2034  # for start_target
more_targets=$(echo "$top"/tests/bench/targets/*.py)
# shellcheck disable=SC2034  # where profilers write what nobody reads
out=$work/out

# find_peer - sets $python, the interpreter of the targets, and $tachyon, the command of the peer: nothing
# where it is not to be had, and then $no_tachyon says why.
find_peer() {
    python=$(pythons 3.15 | head -n 1 | cut -f 2)
    tachyon=
    if [ -z "$python" ]; then
        no_tachyon="there is no Python 3.15 here"
        python=$(pythons | tail -n 1 | cut -f 2)
        [ -n "$python" ] || skip "there is no Python 3.8 to 3.15 here"
    elif [ -n "$(root_of "$python")" ] && [ -z "${TACHYON_OWN_MOUNTS:-}" ]; then
        no_tachyon="without root, it does not see its target from another root"
    else
        [ -z "$(root_of "$python")" ] || mount -t proc proc "$(root_of "$python")/proc"
        if $python -c 'import profiling.sampling' 2>"$work/notes"; then
            tachyon="$python -m profiling.sampling attach"
        else
            no_tachyon=$(tail -n 1 "$work/notes")
        fi
    fi
    [ -n "$tachyon" ] || echo "Tachyon is left out: $no_tachyon" >&2
}

# begin COMMAND... - starts a program beside this shell, with its words in $work/notes; $begun is its process.
begin() {
    # Not ignored, as it would be in a shell that gives its children no job control.
    env --default-signal=INT "$@" >"$work/notes" 2>&1 &
    begun=$!
    targets="$targets $begun"
}

# begin_tachyon OPTION... PID - the same for the peer, whose own file goes nowhere.
begin_tachyon() {
    # shellcheck disable=SC2086  # a command and its arguments
    begin $tachyon --pstats -o "/tmp/${work##*/}.pstats" "$@"
    echo "$(root_of "$python")/tmp/${work##*/}.pstats" >>"$copies"
}

# finish - ends what was begun last, as Ctrl-C would; waits for it.
finish() {
    kill -INT "$begun" 2>/dev/null || true
    wait "$begun" || fail "it ended with $?: $(cat "$work/notes")"
}

# wait_until_sampling - until what was begun last does: it has a thread for that, or, if it is the peer, the
# module that reads other processes. A second more lets it come to know its target.
wait_until_sampling() {
    wait_for 30 is_sampling "$begun" || fail "it does not sample: $(cat "$work/notes")"
    sleep 1
    ! is_over "$begun" || fail "it has ended: $(cat "$work/notes")"
}

is_sampling() {
    grep -qsx sampler /proc/"$1"/task/*/comm || grep -qs _remote_debugging "/proc/$1/maps" ||
        is_over "$1"
}

# empty NAME... - empty files in $work.
empty() {
    for name in "$@"; do
        : >"$work/$name"
    done
}

# median FILE [DIGITS] - of the numbers in it, a line each; with so many decimal digits, 1 without it.
median() {
    sort -g "$1" | awk -v digits="${2:-1}" '{ v[NR] = $1 }
        END { printf "%.*f\n", digits, NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

# or_dash FILE [DIGITS] - the median, or a dash where nothing was measured.
or_dash() {
    if [ -s "$1" ]; then median "$@"; else echo –; fi
}

# range FILE - from the least of them to the greatest.
range() {
    sort -g "$1" | awk 'NR == 1 { least = $1 } END { printf "%.1f to %.1f\n", least, $1 }'
}

# stat_of KEY - a number from the statistics in $work/stats.
stat_of() {
    sed -n "s/.*\"$1\": \\([0-9.]*\\).*/\\1/p" "$work/stats"
}
