#!/bin/sh
# cost - the CPU time of the profiler at 1 kHz, beside that of a bare loop of 1 kHz sleeps and of Tachyon.
#
#   tests/bench/cost.sh [ROUNDS [SECONDS]]    3 rounds of 6 seconds without any
#
# In the build tree. A round is a bare loop, the profiler and Tachyon one after the other, each begun anew and
# measured for SECONDS; so what else happens on the machine meets all of them. A live view is measured
# when its window of ten seconds is full. Prints a Markdown table in percent of a core, medians, of what each
# uses more than the bare loop of its round. Beside it stands whether ours is at most an eighth of Tachyon's, and what
# a bare loop uses more that makes the system calls of our rounds as well, as strace saw them, and nothing else: of one
# busy thread, where those are the same in each round. The loop sleeps by clock_nanosleep(); what it uses when it sleeps as
# the sampler does is told as well.
. "${srcdir:-.}/tests/bench/lib.sh"

rounds=${1:-3}
seconds=${2:-6}
view_warm_up_s=$((seconds < 6 ? 1 : 10))

# measure_bare [ARGUMENT...] - of the bare loop, with what it is to do.
measure_bare() {
    "$build/tests/bench/bare_loop" "$@" 2>"$work/notes" &
    loop=$!
    targets="$targets $loop"
    wait_for 10 grep -qx bare_loop "/proc/$loop/comm" || fail "the bare loop does not run"
    measure "$loop" "$seconds"
    kill "$loop" || fail "the bare loop has ended: $(cat "$work/notes")"
}

# find_calls - what the calls of a round read, into $work/calls: the list of pieces that is read most often, and another one that is at
# least half as often.
find_calls() {
    strace -f -qq -e trace=process_vm_readv -e abbrev=none -e raw=none -s 0 -o "$work/traced" \
        "$app" attach -r 1khz -d 2 -o "$out" --force "$pid" 2>"$work/notes" || fail "strace: $(cat "$work/notes")"
    # The second list is the target's.
    sed -n 's/.*\], [123], \[\(.*\)\], [0-9]*, 0) = [0-9]*$/\1/p' "$work/traced" |
        sed 's/{iov_base=\(0x[0-9a-f]*\), iov_len=\([0-9]*\)}/\1:\2/g; s/,//g' |
        sort | uniq -c | sort -rn |
        awk 'NR == 1 { most = $1 } NR <= 2 && 2 * $1 >= most { if (NR > 1) print "/"; $1 = ""; print }' >"$work/calls"
    [ -s "$work/calls" ] || fail "no call of a round was seen"
}

# The others print what they used as well.
measure_attach() {
    begin "$app" attach -r 1khz -o "$out" --force "$pid"
    wait_until_sampling
    measure "$begun" "$seconds"
    finish
}

measure_tachyon_attach() {
    begin_tachyon -a -r 1khz "$pid"
    wait_until_sampling
    measure "$begun" "$seconds"
    finish
}

measure_live() {
    open_screen "$app" "$pid"
    see '● LIVE'
    sleep "$view_warm_up_s"
    measure "$on_screen" "$seconds"
    close_screen
}

measure_tachyon_live() {
    # shellcheck disable=SC2086  # a command and its arguments
    open_screen $tachyon --live -a -r 1khz "$pid"
    see 'crowd\.py'
    sleep "$view_warm_up_s"
    measure "$on_screen" "$seconds"
    close_screen
}

# more FILE - what the numbers in it are more than the bare loops of their rounds.
more() {
    paste "$work/bare" "$1" | awk '{ print $2 - $1 }'
}

# row TITLE KIND OPTION... - measures rounds on crowd.py with these options, and prints what came of them.
row() {
    title=$1 kind=$2
    shift 2
    start_target "$python" crowd "$@"
    empty bare ahead ours theirs alone alone.more calls
    case "$has_strace $*" in
    ' '* | *--busy*) ;;
    *) find_calls ;;
    esac
    while [ "$(wc -l <"$work/bare")" -lt "$rounds" ]; do
        measure_bare >>"$work/bare"
        measure_bare ahead >>"$work/ahead"
        # shellcheck disable=SC2046  # a list of words
        [ ! -s "$work/calls" ] || measure_bare 1000 "$pid" $(cat "$work/calls") >>"$work/alone"
        "measure_$kind" >>"$work/ours"
        [ -z "$tachyon" ] || "measure_tachyon_$kind" >>"$work/theirs"
    done
    stop_targets
    more "$work/ours" >"$work/ours.more"
    [ ! -s "$work/alone" ] || more "$work/alone" >"$work/alone.more"
    printf '| %s | %s | %s | %s | %s | %s |' "$title" "$(median "$work/bare")" "$(median "$work/ahead")" "$(median "$work/ours.more")" \
        "$(range "$work/ours.more")" "$(or_dash "$work/alone.more")"
    if [ -n "$tachyon" ]; then
        more "$work/theirs" >"$work/theirs.more"
        printf ' %s | %s |' "$(median "$work/theirs.more")" "$(range "$work/theirs.more")"
        echo "$(median "$work/ours.more") $(median "$work/theirs.more")" |
            awk '{ printf " 1/%.1f %s |\n", $2 / ($1 > 0.05 ? $1 : 0.05), $1 <= $2 / 8 ? "ok" : "short" }'
    else
        echo " – | – | – |"
    fi
}

find_peer
has_strace=$(command -v strace || true)
[ -n "$has_strace" ] || echo "the bare calls are left out: strace is not installed" >&2
echo "| at 1 kHz, in % of a core | bare loop | sleeping as we do | more | least to greatest | its calls alone |" \
    "Tachyon's more | least to greatest | an eighth of it? |"
echo "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
row "live view, stack 15 deep" live --depth 12
for depth in 10 200 1000; do
    row "attach, stack $depth deep" attach --depth $((depth - 3))
done
row "attach, 20 busy threads" attach --busy 20
